/**
 * @file
 * Errors of a stream: a negative errno, words, and the stage where it arose.
 */
#ifndef CLUSTERFY_RX_ERROR_H
#define CLUSTERFY_RX_ERROR_H

#include <clusterfy/rx/base.h>

RX_BEGIN_DECLS

/** Immutable; borrowed for the call that hands it over. Keep one with rx_error_ref(). */
typedef struct rx_error {
	int code;            /**< a negative errno, or any negative number of the program's own */
	const char *message; /**< never NULL */
	const char *stage;   /**< the stage that failed, such as "map(scale)"; NULL where the source raised it */
} rx_error;

/**
 * Attach words to a failure: `return rx_raise(-ERANGE, "cannot scale %d", n);`
 *
 * The words belong to the calling thread until the function that called this has returned to its stage.
 * @returns @p code
 */
RX_API int rx_raise(int code, const char *format, ...) RX_PRINTF(2, 3) RX_RARE;

/**
 * Fail without words: `return rx_plain(-EAGAIN);`
 *
 * The words of an older error with the same code are forgotten, so that rx_words() gives the system's.
 * @returns @p code
 */
RX_API int rx_plain(int code) RX_RARE;

/**
 * The words for a negative result: those of the last rx_raise() on this thread, if it was for @p code, else the system's.
 * Borrowed until the next rx_raise().
 *
 * Words are forgotten once an error has been made of them (rx_fail(), rx_error_create(), a function of a stage that
 * fails), when the loop makes its next callback, when an allocation fails, and by rx_plain().
 */
RX_API const char *rx_words(int code);

/** A new error; never NULL: without memory it is a static one of code -ENOMEM. Release it with rx_error_unref(). */
RX_API const rx_error *rx_error_create(int code, const char *format, ...) RX_PRINTF(2, 3) RX_MUST_USE;
/** One more reference to @p error, which it returns. NULL is accepted. */
RX_API const rx_error *rx_error_ref(const rx_error *error);
/** Release a reference; NULL is accepted. */
RX_API void rx_error_unref(const rx_error *error);
/** Whether code and message are equal. */
RX_API bool rx_error_equal(const rx_error *a, const rx_error *b);

/** Called with what nobody handles; see rx_on_unhandled_error(). */
typedef void (*rx_error_hook)(const rx_error *error, void *ctx);

/**
 * What becomes of an error whose observer has no `error` callback. NULL restores the default, a line on
 * standard error. Per thread.
 */
RX_API void rx_on_unhandled_error(rx_error_hook hook, void *ctx);

/** What a source emitted after its end, and nobody can receive any more. @p error is NULL unless it was one. */
typedef void (*rx_dropped_hook)(const char *stage, const rx_error *error, void *ctx);
/** Learn of late events; NULL restores the default, which ignores them. Per thread. */
RX_API void rx_on_dropped(rx_dropped_hook hook, void *ctx);

RX_END_DECLS
#endif
