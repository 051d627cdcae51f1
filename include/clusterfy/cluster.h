/**
 * @file
 * A process cluster: a primary, its named workers, commands and messages between any of them, and a storage that the
 * primary keeps. All of it arrives as observables (clusterfy/rx.h); all of it travels as MessagePack.
 *
 * The same program is primary and worker:
 *
 *     int main(void)
 *     {
 *             cy_cluster *cluster = cy_join(&(cy_options){.graceful_signals = {SIGINT, SIGTERM}});
 *             if (!cluster)
 *                     return EXIT_FAILURE;
 *             if (cy_is_primary(cluster))
 *                     primary(cluster);
 *             else
 *                     worker(cluster);
 *             return cy_run(cluster);
 *     }
 */
#ifndef CLUSTERFY_CLUSTER_H
#define CLUSTERFY_CLUSTER_H

#include <clusterfy/cluster/cluster.h>
#include <clusterfy/cluster/command.h>
#include <clusterfy/cluster/event.h>
#include <clusterfy/cluster/group.h>
#include <clusterfy/cluster/listen.h>
#include <clusterfy/cluster/mirror.h>
#include <clusterfy/cluster/process.h>
#include <clusterfy/cluster/quota.h>
#include <clusterfy/cluster/reload.h>
#include <clusterfy/cluster/shutdown.h>
#include <clusterfy/cluster/statistics.h>
#include <clusterfy/cluster/status.h>
#include <clusterfy/cluster/storage.h>
#include <clusterfy/cluster/store.h>
#include <clusterfy/cluster/stream.h>
#include <clusterfy/cluster/value.h>
#include <clusterfy/cluster/worker.h>
#include <clusterfy/rx.h>

#endif
