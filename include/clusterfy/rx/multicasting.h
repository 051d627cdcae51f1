/**
 * @file
 * One subscription of a source for many observers.
 *
 * What is shared lives with the observable that the operator returns, and all who subscribe to that observable share:
 * keep it (rx_observable_ref()) to subscribe more than once. When no reference to it is left and nobody subscribes,
 * nobody can come any more, and the source is stopped, even where it would not be at zero observers.
 */
#ifndef CLUSTERFY_RX_MULTICASTING_H
#define CLUSTERFY_RX_MULTICASTING_H

#include <clusterfy/rx/subject.h>

RX_BEGIN_DECLS

/** Whether what is shared begins anew: with a new subject, and a new subscription of the source. */
typedef enum rx_reset {
	RX_RESET_DEFAULT,
	RX_RESET_YES,
	RX_RESET_NO,
} rx_reset;

/** Zero: a plain subject, and a reset in all three cases. */
typedef struct rx_share_options {
	rx_connector connector;
	rx_reset reset_on_error, reset_on_complete;
	rx_reset reset_on_ref_count_zero; /**< when the last observer has left before the end */
	/** Instead of a yes or no: reset at the first item of the observable (of any type) that these return. */
	rx_observable *(*reset_on_error_when)(const rx_error *error, void *ctx);
	rx_observable *(*reset_on_complete_when)(void *ctx);
	rx_observable *(*reset_on_ref_count_zero_when)(void *ctx);
	void *ctx;
} rx_share_options;

/**
 * Share one subscription of the source: the first observer begins it, the last one to leave ends it.
 *
 *     source      --a--b--c--d--|
 *     share()     --a--b--c--d--|
 *     second one  --------c--d--|     subscribes after b
 *
 * An observer subscribes to the subject first, and the source is connected only if somebody is still there then. A
 * reset comes before the error or the completion that causes it reaches the observers, who can therefore subscribe
 * again from inside it. While a notifier runs, an observer who comes cancels it, unless the source has ended.
 *
 * @param options  NULL: all defaults
 *
 * Items:   borrowed for the call.
 * Errors:  the source's; an error of a notifier is nobody's (rx_on_unhandled_error()).
 * State:   one subject and one subscription of the source in all, in the scheduler of the observer that began it.
 * See:     https://rxjs.dev/api/operators/share
 */
RX_API rx_operator *rx_share(const rx_share_options *options) RX_MUST_USE;

/** Zero: everything is replayed, and the source goes on when nobody observes. */
typedef struct rx_share_replay_options {
	size_t buffer_size;      /**< items to replay; 0: all */
	rx_nsec window;          /**< how long they are kept; 0: for ever */
	bool ref_count;          /**< stop the source when the last observer has left, and begin anew */
	rx_scheduler *scheduler; /**< whose time counts; NULL: that of the first observer */
} rx_share_replay_options;

/**
 * Share one subscription of the source, and replay to who comes later. After completion the replay stays; after an
 * error the next observer begins anew.
 *
 *     source             --a--b--c------d--|
 *     share_replay({2})  --a--b--c------d--|
 *     second one         ---------(bc)--d--|     subscribes after c
 *
 * @param options  NULL: all defaults
 *
 * Items:   copied by their type.
 * Errors:  the source's; -ENOMEM.
 * State:   as rx_share(), with a replay subject.
 * See:     https://rxjs.dev/api/operators/shareReplay
 */
RX_API rx_operator *rx_share_replay(const rx_share_replay_options *options) RX_MUST_USE;

/**
 * Emit what @p selector makes of the source, which it may use as often as it likes: the source is subscribed once, after
 * the result of the selector.
 *
 *     source                           --1--2--3--|
 *     connect(s => merge(s, 10 * s))  --(1a)-(2b)-(3c)-|
 *
 * @param out        the type of what @p selector returns; NULL: the source's
 * @param selector   gets the shared source, which it consumes (rx_observable_ref() to use it twice); to fail, it returns
 *                   rx_throw_error()
 * @param connector  NULL: a plain subject
 *
 * Items:   forwarded, borrowed for the call.
 * Errors:  those of what the selector returns.
 * State:   a subject a subscription.
 * See:     https://rxjs.dev/api/operators/connect
 */
RX_API rx_operator *rx_connect(const rx_type *out, rx_observable *(*selector)(rx_observable *shared, void *ctx),
                               rx_connector connector, void *ctx) RX_MUST_USE;

/** Zero: a plain subject, and a new one when the connection has ended. */
typedef struct rx_connectable_options {
	rx_connector connector;
	void *ctx;
	rx_reset reset_on_disconnect; /**< RX_RESET_NO: who comes after the connection gets the same subject */
} rx_connectable_options;

/**
 * An observable that shares @p source (consumed) once it is told to, with rx_connectable_connect().
 *
 *     source                --a--b--c--|
 *     connected at frame 2  ----a--b--c--|
 *
 * @param options  NULL: all defaults
 *
 * Items:   borrowed for the call.
 * Errors:  the source's.
 * State:   a subject and a subscription in all.
 * See:     https://rxjs.dev/api/index/function/connectable
 */
RX_API rx_observable *rx_connectable(rx_observable *source, const rx_connectable_options *options) RX_MUST_USE;
/**
 * Subscribe the source of an rx_connectable(), if it is not subscribed; @p connectable is not consumed.
 * @retval 0        connected
 * @retval -EINVAL  this is no connectable observable
 */
RX_API int rx_connectable_connect(rx_observable *connectable);
/** Unsubscribe the source again. @retval -EINVAL  this is no connectable observable */
RX_API int rx_connectable_disconnect(rx_observable *connectable);

RX_END_DECLS
#endif
