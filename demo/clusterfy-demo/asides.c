/*
 * What happens beside the story: statuses, ends, and what workers say unasked.
 */
#include "demo.h"

#include <stdio.h>
#include <string.h>

static int is_told(const cy_event *event, void *ctx)
{
	switch (event->type) {
	case CY_EVENT_STATUS:
	case CY_EVENT_EXIT:
	case CY_EVENT_ERROR:
		return 1;
	case CY_EVENT_MESSAGE:
		return !strcmp(event->name, "say");
	default:
		return 0;
	}
}
RX_PREDICATE(is_told, cy_event);

static void tell_exit(const cy_event *event, line *told)
{
	const char *sequel = event->sequel == CY_REVIVES ? "; it will be revived" : "";
	if (event->signal)
		snprintf(told->text, sizeof told->text, "was ended by signal %d (%s)%s", event->signal,
		         strsignal(event->signal), sequel);
	else
		snprintf(told->text, sizeof told->text, "has exited with code %d%s", event->code, sequel);
}

static int tell(const cy_event *event, line *told, void *ctx)
{
	const char *text = "";
	*told = (line){.speaker = event->worker, .aside = event->type == CY_EVENT_STATUS};
	switch (event->type) {
	case CY_EVENT_STATUS:
		snprintf(told->text, sizeof told->text, "status: %s", cy_status_name(event->status));
		break;
	case CY_EVENT_EXIT:
		tell_exit(event, told);
		break;
	case CY_EVENT_MESSAGE:
		told->speaker = event->sender;
		cy_get_string(event->body, NULL, &text);
		snprintf(told->text, sizeof told->text, "%s", text);
		break;
	default:
		snprintf(told->text, sizeof told->text, "trouble: %s", event->words ? event->words : "");
	}
	return 0;
}
RX_MAPPER(tell, line, cy_event);

rx_observable *asides(cy_cluster *cluster)
{
	return rx_pipe(cy_events(cluster), rx_filter(is_told), rx_map(tell));
}
