/*
 * Subscriptions without a library: blocks that are taken and given back, and nodes of a list.
 */
#ifndef CLUSTERFY_BENCH_FLOOR_LINKS_H
#define CLUSTERFY_BENCH_FLOOR_LINKS_H

#include <stddef.h>

/* A listener: what is called, with what, in a list of its kind, in a block from malloc. */
struct floor_link {
	struct floor_link *next, *previous;
	void (*call)(void *ctx);
	void *ctx;
};

/* Take so many blocks of @p size bytes each from malloc, clear them, give them back. */
void floor_mallocs(size_t size, size_t count);
/* One more at the end of the list. */
struct floor_link *floor_link_add(struct floor_link *list);
/* Out of its list, and free. */
void floor_link_remove(struct floor_link *link);

#endif
