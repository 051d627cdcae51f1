/*
 * The one door through which both layers take memory, so that a program can put its own allocator behind it and a test
 * can make every single allocation fail.
 */
#include <clusterfy/rx/error.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void *resize_with_libc(void *memory, size_t size, void *ctx)
{
	(void)ctx;
	if (size == 0) {
		free(memory);
		return NULL;
	}
	return memory ? realloc(memory, size) : malloc(size);
}

static rx_resize resize_memory = resize_with_libc;
static void *resize_ctx;

void rx_set_allocator(rx_resize resize, void *ctx)
{
	resize_memory = resize ? resize : resize_with_libc;
	resize_ctx = resize ? ctx : NULL;
}

/* To the hook size 0 means "free", so an empty block is one of a byte: NULL can only mean that there is no memory. */
void *rx_realloc(void *memory, size_t size)
{
	void *resized = resize_memory(memory, size ? size : 1, resize_ctx);
	if (!resized)
		rx_plain(-ENOMEM); /* whoever fails for it says no more */
	return resized;
}

void *rx_alloc(size_t size)
{
	return rx_realloc(NULL, size);
}

void *rx_alloc_zero(size_t size)
{
	void *memory = rx_alloc(size);
	return memory ? memset(memory, 0, size) : NULL;
}

void rx_free(void *memory)
{
	if (memory)
		resize_memory(memory, 0, resize_ctx);
}

const char *rx_version(void)
{
	return RX_VERSION;
}
