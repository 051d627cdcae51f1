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
 * misses the item, who goes gets nothing more. A nested `next` is delivered depth first. Unsubscribing costs the same
 * however many listen.
 */
#ifndef CLUSTERFY_RX_SUBJECT_H
#define CLUSTERFY_RX_SUBJECT_H

#include <clusterfy/rx/observable.h>

RX_BEGIN_DECLS

typedef struct rx_subject rx_subject;

/** A plain subject: who subscribes gets what comes from then on; after the end, only the end. Never NULL. */
RX_API rx_subject *rx_subject_create(const rx_type *type) RX_MUST_USE;
/** Has a value (copied), which a new subscriber gets first. Nothing is replayed after the end. */
RX_API rx_subject *rx_behavior_create(const rx_type *type, const void *initial) RX_MUST_USE;
/**
 * Replays to a new subscriber the last @p size items (0: all) of the last @p window (RX_NEVER or 0: of all time), then
 * the end if there was one. Time is the thread's current scheduler's at creation.
 */
RX_API rx_subject *rx_replay_create(const rx_type *type, size_t size, rx_nsec window) RX_MUST_USE;
/** Emits its last item, once, when it completes; to later subscribers too. */
RX_API rx_subject *rx_async_create(const rx_type *type) RX_MUST_USE;

RX_API rx_subject *rx_subject_ref(rx_subject *subject);
/** Release a reference (each subscription holds one); NULL is accepted. */
RX_API void rx_subject_unref(rx_subject *subject);

/** The subject as an observable; the subject itself is not consumed. */
RX_API rx_observable *rx_subject_observe(rx_subject *subject) RX_MUST_USE;
/** Emit @p item, borrowed. Ignored after the end. */
RX_API void rx_subject_next(rx_subject *subject, const void *item);
/** End with an error made as by rx_error_create(). */
RX_API void rx_subject_error(rx_subject *subject, int code, const char *format, ...) RX_PRINTF(3, 4);
/** End with @p error, borrowed. */
RX_API void rx_subject_error_with(rx_subject *subject, const rx_error *error);
/** End. */
RX_API void rx_subject_complete(rx_subject *subject);
/** Subscribe the subject to @p source (consumed): it passes on items and end. @p subscription as in rx_subscribe(). */
RX_API void rx_subject_subscribe_to(rx_subject *subject, rx_observable *source, rx_subscription *subscription);

/** How many subscribe at this moment. */
RX_API size_t rx_subject_observers(const rx_subject *subject);
/** Whether it has ended. */
RX_API bool rx_subject_is_stopped(const rx_subject *subject);
/** A behavior subject's value, borrowed until its next item; NULL for the other kinds. */
RX_API const void *rx_subject_value(const rx_subject *subject);

RX_END_DECLS
#endif
