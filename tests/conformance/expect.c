/*
 * What an observable emits and who subscribed to a source, held against the record.
 */
#include "tests/conformance/replay.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct expectation {
	struct expectation *next;
	struct replay *replay;
	const json_t *step;
	rx_observable *observable;
	rx_task subscribe, unsubscribe;
	rx_subscription subscription;
	struct recording *recordings; /* of this observable, and of those that it emitted */
};

struct recording {
	struct recording *next;
	struct expectation *expectation;
	js *messages;
	double start; /* frames are counted from here */
	bool outermost;
	rx_subscription subscription;
};

/* ---- Recording ------------------------------------------------------------------------------------------------- */

static void record(struct recording *recording, enum message_kind kind, js *value)
{
	const double frame = clock_frame(recording->expectation->replay) - recording->start;
	messages_add(&recording->messages->messages, (struct message){frame, kind, value});
}

static js *record_inner(struct expectation *expectation, js *observable);

static int record_next(const void *item, void *ctx)
{
	struct recording *recording = ctx;
	js *value = *(const js_item *)item;
	if (value->kind == JS_OBSERVABLE && recording->outermost)
		value = record_inner(recording->expectation, value);
	record(recording, MESSAGE_NEXT, value);
	return 0;
}

static void record_error(const rx_error *error, void *ctx)
{
	struct recording *recording = ctx;
	record(recording, MESSAGE_ERROR, error_value(recording->expectation->replay, error));
}

static void record_complete(void *ctx)
{
	record(ctx, MESSAGE_COMPLETE, js_undefined());
}

static struct recording *start_recording(struct expectation *expectation, rx_observable *observable, double start)
{
	static const rx_consumer consumer = {"record", &rx_type_js_item, record_next};
	struct recording *recording = calloc(1, sizeof *recording), **end = &expectation->recordings;
	*recording = (struct recording){.expectation = expectation, .messages = js_messages(), .start = start};
	recording->outermost = !*end;
	while (*end)
		end = &(*end)->next;
	*end = recording;
	rx_subscribe(observable,
	             &(rx_observer){.next = &consumer,
	                            .error = record_error,
	                            .complete = record_complete,
	                            .ctx = recording,
	                            .scheduler = expectation->replay->async},
	             &recording->subscription);
	return recording;
}

/* As the TestScheduler does: an observable that is emitted is subscribed at once. */
static js *record_inner(struct expectation *expectation, js *observable)
{
	return start_recording(expectation, rx_observable_ref(observable->observable), clock_frame(expectation->replay))
	        ->messages;
}

/* ---- Subscription marbles -------------------------------------------------------------------------------------- */

/* "10ms ": time that passes. Returns how many characters it takes, 0 when it is none. */
static size_t progression(const char *marbles, double *frames)
{
	char unit[3], *end;
	double factor = 0;
	const double amount = strtod(marbles, &end);
	if (sscanf(end, "%2[ms]", unit) != 1)
		return 0;
	if (strcmp(unit, "ms") == 0)
		factor = 1;
	else if (strcmp(unit, "s") == 0)
		factor = 1000;
	else if (strcmp(unit, "m") == 0)
		factor = 60000;
	end += strlen(unit);
	if (factor == 0 || *end != ' ')
		return 0;
	*frames += factor * amount;
	return (size_t)(end - marbles) + 1;
}

/* "--^--!": in frames, infinite where it is not marked. */
static void parse_subscription(const struct replay *replay, const char *marbles, double *begin, double *end)
{
	double frame = 0, group = -1;
	*begin = *end = INFINITY;
	for (const char *c = marbles; *c; c++) {
		size_t taken;
		if (replay->run && isdigit((unsigned char)*c) && (taken = progression(c, &frame))) {
			c += taken - 1;
			continue;
		}
		if (*c == ' ' && replay->run)
			continue;
		if (*c == '(')
			group = frame;
		else if (*c == ')')
			group = -1;
		else if (*c == '^')
			*begin = group < 0 ? frame : group;
		else if (*c == '!')
			*end = group < 0 ? frame : group;
		frame += *c == '!' ? 0 : replay->scale;
	}
}

/* ---- Expecting ------------------------------------------------------------------------------------------------- */

static void subscribe_now(rx_task *task)
{
	struct expectation *expectation =
		(struct expectation *)((char *)task - offsetof(struct expectation, subscribe));
	start_recording(expectation, rx_observable_ref(expectation->observable), 0);
}

