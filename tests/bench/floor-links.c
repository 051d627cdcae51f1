#include "tests/bench/floor-links.h"

#include <stdlib.h>
#include <string.h>

#define MOST 8

void floor_mallocs(size_t size, size_t count)
{
	void *blocks[MOST];
	for (size_t i = 0; i < count && i < MOST; i++) {
		blocks[i] = malloc(size);
		if (!blocks[i])
			abort();
		memset(blocks[i], 0, size);
		__asm__ volatile("" : : "r"(blocks[i]) : "memory");
	}
	for (size_t i = 0; i < count && i < MOST; i++)
		free(blocks[i]);
}

static void nothing(void *ctx)
{
	(void)ctx;
}

struct floor_link *floor_link_add(struct floor_link *list)
{
	struct floor_link *link = malloc(sizeof *link);
	if (!link)
		abort();
	*link = (struct floor_link){list, list->previous, nothing, list};
	list->previous->next = link;
	list->previous = link;
	return link;
}

void floor_link_remove(struct floor_link *link)
{
	link->previous->next = link->next;
	link->next->previous = link->previous;
	free(link);
}
