/**
 * @file
 * Observables, operators, subscriptions.
 *
 * An observable is an immutable recipe; nothing happens until it is subscribed, and each subscription runs it
 * anew. **Observables are consumed, items are borrowed**: a function that takes an `rx_observable *` or an
 * `rx_operator *` takes that reference over (rx_observable_ref() first, to use it twice), and an item is a pointer
 * that is valid, and does not change, for the duration of the call that brings it.
 *
 * What a subscription delivers is `next* (error | complete)?`, and nothing after that, nor after unsubscribing.
 * Everything may be called from inside any callback. All of a chain lives on one thread.
 */
#ifndef CLUSTERFY_RX_OBSERVABLE_H
#define CLUSTERFY_RX_OBSERVABLE_H

#include <clusterfy/rx/error.h>
#include <clusterfy/rx/function.h>
#include <clusterfy/rx/scheduler.h>

RX_BEGIN_DECLS

typedef struct rx_operator rx_operator;
typedef struct rx_run rx_run;

/** An observable as an item: whoever keeps one holds a reference. */
typedef rx_observable *rx_stream;
RX__DECLARE_TYPE(rx_stream);

/** Who receives. All fields may be zero. */
typedef struct rx_observer {
	const rx_consumer *next; /**< set with RX_NEXT(function) */
	void (*error)(const rx_error *error, void *ctx);
	void (*complete)(void *ctx);
	void *ctx;
	/** Called once with `ctx`, after everything else, however the subscription ends. */
	void (*drop)(void *ctx);
	rx_scheduler *scheduler; /**< NULL: the thread's current one */
} rx_observer;

/** `&(rx_observer){ RX_NEXT(print), .ctx = stdout }`, with `RX_CONSUMER(print, T);` above. */
#define RX_NEXT(fn) .next = &fn##_rx_consumer

/**
 * A running chain, in the caller's memory: zero it, or leave it to rx_subscribe(). It is the caller's again from
 * the moment a terminal callback begins, or once rx_unsubscribe() is entered; until then it must not move.
 */
typedef struct rx_subscription {
	rx_run *run; /**< NULL when closed */
} rx_subscription;

/**
 * Run @p source for @p observer.
 *
 * @param source        consumed
 * @param observer      copied; NULL: items are ignored
 * @param subscription  published before the first item; NULL: fire and forget
 *
 * Errors: with no memory, with an observer of another type, or with a NULL source, `observer->error` is called.
 * Cost:   one block of memory, from a pool.
 */
RX_API void rx_subscribe(rx_observable *source, const rx_observer *observer, rx_subscription *subscription);
/** Stop the chain: its teardown has run when this returns. Does nothing on a closed subscription. */
RX_API void rx_unsubscribe(rx_subscription *subscription);
/** Whether nothing more will come. */
RX_API bool rx_is_closed(const rx_subscription *subscription);
/**
 * Call @p finalizer once when the subscription ends, however it ends, after the stages have stopped; in the order
 * of adding. On a closed subscription it is called at once.
 * @retval -ENOMEM  nothing was added
 */
RX_API int rx_add_finalizer(rx_subscription *subscription, void (*finalizer)(void *ctx), void *ctx);
/**
 * Ask the source to pause, from inside an item too. Items may still come until it does; so may its end, which is no item.
 * @retval 0         it will, until rx_resume()
 * @retval -ENOTSUP  a stage or the source cannot
 */
RX_API int rx_pause(rx_subscription *subscription);
/** Undo rx_pause(). */
RX_API void rx_resume(rx_subscription *subscription);

/** One more reference to @p observable, which it returns: so a recipe can be used twice. NULL is accepted. */
RX_API rx_observable *rx_observable_ref(rx_observable *observable);
/** Release a reference; NULL is accepted. */
RX_API void rx_observable_unref(rx_observable *observable);
/** One more reference to @p op, which it returns. NULL is accepted. */
RX_API rx_operator *rx_operator_ref(rx_operator *op);
/** Release a reference; NULL is accepted. */
RX_API void rx_operator_unref(rx_operator *op);
/** The type of the items; NULL for an observable that has none and therefore fits any type. */
RX_API const rx_type *rx_observable_type(const rx_observable *observable);

/**
 * Apply operators, the first one nearest to the source.
 *
 *     rx_pipe(rx_range(0, 100), rx_filter(is_even), rx_map(scale, &factor), rx_take(3))
 *
 * Source and operators are consumed. Never NULL: without memory, or where types do not fit, the result errors when it
 * is subscribed, and names the operators and both types.
 */
