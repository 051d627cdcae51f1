/**
 * @file
 * Subjects: observables that are fed by hand, and hand each item to everybody who listens.
 *
 *     rx_subject *clicks = rx_subject_create(&rx_type_int);
 *     rx_subscribe(rx_subject_observe(clicks), &observer, &subscription);
 *     rx_subject_next(clicks, &(int){1});
 *     rx_subject_unref(clicks);
 *
 * `next` walks the subscribers that were there when it began, in the order of their subscription: who comes meanwhile
 * misses the item, who goes gets nothing more. A nested `next` is delivered depth first. Who comes during `complete` or
 * `error` gets that end at once. Unsubscribing costs the same however many listen.
 *
 * An item that a kind must keep and cannot (no memory, or the type's copy fails) ends the subject with that error.
 */
#ifndef CLUSTERFY_RX_SUBJECT_H
#define CLUSTERFY_RX_SUBJECT_H

#include <clusterfy/rx/observable.h>

RX_BEGIN_DECLS

typedef struct rx_subject rx_subject;

/** Makes a subject (of @p type) for an operator that multicasts: rx_share(), rx_connect(), rx_group_by(). */
typedef rx_subject *(*rx_connector)(const rx_type *type, void *ctx);

/**
 * A plain subject: who subscribes gets what comes from then on; after the end, only the end.
 *
 *     subject     --a--b--c--|
 *     subscribed  ---^          -b--c--|
 *
 * Never NULL: without memory it has ended, and who subscribes gets the error. So it is with the other three.
 *
 * Items:   handed on, borrowed for the call.
 * State:   24 bytes a subscription; nothing an item.
 * See:     https://rxjs.dev/api/index/class/Subject
 */
RX_API rx_subject *rx_subject_create(const rx_type *type) RX_MUST_USE;
/**
 * A subject with a value, at first a copy of @p initial, which a new subscriber gets first. After the end, only the end.
 *
 *     behavior(x)  --a--b--c--|
 *     subscribed   ---^          ab--c--|
 *
 * Items:   copied by their type; a new subscriber gets a copy on the stack.
 * State:   24 bytes a subscription; nothing an item.
 * See:     https://rxjs.dev/api/index/class/BehaviorSubject
 */
RX_API rx_subject *rx_behavior_create(const rx_type *type, const void *initial) RX_MUST_USE;
/**
 * A subject that gives a new subscriber what it has kept, then the end if there was one, an error too.
 *
 *     replay(2)   --a--b--c--|
 *     subscribed  ---------^     (bc)--|
 *
 * The replay is of what was there when the subscriber came; what is emitted meanwhile reaches him directly.
 *
 * @param size    how many items it keeps at most; 0: all
 * @param window  how long it keeps an item, by the thread's current scheduler at creation; 0 or RX_NEVER: for ever
 *
 * Items:   copied by their type, one block each, from a pool; lent to every subscriber.
 * State:   24 bytes a subscription.
 * See:     https://rxjs.dev/api/index/class/ReplaySubject
 */
RX_API rx_subject *rx_replay_create(const rx_type *type, size_t size, rx_nsec window) RX_MUST_USE;
/**
 * A subject that emits its last item, once, when it completes; to later subscribers too. An error leaves only itself.
 *
 *     async       --a--b--c--|
 *     subscribed  ---^          -----(c|)
 *
 * Items:   the last is copied by its type.
 * State:   24 bytes a subscription.
 * See:     https://rxjs.dev/api/index/class/AsyncSubject
 */
RX_API rx_subject *rx_async_create(const rx_type *type) RX_MUST_USE;

/** One more reference to @p subject, which it returns. NULL is accepted. */
RX_API rx_subject *rx_subject_ref(rx_subject *subject);
/** Release a reference (each subscription holds one); NULL is accepted. */
RX_API void rx_subject_unref(rx_subject *subject);

/** The subject as an observable; the subject itself is not consumed. */
RX_API rx_observable *rx_subject_observe(rx_subject *subject) RX_MUST_USE;
/** Emit @p item, borrowed. Ignored after the end. */
RX_API void rx_subject_next(rx_subject *subject, const void *item);
/** End with an error made as by rx_error_create(). Ignored after the end, as the two below are. */
RX_API void rx_subject_error(rx_subject *subject, int code, const char *format, ...) RX_PRINTF(3, 4);
/** End with @p error, borrowed. */
RX_API void rx_subject_error_with(rx_subject *subject, const rx_error *error);
/** End. */
RX_API void rx_subject_complete(rx_subject *subject);
/**
 * Let go of all observers without a word, and for good: what comes is ignored, who subscribes gets an error of code
 * -EPIPE.
 */
RX_API void rx_subject_unsubscribe(rx_subject *subject);
/** Subscribe the subject to @p source (consumed): it passes on items and end. @p subscription as in rx_subscribe(). */
RX_API void rx_subject_subscribe_to(rx_subject *subject, rx_observable *source, rx_subscription *subscription);

/** How many subscribe at this moment. */
RX_API size_t rx_subject_observers(const rx_subject *subject);
/** Whether it has ended. */
RX_API bool rx_subject_is_stopped(const rx_subject *subject);
/** A behavior subject's value, borrowed until its next item; NULL after an error, and for the other kinds. */
RX_API const void *rx_subject_value(const rx_subject *subject);

RX_END_DECLS
#endif
