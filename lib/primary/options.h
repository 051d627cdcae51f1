/*
 * A copy of a worker's options, so that it can be revived with what it was started with.
 */
#ifndef CLUSTERFY_LIB_PRIMARY_OPTIONS_H
#define CLUSTERFY_LIB_PRIMARY_OPTIONS_H

#include <clusterfy/cluster/process.h>

/* The options and what they point to: one block, and duplicates of the descriptors. */
typedef struct cy__process_copy {
	cy_process_options options;
	void *block;
	int *fds; /* within the block */
	size_t fd_count;
} cy__process_copy;

/* @retval -ENOMEM; -EBADF, -EMFILE a descriptor could not be duplicated. Nothing is left then */
int cy__process_copy_init(cy__process_copy *copy, const cy_process_options *options);
void cy__process_copy_finish(cy__process_copy *copy);

#endif
