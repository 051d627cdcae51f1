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
 * Emit @p count numbers (int64_t) from @p start, then complete. Past INT64_MAX they go on from INT64_MIN.
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

/**
 * Ask @p condition for each subscription, and subscribe to one of two observables of the same type.
 *
 *     a                   -1-|
 *     b                   -2-|
 *     iif(() => 1, a, b)  -1-|
 *
 * @param condition   a negative result becomes the stream's error
 * @param when_true   consumed, as is @p when_false
 *
 * See:     https://rxjs.dev/api/index/function/iif
 */
RX_API rx_observable *rx_iif(int (*condition)(void *ctx), rx_observable *when_true, rx_observable *when_false,
                             void *ctx) RX_MUST_USE;

/** What rx_using() holds while a subscription lasts. */
typedef struct rx_resource {
	/** Into @p resource; a negative result becomes the stream's error. */
	int (*acquire)(void **resource, void *ctx);
	/** What is subscribed with it (consumed); rx_throw_error() to fail. */
	rx_observable *(*use)(void *resource, void *ctx);
	/** After what used it has been torn down. May be NULL. */
	void (*release)(void *resource, void *ctx);
} rx_resource;

/**
 * Acquire a resource for each subscription, subscribe to what uses it, and release it at the end, however that comes.
 *
 *     using(..., () => cold(--a|))  --a|
 *
 * @param type      of the items; NULL: it emits none
 * @param resource  copied
 *
 * State:   32 bytes, and a block for what uses it.
 * See:     https://rxjs.dev/api/index/function/using
 */
RX_API rx_observable *rx_using(const rx_type *type, const rx_resource *resource, void *ctx) RX_MUST_USE;

/**
 * Emit @p initial, what @p step makes of it, and so on, as long as @p proceed holds:
 * `rx_generate(int64_t, 1, below_10, twice)` or `rx_generate(int64_t, 1, below, twice, &limit)`.
 *
 *     generate(1, below_10, twice)  (1248|)
 *
 * @p proceed is a predicate, @p step a mapper, both of @p T; the index of both counts the items. For other items than
 * the states, map them.
 *
 * Items:   states, lent from the stack.
 * Errors:  a negative result of a function.
 * See:     https://rxjs.dev/api/index/function/generate
 */
#define rx_generate(T, initial, proceed, ...) RX__GENERATE(T, initial, proceed, __VA_ARGS__, NULL, NULL)
#define RX__GENERATE(T, initial, proceed, step, ctx, ...)                                                              \
	rx_generate_fn(&rx_type_##T, (const T[]){initial}, &proceed##_rx_predicate, &step##_rx_mapper, (ctx))
/** What rx_generate() expands to. @p initial is copied; @p proceed NULL: for ever. */
RX_API rx_observable *rx_generate_fn(const rx_type *type, const void *initial, const rx_predicate *proceed,
                                     const rx_mapper *step, void *ctx) RX_MUST_USE;

/**
 * Subscribe to @p source (consumed) and pass on each of its events as a task of @p scheduler, which is borrowed.
 *
 *     scheduled(of(1, 2), s)  (12|)
 *
 * See:     https://rxjs.dev/api/index/function/scheduled
 */
RX_API rx_observable *rx_scheduled(rx_observable *source, rx_scheduler *scheduler) RX_MUST_USE;

/**
 * Events of something that calls whoever is registered with it.
 *
 *     rx_from_event(&rx_type_int, add, remove, button)  --a----b-
 *
 * For each subscription @p add is called, which registers a function of the program's that calls
 * `rx_next(handler, &item)`, and at the end @p remove, after which nothing may use the handler any more.
 *
 * @param type    of the items
 * @param add     a negative result becomes the stream's error: nothing is registered then
 * @param remove  may be NULL, if nothing comes after the end
 *
 * State:   1 byte.
 * See:     https://rxjs.dev/api/index/function/fromEventPattern
 */
RX_API rx_observable *rx_from_event(const rx_type *type, int (*add)(rx_subscriber *handler, void *ctx),
                                    void (*remove)(rx_subscriber *handler, void *ctx), void *ctx) RX_MUST_USE;

/** The answer that a function owes; see rx_bind_callback(). */
typedef struct rx_callback rx_callback;

/**
 * A function that answers through a callback, as an observable of one item.
 *
 *     static void resolved(const struct address *address, void *data) { rx_callback_return(data, address); }
 *     static int resolve(rx_callback *callback, void *name) { return resolve_async(name, resolved, callback); }
 *     ... rx_bind_callback(&rx_type_address, resolve, name)  ---(a|)
 *
 * The first subscription calls @p call, which hands @p callback on; its answer goes to everybody who subscribes, then or
 * later. Unsubscribing does not stop the function.
 *
 * @param call  a negative result becomes the stream's error: there must be no answer then
 *
 * See:     https://rxjs.dev/api/index/function/bindCallback
 */
RX_API rx_observable *rx_bind_callback(const rx_type *type, int (*call)(rx_callback *callback, void *ctx), void *ctx)
	RX_MUST_USE;
/** Answer with @p result (borrowed), once; @p callback is gone afterwards. */
RX_API void rx_callback_return(rx_callback *callback, const void *result);
/** Answer with an error made as by rx_error_create(), once; @p callback is gone afterwards. */
RX_API void rx_callback_fail(rx_callback *callback, int code, const char *format, ...) RX_PRINTF(3, 4);

RX_END_DECLS
#endif
