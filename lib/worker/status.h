/*
 * A worker's own status.
 */
#ifndef CLUSTERFY_LIB_WORKER_STATUS_H
#define CLUSTERFY_LIB_WORKER_STATUS_H

#include "lib/cluster/cluster.h"

/* Change it: emitted here once, and told to the primary. */
void cy__status_change(cy_cluster *cluster, cy_status status);

#endif
