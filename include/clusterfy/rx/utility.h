/**
 * @file
 * Operators that look at a stream, or wrap it, and change its items little or not at all.
 */
#ifndef CLUSTERFY_RX_UTILITY_H
#define CLUSTERFY_RX_UTILITY_H

#include <clusterfy/rx/composite.h>
#include <stdio.h>

#include <clusterfy/rx/transformation.h>

RX_BEGIN_DECLS

/** What rx_tap_with() calls; all fields may be zero. A negative result becomes the stream's error. */
typedef struct rx_tap_observer {
	const rx_consumer *next; /**< set with RX_NEXT(function); an RX_INSPECTOR can fail */
	int (*error)(const rx_error *error, void *ctx);
	int (*complete)(void *ctx);
	int (*subscribe)(void *ctx);    /**< before the source is subscribed */
	void (*unsubscribe)(void *ctx); /**< at an end that is neither error nor completion of the source */
	void (*finalize)(void *ctx);    /**< at any end, after everything else */
	void *ctx;
} rx_tap_observer;

/**
 * Call a function for each item, and pass the item on: `rx_tap(print)` or `rx_tap(print, stdout)`.
 *
 *     source  --a--b--c--|
 *     tap     --a--b--c--|
 *
 * Each event goes to the function first, then downstream.
 *
 * Items:   forwarded, borrowed for the call.
 * Errors:  the source's, and a negative result of a function (an RX_INSPECTOR).
 * State:   2 bytes; nothing an item.
 * See:     https://rxjs.dev/api/operators/tap
 */
#define rx_tap(...) RX__WITH_CTX(rx_tap_fn, _rx_consumer, __VA_ARGS__)
/** What rx_tap() expands to. */
RX_API rx_operator *rx_tap_fn(const rx_consumer *next, void *ctx) RX_MUST_USE;
/** The same for all events of a subscription; @p observer is copied. */
RX_API rx_operator *rx_tap_with(const rx_tap_observer *observer) RX_MUST_USE;

/**
 * Call @p call once when the subscription ends, be it by completion, error or unsubscribing: after the stages before it
 * have stopped, before those behind it.
 *
 *     source    --a--b--c--|
 *     finalize  --a--b--c--|
 *
 * Items:   forwarded, borrowed for the call.
 * Errors:  the source's; adds none.
 * State:   nothing. Takes whole spans.
 * See:     https://rxjs.dev/api/operators/finalize
 */
RX_API rx_operator *rx_finalize(void (*call)(void *ctx), void *ctx) RX_MUST_USE;

/**
 * Emit all items as one list when the source completes.
 *
 *     source    --1--2--3--|
 *     to_array  -----------(a|)      a = [1, 2, 3]
 *
 * Items:   one rx_list, borrowed for the call; RX_LIST_ITEMS(list, T) reads it.
 * Errors:  the source's; -ENOMEM where an item cannot be kept.
 * State:   32 bytes and the items; memory that doubles.
 * See:     https://rxjs.dev/api/operators/toArray
 */
RX_API rx_operator *rx_to_array(void) RX_MUST_USE;

/**
 * Emit each event of the source as an item; then, also after an error, complete.
 *
 *     source       --1--#
 *     materialize  --a--(b|)      a = next 1, b = error
 *
 * Items:   rx_notification, lent from the stack; RX_NOTIFICATION_VALUE(notification, T) reads a value.
 * Errors:  none.
 * State:   nothing.
 * See:     https://rxjs.dev/api/operators/materialize
 */
RX_API rx_operator *rx_materialize(void) RX_MUST_USE;

/**
 * Do what the notifications say; their values are of type @p T: `rx_dematerialize(int64_t)`.
 *
 *     source         --a--b-----|      a = next 1, b = error
 *     dematerialize  --1--#
 *
 * Items:   forwarded, borrowed for the call.
 * Errors:  the source's, and those it is told; -EINVAL where a value is of another type.
 * State:   nothing.
 * See:     https://rxjs.dev/api/operators/dematerialize
 */
#define rx_dematerialize(T) rx_dematerialize_to(&rx_type_##T)
/** What rx_dematerialize() expands to. */
RX_API rx_operator *rx_dematerialize_to(const rx_type *type) RX_MUST_USE;

/* ---- Time ------------------------------------------------------------------------------------------------------ */

