/*
 * Where large values' memory comes back to, so that a stream of them does not ask the kernel for pages again and again:
 * a channel has one, and reads the bodies of large frames into blocks of it. Values may outlive it, and be released in other
 * threads.
 */
#ifndef CLUSTERFY_VALUE_HOME_H
#define CLUSTERFY_VALUE_HOME_H

#include <clusterfy/cluster/value.h>

typedef struct cy__home cy__home;
struct cy__root;

/* NULL without memory. */
cy__home *cy__home_create(void);
/* A root with room for @p size bytes, as of cy__value_allocate(): one that has come back, or a new one. */
cy_value *cy__home_take(cy__home *home, size_t size);
/* Release what has come back and is not in use. */
void cy__home_trim(cy__home *home);
/* From now on what comes back is released; NULL is accepted. */
void cy__home_close(cy__home *home);

/* What a root of a home carries. */
typedef struct cy__lease {
	cy__home *home;
	size_t capacity;
} cy__lease;
/* For the last release of a root that has a lease. */
void cy__home_give_back(struct cy__root *root);

#endif
