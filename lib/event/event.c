/*
 * Events: a value that is copied by whoever keeps it, emitted on one subject.
 */
#include "lib/cluster/cluster.h"

#include <time.h>

static void event_drop(void *value)
{
	cy_event *event = value;
	rx_free((void *)event->name);
	rx_free((void *)event->words);
	rx_free((void *)event->last_words);
	cy_value_unref(event->body);
}

/* A copy has no descriptors: they belong to the call that brought them. */
static int event_copy(void *to, const void *from)
{
	const cy_event *event = from;
	cy_event copy = *event;
	copy.fds = NULL;
	copy.name = event->name ? cy__strdup(event->name) : NULL;
	copy.words = event->words ? cy__strdup(event->words) : NULL;
	copy.last_words = event->last_words ? cy__strdup(event->last_words) : NULL;
	copy.body = event->body ? cy_value_ref(event->body) : NULL;
	if ((event->name && !copy.name) || (event->words && !copy.words) || (event->last_words && !copy.last_words)) {
		event_drop(&copy);
		return -ENOMEM;
	}
	*(cy_event *)to = copy;
	return 0;
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* What happened, to whom, and how: the time does not count. */
static bool event_equal(const void *x, const void *y)
{
	const cy_event *a = x, *b = y;
	return a->type == b->type && a->worker == b->worker && a->origin == b->origin && a->sender == b->sender &&
	       a->target == b->target && a->incarnation == b->incarnation && a->call == b->call &&
	       a->status == b->status && a->code == b->code && a->signal == b->signal && a->reason == b->reason &&
	       a->sequel == b->sequel && same_text(a->name, b->name) && same_text(a->words, b->words) &&
	       same_text(a->last_words, b->last_words) &&
	       (a->body == b->body || (a->body && b->body && cy_value_equal(a->body, b->body)));
}

static uint64_t event_hash(const void *value)
{
	const cy_event *event = value;
	return ((uint64_t)event->type << 32 | event->worker) * UINT64_C(0x9e3779b97f4a7c15) ^ event->call;
}

const rx_type rx_type_cy_event = {.name = "cy_event",
                                  .size = sizeof(cy_event),
                                  .copy = event_copy,
                                  .drop = event_drop,
                                  .equal = event_equal,
                                  .hash = event_hash};

const char *cy_event_name(cy_event_type type)
{
	static const char *const names[] = {
		[CY_EVENT_ONLINE] = "online",   [CY_EVENT_READY] = "ready",
		[CY_EVENT_STATUS] = "status",   [CY_EVENT_COMMAND] = "command",
		[CY_EVENT_RESULT] = "result",   [CY_EVENT_LISTENING] = "listening",
		[CY_EVENT_MESSAGE] = "message", [CY_EVENT_DISCONNECT] = "disconnect",
		[CY_EVENT_ERROR] = "error",     [CY_EVENT_EXIT] = "exit",
		[CY_EVENT_GROUP] = "group",     [CY_EVENT_CUSTOM] = "custom",
	};
	return (size_t)type < sizeof names / sizeof *names && names[type] ? names[type] : "unknown";
}

rx_observable *cy_events(cy_cluster *cluster)
{
	return rx_subject_observe(cluster->events);
}

static int is_of_type(const cy_event *event, void *ctx)
{
	return event->type == *(const cy_event_type *)ctx;
}
RX_PREDICATE(is_of_type, cy_event);

rx_observable *cy_events_of(cy_cluster *cluster, cy_event_type type)
{
	/* One for each type, so that the recipe owns nothing. */
	static cy_event_type types[CY_EVENT_CUSTOM + 1];
	if ((size_t)type >= sizeof types / sizeof *types)
		return rx_throw_error(-EINVAL, "there is no event of type %d", (int)type);
	types[type] = type;
	return rx_pipe(cy_events(cluster), rx_filter(is_of_type, &types[type]));
}

bool cy__is_heard(const cy_cluster *cluster)
{
	return rx_subject_observers(cluster->events) > 0;
}

void cy__emit(cy_cluster *cluster, cy_event event)
{
	struct timespec now;
	if (!cy__is_heard(cluster))
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	event.time = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
	rx_wait_forbid(); /* whoever emits is on the stack */
	rx_subject_next(cluster->events, &event);
	rx_wait_allow();
}

int cy_emit(cy_cluster *cluster, const char *name, cy_value *body)
{
	cy_value *value = body ? body : cy_nil();
	const int code = cy_value_error(value);
	if (code < 0)
		rx_raise(code, "emit \"%s\": %s", name, cy_value_words(value));
	else
		cy__emit(cluster, (cy_event){.type = CY_EVENT_CUSTOM,
		                             .worker = cluster->id,
		                             .origin = cluster->id,
		                             .sender = cluster->id,
		                             .target = cluster->id,
		                             .incarnation = cluster->incarnation,
		                             .name = name,
		                             .body = value});
	cy_value_unref(value);
	return code;
}
