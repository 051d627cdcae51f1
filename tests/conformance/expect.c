/*
 * What an observable emits and who subscribed to a source, held against the record.
 */
#include <math.h>
#include <stdlib.h>

#include "tests/conformance/replay.h"

struct expectation {
	struct expectation *next;
	struct replay *replay;
	const json_t *step;
	const rx_recording *recording; /* NULL: it is about subscriptions */
};

static struct expectation *add(struct replay *replay, const json_t *step)
{
	struct expectation *expectation = calloc(1, sizeof *expectation), **end = &replay->expectations;
	expectation->replay = replay;
	expectation->step = step;
	while (*end)
		end = &(*end)->next;
	return *end = expectation;
}

void expect_observable(struct replay *replay, const json_t *step)
{
	const char *subscription = json_string_value(json_object_get(step, "subscription"));
	const js *observable = decode(replay, json_object_get(step, "expect"));
	add(replay, step)->recording = rx_record(replay->test, rx_observable_ref(observable->observable), subscription);
}

void expect_subscriptions(struct replay *replay, const json_t *step)
{
	add(replay, step);
}

/* ---- Comparing ------------------------------------------------------------------------------------------------- */

static js *value_of(struct replay *replay, const rx_message *message)
{
	if (message->kind == RX_MESSAGE_COMPLETE)
		return js_undefined();
	if (message->kind == RX_MESSAGE_ERROR)
		return error_value(replay, message->error);
	if (!message->inner)
		return *(const js_item *)message->item;
	js *inner = js_messages();
	messages_from(replay, message->inner, &inner->messages);
	return inner;
}

void messages_from(struct replay *replay, const rx_messages *recorded, struct messages *messages)
{
	for (size_t i = 0; i < recorded->count; i++) {
		const rx_message *message = &recorded->items[i];
		messages_add(messages,
		             (struct message){(double)message->frame, message->kind, value_of(replay, message)});
	}
}

static void check_messages(const struct expectation *expectation)
{
	struct replay *replay = expectation->replay;
	js *wanted = js_messages(), *got = js_messages();
	decode_messages(replay, json_object_get(expectation->step, "to_be"), &wanted->messages);
	messages_from(replay, rx_recorded(expectation->recording), &got->messages);
	if (messages_equal(&got->messages, &wanted->messages))
		return;
	const json_t *id = json_object_get(json_object_get(expectation->step, "expect"), "observable");
	fprintf(replay->complain, "    observable %d\n      RxJS  ", (int)json_integer_value(id));
	messages_print(replay->complain, &wanted->messages, replay->scale);
	fputs("      here  ", replay->complain);
	messages_print(replay->complain, &got->messages, replay->scale);
}

static void print_frame(FILE *file, int64_t frame)
{
	if (frame == RX_NEVER)
		fputs("never", file);
	else
		fprintf(file, "%lld", (long long)frame);
}

static void print_logs(FILE *file, const rx_subscription_log *logs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		fputs(" [", file);
		print_frame(file, logs[i].subscribed);
		fputs(", ", file);
		print_frame(file, logs[i].unsubscribed);
		fputc(']', file);
	}
	fputs(count ? "\n" : " none\n", file);
}

static rx_subscription_log *wanted_logs(const json_t *to_be)
{
	rx_subscription_log *logs = calloc(json_array_size(to_be) + 1, sizeof *logs);
	size_t i;
	json_t *pair;
	json_array_foreach(to_be, i, pair)
	{
		const json_t *end = json_array_get(pair, 1);
		logs[i].subscribed = (int64_t)json_number_value(json_array_get(pair, 0));
		logs[i].unsubscribed = json_is_number(end) ? (int64_t)json_number_value(end) : RX_NEVER;
	}
	return logs;
}

static bool logs_equal(const rx_subscription_log *a, const rx_subscription_log *b, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (a[i].subscribed != b[i].subscribed || a[i].unsubscribed != b[i].unsubscribed)
			return false;
	return true;
}

static void check_subscriptions(const struct expectation *expectation)
{
	struct replay *replay = expectation->replay;
	const json_t *to_be = json_object_get(expectation->step, "to_be");
	const int id = (int)json_integer_value(json_object_get(expectation->step, "expect_subscriptions"));
	size_t count = 0;
	const rx_subscription_log *got = rx_subscription_logs(replay->test, node(replay, id)->observable, &count);
	rx_subscription_log *wanted = wanted_logs(to_be);
	if (!got || count != json_array_size(to_be) || !logs_equal(got, wanted, count)) {
		fprintf(replay->complain, "    subscriptions of %d\n      RxJS ", id);
		print_logs(replay->complain, wanted, json_array_size(to_be));
		fputs("      here ", replay->complain);
		print_logs(replay->complain, got, count);
	}
	free(wanted);
}

void expectations_check(struct replay *replay)
{
	for (struct expectation *expectation = replay->expectations; expectation; expectation = expectation->next) {
		if (expectation->recording)
			check_messages(expectation);
		else
			check_subscriptions(expectation);
	}
}

void expectations_finish(struct replay *replay)
{
	for (struct expectation *expectation; (expectation = replay->expectations);) {
		replay->expectations = expectation->next;
		free(expectation);
	}
}
