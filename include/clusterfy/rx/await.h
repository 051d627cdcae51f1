/**
 * @file
 * Values out of a stream, for `main` and for tests: wait for one, with the loop running meanwhile.
 *
 *     int64_t n;
 *     int code = rx_await_first(int64_t, rx_pipe(source, rx_filter(is_even)), &n);
 *     if (code < 0)
 *             puts(rx_words(code));
 */
#ifndef CLUSTERFY_RX_AWAIT_H
#define CLUSTERFY_RX_AWAIT_H

#include <clusterfy/rx/observable.h>

RX_BEGIN_DECLS

typedef enum rx_await_which {
	RX_AWAIT_FIRST,
	RX_AWAIT_LAST,
} rx_await_which;

/**
 * Wait for the first item: `rx_await_first(T, source, &out)`. The source is stopped then.
 *
 * Waiting runs the thread's current scheduler: the loop, and virtual time if that is current.
 *
 * @param T       the type of the items
 * @param source  consumed
 * @param out     a `T *`: gets a copy of the item, which is then the caller's to release, if it owns anything
 *                (rx_type_drop()). Untouched on failure. NULL: the item does not matter
 *
 * @retval 0         there is an item
 * @retval -ENODATA  the source completed without one
 * @retval -EDEADLK  called inside a callback of the scheduler, where waiting would be for ever (the source has not been
 *                   subscribed); or nothing is left that could bring a result
 * @retval -ENOTSUP  the current scheduler cannot wait
 * @retval -EINVAL   the source's items are not of type T
 * @retval -E…       the source's error, whose words rx_words() gives
 *
 * See: https://rxjs.dev/api/index/function/firstValueFrom
 */
#define rx_await_first(T, source, out) rx_await(RX_AWAIT_FIRST, &rx_type_##T, (source), RX__POINTER(T, out), NULL)
/** As rx_await_first(), but without an item a copy of the `T` at @p fallback is the result. */
#define rx_await_first_or(T, source, out, fallback)                                                                    \
	rx_await(RX_AWAIT_FIRST, &rx_type_##T, (source), RX__POINTER(T, out), RX__POINTER(const T, fallback))
/**
 * As rx_await_first(), for the last item before completion.
 *
 * See: https://rxjs.dev/api/index/function/lastValueFrom
 */
#define rx_await_last(T, source, out) rx_await(RX_AWAIT_LAST, &rx_type_##T, (source), RX__POINTER(T, out), NULL)
/** As rx_await_last(), but without an item a copy of the `T` at @p fallback is the result. */
#define rx_await_last_or(T, source, out, fallback)                                                                     \
	rx_await(RX_AWAIT_LAST, &rx_type_##T, (source), RX__POINTER(T, out), RX__POINTER(const T, fallback))

/* @p pointer, which the compiler warns of if it is none to T. */
#define RX__POINTER(T, pointer) (1 ? (pointer) : (T *)0)

/** What the macros above expand to; @p fallback may be NULL. */
RX_API int rx_await(rx_await_which which, const rx_type *type, rx_observable *source, void *out, const void *fallback);

RX_END_DECLS
#endif
