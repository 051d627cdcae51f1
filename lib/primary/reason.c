#include "lib/primary/reason.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

const char *cy_reason_words(cy_reason reason)
{
	static const char *const words[] = {
		[CY_ENDED_ASKED] = "asked to end",
		[CY_ENDED_NORMAL] = "ended by itself",
		[CY_ENDED_CODE] = "failed",
		[CY_ENDED_SIGNAL] = "ended by a signal",
		[CY_ENDED_NO_START] = "could not be started",
		[CY_ENDED_NO_HELLO] = "ended before it had joined",
		[CY_ENDED_NOT_READY] = "not ready in time",
		[CY_ENDED_HUNG] = "its loop did not turn",
		[CY_ENDED_REPLACED] = "another has taken its place",
		[CY_ENDED_WITH_GROUP] = "stopped with its group",
		[CY_ENDED_LIMIT] = "past a limit of its process",
	};
	return (size_t)reason < sizeof words / sizeof *words && words[reason] ? words[reason] : "unknown";
}

uint32_t cy__reason_origin(const cy__worker *worker, const cy__end *end)
{
	switch (end->reason) {
	case CY_ENDED_ASKED:
	case CY_ENDED_REPLACED:
	case CY_ENDED_WITH_GROUP:
		return worker->current.asker;
	case CY_ENDED_NORMAL:
	case CY_ENDED_CODE:
	case CY_ENDED_SIGNAL:
	case CY_ENDED_NO_HELLO:
	case CY_ENDED_LIMIT:
		return worker->peer.id;
	default:
		return CY__TO_PRIMARY;
	}
}

RX_PRINTF(4, 5) static size_t add(char *words, size_t used, size_t size, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	const int length = vsnprintf(words + used, size - used, format, arguments);
	va_end(arguments);
	return length > 0 && (size_t)length < size - used ? used + (size_t)length : size - 1;
}

/* How the process ended, as far as the reason does not say it. */
static size_t add_status(char *words, size_t used, size_t size, const cy__reasons *reasons)
{
	if (reasons->signal)
		used = add(words, used, size, ": signal %d (%s)%s", reasons->signal, strsignal(reasons->signal),
		           reasons->core ? ", core dumped" : "");
	else if (reasons->code >= 0)
		used = add(words, used, size, ": exit code %d", reasons->code);
	return used;
}

static size_t add_limit(char *words, size_t used, size_t size, const cy_revival *revival)
{
	const double seconds = (double)revival->window / 1e9;
	used = add(words, used, size, "; more than %" PRIu32 " revivals", revival->limit);
	return revival->window == RX_NEVER ? used : add(words, used, size, " in %g s", seconds);
}

const char *cy__reason_describe(const cy__worker *worker, const cy__end *end, const cy__reasons *reasons, char *words,
                                size_t size)
{
	size_t used = 0;
	if (end->reason == CY_ENDED_NO_START)
		used = add(words, used, size, "%s", reasons->start);
	else if (end->reason == CY_ENDED_ASKED)
		used = add(words, used, size, "asked to end by %s",
		           worker->current.asker == worker->peer.id
		                   ? "itself"
		                   : cy_label_of(worker->cluster, worker->current.asker));
	else
		used = add(words, used, size, "%s", cy_reason_words(end->reason));
	if (end->reason == CY_ENDED_WITH_GROUP)
		used = add(words, used, size, ", for %s", cy_label_of(worker->cluster, worker->current.asker));
	used = add_status(words, used, size, reasons);
	if (end->sequel == CY_FAILED && worker->member)
		add(words, used, size, "; its group has failed");
	else if (end->sequel == CY_FAILED && worker->policy)
		add(words, used, size, "; its policy has failed");
	else if (end->sequel == CY_FAILED)
		add_limit(words, used, size, &worker->supervisor.revival);
	return words;
}