/**
 * Emit each item @p duration later: `rx_delay(RX_MS(2))` or `rx_delay(RX_MS(2), scheduler)`.
 *
 *     source      -a-b--c|
 *     delay(2ms)  ---a-b--(c|)
 *
 * An error is not delayed, and takes what waits with it. A completion waits for the last item.
 *
 * Items:   copied, lent from the heap.
 * Errors:  the source's, at once, and that of the copy.
 * State:   24 bytes; a block for each item that waits, from a pool.
 * See:     https://rxjs.dev/api/operators/delay
 */
#define rx_delay(...) RX__ON(rx_delay_on, __VA_ARGS__)
/** What rx_delay() expands to. */
RX_API rx_operator *rx_delay_on(rx_nsec duration, rx_scheduler *scheduler) RX_MUST_USE;
/**
 * As rx_delay(), until an absolute time of the scheduler; items that come after it pass without delay, but not within
 * the call that brings them.
 */
#define rx_delay_until(...) RX__ON(rx_delay_until_on, __VA_ARGS__)
/** What rx_delay_until() expands to. */
RX_API rx_operator *rx_delay_until_on(rx_nsec time, rx_scheduler *scheduler) RX_MUST_USE;

/**
 * Emit each item when what @p duration returns for it emits: `rx_delay_when(duration)` or `rx_delay_when(duration, ctx)`.
 *
 *     source               -a-b---|
 *     delay_when(=> --x)   ---a-b-|
 *
 * A duration that completes without an item takes its item with it. Items may overtake each other.
 *
 * Items:   copied, lent from the heap.
 * Errors:  the source's and the durations', at once, and that of the copy.
 * State:   48 bytes; two blocks for each item that waits, from a pool.
 * See:     https://rxjs.dev/api/operators/delayWhen
 */
#define rx_delay_when(...) RX__WITH_CTX(rx_delay_when_fn, _rx_projector, __VA_ARGS__)
/** What rx_delay_when() expands to. */
RX_API rx_operator *rx_delay_when_fn(const rx_projector *duration, void *ctx) RX_MUST_USE;

/** What was seen until time ran out. */
typedef struct rx_timeout_info {
	size_t seen;         /**< items */
	const rx_type *type; /**< of the last one */
	const void *last;    /**< NULL before the first; borrowed */
} rx_timeout_info;

/** How rx_timeout_with() waits. At least one of `first`, `first_at` and `each` is set. */
typedef struct rx_timeout_options {
	rx_nsec first;    /**< from the subscription to the first item; 0: as `each` */
	rx_nsec first_at; /**< instead, an absolute time of the scheduler by which it must have come */
	rx_nsec each;     /**< from an item, when the downstream has taken it, to the next; 0: as long as it likes */
	/** What is subscribed instead of the source (consumed); NULL: an error of code -ETIMEDOUT. */
	rx_observable *(*with)(const rx_timeout_info *info, void *ctx);
	const rx_type *type;     /**< of the items of `with`; NULL: the source's */
	void *ctx;               /**< for `with` */
	void (*drop)(void *ctx); /**< called when the operator is no longer used; may be NULL */
	rx_scheduler *scheduler; /**< NULL: the subscription's; borrowed */
} rx_timeout_options;

/**
 * Error when the source takes longer than @p each for its first item, or from one to the next: `rx_timeout(RX_MS(500))`
 * or `rx_timeout(RX_MS(500), scheduler)`.
 *
 *     source        -a--b------c-|
 *     timeout(4ms)  -a--b---#
 *
 * The source is unsubscribed before the error is passed on.
 *
 * Items:   forwarded, borrowed for the call.
 * Errors:  the source's; -ETIMEDOUT.
 * State:   112 bytes; nothing an item.
 * See:     https://rxjs.dev/api/operators/timeout
 */
#define rx_timeout(...) RX__ON(rx_timeout_on, __VA_ARGS__)
/** What rx_timeout() expands to. */
RX_API rx_operator *rx_timeout_on(rx_nsec each, rx_scheduler *scheduler) RX_MUST_USE;
/**
 * As rx_timeout(), with all that RxJS knows of it. With `with`, the last item is kept by copy.
 *
 *     source              -a--b------c-|
 *     with                x-y|
 *     timeout(each 4ms)   -a--b---x-y|
 */
RX_API rx_operator *rx_timeout_with(const rx_timeout_options *options) RX_MUST_USE;

/**
 * Emit each item with the time since the one before it, or since the subscription, as rx_elapsed.
 *
 *     source         -a--b|
 *     time_interval  -x--y|      x = 1 ms a, y = 3 ms b
 *
 * Items:   made on the stack; the value in it is the borrowed item.
 * State:   16 bytes.
 * See:     https://rxjs.dev/api/operators/timeInterval
 */
