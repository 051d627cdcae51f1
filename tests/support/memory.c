#include "tests/support/memory.h"

#include <clusterfy/rx/base.h>

#include <malloc.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { ONCE, ALWAYS };

static atomic_size_t allocations, live, bytes, refused;
static atomic_size_t until_failure = SIZE_MAX;
static int failing = ALWAYS;

static bool is_refused(void)
{
	size_t left = atomic_load(&until_failure);
	if (left == SIZE_MAX)
		return false;
	if (left > 0) {
		atomic_store(&until_failure, left - 1);
		return false;
	}
	if (failing == ONCE)
		atomic_store(&until_failure, SIZE_MAX);
	atomic_fetch_add(&refused, 1);
	return true;
}

static void *release(void *memory)
{
	if (memory) {
		atomic_fetch_sub(&bytes, malloc_usable_size(memory));
		atomic_fetch_sub(&live, 1);
	}
	free(memory);
	return NULL;
}

static void *resize_counted(void *memory, size_t size, void *ctx)
{
	(void)ctx;
	if (size == 0)
		return release(memory);
	if (is_refused())
		return NULL;

	size_t before = memory ? malloc_usable_size(memory) : 0;
	void *resized = realloc(memory, size);
	if (!resized)
		return NULL;
	atomic_fetch_add(&allocations, 1);
	atomic_fetch_add(&live, memory ? 0 : 1);
	atomic_fetch_add(&bytes, malloc_usable_size(resized) - before);
	return resized;
}

void memory_install(void)
{
	rx_set_allocator(resize_counted, NULL);
}

size_t memory_allocations(void)
{
	return atomic_load(&allocations);
}

size_t memory_live(void)
{
	return atomic_load(&live);
}

size_t memory_bytes(void)
{
	return atomic_load(&bytes);
}

static void fail(size_t count, int how)
{
	failing = how;
	atomic_store(&refused, 0);
	atomic_store(&until_failure, count);
}

void memory_fail_after(size_t count)
{
	fail(count, ALWAYS);
}

void memory_fail_once_after(size_t count)
{
	fail(count, ONCE);
}

void memory_recover(void)
{
	atomic_store(&until_failure, SIZE_MAX);
}

size_t memory_refused(void)
{
	return atomic_load(&refused);
}
