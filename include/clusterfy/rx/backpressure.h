/**
 * @file
 * What becomes of items that come while nobody can take them: operators that accept rx_pause() from below and do not
 * pass it up, so that a source goes on which cannot be paused, or must not be.
 *
 *     rx_pipe(ticks, rx_on_backpressure_latest(), rx_map(answer))
 *
 * Downstream is paused by rx_pause() on the subscription, and by a cluster's command whose caller has granted no more
 * (see cluster/command.h). Where nobody ever pauses, all of them pass on what comes. They are not in RxJS. In the
 * drawings `p` is a pause and `r` is where downstream goes on.
 */
#ifndef CLUSTERFY_RX_BACKPRESSURE_H
#define CLUSTERFY_RX_BACKPRESSURE_H

#include <clusterfy/rx/scheduler.h>
#include <clusterfy/rx/transformation.h>

RX_BEGIN_DECLS

/** What rx_on_backpressure_buffer() does with an item for which it has no room. */
typedef enum rx_overflow {
	RX_OVERFLOW_FAIL = 0,    /**< end the stream with -EAGAIN, behind the items that wait */
	RX_OVERFLOW_DROP_NEWEST, /**< drop the item that came */
	RX_OVERFLOW_DROP_OLDEST, /**< drop the item that waits longest */
} rx_overflow;

/** Options of rx_on_backpressure_buffer(); zero means the default. */
typedef struct rx_on_backpressure_buffer_options {
	rx_overflow overflow;
	const rx_consumer *dropped; /**< called with each item that is dropped, set with RX_DROPPED(function) */
	void *ctx;                  /**< for `dropped` */
} rx_on_backpressure_buffer_options;

/** Set `dropped` to a declared function. */
#define RX_DROPPED(fn) .dropped = &fn##_rx_consumer

/**
 * Keep what comes while downstream is paused, up to @p limit items, and emit it in order when it goes on:
 * `rx_on_backpressure_buffer(100)`, or with the address of an rx_on_backpressure_buffer_options.
 *
 *     source                     -a-b-c-------d-|
 *     downstream                 --p---r
 *     on_backpressure_buffer(9)  -a----(bc)---d-|
 *     on_backpressure_buffer(1)  -a----(b#)
 *
 * The end of the source, be it an error, comes behind what waits. When an item finds no room, by default the source is
 * unsubscribed, and the error comes behind what waits.
 *
 * @param limit  items that may wait; 0: as many as come
 *
 * Items:   forwarded, borrowed for the call; those that wait are kept by copy, lent from the stack.
 * Errors:  the source's; -EAGAIN where there is no room; that of the copy, at once; a negative result of `dropped`.
 * State:   64 bytes and what waits; memory that doubles. Nothing an item while downstream is not paused.
 */
#define rx_on_backpressure_buffer(...) RX__ON(rx_on_backpressure_buffer_with, __VA_ARGS__)
/** What rx_on_backpressure_buffer() expands to. */
RX_API rx_operator *rx_on_backpressure_buffer_with(size_t limit, const rx_on_backpressure_buffer_options *options)
	RX_MUST_USE;

/**
 * Drop what comes while downstream is paused: `rx_on_backpressure_drop()`, or with a function that is called with each
 * item dropped, `rx_on_backpressure_drop(count, &dropped)`.
 *
 *     source                     -a-b-c-d-|
 *     downstream                 --p---r
 *     on_backpressure_drop()     -a-----d-|
 *
 * The end of the source is passed on at once.
 *
 * Items:   forwarded, borrowed for the call.
 * Errors:  the source's, and a negative result of the function.
 * State:   16 bytes.
 */
#define rx_on_backpressure_drop(...) RX__WITHOUT_OR_CTX(rx_on_backpressure_drop_fn, _rx_consumer, __VA_ARGS__)
/** What rx_on_backpressure_drop() expands to. */
RX_API rx_operator *rx_on_backpressure_drop_fn(const rx_consumer *dropped, void *ctx) RX_MUST_USE;

/**
 * Of what comes while downstream is paused, keep the newest, and emit it when it goes on.
 *
 *     source                     -a-b-c-d-|
 *     downstream                 --p---r
 *     on_backpressure_latest()   -a----cd-|
 *
 * The end of the source, be it an error, comes behind an item that waits.
 *
 * Items:   forwarded, borrowed for the call; the one that waits is kept by copy, lent from the stack.
 * Errors:  the source's, and that of the copy.
 * State:   32 bytes and an item.
 */
RX_API rx_operator *rx_on_backpressure_latest(void) RX_MUST_USE;

/**
 * End the stream with -EAGAIN when an item comes while downstream is paused.
 *
 *     source                     -a-b-c-d-|
 *     downstream                 --p---r
 *     on_backpressure_error()    -a-#
 *
 * Items:   forwarded, borrowed for the call.
 * Errors:  the source's, and -EAGAIN.
 * State:   16 bytes.
 */
RX_API rx_operator *rx_on_backpressure_error(void) RX_MUST_USE;

RX_END_DECLS
#endif
