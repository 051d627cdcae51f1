/*
 * What the cluster sees of its storage beyond the public page: each change as it happens.
 */
#ifndef CLUSTERFY_STORAGE_STORAGE_H
#define CLUSTERFY_STORAGE_STORAGE_H

#include <clusterfy/cluster/storage.h>

/* Borrowed for the call. */
typedef struct cy__change {
	/* "" for the whole tree */
	const char *path;
	/* what is there now; NULL: nothing any more */
	cy_value *value;
	uint64_t revision;
} cy__change;

/*
 * Call @p changed after each change, when the tree is whole again: it may use the storage, but not destroy it. One at a
 * time; NULL for none.
 */
void cy__storage_on_change(cy_storage *storage, void (*changed)(const cy__change *change, void *ctx), void *ctx);

#endif
