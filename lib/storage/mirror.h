/*
 * Mirrors of the storage.
 */
#ifndef CLUSTERFY_LIB_STORAGE_MIRROR_H
#define CLUSTERFY_LIB_STORAGE_MIRROR_H

#include <clusterfy/cluster/command.h>

/* The command cy_storage_mirror, in the primary. Arguments: the path, or nil. Items: [revision, path, snapshot, [value]]. */
rx_observable *cy__mirror_serve(const cy_request *request, void *ctx);
/* The cluster ends, and with it the copy. */
void cy__mirrors_finish(cy_cluster *cluster);

#endif
