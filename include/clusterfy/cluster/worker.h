/**
 * @file
 * Workers: starting them, naming one, watching their statuses, waiting for them.
 */
#ifndef CLUSTERFY_CLUSTER_WORKER_H
#define CLUSTERFY_CLUSTER_WORKER_H

#include <clusterfy/cluster/cluster.h>
#include <clusterfy/cluster/process.h>

RX_BEGIN_DECLS

/** Which processes something is for. Made by the functions below; a name is borrowed until the call that takes it returns. */
typedef struct cy_target {
	uint32_t to;
	const char *name;
} cy_target;

/** The primary. */
RX_API cy_target cy_primary(void);
/** This process. */
RX_API cy_target cy_self(const cy_cluster *cluster);
/** The worker of that id. */
RX_API cy_target cy_worker(uint32_t id);
/** The worker that bears this name. */
RX_API cy_target cy_named(const char *name);
/** The worker of that id, if it bears this name: both must match. */
RX_API cy_target cy_worker_named(uint32_t id, const char *name);
/** All workers. */
RX_API cy_target cy_all(void);
/** All workers but this process. */
RX_API cy_target cy_others(void);
/** Any one worker: the one with the fewest calls in flight. */
RX_API cy_target cy_any(void);

/** How a worker is started and revived. Zero means the default. */
typedef struct cy_worker_options {
	cy_process_options process;
	cy_revive revive;
	cy_revival revival;
	/**
	 * A policy of one's own, in place of `revive` (0, or CY_REVIVE_DECIDE): from the observable of the ends that nobody
	 * asked for, `exit` events, to that of the starts, which are items of any type. It runs for the worker's life.
	 *
	 *     static rx_observable *thrice(rx_observable *exits, void *ctx)
	 *     {
	 *             return rx_pipe(exits, rx_take_while(has_failed, ctx), rx_take(3), rx_delay(RX_S(1)));
	 *     }
	 *
	 *     exits   -x-----x-----x-----x
	 *     starts  ---s-----s-----(s|)         the fourth end is the last
	 *
	 * An item starts the worker again: in a turn of the loop, and only once for each end. Until there is one, the worker
	 * is CY_UNDECIDED, and holds its name; an end that a filter leaves out leaves it so. Once the observable of starts has
	 * completed, an end is the last, CY_GONE, and with an error CY_FAILED, and an `error` event has said why; of
	 * `revival`, only `start` counts. A start that fails is an end, too. cy_decide() may come before the policy.
	 *
	 * NULL: none. @p policy_ctx has to live as long as the worker.
	 */
	rx_observable *(*policy)(rx_observable *exits, void *ctx);
	void *policy_ctx;
	/** Off where neither this nor the cluster's has an interval. A worker that ends by it has failed. */
	cy_heartbeat heartbeat;
	cy_recycle recycle;
	/** How much it may make other processes hold; zero fields: the cluster's. */
	cy_quota quota;
	/**
	 * Where it may listen (cy_listen()), ended by NULL:
	 *
	 *     "127.0.0.1:80", "[::1]:80", ":80"     that address, and no narrower or wider one
	 *     "127.0.0.1:*", "[::1]:*", ":*"        any port of it
	 *     "/run/app/web"                        that path
	 *     "/run/app/"                           any name in that directory
	 *
	 * A directory is what it is on the disk, however it is called. An empty list: nowhere. NULL: anywhere, for a worker
	 * that has the primary's own user, groups and capabilities; nowhere, for one that has others, because `process`
	 * says so or because it has changed them itself. See cy_listen(). Copied.
	 */
	const char *const *listen;
	/** What the worker finds with cy_metadata(), consumed; NULL: nil. */
	struct cy_value *metadata;
} cy_worker_options;

/**
 * Start a worker. It exists from now on; when it has joined, there is an `online` event, when it is idle, `ready`.
 *
 * @param name     unique among the living, UTF-8 without control characters, at most 255 bytes; NULL: it is called by
 *                 its id
 * @param options  copied; NULL: all defaults
 * @returns its id, above 0
 * @retval -EEXIST    a living worker bears that name (one that awaits its revival lives)
 * @retval -EINVAL    the name, or an option, is wrong
 * @retval -E…        its policy has failed at once: the policy's code
 * @retval -EPERM     this process is not the primary
 * @retval -ESHUTDOWN the cluster is stopping
 * @retval -E…        the process could not be started: exec's own errno, for instance; nothing is left
 * rx_raise() has said more.
 */
