/**
 * @file
 * The cluster's handle: joining, running, leaving, and who this process is.
 */
#ifndef CLUSTERFY_CLUSTER_CLUSTER_H
#define CLUSTERFY_CLUSTER_CLUSTER_H

#include <clusterfy/cluster/process.h>
#include <clusterfy/cluster/quota.h>
#include <clusterfy/cluster/status.h>
#include <clusterfy/rx/observable.h>

RX_BEGIN_DECLS

struct ev_loop;
/** This process's part in the cluster. It lives from cy_join() until cy_run() or cy_leave() returns. */
typedef struct cy_cluster cy_cluster;

/** Room for the signals of cy_options. */
#define CY_SIGNALS 8

/** Zero means the default. */
typedef struct cy_options {
	/** The loop to run on; NULL: libev's default loop, which also reaps every child of the process. On any other
	 * loop children come through pidfds, and the program's own children are left alone. */
	struct ev_loop *loop;
	/** Signals that stop in order, ended by 0: in the primary the whole cluster, in a worker that worker. A worker
	 * ignores SIGINT among them, for a terminal sends it to the whole group: it waits for the primary's word. */
	int graceful_signals[CY_SIGNALS];
	/** How long a stopping process may take before it gets a SIGTERM; 0: 2 s; RX_NOW; RX_NEVER: it gets none. */
	rx_nsec shutdown_timeout;
	/** How long after that SIGTERM a SIGKILL follows; 0: 500 ms; RX_NEVER: none does. */
	rx_nsec kill_after;
	/** The deadline of a call that sets none; 0: none. */
	rx_nsec call_timeout;
	/** The largest frame, bytes; 0: 16 MiB. */
	size_t frame_max;
	/** What may wait to be written to one peer, bytes and frames; 0: 8 MiB and 65536. At the bound, calls and
	 * messages are refused with -EAGAIN, unless a message's sender chooses otherwise (see cy_when_full). */
	size_t queue_bytes, queue_frames;
	/** Half a frame, and then silence for so long, costs the sender its channel; 0: 10 s; RX_NEVER: never. */
	rx_nsec read_timeout;
	/** After something was sent or has come, the loop looks for more for so long before it sleeps: what comes then is
	 * there sooner by what a wake-up takes, at the price of a processor that is busy meanwhile. 0: it sleeps at once;
	 * RX_NEVER: it never does. Each process has its own. */
	rx_nsec poll;
	/** A directory of cgroup2 that this process may make others in, as systemd's Delegate= gives one; NULL: none. Workers
	 * run in a cgroup "clusterfy-PID" of it, which is removed with the cluster: what is in it then, their descendants
	 * included, is killed, however the primary ends. Used while cy_join() runs. */
	const char *cgroup;
	/** Of workers whose own options set no interval; zero: none. */
	cy_heartbeat heartbeat;
	/** In the primary: a turn of the loop that takes more of the processor's time than this raises an `error` event with
	 * -ETIME, which says what it was spent on; 0: 20 ms; RX_NEVER: none does. See cy_statistics.longest_turn. */
	rx_nsec turn_limit;
	/** Of workers whose own options set none: how much each may make other processes hold. */
	cy_quota quota;
	/** The memory that keys of workers that have gone for good may take in the storage, all of them together, bytes;
	 * 0: 256 MiB. Beyond it, the keys of whoever left the most are removed, the newest first; an `error` event says how
	 * many. */
	size_t storage_left;
	/** What all jitter is drawn from: with the same seed a cluster draws the same numbers, for tests. 0: a seed of the
	 * kernel's, so that no two clusters draw alike. */
	uint64_t seed;
} cy_options;

/**
 * Join the cluster: as a worker, if the primary started this process; else as the primary. Once per process, before it
 * has threads.
 *
 * In a worker the name and the id are known when this returns.
 *
 * With its first worker a primary starts a guardian besides, a child of its own of 16 kB that kills workers which outlive it
 * by more than `shutdown_timeout`; it has the rights that the primary has then, and ends with the cluster. A program that
 * is set-uid, set-gid or has file capabilities takes a role from its environment only where its parent has the same rights.
 *
 * What makes it fail: -EALREADY, this process has joined; -EDEADLK, this is a callback of the loop or of the library;
 * -EINVAL, a time of the options is negative; -ENOMEM; and in a worker whatever is wrong with its channel.
 *
 * @param options  NULL: all defaults
 * @returns NULL when it failed; the reason went to the hook of rx_on_unhandled_error(), which by default prints it
 */
RX_API cy_cluster *cy_join(const cy_options *options);

/**
 * Run the loop until the cluster ends (in the primary) or this worker does, shut down in order, release the handle.
 * The same as cy_start(), the loop, cy_leave().
 *
 * Not inside a callback of the loop or of the library, where the end of the handle would be that of whoever called back: a
 * handler, an observer of events, a policy, a shutdown method, a task of virtual time. cy_stop() works everywhere.
 * @returns the exit status for `main`
 * @retval -EDEADLK  inside a callback: nothing has changed
 */
RX_API int cy_run(cy_cluster *cluster);

/** For a host that runs its own loop: say that this process is ready (a worker is then IDLE, unless it set a status). */
RX_API void cy_start(cy_cluster *cluster);
/**
 * For a host that runs its own loop: release the handle, after cy_events() has completed. Sooner, it ends the process's
 * part at once: a primary kills its workers. Not inside a callback, as cy_run(): not even in the completion of cy_events().
 * @returns the exit status for `main`
 * @retval -EDEADLK  inside a callback: nothing has changed
 */
RX_API int cy_leave(cy_cluster *cluster);

/** The handle of this process, or NULL before cy_join() and after the end. */
RX_API cy_cluster *cy_current(void);
/** Whether this process is the primary. */
RX_API bool cy_is_primary(const cy_cluster *cluster);
/** This process's id: 0 in the primary, in a worker a number that is never used again. */
RX_API uint32_t cy_id(const cy_cluster *cluster);
/** This worker's name; NULL in the primary and where it has none. Lives as long as the handle. */
RX_API const char *cy_name(const cy_cluster *cluster);
/** Which run of this worker it is, from 1; 0 in the primary. */
RX_API uint32_t cy_incarnation(const cy_cluster *cluster);
/** "Primary", "Paul (1)", "2". Lives as long as the handle. */
RX_API const char *cy_label(const cy_cluster *cluster);
/** "Primary", "Paul (1)" or "2" for any process by its id, in a static buffer per thread. */
RX_API const char *cy_label_of(const cy_cluster *cluster, uint32_t id);

/**
 * Give the loop a turn without waiting: for a worker that computes and still wants to hear of cancellations and of its
 * end. Not from inside a callback of the loop.
 * @retval -EDEADLK  inside a callback of the loop or of the library
 */
RX_API int cy_poll(cy_cluster *cluster);
/** Whether this process has been asked to stop. */
RX_API bool cy_stopping(const cy_cluster *cluster);

RX_END_DECLS
#endif
