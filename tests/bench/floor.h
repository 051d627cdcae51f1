/*
 * The plainest C that does the same work, compiled apart so that nothing is inlined across.
 */
#ifndef CLUSTERFY_BENCH_FLOOR_H
#define CLUSTERFY_BENCH_FLOOR_H

#include <stddef.h>
#include <stdint.h>

/* n items, map and filter in spans of 256, then the sum. */
int64_t floor_spans(int64_t count);
/* n items, one call through a pointer to map and one to filter, then the sum. */
int64_t floor_calls(int64_t count);
/* The same from an array. */
int64_t floor_array_spans(const int64_t *items, size_t count);
int64_t floor_array_calls(const int64_t *items, size_t count);
/* n items, so many calls through a pointer to map for each, then the sum. */
int64_t floor_maps(int64_t count, int stages);
/* n items, a running sum in one call through a pointer and the sum of those sums in another. */
int64_t floor_scan(int64_t count);
/* As many arrays of three, each set up by a call through a pointer in a block that is taken and given back, and summed. */
int64_t floor_flatten(int64_t count);
/* One item to each of @p listeners, a call through a pointer each. */
void floor_deliver(void (*const *listeners)(const int64_t *item, void *ctx), void **ctx, size_t count,
                   const int64_t *item);
/* Take a block of @p size bytes from a list of free ones, clear it, give it back. */
void floor_block(size_t size);
/* A process that echoes so many bytes on a libev loop, and how long a round trip takes: the median of @p rounds, in ns. */
double floor_round_trip(size_t size, int rounds);

#endif
