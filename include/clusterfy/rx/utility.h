/**
 * @file
 * Operators that look at a stream, or wrap it, and change its items little or not at all.
 */
#ifndef CLUSTERFY_RX_UTILITY_H
#define CLUSTERFY_RX_UTILITY_H

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
 * Emit these items, then those of the source: `rx_start_with(int64_t, 1, 2)`.
 *
 *     source            ----3--|
 *     start_with(1, 2)  (12)3--|
 *
 * The source is subscribed when they have been emitted.
 *
 * Items:   copied into the operator, borrowed for the call; then forwarded.
 * Errors:  the source's; adds none.
 * State:   nothing. Takes whole spans.
 * See:     https://rxjs.dev/api/operators/startWith
 */
#define rx_start_with(T, ...)                                                                                          \
	rx_start_with_items(&rx_type_##T, (const T[]){__VA_ARGS__}, sizeof((const T[]){__VA_ARGS__}) / sizeof(T))
/** What rx_start_with() expands to: @p count items that lie packed. */
RX_API rx_operator *rx_start_with_items(const rx_type *type, const void *items, size_t count) RX_MUST_USE;

RX_END_DECLS
#endif
