/**
 * @file
 * Marble tests: streams drawn as text, run in virtual time, compared to the frame. Fits any test framework.
 *
 *     rx_test *t = rx_test_create();
 *     rx_observable *a = rx_hot(t, "--a--^--b--c--|", NULL);
 *     rx_expect(t, rx_pipe(a, rx_take(1)), NULL, "---(b|)", NULL);
 *     rx_expect_subscriptions(t, a, "^--!");
 *     if (rx_test_flush(t))
 *             puts(rx_test_message(t));
 *     rx_test_destroy(t);
 *
 * The syntax is RxJS's. A character is one frame, which is a millisecond:
 *
 *     -        a frame in which nothing happens
 *     a        an item: the character itself, of type `char`, or the value that it stands for
 *     | #      completion, an error
 *     (ab|)    all in the frame of the parenthesis (each character takes a frame all the same)
 *     ^        hot sources: frame 0, where tests begin to subscribe; what is before it has negative frames
 *     ^ !      in subscription marbles: subscribed, unsubscribed
 *     spaces   nothing: they align diagrams
 *     10ms     time that passes, also 1.5s and 2m, with a space or the beginning before it and a space behind it
 *
 * A test made by rx_test_create_legacy() reads RxJS's older syntax: a character is 10 frames, a space too, no
 * durations, and what is due after frame 750 does not happen.
 *
 * What is expected is subscribed at frame 0, or where its subscription marbles say. Hot sources schedule their items
 * when the flush begins, cold ones when they are subscribed.
 */
#ifndef CLUSTERFY_RX_TESTING_H
#define CLUSTERFY_RX_TESTING_H

#include <clusterfy/rx/observable.h>

RX_BEGIN_DECLS

/** A marble test: virtual time, sources, expectations. */
typedef struct rx_test rx_test;

/** What the characters of a diagram stand for; made by RX_VALUES(). */
typedef struct rx_values {
	const rx_type *type;
	const char *keys;  /**< a character for each item */
	const void *items; /**< packed */
	size_t count;
} rx_values;

/** `RX_VALUES(int64_t, "ab", 10, 20)`: a is 10 and b is 20. */
#define RX_VALUES(T, characters, ...)                                                                                  \
	(&(const rx_values){.type = &rx_type_##T,                                                                      \
	                    .keys = (characters),                                                                      \
	                    .items = (const T[]){__VA_ARGS__},                                                         \
	                    .count = sizeof((const T[]){__VA_ARGS__}) / sizeof(T)})

typedef enum rx_message_kind {
	RX_MESSAGE_NEXT,
	RX_MESSAGE_ERROR,
	RX_MESSAGE_COMPLETE,
} rx_message_kind;

typedef struct rx_messages rx_messages;

/** What happens in one frame. */
typedef struct rx_message {
	int64_t frame;
	rx_message_kind kind;
	const void *item;      /**< of RX_MESSAGE_NEXT */
	const rx_error *error; /**< of RX_MESSAGE_ERROR; NULL in what is given: the default error */
	/** Where the item is an observable: what it emits, in frames after the item's own. NULL elsewhere. */
	const rx_messages *inner;
	char mark; /**< its character in the diagram; 0: none */
} rx_message;

/** A stream as data. */
struct rx_messages {
	const rx_type *type; /**< of the items; NULL where there are none */
	const rx_message *items;
	size_t count;
};

/** When a source was subscribed and unsubscribed. */
typedef struct rx_subscription_log {
	int64_t subscribed;
	int64_t unsubscribed; /**< RX_NEVER: not yet */
} rx_subscription_log;

/**
 * Begin a test. The thread's current scheduler becomes the test's virtual one until rx_test_destroy().
 * NULL without memory.
 */
RX_API rx_test *rx_test_create(void) RX_MUST_USE;
/** As rx_test_create(), for diagrams of 10 frames a character; see the top of this page. */
RX_API rx_test *rx_test_create_legacy(void) RX_MUST_USE;
/**
 * End a test: unsubscribe what it subscribed, release its sources, restore the scheduler. Other recipes and
 * subscriptions that hold the sources must be gone by then. NULL is accepted.
 */
