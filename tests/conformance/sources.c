/*
 * Hot and cold sources made of recorded messages, which log who subscribes. As in RxJS, the messages of a cold one are
 * scheduled at its subscription, those of the hot ones when the flush begins.
 */
#include "tests/conformance/replay.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct source {
	struct source *next;
	struct replay *replay;
	int id;
	bool hot;
	struct messages messages;
	struct subscription_log *log;
	size_t log_count;
	struct tap *taps;          /* who listens, in the order of subscription */
	struct delivery *hot_ones; /* a hot source's messages, scheduled */
	const struct message *end; /* how a hot source has ended, or NULL */
};

/* A message that waits for its time. */
struct delivery {
	rx_task task;
	struct source *source;
	struct tap *tap; /* NULL: all */
	const struct message *message;
};

/* One subscription. */
struct tap {
	struct tap *next;
	struct source *source;
	rx_subscriber *subscriber;
	size_t number;
	struct delivery *deliveries; /* a cold source's */
	bool closed;
};

static void deliver_to(struct replay *replay, rx_subscriber *subscriber, const struct message *message)
{
	if (message->kind == MESSAGE_NEXT) {
		rx_next(subscriber, &message->value);
	} else if (message->kind == MESSAGE_COMPLETE) {
		rx_complete(subscriber);
	} else {
		const rx_error *error = error_create(replay, message->value);
		rx_fail_with(subscriber, error);
		rx_error_unref(error);
	}
}

/* Only to those who were there when it began. */
static void deliver_to_all(struct source *source, const struct message *message)
{
	const size_t limit = source->log_count;
	if (source->end)
		return;
	if (message->kind != MESSAGE_NEXT)
		source->end = message;
	for (struct tap *tap = source->taps; tap && tap->number < limit; tap = tap->next)
		if (!tap->closed)
			deliver_to(source->replay, tap->subscriber, message);
}

static void deliver(rx_task *task)
{
	const struct delivery *delivery = (struct delivery *)task;
	if (delivery->tap)
		deliver_to(delivery->source->replay, delivery->tap->subscriber, delivery->message);
	else
		deliver_to_all(delivery->source, delivery->message);
}

static struct delivery *schedule(struct source *source, struct tap *tap)
{
	const struct messages *messages = &source->messages;
	struct delivery *deliveries = calloc(messages->count + 1, sizeof *deliveries);
	for (size_t i = 0; i < messages->count; i++) {
		deliveries[i] = (struct delivery){{.run = deliver}, source, tap, &messages->list[i]};
		if (messages->list[i].frame >= 0)
			rx_schedule(source->replay->test, &deliveries[i].task,
			            (rx_nsec)(messages->list[i].frame * (double)RX_MS(1)));
	}
	return deliveries;
}

static void unsubscribed(void *ctx)
{
	struct tap *tap = ctx;
	tap->closed = true;
	tap->source->log[tap->number].unsubscribed = clock_frame(tap->source->replay);
	for (size_t i = 0; tap->deliveries && i < tap->source->messages.count; i++)
		rx_cancel(&tap->deliveries[i].task);
}

static struct tap *tap_create(struct source *source, rx_subscriber *subscriber)
{
	struct tap *tap = calloc(1, sizeof *tap), **end = &source->taps;
	*tap = (struct tap){.source = source, .subscriber = rx_subscriber_ref(subscriber), .number = source->log_count};
	while (*end)
		end = &(*end)->next;
	*end = tap;
	source->log = realloc(source->log, ++source->log_count * sizeof *source->log);
	source->log[tap->number] = (struct subscription_log){clock_frame(source->replay), INFINITY};
	return tap;
}

static int subscribe(rx_subscriber *subscriber, void *ctx)
{
	struct source *source = ctx;
	struct tap *tap = tap_create(source, subscriber);
	const int code = rx_on_teardown(subscriber, unsubscribed, tap);
	if (code < 0)
		return code;
	if (!source->hot)
		tap->deliveries = schedule(source, tap);
	else if (source->end)
		deliver_to(source->replay, subscriber, source->end);
	return 0;
}

rx_observable *source_create(struct replay *replay, const json_t *node, int id)
{
	struct source *source = calloc(1, sizeof *source), **end = &replay->sources;
	source->replay = replay;
	source->id = id;
	source->hot = json_object_get(node, "hot");
	decode_messages(replay, json_object_get(node, "messages"), &source->messages);
	while (*end)
		end = &(*end)->next;
	*end = source;
	return rx_create(&rx_type_js_item, subscribe, source, NULL);
}

/* What lies before frame 0 happens now: nobody listens yet, but it may have been the end. */
void sources_setup(struct replay *replay)
{
	for (struct source *source = replay->sources; source; source = source->next) {
		if (!source->hot)
			continue;
		for (size_t i = 0; i < source->messages.count && source->messages.list[i].frame < 0; i++)
			deliver_to_all(source, &source->messages.list[i]);
		source->hot_ones = schedule(source, NULL);
	}
}

const struct subscription_log *source_log(const struct replay *replay, int id, size_t *count)
{
	for (const struct source *source = replay->sources; source; source = source->next)
		if (source->id == id) {
			*count = source->log_count;
			return source->log ? source->log : (const struct subscription_log *)"";
		}
	return NULL;
}

static void tap_finish(struct tap *tap)
{
	rx_subscriber_unref(tap->subscriber);
	for (size_t i = 0; tap->deliveries && i < tap->source->messages.count; i++)
		rx_cancel(&tap->deliveries[i].task);
	free(tap->deliveries);
	free(tap);
}

static void source_finish(struct source *source)
{
	for (struct tap *tap; (tap = source->taps);) {
		source->taps = tap->next;
		tap_finish(tap);
	}
	for (size_t i = 0; source->hot_ones && i < source->messages.count; i++)
		rx_cancel(&source->hot_ones[i].task);
	free(source->hot_ones);
	messages_finish(&source->messages);
	free(source->log);
	free(source);
}

void sources_finish(struct replay *replay)
{
	for (struct source *source; (source = replay->sources);) {
		replay->sources = source->next;
		source_finish(source);
	}
}
