/*
 * Accounts of the ledger as events and statistics.
 */
#ifndef CLUSTERFY_LIB_CLUSTER_QUOTA_H
#define CLUSTERFY_LIB_CLUSTER_QUOTA_H

#include "lib/cluster/cluster.h"

/* cy__ledger_full of a cluster's ledger: an `error` event follows, and the worker is told. */
void cy__quota_met(void *ctx, uint32_t origin, cy__resource resource, size_t limit);
/* What an account holds, what it may hold, and how often it was refused. */
void cy__quota_look(const cy__account *account, cy_quota *held, cy_quota *limits, cy_quota *refusals);

#endif
