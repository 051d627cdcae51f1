#include "lib/primary/heartbeat.h"

#include <clusterfy/rx/error.h>
#include <errno.h>

/* RX_NEVER stays never. */
static rx_nsec add(rx_nsec time, rx_nsec span)
{
	return span > RX_NEVER - time ? RX_NEVER : time + span;
}

static rx_nsec earlier(rx_nsec a, rx_nsec b)
{
	return a < b ? a : b;
}

static rx_nsec or_default(rx_nsec value, rx_nsec otherwise)
{
	return value == 0 ? otherwise : value == RX_NOW ? 0 : value;
}

static rx_nsec times(rx_nsec span, rx_nsec factor)
{
	return span > RX_NEVER / factor ? RX_NEVER : span * factor;
}

int cy__heartbeat_init(cy__heartbeat *heartbeat, const cy_heartbeat *options, const cy_heartbeat *otherwise)
{
	cy_heartbeat filled = options->interval ? *options : *otherwise;
	if (filled.interval == RX_NEVER)
		filled.interval = 0;
	filled.timeout = or_default(filled.timeout, times(filled.interval, 4));
	filled.abort_after = or_default(filled.abort_after, filled.timeout);
	filled.kill_after = or_default(filled.kill_after, RX_S(5));
	if (filled.interval < 0 || filled.timeout < 0 || filled.abort_after < 0 || filled.kill_after < 0)
		return rx_plain(-EINVAL);
	*heartbeat = (cy__heartbeat){.options = filled, .due = RX_NEVER};
	return 0;
}

static void enter(cy__heartbeat *heartbeat, cy__heart state, rx_nsec now, rx_nsec due)
{
	heartbeat->state = state;
	heartbeat->since = now;
	heartbeat->due = due;
}

void cy__heartbeat_start(cy__heartbeat *heartbeat, rx_nsec now)
{
	if (heartbeat->options.interval)
		enter(heartbeat, CY__HEART_RESTING, now, add(now, heartbeat->options.interval));
}

void cy__heartbeat_ended(cy__heartbeat *heartbeat)
{
	enter(heartbeat, CY__HEART_OFF, 0, RX_NEVER);
}

void cy__heartbeat_stop(cy__heartbeat *heartbeat)
{
	if (heartbeat->state != CY__HEART_ABORTED)
		cy__heartbeat_ended(heartbeat);
}

/* It is looked at once per interval, so that a sign of life is seen soon, and when the state's own time is over. */
static rx_nsec next_look(const cy__heartbeat *heartbeat, rx_nsec span, rx_nsec now)
{
	return earlier(add(now, heartbeat->options.interval), add(heartbeat->since, span));
}

static cy__beat ask(cy__heartbeat *heartbeat, rx_nsec now)
{
	enter(heartbeat, CY__HEART_ASKED, now, 0);
	heartbeat->due = next_look(heartbeat, heartbeat->options.timeout, now);
	return CY__BEAT_ASK;
}

static cy__beat take_sign(cy__heartbeat *heartbeat, rx_nsec now)
{
	const rx_nsec next = add(heartbeat->since, heartbeat->options.interval);
	if (now >= next)
		return ask(heartbeat, now);
	heartbeat->state = CY__HEART_RESTING;
	heartbeat->due = next;
	return CY__BEAT_NOTHING;
}

static bool is_late(const cy__heartbeat *heartbeat, rx_nsec now)
{
	return now - heartbeat->due > heartbeat->options.timeout / 2;
}

/* Silence, and its time in @p state is over: what comes next. */
static cy__beat take_silence(cy__heartbeat *heartbeat, rx_nsec now)
{
	const bool told = heartbeat->state == CY__HEART_TOLD;
	const rx_nsec span = told ? heartbeat->options.abort_after : heartbeat->options.timeout;
	if (now < add(heartbeat->since, span)) {
		heartbeat->due = next_look(heartbeat, span, now);
		return CY__BEAT_NOTHING;
	}
	if (told) {
		enter(heartbeat, CY__HEART_ABORTED, now, add(now, heartbeat->options.kill_after));
		return CY__BEAT_ABORT;
	}
	enter(heartbeat, CY__HEART_TOLD, now, 0);
	heartbeat->due = next_look(heartbeat, heartbeat->options.abort_after, now);
	return CY__BEAT_TELL;
}

cy__beat cy__heartbeat_pass(cy__heartbeat *heartbeat, bool heard, rx_nsec now)
{
	if (now < heartbeat->due || heartbeat->due == RX_NEVER)
		return CY__BEAT_NOTHING;
	switch (heartbeat->state) {
	case CY__HEART_RESTING:
		return ask(heartbeat, now);
	case CY__HEART_ASKED:
	case CY__HEART_TOLD:
		if (heard)
			return take_sign(heartbeat, now);
		return is_late(heartbeat, now) ? ask(heartbeat, now) : take_silence(heartbeat, now);
	case CY__HEART_ABORTED:
		enter(heartbeat, CY__HEART_KILLED, now, RX_NEVER);
		return CY__BEAT_KILL;
	default:
		return CY__BEAT_NOTHING;
	}
}
