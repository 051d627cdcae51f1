/*
 * Listening sockets, bound by the primary once, shared by workers.
 */
#ifndef CLUSTERFY_LIB_LISTEN_LISTEN_H
#define CLUSTERFY_LIB_LISTEN_LISTEN_H

#include "lib/cluster/cluster.h"

/* Close what this process still listens on. */
void cy__listen_finish(cy_cluster *cluster);

#endif
