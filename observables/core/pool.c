/*
 * Blocks of runs come and go at the rate of subscriptions, and so do the nodes of recipes that functions make of items, in
 * few sizes: free ones are kept in lists, one a size, per thread. Under a sanitizer there is no pool, so that it sees every use after free.
 */
#include "observables/core/stage.h"

#if defined(__SANITIZE_ADDRESS__)
#define POOLED 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define POOLED 0
#endif
#endif
#ifndef POOLED
#define POOLED 1
#endif

#define GRAIN 16
#define BUCKETS 64
/* What a thread may keep in free blocks. */
#define KEEP ((size_t)8 << 20)

struct free_block {
	struct free_block *next;
};

static RX__THREAD struct {
	struct free_block *lists[BUCKETS];
	size_t kept;
} pool;

static inline size_t bucket_of(size_t size)
{
	return (size - 1) / GRAIN;
}

void *rx__pool_alloc(size_t size)
{
	const size_t bucket = bucket_of(size);
	if (!POOLED || bucket >= BUCKETS)
		return rx_alloc(size);
	struct free_block *block = pool.lists[bucket];
	if (!block)
		return rx_alloc((bucket + 1) * GRAIN);
	pool.lists[bucket] = block->next;
	pool.kept -= (bucket + 1) * GRAIN;
	return block;
}

/* Here, where no compiler knows the size: for one that it knows, gcc clears so little with `rep stos`, which takes 10 ns. */
void *rx__pool_alloc_zero(size_t size)
{
	void *memory = rx__pool_alloc(size);
	return memory ? memset(memory, 0, size) : NULL;
}

void rx__pool_free(void *memory, size_t size)
{
	const size_t bucket = bucket_of(size);
	if (!POOLED || bucket >= BUCKETS || pool.kept >= KEEP) {
		rx_free(memory);
		return;
	}
	struct free_block *block = memory;
	block->next = pool.lists[bucket];
	pool.lists[bucket] = block;
	pool.kept += (bucket + 1) * GRAIN;
}

void rx_trim(void)
{
	for (size_t bucket = 0; bucket < BUCKETS; bucket++)
		while (pool.lists[bucket]) {
			struct free_block *block = pool.lists[bucket];
			pool.lists[bucket] = block->next;
			rx_free(block);
		}
	pool.kept = 0;
}
