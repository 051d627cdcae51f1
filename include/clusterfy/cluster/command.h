/**
 * @file
 * Commands: named functions that any process of the cluster can call in any other; replies are observables.
 *
 * Calling:
 *
 *     rx_subscribe(rx_pipe(cy_call(cluster, cy_named("Paul"), "square", cy_int(7)), rx_timeout(RX_MS(500))),
 *                  &(rx_observer){RX_NEXT(print_reply), .error = print_error}, NULL);
 *
 * Serving:
 *
 *     static rx_observable *square(const cy_request *request, void *ctx)
 *     {
 *             int64_t n;
 *             if (cy_get_int(request->arguments, NULL, &n) < 0)
 *                     return cy_refuse(-EINVAL, "square takes a number");
 *             return cy_answer(cy_int(n * n));
 *     }
 *     cy_register(cluster, &(cy_command){.name = "square", .run = square});
 *
 * No call waits for something that cannot come. The codes of the errors:
 *
 *     -ENOENT         nobody of that name or id
 *     -ENOSYS         the command is unknown there, or may not run there
 *     -EHOSTUNREACH   never delivered: safe to retry
 *     -ECONNRESET     the process died on it: it may have run
 *     -ETIMEDOUT      its deadline has passed
 *     -ECANCELED      the cluster, or the handler's process, is on its way out
 *     -EBADMSG        the bytes are no value
 *     -EAGAIN         the queue to that process is full
 *     -EMSGSIZE       larger than a frame may be
 *     -EPERM          who called may not
 *     any other       the handler's own
 */
#ifndef CLUSTERFY_CLUSTER_COMMAND_H
#define CLUSTERFY_CLUSTER_COMMAND_H

#include <clusterfy/cluster/value.h>
#include <clusterfy/cluster/worker.h>

RX_BEGIN_DECLS

/** Where a command may run. */
typedef enum cy_where {
	CY_ANYWHERE = 0,
	CY_ON_PRIMARY,
	CY_ON_WORKER,
} cy_where;

/** A call as its handler sees it; borrowed for the handler's call. Keep the arguments with cy_value_ref(). */
typedef struct cy_request {
	cy_cluster *cluster;
	const char *command;
	cy_value *arguments; /**< borrowed; nil if there are none */
	uint32_t origin;     /**< the id of the process that made the call, as the channel says; 0: the primary */
	uint32_t sender;     /**< whose frame it came in: the origin, or 0 where the primary forwarded it */
	uint64_t call;       /**< its number */
	rx_nsec deadline;    /**< CLOCK_MONOTONIC; 0: none */
} cy_request;

/**
 * Who may call a command: any of these, added up; 0: everybody. Whoever else does gets -EPERM. It is enforced where the
 * command runs, from what the channel says of the caller, so that no process can call in another's name.
 *
 *     library's own command                              runs in    obeyed from
 *     cy_get_timestamp                                   any        everybody
 *     cy_worker_set_metadata, cy_shutdown                a worker   the primary
 *     cy_status_change                                   primary    everybody: of the caller's own status
 *     cy_listen, cy_storage_…                            primary    everybody
 */
enum {
	CY_BY_PRIMARY = 1,
	CY_BY_WORKERS = 2, /**< by other processes that are workers */
	CY_BY_ITSELF = 4   /**< by the process that serves it */
};

/** A command; its strings are copied. */
typedef struct cy_command {
	const char *name;
	cy_where target;
	unsigned callers; /**< CY_BY_PRIMARY and so on; 0: everybody */
	/**
	 * Answer: with any observable of cy_body (consumed), which is subscribed at once and unsubscribed when the caller
	 * loses interest. Its items are the reply's; its error is the caller's. NULL: an empty reply.
	 *
	 * It may emit as fast as it can: it is paused (as by rx_pause()) when it has sent what its caller has granted, or
	 * when the queue is full, and goes on later. Where it cannot be paused, items wait up to the queue's bound
	 * (cy_options.queue_bytes, queue_frames; for each call), then the call fails with -EAGAIN. One that ends with
	 * rx_on_backpressure_buffer(), _drop(), _latest() or _error() has that policy instead.
	 */
	rx_observable *(*run)(const cy_request *request, void *ctx);
	void *ctx;
	void (*drop)(void *ctx); /**< called with `ctx` when the command is no longer registered; may be NULL */
} cy_command;