RX_API int64_t cy_fork(cy_cluster *cluster, const char *name, const cy_worker_options *options);

/**
 * Start a worker that has FAILED again, by hand: same id, same name, next incarnation; delays and limit, or its policy,
 * begin anew.
 * @retval -ENOENT, -EBUSY (it lives, or its group starts it: cy_group_restart()), -EEXIST (another bears its name by now), -EPERM, or as cy_fork()
 */
RX_API int cy_restart(cy_cluster *cluster, uint32_t id);

/**
 * Decide what follows the end of a worker whose policy is CY_REVIVE_DECIDE, and whose `exit` event said CY_UNDECIDED; its
 * name is held until then. A policy that is a chain of operators is an option: `policy` of cy_worker_options.
 *
 * @param sequel  CY_REVIVES, CY_GONE or CY_FAILED
 * @param delay   of the revival; RX_NOW or 0: at once
 * @retval -EALREADY  nothing is undecided about it
 * @retval -EINVAL    no decision, or a delay that is none
 * @retval -ENOENT, -EPERM (this process is not the primary)
 */
RX_API int cy_decide(cy_cluster *cluster, uint32_t id, cy_sequel sequel, rx_nsec delay);

/**
 * Change how much a worker may make other processes hold, from now on and over its incarnations; in the primary. What it
 * holds already stays, and it is refused until it holds less.
 *
 * @param quota  copied; zero fields, or NULL: the cluster's
 * @retval -ENOENT, -EPERM (this process is not the primary)
 */
RX_API int cy_set_quota(cy_cluster *cluster, cy_target worker, const cy_quota *quota);

/**
 * Signal a worker's process, and nobody else: never a process id that was used again.
 * What follows its end is the policy's affair: this is not a way to ask it to stop.
 * @retval -ENOENT, -ESRCH (it has no process now), -EPERM (this process is not the primary)
 */
RX_API int cy_kill(cy_cluster *cluster, cy_target worker, int signal);

/** Set this worker's status: CY_IDLE or CY_PROCESSING. @retval -EINVAL another status @retval -EPERM the primary */
RX_API int cy_set_status(cy_cluster *cluster, cy_status status);
/**
 * A worker's status: in the primary of any worker, in a worker its own.
 * @returns a cy_status, above 0
 * @retval -ENOENT  no such worker ever; one that is gone is CY_EXITED
 */
RX_API int cy_status_of(const cy_cluster *cluster, cy_target worker);
/** "INITIALIZING" and so on. */
RX_API const char *cy_status_name(cy_status status);

/**
 * Emit the status (int) once the worker has it, and complete; in the primary.
 *
 * Errors: -ENOENT no such worker; -ESRCH that status can no longer come (the worker stops, has exited and is not
 *         revived, or has passed it). Both at once. -EINVAL no status; -ECANCELED the cluster has ended.
 */
RX_API rx_observable *cy_wait_status(cy_cluster *cluster, cy_target worker, cy_status status) RX_MUST_USE;
/**
 * Complete once each of these workers is IDLE or PROCESSING; in the primary. Without an item.
 *
 * @param ids    copied; NULL: all that live at the moment of subscription
 * @param count  of @p ids
 *
 * Errors: -ENOENT, -ESRCH, -ECANCELED as cy_wait_status().
 */
RX_API rx_observable *cy_ready(cy_cluster *cluster, const uint32_t *ids, size_t count) RX_MUST_USE;

/** What the primary gave this worker, borrowed: nil without. In the primary, nil. */
RX_API struct cy_value *cy_metadata(const cy_cluster *cluster);

/**
 * Close a worker's channel after what was sent; the exit that follows counts as intended. In a worker: its own.
 * Doing it twice is safe.
 * @retval -ENOENT
 * @retval -EPERM   in a worker: that is another process
 */
RX_API int cy_disconnect(cy_cluster *cluster, cy_target worker);

RX_END_DECLS
#endif
