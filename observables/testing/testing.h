/*
 * Inside the marble tests: diagrams become lists of messages (marbles.c), sources emit them and log who subscribed
 * (source.c), recordings take them down (recording.c), expectations compare (test.c), and what differs is drawn
 * (draw.c).
 */
#ifndef RX_TESTING_TESTING_H
#define RX_TESTING_TESTING_H

#include <clusterfy/rx/testing.h>

#include "observables/core/text.h"

#define RX__FRAME RX_MS(1)

/* ---- Messages -------------------------------------------------------------------------------------------------- */

typedef struct rx_message_list {
	rx_messages view; /* what users read */
	rx_message *items;
	size_t capacity;
} rx_message_list;

/* Append a copy of @p message, its item of the list's type; the error gets a reference. 0 or -errno. */
int rx__messages_add(rx_message_list *list, const rx_message *message);
int rx__messages_copy(rx_message_list *list, const rx_messages *from, const rx_error *error);
void rx__messages_clear(rx_message_list *list);
bool rx__messages_equal(const rx_messages *actual, const rx_messages *expected);
bool rx__message_equal(const rx_type *type, const rx_message *actual, const rx_message *expected);
/* Whether two errors are equal, as far as the expected one has words. */
bool rx__error_expected(const rx_error *actual, const rx_error *expected);

/* ---- Diagrams -------------------------------------------------------------------------------------------------- */

enum { RX__COLD, RX__HOT, RX__EXPECTED };

/* Decode into an empty list. 0, -ENOMEM, or -EINVAL with the reason in rx_raise()'s words. */
int rx__marbles_parse(const rx_test *test, const char *marbles, const rx_values *values, int kind,
                      rx_message_list *list);
/* Decode subscription marbles; NULL is never subscribed. Both ends are RX_NEVER where they are missing. */
int rx__marbles_parse_subscription(const rx_test *test, const char *marbles, rx_subscription_log *log);

/* ---- Sources --------------------------------------------------------------------------------------------------- */

typedef struct rx_test_source {
	rx_test *test;
	struct rx_test_source *next;
	rx_observable *observable;
	rx_message_list messages;
	rx_subscription_log *logs;
	size_t log_count, log_capacity;
	/* A hot source's. */
	struct rx_hot_task *tasks;
	struct rx_hot_link *first, *last, *cursor;
	uint64_t serial;
	const rx_message *end;
	bool hot, scheduled;
} rx_test_source;

rx_test_source *rx__test_source_find(const rx_test *test, const rx_observable *observable);
/* Schedule the items of a hot source. */
int rx__test_source_begin(rx_test_source *source);
/* Release its messages, which may hold other sources: of all sources, before any is destroyed. */
void rx__test_source_empty(rx_test_source *source);
void rx__test_source_destroy(rx_test_source *source);

/* ---- Recordings ------------------------------------------------------------------------------------------------ */

/* A subscription of the test, now or later, and what came of it. */
struct rx_recording {
	rx_test *test;
	rx_recording *next;
	rx_message_list messages;
	rx_observable *source; /* until it is subscribed */
	rx_consumer consumer;
	rx_observable *(*stream)(const void *item);
	rx_subscription subscription;
	rx_task subscribe, unsubscribe;
	int64_t base; /* the frame from which it counts */
	int code;     /* of what could not be recorded */
};

rx_recording *rx__recording_create(rx_test *test, rx_observable *source, const rx_subscription_log *when);
void rx__recording_destroy(rx_recording *recording);

/* ---- The test -------------------------------------------------------------------------------------------------- */

typedef struct rx_stream_type {
	struct rx_stream_type *next;
	const rx_type *type;
	rx_observable *(*stream)(const void *item);
} rx_stream_type;

typedef struct rx_expectation rx_expectation;

struct rx_test {
	rx_scheduler *scheduler, *before;
	bool legacy;
	const rx_error *error; /* what # means */
	rx_test_source *sources;
	rx_recording *recordings;
	rx_expectation *expectations, **last;
	rx_stream_type *streams;
	size_t mistakes; /* since the last flush */
	rx_text words;
};

/* How to find the observable in an item of @p type; NULL: it is none. */
rx_observable *(*rx__test_stream_of(const rx_test *test, const rx_type *type))(const void *item);
/* The frames of a character. */
static inline int64_t rx__test_step(const rx_test *test)
{
	return test->legacy ? 10 : 1;
}
/* Count a mistake in the test itself: @p code and the words of rx_raise(). */
void rx__test_mistake(rx_test *test, const char *what, int code);

/* ---- Drawing --------------------------------------------------------------------------------------------------- */

/* Two streams, one under the other; a character is @p step frames. */
void rx__draw_messages(rx_text *text, const rx_messages *expected, const rx_messages *actual, int64_t step);
/* One stream, and its items below as @p formatter writes them (NULL: as their type is known). */
void rx__draw_stream(rx_text *text, const rx_messages *messages, const rx_formatter *formatter, void *ctx);
/* Subscriptions, those expected and those that were, each a diagram. */
void rx__draw_subscriptions(rx_text *text, const char *label, const rx_subscription_log *logs, size_t count,
                            int64_t step);

#endif