static void unsubscribe_now(rx_task *task)
{
	struct expectation *expectation =
		(struct expectation *)((char *)task - offsetof(struct expectation, unsubscribe));
	if (expectation->recordings)
		rx_unsubscribe(&expectation->recordings->subscription);
}

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
	const char *marbles = json_string_value(json_object_get(step, "subscription"));
	double begin = INFINITY, end = INFINITY;
	struct expectation *expectation = add(replay, step);
	js *observable = decode(replay, json_object_get(step, "expect"));
	expectation->observable = rx_observable_ref(observable->observable);
	if (marbles)
		parse_subscription(replay, marbles, &begin, &end);
	expectation->subscribe.run = subscribe_now;
	rx_schedule(replay->test, &expectation->subscribe, isinf(begin) ? 0 : (rx_nsec)(begin * (double)RX_MS(1)));
	expectation->unsubscribe.run = unsubscribe_now;
	if (!isinf(end))
		rx_schedule(replay->test, &expectation->unsubscribe, (rx_nsec)(end * (double)RX_MS(1)));
}

void expect_subscriptions(struct replay *replay, const json_t *step)
{
	add(replay, step);
}

/* ---- Comparing ------------------------------------------------------------------------------------------------- */

static void check_messages(const struct expectation *expectation)
{
	struct replay *replay = expectation->replay;
	js *wanted = js_messages();
	decode_messages(replay, json_object_get(expectation->step, "to_be"), &wanted->messages);
	const js *got = expectation->recordings ? expectation->recordings->messages : js_messages();
	if (messages_equal(&got->messages, &wanted->messages))
		return;
	const json_t *id = json_object_get(json_object_get(expectation->step, "expect"), "observable");
	fprintf(replay->complain, "    observable %d\n      RxJS  ", (int)json_integer_value(id));
	messages_print(replay->complain, &wanted->messages, replay->scale);
	fputs("      here  ", replay->complain);
	messages_print(replay->complain, &got->messages, replay->scale);
}

static void print_log(FILE *file, const struct subscription_log *log, size_t count)
{
	for (size_t i = 0; i < count; i++)
		fprintf(file, " [%g, %g]", log[i].subscribed, log[i].unsubscribed);
	fputc('\n', file);
}

static struct subscription_log *wanted_log(const json_t *to_be)
{
	struct subscription_log *log = calloc(json_array_size(to_be) + 1, sizeof *log);
	size_t i;
	json_t *pair;
	json_array_foreach(to_be, i, pair)
	{
		const json_t *end = json_array_get(pair, 1);
		log[i].subscribed = json_number_value(json_array_get(pair, 0));
		log[i].unsubscribed = json_is_number(end) ? json_number_value(end) : INFINITY;
	}
	return log;
}

static bool logs_equal(const struct subscription_log *a, const struct subscription_log *b, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (a[i].subscribed != b[i].subscribed || a[i].unsubscribed != b[i].unsubscribed)
			return false;
	return true;
}

static void check_subscriptions(const struct expectation *expectation, const json_t *id)
{
	struct replay *replay = expectation->replay;
	const json_t *to_be = json_object_get(expectation->step, "to_be");
	size_t count = 0;
	const struct subscription_log *got = source_log(replay, (int)json_integer_value(id), &count);
	struct subscription_log *wanted = wanted_log(to_be);
	if (count != json_array_size(to_be) || !logs_equal(got, wanted, count)) {
		fprintf(replay->complain, "    subscriptions of %d\n      RxJS ", (int)json_integer_value(id));
		print_log(replay->complain, wanted, json_array_size(to_be));
		fputs("      here ", replay->complain);
		print_log(replay->complain, got, count);
	}
	free(wanted);
}

void expectations_check(struct replay *replay)
{
	for (const struct expectation *expectation = replay->expectations; expectation;
	     expectation = expectation->next) {
		const json_t *id = json_object_get(expectation->step, "expect_subscriptions");
		if (id)
			check_subscriptions(expectation, id);
		else
			check_messages(expectation);
	}
}

void expectations_stop(struct replay *replay)
{
	for (struct expectation *expectation; (expectation = replay->expectations);) {
		replay->expectations = expectation->next;
		rx_cancel(&expectation->subscribe);
		rx_cancel(&expectation->unsubscribe);
		for (struct recording *recording; (recording = expectation->recordings);) {
			expectation->recordings = recording->next;
			rx_unsubscribe(&recording->subscription);
			free(recording);
		}
		rx_observable_unref(expectation->observable);
		free(expectation);
	}
}
