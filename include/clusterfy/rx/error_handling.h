/**
 * @file
 * Operators that answer an error, and those that run their source again.
 */
#ifndef CLUSTERFY_RX_ERROR_HANDLING_H
#define CLUSTERFY_RX_ERROR_HANDLING_H

#include <clusterfy/rx/transformation.h>

RX_BEGIN_DECLS

/** As a count: without end. */
#define RX_FOREVER SIZE_MAX

/** An error → an observable of Out: rx_catch_error(). */
typedef struct rx_catcher {
	const char *name;
	const rx_type *out;
	rx_observable *(*call)(const rx_error *error, rx_observable *caught, void *ctx);
} rx_catcher;

/**
 * `rx_observable *fn(const rx_error *error, rx_observable *caught, void *ctx)`: an observable of Out. @p caught is
 * borrowed: it is the source with this operator on it, so `return rx_observable_ref(caught);` tries again.
 */
#define RX_CATCHER(fn, Out) static const rx_catcher fn##_rx_catcher RX_UNUSED = {#fn, &rx_type_##Out, fn}

/**
 * When the source errors, go on with what @p fn returns: `rx_catch_error(instead)` or `rx_catch_error(instead, &ctx)`.
 *
 *     source                    --a--b--#
 *     x                         --1--|
 *     catch_error(() => x)      --a--b----1--|
 *
 * The source has been torn down before its replacement is subscribed.
 *
 * Items:   forwarded, borrowed for the call.
 * Errors:  those of what the function returned, which it may make with rx_throw_error().
 * State:   48 bytes, and a block for the source. Trying again, any number of times, at constant stack.
 * See:     https://rxjs.dev/api/operators/catchError
 */
#define rx_catch_error(...) RX__WITH_CTX(rx_catch_error_fn, _rx_catcher, __VA_ARGS__)
/** What rx_catch_error() expands to. */
RX_API rx_operator *rx_catch_error_fn(const rx_catcher *catcher, void *ctx) RX_MUST_USE;

/**
 * When the source errors, subscribe to it again, up to @p count times.
 *
 *     source    --a--#
 *     retry(2)  --a----a----a--#
 *
 * @param count  tries after the first; RX_FOREVER
 *
 * Items:   forwarded, borrowed for the call.
 * Errors:  the source's last.
 * State:   144 bytes, and a block for the source. Any number of tries at constant stack.
 * See:     https://rxjs.dev/api/operators/retry
 */
RX_API rx_operator *rx_retry(size_t count) RX_MUST_USE;

/** How to try again. All fields may be zero. */
typedef struct rx_retry_options {
	size_t count;  /**< tries after the first; 0: without end */
	rx_nsec delay; /**< before each; RX_NOW: as soon as the scheduler comes to it; 0: at once */
	/** Instead of `delay`: try again when this emits; complete when it completes before. @p count is from 1. */
	rx_observable *(*notifier)(const rx_error *error, size_t count, void *ctx);
	void *ctx;             /**< of `notifier` */
	bool reset_on_success; /**< count anew after each item */
} rx_retry_options;
/** As rx_retry(), with more to say. */
RX_API rx_operator *rx_retry_with(const rx_retry_options *options) RX_MUST_USE;

/**
 * When the source completes, subscribe to it again, so that it runs @p count times.
 *
 *     source     --a--|
 *     repeat(3)  --a----a----a--|
 *
 * @param count  runs; 0 completes on subscription; RX_FOREVER
 *
 * Items:   forwarded, borrowed for the call.
 * Errors:  the source's; adds none.
 * State:   144 bytes, and a block for the source. Any number of runs at constant stack.
 * See:     https://rxjs.dev/api/operators/repeat
 */
RX_API rx_operator *rx_repeat(size_t count) RX_MUST_USE;

/** How to repeat. All fields may be zero. */
typedef struct rx_repeat_options {
	size_t count;  /**< runs; 0: without end */
	rx_nsec delay; /**< between two runs; RX_NOW: as soon as the scheduler comes to it; 0: none */
	/** Instead of `delay`: run again when this emits; complete when it completes before. @p count runs have ended. */
	rx_observable *(*notifier)(size_t count, void *ctx);
	void *ctx; /**< of `notifier` */
} rx_repeat_options;
/** As rx_repeat(), with more to say. */
RX_API rx_operator *rx_repeat_with(const rx_repeat_options *options) RX_MUST_USE;

RX_END_DECLS
#endif
