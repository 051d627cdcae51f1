/*
 * What is kept for the statistics of workers that are gone.
 */
#ifndef CLUSTERFY_LIB_STATISTICS_STATISTICS_H
#define CLUSTERFY_LIB_STATISTICS_STATISTICS_H

#include "lib/cluster/cluster.h"

/* The worker is gone for good: keep what was counted. */
void cy__statistics_keep(const cy__worker *worker);

/* From now on the primary's longest turn is recorded, and one past the limit is an event. */
void cy__statistics_watch(cy_cluster *cluster);

#endif