#ifndef __cplusplus
#define rx_pipe(source, ...) rx_pipe_array((source), (rx_operator *[]){__VA_ARGS__, NULL})
/** Operators composed without a source, the first one nearest to it: itself an operator. */
#define rx_compose(...) rx_compose_array((rx_operator *[]){__VA_ARGS__, NULL})
#endif
/** rx_pipe() for an array that ends with NULL. */
RX_API rx_observable *rx_pipe_array(rx_observable *source, rx_operator *const *operators) RX_MUST_USE;
/** rx_compose() for an array that ends with NULL. */
RX_API rx_operator *rx_compose_array(rx_operator *const *operators) RX_MUST_USE;

/**
 * A custom operator made of others: @p apply gets the source (consumed) and returns what becomes of it.
 * @param in    the type it takes; NULL: any
 * @param drop  called with @p ctx when the operator is no longer used; may be NULL
 */
RX_API rx_operator *rx_operator_create(const rx_type *in, rx_observable *(*apply)(rx_observable *source, void *ctx),
                                       void *ctx, void (*drop)(void *ctx)) RX_MUST_USE;

/** Where a custom source emits to. It lives as long as the subscription; longer with rx_subscriber_ref(). */
typedef struct rx_stage rx_subscriber;

/**
 * A custom source.
 *
 *     static int clicks(rx_subscriber *subscriber, void *ctx) { ... rx_next(subscriber, &item); ... return 0; }
 *
 * @param type       of the items
 * @param subscribe  called once for each subscription; may emit now, or keep @p subscriber and emit later. A negative
 *                   result becomes the stream's error
 * @param drop       called with @p ctx when the recipe is no longer used; may be NULL
 */
RX_API rx_observable *rx_create(const rx_type *type, int (*subscribe)(rx_subscriber *subscriber, void *ctx), void *ctx,
                                void (*drop)(void *ctx)) RX_MUST_USE;
/** Emit an item, borrowed for the call. @returns whether more is wanted */
RX_API bool rx_next(rx_subscriber *subscriber, const void *item);
/** End the stream with an error made as by rx_error_create(). Ignored after the end. */
RX_API void rx_fail(rx_subscriber *subscriber, int code, const char *format, ...) RX_PRINTF(3, 4);
/** End the stream with @p error (borrowed). Ignored after the end. */
RX_API void rx_fail_with(rx_subscriber *subscriber, const rx_error *error);
/** End the stream. Ignored after the end. */
RX_API void rx_complete(rx_subscriber *subscriber);
/** Whether anybody still listens. */
RX_API bool rx_wanted(const rx_subscriber *subscriber);
/**
 * Call @p teardown once when the subscription ends; in the order of adding, before the stages' own teardown. After
 * the end it is called at once.
 * @retval -ENOMEM  nothing was added
 */
RX_API int rx_on_teardown(rx_subscriber *subscriber, void (*teardown)(void *ctx), void *ctx);
/**
 * Let the source hear of rx_pause() and rx_resume(). Without it, pausing answers -ENOTSUP.
 * @param flow  called with true to resume and false to pause
 */
RX_API void rx_on_flow(rx_subscriber *subscriber, void (*flow)(bool resume, void *ctx), void *ctx);
/** The scheduler of the subscription. */
RX_API rx_scheduler *rx_subscriber_scheduler(const rx_subscriber *subscriber);
/** Keep the subscriber past its end: emitting through it then does nothing. NULL is accepted. */
RX_API rx_subscriber *rx_subscriber_ref(rx_subscriber *subscriber);
/** Release a kept subscriber; NULL is accepted. */
RX_API void rx_subscriber_unref(rx_subscriber *subscriber);

RX_END_DECLS

#ifdef __cplusplus
/* C++ has no compound literals; a pack of arguments makes the array. */
template <typename... Operators>
RX_MUST_USE inline rx_observable *rx_pipe(rx_observable *source, Operators... operators)
{
	rx_operator *array[] = {operators..., nullptr};
	return rx_pipe_array(source, array);
}
template <typename... Operators> RX_MUST_USE inline rx_operator *rx_compose(Operators... operators)
{
	rx_operator *array[] = {operators..., nullptr};
	return rx_compose_array(array);
}
#endif
#endif