RX_API rx_operator *rx_time_interval(void) RX_MUST_USE;
/** As rx_time_interval(), by the clock of @p scheduler (borrowed). */
RX_API rx_operator *rx_time_interval_on(rx_scheduler *scheduler) RX_MUST_USE;

/**
 * Emit each item with the time of the scheduler's clock, as rx_timestamped. That clock is monotonic: it tells order and
 * distance, not the time of day.
 *
 *     source     -a--b|
 *     timestamp  -x--y|      x = a at 1 ms, y = b at 4 ms
 *
 * Items:   made on the stack; the value in it is the borrowed item.
 * State:   none.
 * See:     https://rxjs.dev/api/operators/timestamp
 */
RX_API rx_operator *rx_timestamp(void) RX_MUST_USE;
/** As rx_timestamp(), by the clock of @p scheduler (borrowed). */
RX_API rx_operator *rx_timestamp_on(rx_scheduler *scheduler) RX_MUST_USE;

/* ---- Schedulers ------------------------------------------------------------------------------------------------ */

/**
 * Pass on items and end as tasks of @p scheduler (borrowed; NULL: the subscription's), @p delay later, in their order.
 *
 *     source                   -a-b-#
 *     observe_on(s, 2ms)       ---a-b-#
 *
 * Items:   copied, lent from the heap.
 * Errors:  the source's, delayed too; that of the copy, at once.
 * State:   96 bytes; a block for each item that waits, from a pool.
 * See:     https://rxjs.dev/api/operators/observeOn
 */
RX_API rx_operator *rx_observe_on(rx_scheduler *scheduler, rx_nsec delay) RX_MUST_USE;

/**
 * Subscribe to the source as a task of @p scheduler (borrowed; NULL: the subscription's), @p delay later.
 *
 *     source (cold)            a-b-|
 *     subscribe_on(s, 2ms)     --a-b-|
 *
 * Items:   forwarded, borrowed for the call.
 * State:   88 bytes, and a block for the source.
 * See:     https://rxjs.dev/api/operators/subscribeOn
 */
RX_API rx_operator *rx_subscribe_on(rx_scheduler *scheduler, rx_nsec delay) RX_MUST_USE;

/**
 * Tie the life of a context to an operator: `rx_own(rx_filter(is_named, name), name, free)`.
 *
 * @param op    consumed; its own reference count decides
 * @param ctx   handed to @p drop once, when the operator and every recipe made with it are no longer used, and every
 *              subscription of those has ended
 * @param drop  releases @p ctx
 *
 * @returns @p op; without memory an operator that errors, @p ctx having been dropped
 */
RX_API rx_operator *rx_own(rx_operator *op, void *ctx, void (*drop)(void *ctx)) RX_MUST_USE;

/**
 * Give an operator a name of its own, by which errors and traces call its stage: `rx_name(rx_map(scale), "to metres")`.
 * The stages of one that is composed of others are called "to metres/map(scale)" and so on.
 *
 * @param op     consumed; it is what is returned: a name is the operator's, wherever it is used
 * @param label  copied
 */
RX_API rx_operator *rx_name(rx_operator *op, const char *label) RX_MUST_USE;

/** `&(rx_trace_options){ RX_FORMAT(format_point) }`, with `RX_FORMATTER(format_point, point);` above. */
#define RX_FORMAT(fn) .format = &fn##_rx_formatter

typedef struct rx_trace_options {
	const rx_formatter *format; /**< set with RX_FORMAT(function); NULL: items are written as their type is known */
	void *ctx;                  /**< for the function */
	bool draw;                  /**< at the end of a subscription, draw it as a marble diagram, 1 ms a character */
} rx_trace_options;

/**
 * Write what passes here to @p file (borrowed; NULL: standard error): subscriptions, items and the end, each with the
 * time since its subscription, the stage before, and which subscription it is.
 *
 *     source  --1--2--|
 *     trace   --1--2--|
 *
 *         0.000 ms  range #1  subscribe
 *         2.000 ms  range #1  next 1
 *         5.000 ms  range #1  next 2
 *         8.000 ms  range #1  complete
 *         8.000 ms  range #1  --a--b--|
 *     a = 1
 *     b = 2
 *
 * A name of its own takes the place of the stage: `rx_name(rx_trace(stderr, NULL), "prices")`.
 *
 * @param options  NULL: the defaults
 *
 * Items:   forwarded, borrowed for the call.
 * Errors:  the source's; adds none.
 * State:   64 bytes; to draw, copies of all items.
 */
RX_API rx_operator *rx_trace(FILE *file, const rx_trace_options *options) RX_MUST_USE;

RX_END_DECLS
#endif
