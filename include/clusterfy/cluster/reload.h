/**
 * @file
 * Fresh processes for workers, one after the other, while calls go on.
 *
 * A worker whose process is replaced keeps its id and name; its incarnation goes up. The new process is started beside
 * the old one, and takes the worker's place when it is ready: from then on calls and messages go to it. Then the old one
 * is asked to stop, and first finishes what it serves. Both emit events in the meantime, told apart by their
 * incarnations; the `exit` of the old one says CY_REPLACED.
 *
 * So it is done when a worker is recycled (cy_recycle), and in order, one worker at a time, by the functions below.
 */
#ifndef CLUSTERFY_CLUSTER_RELOAD_H
#define CLUSTERFY_CLUSTER_RELOAD_H

#include <clusterfy/cluster/worker.h>

RX_BEGIN_DECLS

/** A worker has been replaced. */
typedef struct cy_replacement {
	uint32_t worker;      /**< its id */
	uint32_t incarnation; /**< the new one */
} cy_replacement;
RX__DECLARE_TYPE(cy_replacement);

/**
 * Replace the processes of workers, one after the other: emit a cy_replacement when a new one has taken its place,
 * begin with the next when the old one has gone, complete after the last. No call is lost by it, unless it takes longer
 * than `drain` of the worker's cy_recycle.
 *
 * The first one that cannot be replaced (its program is not there, it ends before it is ready, or is not ready in time)
 * ends it: that worker goes on as it was, and the others are not touched. Unsubscribing ends it after the one that is
 * under way.
 *
 * @param ids    copied; NULL: all workers that have a process at the moment of subscription
 * @param count  of @p ids
 *
 * Errors: with the worker's name or id in the words: -ENOENT no such worker; -EAGAIN it is not ready, or is stopping;
 *         -ECHILD its new process has ended before it was ready, or the old one has meanwhile; -E… it could not be
 *         started. -ECANCELED the cluster has ended; -EPERM this process is not the primary.
 */
RX_API rx_observable *cy_reload(cy_cluster *cluster, const uint32_t *ids, size_t count) RX_MUST_USE;
/** cy_reload() of the members of a group that have a process, in order. Errors: -ENOENT no such group, and those. */
RX_API rx_observable *cy_group_reload(cy_cluster *cluster, const char *name) RX_MUST_USE;

RX_END_DECLS
#endif