/**
 * Serve a command in this process.
 * @retval -EEXIST  there is one of that name
 * @retval -EPERM   the name begins with "cy_", which is the library's
 * @retval -EINVAL  no name, no `run`, or a bit of `callers` that is nobody's
 * @retval -ENOMEM
 */
RX_API int cy_register(cy_cluster *cluster, const cy_command *command);
/**
 * Let fewer call a command that this process serves, one of the library's own too: of those that may, only @p callers.
 *
 *     cy_restrict(cluster, "cy_storage_save", CY_BY_PRIMARY | CY_BY_ITSELF);     in the primary: workers only read
 *
 * @retval -ENOENT  there is no such command here
 * @retval -EINVAL  nobody would be left, or @p callers has another bit
 */
RX_API int cy_restrict(cy_cluster *cluster, const char *name, unsigned callers);
/** Serve it no more; calls that run are finished. @retval -ENOENT @retval -EPERM  it is the library's */
RX_API int cy_unregister(cy_cluster *cluster, const char *name);

/** One item: @p value (consumed), then complete; the error, if it is a mistake. */
RX_API rx_observable *cy_answer(cy_value *value) RX_MUST_USE;
/**
 * cy_answer() with open descriptors, which stay the caller's: they arrive with it, see cy_reply_descriptor(), or are
 * closed. To be returned as it is: operators do not pass descriptors on.
 */
RX_API rx_observable *cy_answer_descriptors(cy_value *value, const int *descriptors, size_t count) RX_MUST_USE;
/** An error, for a handler: the same as rx_throw_error(). */
#define cy_refuse rx_throw_error

/** One item of a reply. Borrowed for the call that brings it; an operator that keeps one copies it. */
typedef struct cy_reply {
	uint32_t worker;       /**< who answered; 0: the primary */
	cy_value *value;       /**< borrowed; NULL if it is an error */
	const rx_error *error; /**< with many targets: this one's error; else NULL */
	struct cy__fds *fds;   /**< see cy_reply_descriptor() */
} cy_reply;
RX__DECLARE_TYPE(cy_reply);

/** Options of a call; zero means the default. */
typedef struct cy_call_options {
	/** From subscription; 0: the cluster's `call_timeout`; RX_NEVER: none. */
	rx_nsec timeout;
	/**
	 * How many items of the reply may be on their way, with them 1 MiB of bytes, not counting the first item, and of
	 * many targets from each; 0: 256. As they are taken, more are granted, half of it at a time: 1 is the slowest and
	 * holds least; UINT32_MAX grants everything, so that the queue's bound is the only one. Whatever it is, one item of
	 * any size is always let through.
	 */
	uint32_t credit;
} cy_call_options;

/**
 * Call a command: a cold observable of cy_reply. Nothing is sent until it is subscribed, and each subscription is a
 * call of its own; unsubscribing cancels the handler at the other end.
 *
 * One target: its items, then complete, or its error. Many targets: items and errors of each as they come, then
 * complete; at once, when there is none.
 *
 * It can be paused, with rx_pause(): from then on no item comes; what was granted waits here, in order, and so does the end
 * behind it. The handler at the other end is paused when it has sent that (see cy_command.run), so that a slow reader costs
 * no more memory than its credit, in each process on the way.
 *
 * @param arguments  consumed; NULL: nil
 * Cost: one frame, and one for each item and end of the reply; of a longer reply one more for each 128 items or 512 KiB
 *       that are taken (half of its credit), none for a reply of one item.
 */
RX_API rx_observable *cy_call(cy_cluster *cluster, cy_target target, const char *command, cy_value *arguments)
	RX_MUST_USE;
/** cy_call() with options (NULL: all defaults). */
RX_API rx_observable *cy_call_with(cy_cluster *cluster, cy_target target, const char *command, cy_value *arguments,
                                   const cy_call_options *options) RX_MUST_USE;
/** From cy_reply to its value (cy_body); an error among many targets becomes the stream's. */
RX_API rx_operator *cy_values(void) RX_MUST_USE;
/** Take a descriptor that came with a reply, as cy_event_descriptor() does. */
RX_API int cy_reply_descriptor(const cy_reply *reply, size_t index);

RX_END_DECLS
#endif
