/**
 * @file
 * Creation functions: where streams begin. A custom source is rx_create() in rx/observable.h.
 */
#ifndef CLUSTERFY_RX_CREATE_H
#define CLUSTERFY_RX_CREATE_H

#include <clusterfy/rx/observable.h>

RX_BEGIN_DECLS

/**
 * Emit these items, then complete: `rx_of(int64_t, 1, 2, 3)`.
 *
 *     of(1, 2, 3)  (123|)
 *
 * Items:   copied into the recipe, borrowed for each call.
 * See:     https://rxjs.dev/api/index/function/of
 */
#define rx_of(T, ...) rx_from(&rx_type_##T, (const T[]){__VA_ARGS__}, sizeof((const T[]){__VA_ARGS__}) / sizeof(T))

/**
 * Emit @p count items that lie at @p items, then complete. The items are copied into the recipe by their type.
 *
 *     from({1, 2, 3})  (123|)
 *
 * Errors:  those of the type's copy.
 * State:   nothing an item; a source of spans, and it can be paused.
 * See:     https://rxjs.dev/api/index/function/from
 */
RX_API rx_observable *rx_from(const rx_type *type, const void *items, size_t count) RX_MUST_USE;

/**
 * As rx_from(), but the items stay where they are and must outlive every subscription, unchanged.
 */
RX_API rx_observable *rx_from_span(const rx_type *type, const void *items, size_t count) RX_MUST_USE;

/**
 * Emit @p count numbers (int64_t) from @p start, then complete.
 *
 *     range(3, 2)  (34|)
 *
 * State:   8 bytes; a source of spans, and it can be paused.
 * See:     https://rxjs.dev/api/index/function/range
 */
RX_API rx_observable *rx_range(int64_t start, int64_t count) RX_MUST_USE;

/**
 * Complete at once. Fits any type.
 *
 *     empty()  |
 *
 * See:     https://rxjs.dev/api/index/const/EMPTY
 */
RX_API rx_observable *rx_empty(void) RX_MUST_USE;

/**
 * Neither emit nor end. Fits any type.
 *
 *     never()  -
 *
 * See:     https://rxjs.dev/api/index/const/NEVER
 */
RX_API rx_observable *rx_never(void) RX_MUST_USE;

/**
 * Error at once, with an error made as by rx_error_create(). Fits any type.
 *
 *     throw_error(...)  #
 *
 * See:     https://rxjs.dev/api/index/function/throwError
 */
RX_API rx_observable *rx_throw_error(int code, const char *format, ...) RX_PRINTF(2, 3) RX_MUST_USE;
/** As rx_throw_error(), with an error that exists already; its reference is consumed. */
RX_API rx_observable *rx_throw(const rx_error *error) RX_MUST_USE;

/**
 * Call @p factory for each subscription, and subscribe to what it returns (which is consumed).
 *
 *     defer(() => cold(--a|))  --a|
 *
 * @param type     of the items of what @p factory returns; NULL: it emits none
 * @param factory  returns rx_throw_error() to fail
 *
 * See:     https://rxjs.dev/api/index/function/defer
 */
RX_API rx_observable *rx_defer(const rx_type *type, rx_observable *(*factory)(void *ctx), void *ctx) RX_MUST_USE;

/** How rx_timer_with() counts. Zero: the default. */
typedef struct rx_timer_options {
	rx_nsec due;    /**< from the subscription to the first number; 0: at once */
	rx_nsec at;     /**< instead of `due`, an absolute time of the scheduler; one that has passed is now */
	rx_nsec period; /**< between the numbers; 0: there is one only; RX_NOW: as fast as the scheduler turns */
	rx_scheduler *scheduler; /**< NULL: the subscription's; borrowed */
} rx_timer_options;

/**
 * Emit 0 (int64_t) after @p due, then complete: `rx_timer(RX_MS(3))` or `rx_timer(RX_MS(3), scheduler)`.
 *
 *     timer(3ms)  ---(a|)      a = 0
 *
 * Items:   numbers on the stack, lent for the call.
 * State:   88 bytes.
 * See:     https://rxjs.dev/api/index/function/timer
 */
#define rx_timer(...) RX__ON(rx_timer_on, __VA_ARGS__)
/** What rx_timer() expands to. */
RX_API rx_observable *rx_timer_on(rx_nsec due, rx_scheduler *scheduler) RX_MUST_USE;
/**
 * As rx_timer(), also at an absolute time, and counting on with a period.
 *
 *     timer(3ms, period 2ms)  ---a-b-c-d-
 */
RX_API rx_observable *rx_timer_with(const rx_timer_options *options) RX_MUST_USE;

/**
 * Count (int64_t) from 0, a number each @p period, for ever: `rx_interval(RX_MS(3))` or `rx_interval(RX_MS(3), scheduler)`.
 *
 *     interval(3ms)  ---a--b--c--d--      a = 0, b = 1, c = 2, d = 3
 *
 * Numbers keep their distance from the subscription, as long as the program keeps up; what it has missed is not made
 * up for.
 *
 * Items:   numbers on the stack, lent for the call.
 * State:   88 bytes.
 * See:     https://rxjs.dev/api/index/function/interval
 */
#define rx_interval(...) RX__ON(rx_interval_on, __VA_ARGS__)
/** What rx_interval() expands to. */
RX_API rx_observable *rx_interval_on(rx_nsec period, rx_scheduler *scheduler) RX_MUST_USE;

RX_END_DECLS
#endif
