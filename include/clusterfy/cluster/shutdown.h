/**
 * @file
 * Stopping in order.
 *
 * A worker that is asked to stop becomes STOPPING and refuses new calls; as soon as it is not PROCESSING and serves no
 * call, it runs its shutdown methods, writes out what it has to say, and ends. If it has not ended after the timeout it
 * gets a SIGTERM, which the library no longer catches by then, and `kill_after` later a SIGKILL. It is never revived.
 */
#ifndef CLUSTERFY_CLUSTER_SHUTDOWN_H
#define CLUSTERFY_CLUSTER_SHUTDOWN_H

#include <clusterfy/cluster/worker.h>

RX_BEGIN_DECLS

/**
 * Clean up when this process stops in order: on a signal, on cy_shutdown(), on cy_stop(), when the primary has died.
 *
 * @param name    copied
 * @param method  called once with the signal that was the cause, or 0. It may finish later: by the end of the observable
 *                that it returns (consumed, of any type); NULL: it has finished. An error is an `error` event and delays
 *                nobody; nor does a method that hangs, past the deadline. Methods begin together, in the order of
 *                registration
 * @param drop    called with @p ctx when it is no longer needed; may be NULL
 * @retval -EEXIST  there is one of that name
 * @retval -EINVAL  no name, or no method
 * @retval -ESHUTDOWN  they have begun
 * @retval -ENOMEM
 */
RX_API int cy_on_shutdown(cy_cluster *cluster, const char *name, rx_observable *(*method)(int signal, void *ctx),
                          void *ctx, void (*drop)(void *ctx));
/** Forget a shutdown method. @retval -ENOENT @retval -EBUSY  it is running */
RX_API int cy_off_shutdown(cy_cluster *cluster, const char *name);

/**
 * Stop workers: emit the `exit` event (cy_event) of each, and complete when they have all been reaped; in the primary.
 *
 * @param workers  one or many
 * @param timeout  until SIGTERM; 0: the cluster's `shutdown_timeout`; RX_NOW: at once; RX_NEVER: no signals
 *
 * Errors: -ENOENT nobody of that name or id; -EPERM not the primary; -ECANCELED the cluster has ended before.
 */
RX_API rx_observable *cy_shutdown(cy_cluster *cluster, cy_target workers, rx_nsec timeout) RX_MUST_USE;

/**
 * End: in the primary, all workers are stopped, each with its methods run, then its own methods, then cy_run() returns
 * @p status. In a worker: this worker, in order. Again, with the cluster stopping already: nothing.
 */
RX_API void cy_stop(cy_cluster *cluster, int status);

RX_END_DECLS
#endif
