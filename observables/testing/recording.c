/*
 * Recordings: a subscription, now or later, and what came of it. An item that is an observable is subscribed as it
 * comes, and recorded in frames of its own.
 */
#include "observables/testing/testing.h"

static void note(rx_recording *recording, rx_message message)
{
	message.frame = rx_test_frame(recording->test) - recording->base;
	const int code = rx__messages_add(&recording->messages, &message);
	if (code < 0)
		recording->code = code;
}

static void start(rx_recording *recording);

static const rx_messages *record_inner(rx_recording *recording, const void *item)
{
	rx_observable *source = recording->stream(item);
	if (!source)
		return NULL;
	rx_recording *inner = rx__recording_create(recording->test, rx_observable_ref(source), NULL);
	if (!inner) {
		recording->code = -ENOMEM;
		return NULL;
	}
	inner->base = rx_test_frame(recording->test);
	start(inner);
	return &inner->messages.view;
}

static int record_next(const void *item, void *ctx)
{
	rx_recording *recording = ctx;
	const rx_messages *inner = recording->stream ? record_inner(recording, item) : NULL;
	note(recording, (rx_message){.kind = RX_MESSAGE_NEXT, .item = item, .inner = inner});
	return 0;
}

static void record_error(const rx_error *error, void *ctx)
{
	note(ctx, (rx_message){.kind = RX_MESSAGE_ERROR, .error = error});
}

static void record_complete(void *ctx)
{
	note(ctx, (rx_message){.kind = RX_MESSAGE_COMPLETE});
}

static void start(rx_recording *recording)
{
	const rx_observer observer = {.next = &recording->consumer,
	                              .error = record_error,
	                              .complete = record_complete,
	                              .ctx = recording,
	                              .scheduler = recording->test->scheduler};
	rx_subscribe(rx_observable_ref(recording->source), &observer, &recording->subscription);
}

static rx_recording *recording_of(rx_task *task, size_t offset)
{
	return (rx_recording *)((char *)task - offset);
}

static void run_subscribe(rx_task *task)
{
	start(recording_of(task, offsetof(rx_recording, subscribe)));
}

static void run_unsubscribe(rx_task *task)
{
	rx_unsubscribe(&recording_of(task, offsetof(rx_recording, unsubscribe))->subscription);
}

static void schedule(rx_recording *recording, const rx_subscription_log *when)
{
	rx_scheduler *scheduler = recording->test->scheduler;
	recording->subscribe.run = run_subscribe;
	recording->unsubscribe.run = run_unsubscribe;
	rx_schedule(scheduler, &recording->subscribe, when->subscribed == RX_NEVER ? 0 : when->subscribed * RX__FRAME);
	if (when->unsubscribed != RX_NEVER)
		rx_schedule(scheduler, &recording->unsubscribe, when->unsubscribed * RX__FRAME);
}

rx_recording *rx__recording_create(rx_test *test, rx_observable *source, const rx_subscription_log *when)
{
	rx_recording *recording = rx_alloc_zero(sizeof *recording);
	if (!recording) {
		rx_observable_unref(source);
		return NULL;
	}
	const rx_type *type = rx_observable_type(source);
	recording->test = test;
	recording->source = source;
	recording->messages.view.type = type;
	recording->consumer = (rx_consumer){"expectation", type, record_next};
	recording->stream = type ? rx__test_stream_of(test, type) : NULL;
	recording->next = test->recordings;
	test->recordings = recording;
	if (when)
		schedule(recording, when);
	return recording;
}

const rx_messages *rx_recorded(const rx_recording *recording)
{
	return &recording->messages.view;
}

void rx__recording_destroy(rx_recording *recording)
{
	rx_cancel(&recording->subscribe);
	rx_cancel(&recording->unsubscribe);
	rx_observable_unref(recording->source);
	rx__messages_clear(&recording->messages);
	rx_free(recording);
}
