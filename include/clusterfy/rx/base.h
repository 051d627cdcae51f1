/**
 * @file
 * What every page of the streams layer stands on: linkage, time, memory.
 */
#ifndef CLUSTERFY_RX_BASE_H
#define CLUSTERFY_RX_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define RX_API __attribute__((visibility("default")))
/** A cold observable that nobody subscribes to does nothing, so ignoring one is a mistake. */
#define RX_MUST_USE __attribute__((warn_unused_result))
#define RX_PRINTF(text, first) __attribute__((__format__(__printf__, text, first)))
#define RX_UNUSED __attribute__((unused))
/** Called where something fails: code that leads to it is kept out of the way of what does not. */
#define RX_RARE __attribute__((cold, noinline))
#else
#define RX_API
#define RX_MUST_USE
#define RX_PRINTF(text, first)
#define RX_UNUSED
#define RX_RARE
#endif

#ifdef __cplusplus
#define RX_BEGIN_DECLS extern "C" {
#define RX_END_DECLS }
#else
#define RX_BEGIN_DECLS
#define RX_END_DECLS
#endif

RX_BEGIN_DECLS

/** A time or a duration in nanoseconds; monotonic, never the wall clock's. */
typedef int64_t rx_nsec;

#define RX_NS(n) ((rx_nsec)(n))
#define RX_US(n) ((rx_nsec)(INT64_C(1000) * (n)))
#define RX_MS(n) ((rx_nsec)(INT64_C(1000000) * (n)))
#define RX_S(n) ((rx_nsec)(INT64_C(1000000000) * (n)))

/** As an option: at once. (Zero in an options struct means "the default".) */
#define RX_NOW ((rx_nsec)-1)
/** As an option: not at all. */
#define RX_NEVER INT64_MAX

/** Library version, at compile time. */
#define RX_VERSION_MAJOR 0
#define RX_VERSION_MINOR 1
#define RX_VERSION_PATCH 0
#define RX_VERSION "0.1.0"

/** Library version, at run time: a static string such as "0.1.0". */
RX_API const char *rx_version(void);

/**
 * The one door through which both layers take memory.
 *
 * `resize(NULL, size, ctx)` allocates, `resize(memory, 0, ctx)` frees and returns NULL, anything else
 * reallocates; NULL for a size above 0 means that there is no memory, which the library reports as -ENOMEM.
 * Memory is aligned for any type. Called from any thread that uses the library.
 */
typedef void *(*rx_resize)(void *memory, size_t size, void *ctx);

/**
 * Replace the allocator. Call it before anything else in the library: memory taken from one allocator must not
 * be returned to another. NULL restores realloc and free.
 */
RX_API void rx_set_allocator(rx_resize resize, void *ctx);

/** @p size bytes from the allocator in use, or NULL. */
RX_API void *rx_alloc(size_t size) RX_MUST_USE;
/** As rx_alloc(), every byte zero. */
RX_API void *rx_alloc_zero(size_t size) RX_MUST_USE;
/** As realloc(); on failure NULL is returned and @p memory is still valid. */
RX_API void *rx_realloc(void *memory, size_t size) RX_MUST_USE;
/** Return memory that came from the functions above; NULL is accepted. */
RX_API void rx_free(void *memory);
/** Give the calling thread's pool of free run blocks back to the allocator (a thread that ends should). */
RX_API void rx_trim(void);

RX_END_DECLS
#endif
