/*
 * Random chains that are entered from inside: tests/support/reentrant.h says what the bytes mean and what must hold.
 */
#include "tests/support/reentrant.h"

#include <stdlib.h>

#include <clusterfy/rx/base.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t blocks;

static void *resize(void *memory, size_t size, void *ctx)
{
	(void)ctx;
	if (size == 0) {
		blocks -= memory != NULL;
		free(memory);
		return NULL;
	}
	void *resized = realloc(memory, size);
	blocks += !memory && resized;
	return resized;
}

static size_t live(void)
{
	return blocks;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int begun;
	if (!begun++)
		rx_set_allocator(resize, NULL);
	reentrant_run(data, size < 512 ? size : 512, live);
	return 0;
}
