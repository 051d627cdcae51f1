/*
 * The plainest C that does what operators with a memory do; compiled apart, as floor.c.
 */
#ifndef CLUSTERFY_BENCH_FLOOR_OPERATORS_H
#define CLUSTERFY_BENCH_FLOOR_OPERATORS_H

#include <stdint.h>

/* The latest of two, of which one changes: both to one function, what that says to another. */
int64_t floor_combine(int64_t count);
/* The key from a function, its group in a table of hashes, the item to the group's function. */
int64_t floor_group(int64_t count, int64_t keys);
/* As many items to a block as it holds, the full one to a function. */
int64_t floor_buffer(int64_t count, int64_t size);
/* The last one kept, and all added up, in spans. */
int64_t floor_replay(int64_t count);
/* Through a pointer to a function that keeps the item and says anew when it is due. */
int64_t floor_debounce(int64_t count);

#endif
