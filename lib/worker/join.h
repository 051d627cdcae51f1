/*
 * Becoming a worker, and ceasing to be one.
 */
#ifndef CLUSTERFY_LIB_WORKER_JOIN_H
#define CLUSTERFY_LIB_WORKER_JOIN_H

#include "lib/cluster/cluster.h"

/* Open the channel to the primary, learn who this process is, say hello. @retval -E… with words */
int cy__join_primary(cy_cluster *cluster, int fd);
/* The primary's hello has come. */
void cy__join_hello(cy_cluster *cluster, const cy__frame *frame);
/* The channel to the primary has ended. */
void cy__primary_lost(cy_cluster *cluster, int code, const char *why);

#endif
