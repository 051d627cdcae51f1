/*
 * The library's memory as tests see it: an allocator behind rx_set_allocator() that counts and can fail. The runner
 * installs it before anything else; the counts are those of this process.
 */
#ifndef CLUSTERFY_TEST_MEMORY_H
#define CLUSTERFY_TEST_MEMORY_H

#include <stddef.h>

void memory_install(void);

/* Blocks that were allocated or resized since the start: the difference over a piece of code is what it costs. */
size_t memory_allocations(void);
/* Blocks that are not yet freed. */
size_t memory_live(void);
/* Their bytes. */
size_t memory_bytes(void);

/* Let @p count more allocations succeed, and none after them; memory_recover() ends that. */
void memory_fail_after(size_t count);
/* Fail the allocation that follows the next @p count, and only that one. */
void memory_fail_once_after(size_t count);
void memory_recover(void);
/* How many allocations were refused since the last memory_fail...(). */
size_t memory_refused(void);

#endif
