/*
 * A marble test: it owns the virtual time, the sources, what is expected and what was seen, and compares at a flush.
 */
#include "observables/testing/testing.h"

/* RxJS's own limit in the older syntax. */
#define LEGACY_LIMIT 750

struct rx_expectation {
	rx_expectation *next;
	char *name; /* what it is about, for the message */
	/* Of an observable. */
	const rx_recording *actual, *other; /* `other` instead of `expected` */
	rx_message_list expected;
	/* Of subscriptions. */
	const rx_test_source *source;
	rx_subscription_log *logs;
	size_t log_count;
};

static rx_observable *stream_itself(const void *item)
{
	return *(const rx_stream *)item;
}

rx_observable *(*rx__test_stream_of(const rx_test *test, const rx_type *type))(const void *item)
{
	for (const rx_stream_type *entry = test->streams; entry; entry = entry->next)
		if (rx_type_same(entry->type, type))
			return entry->stream;
	return rx_type_same(type, &rx_type_rx_stream) ? stream_itself : NULL;
}

void rx_test_streams(rx_test *test, const rx_type *type, rx_observable *(*stream)(const void *item))
{
	rx_stream_type *entry = rx_alloc(sizeof *entry);
	if (!entry) {
		rx__test_mistake(test, type->name, -ENOMEM);
		return;
	}
	*entry = (rx_stream_type){test->streams, type, stream};
	test->streams = entry;
}

void rx__test_mistake(rx_test *test, const char *what, int code)
{
	const rx_error *error = rx__error_from_code(code, NULL);
	test->mistakes++;
	rx__text_add(&test->words, "%s: %s\n", what, error->message);
	rx_error_unref(error);
}

/* ---- Life ------------------------------------------------------------------------------------------------------ */

static rx_test *create(bool legacy)
{
	rx_test *test = rx_alloc_zero(sizeof *test);
	rx_scheduler *scheduler = rx_virtual_create();
	if (!test || !scheduler) {
		rx_free(test);
		rx_virtual_destroy(scheduler);
		return NULL;
	}
	test->legacy = legacy;
	test->scheduler = scheduler;
	test->last = &test->expectations;
	rx_test_set_error(test, -EIO, "error");
	test->before = rx_scheduler_set_current(scheduler);
	return test;
}

rx_test *rx_test_create(void)
{
	return create(false);
}

rx_test *rx_test_create_legacy(void)
{
	return create(true);
}

static void destroy_expectation(rx_expectation *expectation)
{
	rx__messages_clear(&expectation->expected);
	rx_free(expectation->logs);
	rx_free(expectation->name);
	rx_free(expectation);
}

static void destroy_expectations(rx_test *test)
{
	while (test->expectations) {
		rx_expectation *expectation = test->expectations;
		test->expectations = expectation->next;
		destroy_expectation(expectation);
	}
	test->last = &test->expectations;
}

/* Unsubscribe all before any is released: what one does at its end may reach another. */
static void destroy_recordings(rx_test *test)
{
	for (rx_recording *recording = test->recordings; recording; recording = recording->next)
		rx_unsubscribe(&recording->subscription);
	while (test->recordings) {
		rx_recording *recording = test->recordings;
		test->recordings = recording->next;
		rx__recording_destroy(recording);
	}
}

static void destroy_sources(rx_test *test)
{
	for (rx_test_source *source = test->sources; source; source = source->next)
		rx__test_source_empty(source);
	while (test->sources) {
		rx_test_source *source = test->sources;
		test->sources = source->next;
		rx__test_source_destroy(source);
	}
}

void rx_test_destroy(rx_test *test)
{
	if (!test)
		return;
	destroy_recordings(test);
	destroy_expectations(test);
	destroy_sources(test);
	while (test->streams) {
		rx_stream_type *entry = test->streams;
		test->streams = entry->next;
		rx_free(entry);
	}
	rx_error_unref(test->error);
	rx__text_clear(&test->words);
	rx_scheduler_set_current(test->before);
	rx_virtual_destroy(test->scheduler);
	rx_free(test);
}

rx_scheduler *rx_test_scheduler(rx_test *test)
{
	return test->scheduler;
}

int64_t rx_test_frame(const rx_test *test)
{
	return rx_now(test->scheduler) / RX__FRAME;
}

void rx_test_set_error(rx_test *test, int code, const char *words)
{
	rx_error_unref(test->error);
	test->error = rx_error_create(code, "%s", words);
	if (test->error->code != code)
		rx__test_mistake(test, words, -ENOMEM);
}

/* ---- Expecting ------------------------------------------------------------------------------------------------- */

static char *copy_text(const char *text)
{
	const size_t size = strlen(text) + 1;
	char *copy = rx_alloc(size);
	return copy ? memcpy(copy, text, size) : NULL;
}

static rx_expectation *expect(rx_test *test, const char *name)
{
	rx_expectation *expectation = rx_alloc_zero(sizeof *expectation);
	char *copy = copy_text(name);
	if (!expectation || !copy) {
		rx_free(expectation);
		rx_free(copy);
		rx__test_mistake(test, name, -ENOMEM);
		return NULL;
	}
	expectation->name = copy;
	*test->last = expectation;
	test->last = &expectation->next;
	return expectation;
}

rx_recording *rx_record(rx_test *test, rx_observable *source, const char *subscription)
{
	rx_subscription_log when;
	const int code = rx__marbles_parse_subscription(test, subscription, &when);
	if (code < 0)
		rx__test_mistake(test, subscription, code);
	rx_recording *recording = rx__recording_create(test, source, &when);
	if (!recording)
		rx__test_mistake(test, "a recording", -ENOMEM);
	return recording;
}