RX_API void rx_test_destroy(rx_test *test);
/** The virtual scheduler; it belongs to the test. */
RX_API rx_scheduler *rx_test_scheduler(rx_test *test);
/** The current frame. */
RX_API int64_t rx_test_frame(const rx_test *test);
/**
 * What `#` means in the diagrams and messages that follow: an error of @p code with @p words. Until then it is -EIO,
 * "error". An expected error with empty words is compared by its code alone.
 */
RX_API void rx_test_set_error(rx_test *test, int code, const char *words);
/** The length of a diagram up to its `|`, as a duration: `rx_delay(rx_test_time(t, "---|"))`. */
RX_API rx_nsec rx_test_time(rx_test *test, const char *marbles);

/**
 * A hot source: it emits whether or not somebody listens. @p values NULL: items are characters.
 *
 * The source belongs to the test: it is not consumed, needs no references, and lives until rx_test_destroy(). A
 * mistake in the diagram is an error of the source and a mismatch of the test. Never NULL.
 */
RX_API rx_observable *rx_hot(rx_test *test, const char *marbles, const rx_values *values);
/** A cold source: each subscription sees it from its beginning. Otherwise as rx_hot(). */
RX_API rx_observable *rx_cold(rx_test *test, const char *marbles, const rx_values *values);
/** A hot source from data, which is copied. */
RX_API rx_observable *rx_hot_messages(rx_test *test, const rx_messages *messages);
/** A cold source from data, which is copied. */
RX_API rx_observable *rx_cold_messages(rx_test *test, const rx_messages *messages);

/**
 * Expect @p source (consumed) to do what @p expected draws, when subscribed as @p subscription draws (NULL: from
 * frame 0 to its end).
 *
 * Where the items are observables (rx_stream, or a type told to rx_test_streams()), the test subscribes each as it
 * comes, and a value is a cold source of the test that draws it: `RX_VALUES(rx_stream, "xy", x, y)`.
 */
RX_API void rx_expect(rx_test *test, rx_observable *source, const char *subscription, const char *expected,
                      const rx_values *values);
/** As rx_expect(), with data, which is copied. */
RX_API void rx_expect_messages(rx_test *test, rx_observable *source, const char *subscription,
                               const rx_messages *expected);
/** Expect two observables (both consumed) to do the same. */
RX_API void rx_expect_equal(rx_test *test, rx_observable *source, const char *subscription, rx_observable *other);

#ifndef __cplusplus
/** Expect these subscriptions of a source of the test, a diagram each; NULL: none. */
#define rx_expect_subscriptions(test, source, ...)                                                                     \
	rx_expect_subscriptions_array((test), (source), (const char *const[]){__VA_ARGS__, NULL})
#endif
/** rx_expect_subscriptions() for an array that ends with NULL. */
RX_API void rx_expect_subscriptions_array(rx_test *test, rx_observable *source, const char *const *diagrams);
/** As rx_expect_subscriptions(), with data, which is copied. */
RX_API void rx_expect_subscription_logs(rx_test *test, rx_observable *source, const rx_subscription_log *logs,
                                        size_t count);

/**
 * Run until nothing waits and compare what was expected. May be called again after further expectations.
 * @returns how many expectations of this flush were not met
 */
RX_API size_t rx_test_flush(rx_test *test);
/**
 * What was not met so far, with the diagrams one under the other; "" when nothing was. Valid until the next flush.
 */
RX_API const char *rx_test_message(const rx_test *test);

/** Tell the test how to find the observable in an item of @p type (borrowed, as is the result; NULL: it has none). */
RX_API void rx_test_streams(rx_test *test, const rx_type *type, rx_observable *(*stream)(const void *item));

/** What a test saw of an observable. Belongs to the test. */
typedef struct rx_recording rx_recording;
/** Subscribe @p source (consumed) as rx_expect() does, and expect nothing. NULL without memory. */
RX_API rx_recording *rx_record(rx_test *test, rx_observable *source, const char *subscription);
/** What was seen so far, valid until more is seen. */
RX_API const rx_messages *rx_recorded(const rx_recording *recording);
/** The subscriptions of a source of the test so far, valid until the next one; NULL if it is not of the test. */
RX_API const rx_subscription_log *rx_subscription_logs(rx_test *test, const rx_observable *source, size_t *count);

RX_END_DECLS
#endif
