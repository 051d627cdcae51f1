/*
 * What the primary does about its storage in slices of its turns: destroying what is not needed any more, and keeping what
 * workers that have gone left behind within its bound.
 */
#ifndef CLUSTERFY_LIB_STORAGE_KEEPER_H
#define CLUSTERFY_LIB_STORAGE_KEEPER_H

#include "lib/cluster/cluster.h"

typedef struct cy__keeper cy__keeper;

/* For the primary's storage. @retval -ENOMEM */
int cy__keeper_start(cy_cluster *cluster);
/* Before the storage is destroyed. */
void cy__keeper_finish(cy_cluster *cluster);

#endif