static rx_expectation *expect_source(rx_test *test, rx_observable *source, const char *subscription)
{
	char name[128];
	rx__stage_name(source, name, sizeof name);
	const rx_recording *recording = rx_record(test, source, subscription);
	rx_expectation *expectation = recording ? expect(test, name) : NULL;
	if (expectation)
		expectation->actual = recording;
	return expectation;
}

void rx_expect(rx_test *test, rx_observable *source, const char *subscription, const char *expected,
               const rx_values *values)
{
	rx_expectation *expectation = expect_source(test, source, subscription);
	if (!expectation)
		return;
	const int code = rx__marbles_parse(test, expected, values, RX__EXPECTED, &expectation->expected);
	if (code < 0)
		rx__test_mistake(test, expected, code);
}

void rx_expect_messages(rx_test *test, rx_observable *source, const char *subscription, const rx_messages *expected)
{
	rx_expectation *expectation = expect_source(test, source, subscription);
	if (!expectation)
		return;
	const int code = rx__messages_copy(&expectation->expected, expected, test->error);
	if (code < 0)
		rx__test_mistake(test, expectation->name, code);
}

void rx_expect_equal(rx_test *test, rx_observable *source, const char *subscription, rx_observable *other)
{
	rx_expectation *expectation = expect_source(test, source, subscription);
	const rx_recording *recording = rx_record(test, other, subscription);
	if (expectation)
		expectation->other = recording;
}

static rx_expectation *expect_logs(rx_test *test, const rx_observable *source, size_t count)
{
	const rx_test_source *found = rx__test_source_find(test, source);
	if (!found) {
		rx__test_mistake(test, "subscriptions", rx_raise(-EINVAL, "this is no source of the test"));
		return NULL;
	}
	rx_expectation *expectation = expect(test, found->hot ? "subscriptions of hot" : "subscriptions of cold");
	if (!expectation)
		return NULL;
	expectation->source = found;
	expectation->logs = rx_alloc_zero((count + 1) * sizeof(rx_subscription_log));
	if (!expectation->logs)
		rx__test_mistake(test, expectation->name, -ENOMEM);
	return expectation->logs ? expectation : NULL;
}

void rx_expect_subscription_logs(rx_test *test, rx_observable *source, const rx_subscription_log *logs, size_t count)
{
	rx_expectation *expectation = expect_logs(test, source, count);
	if (!expectation)
		return;
	expectation->log_count = count;
	if (count)
		memcpy(expectation->logs, logs, count * sizeof *logs);
}

void rx_expect_subscriptions_array(rx_test *test, rx_observable *source, const char *const *diagrams)
{
	size_t count = 0;
	while (diagrams[count])
		count++;
	rx_expectation *expectation = expect_logs(test, source, count);
	for (size_t i = 0; expectation && i < count; i++) {
		rx_subscription_log log;
		const int code = rx__marbles_parse_subscription(test, diagrams[i], &log);
		if (code < 0)
			rx__test_mistake(test, diagrams[i], code);
		else if (log.subscribed != RX_NEVER)
			expectation->logs[expectation->log_count++] = log;
	}
}

/* ---- Comparing ------------------------------------------------------------------------------------------------- */

static bool subscriptions_met(const rx_expectation *expectation)
{
	const rx_test_source *source = expectation->source;
	if (source->log_count != expectation->log_count)
		return false;
	for (size_t i = 0; i < source->log_count; i++)
		if (source->logs[i].subscribed != expectation->logs[i].subscribed ||
		    source->logs[i].unsubscribed != expectation->logs[i].unsubscribed)
			return false;
	return true;
}

static const rx_messages *expected_of(const rx_expectation *expectation)
{
	return expectation->other ? &expectation->other->messages.view : &expectation->expected.view;
}

static bool is_met(const rx_expectation *expectation)
{
	if (expectation->source)
		return subscriptions_met(expectation);
	return expectation->actual->code == 0 &&
	       rx__messages_equal(&expectation->actual->messages.view, expected_of(expectation));
}

static void draw(rx_test *test, const rx_expectation *expectation)
{
	rx__text_add(&test->words, "%s:\n", expectation->name);
	const int64_t step = rx__test_step(test);
	const rx_test_source *source = expectation->source;
	if (source) {
		rx__draw_subscriptions(&test->words, "expected", expectation->logs, expectation->log_count, step);
		rx__draw_subscriptions(&test->words, "actual", source->logs, source->log_count, step);
	} else {
		rx__draw_messages(&test->words, expected_of(expectation), &expectation->actual->messages.view, step);
	}
	if (expectation->actual && expectation->actual->code)
		rx__text_add(&test->words, "  not all could be recorded: %s\n", strerror(-expectation->actual->code));
}

size_t rx_test_flush(rx_test *test)
{
	for (rx_test_source *source = test->sources; source; source = source->next)
		if (rx__test_source_begin(source) < 0)
			rx__test_mistake(test, "a hot source", -ENOMEM);
	rx_virtual_run(test->scheduler, test->legacy ? LEGACY_LIMIT * RX__FRAME : RX_NEVER);
	size_t unmet = test->mistakes;
	test->mistakes = 0;
	for (rx_expectation *expectation = test->expectations; expectation; expectation = expectation->next)
		if (!is_met(expectation)) {
			unmet++;
			draw(test, expectation);
		}
	destroy_expectations(test);
	return unmet;
}

const char *rx_test_message(const rx_test *test)
{
	return test->words.bytes ? test->words.bytes : "";
}
