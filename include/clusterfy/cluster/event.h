/**
 * @file
 * Events: everything that happens, as one hot observable; and one-way messages, which arrive as events.
 */
#ifndef CLUSTERFY_CLUSTER_EVENT_H
#define CLUSTERFY_CLUSTER_EVENT_H

#include <clusterfy/cluster/value.h>
#include <clusterfy/cluster/worker.h>

RX_BEGIN_DECLS

typedef enum cy_event_type {
	CY_EVENT_ONLINE = 1, /**< a worker has joined */
	CY_EVENT_READY,      /**< a worker is IDLE for the first time in its incarnation */
	CY_EVENT_STATUS,     /**< a worker's `status` has changed */
	CY_EVENT_COMMAND,    /**< a call begins: at the caller, and where it runs */
	CY_EVENT_RESULT,     /**< a call has ended: at the caller, and where it ran */
	CY_EVENT_LISTENING,  /**< a worker listens: `name` is the address */
	CY_EVENT_MESSAGE,    /**< a message has come: `name`, `body` */
	CY_EVENT_DISCONNECT, /**< a worker's channel has ended */
	CY_EVENT_ERROR,      /**< trouble: `code` and `words` */
	CY_EVENT_EXIT,       /**< a worker's process has been reaped */
	CY_EVENT_GROUP,  /**< of the group `name` all are ready; or, by `sequel`: some start again, failed, stopped */
	CY_EVENT_CUSTOM, /**< the program's own, see cy_emit() */
} cy_event_type;

/** Borrowed for the call that brings it, with all it points to; an operator that keeps one copies it. */
typedef struct cy_event {
	cy_event_type type;
	uint32_t worker; /**< whom it concerns; 0: the primary */
	uint32_t
		origin; /**< who made the call, or caused the event: of an `exit`, who asked for it, or whose act it was */
	uint32_t sender; /**< whose frame it came in, as the channel says */
	uint32_t target; /**< where a call or a message went */
	uint32_t incarnation;
	uint64_t call; /**< the number of the call; 0: of none */
	int64_t time;  /**< wall clock, nanoseconds since 1970 */
	cy_status status;
	/** `result`, `error`: 0 or a negative errno. `exit`: the exit code; -1 after a signal; of a process that could not
	 * be started, the negative errno. */
	int code;
	int signal;        /**< `exit`: the signal that ended it, or 0 */
	bool core;         /**< `exit`: it left a core */
	bool intended;     /**< `exit`, `disconnect`: somebody asked for it */
	cy_reason reason;  /**< `exit`: why */
	cy_sequel sequel;  /**< `exit`: what follows */
	const char *name;  /**< of the command, the message, the event; the address; or NULL */
	const char *words; /**< what there is to say, or NULL; of an `exit`, the reason in words */
	/** `exit`, of a worker whose standard error is captured: the last that it printed there, 4 KiB at most, as whole
	 * lines where there was more; any bytes but zero. Else NULL. */
	const char *last_words;
	cy_value *body;      /**< arguments, message, data; or NULL */
	struct cy__fds *fds; /**< see cy_event_descriptor() */
} cy_event;
RX__DECLARE_TYPE(cy_event);

/** "online" and so on. */
RX_API const char *cy_event_name(cy_event_type type);

/**
 * All events, from the moment of subscription, as items of type cy_event. Hot. In a worker: those that concern it. It
 * completes when the cluster ends, and never errors: trouble with one worker is an event.
 */
RX_API rx_observable *cy_events(cy_cluster *cluster) RX_MUST_USE;
/** Those of one type. */
RX_API rx_observable *cy_events_of(cy_cluster *cluster, cy_event_type type) RX_MUST_USE;
/** The messages of one name (NULL: of any), as items of type cy_event. */
RX_API rx_observable *cy_messages(cy_cluster *cluster, const char *name) RX_MUST_USE;

/**
 * Emit an event of the program's own in this process: type CY_EVENT_CUSTOM, @p name, @p body (consumed; NULL: nil).
 * @retval -E…  the mistake that @p body is
 */
RX_API int cy_emit(cy_cluster *cluster, const char *name, cy_value *body);

/**
 * Send a message, one way: a `message` event there.
 *
 * @param target  one or many; to oneself it arrives a turn of the loop later, as a remote one would
 * @param body    consumed; NULL: nil
 * @retval 0           on its way
 * @retval -ENOENT     nobody of that name or id (many targets: none is no error)
 * @retval -EAGAIN     the queue to that process is full; for many targets, to one of them
 * @retval -EHOSTUNREACH  the target is stopping or has gone
 * @retval -EMSGSIZE   larger than a frame may be
 * @retval -E…         the mistake that @p body is
 * In a worker, what is found wrong in the primary comes back as an `error` event.
 */
RX_API int cy_send(cy_cluster *cluster, cy_target target, const char *name, cy_value *body);
/**
 * What becomes of a message that finds a queue full: that of this process to its target (in a worker, to the primary),
 * and, of a worker's message to a worker, also that of the primary to the target. What is refused or dropped is counted.
 * Each fullness is told as one `error` event, here and, where it is the primary that refuses or drops, in the process
 * that has sent: -EAGAIN where something is refused, -ENOBUFS where something is dropped.
 *
 * Messages that give way to later ones wait, at the bound, in a list behind the queue, which holds an eighth of its
 * bound and at least one message; other messages do not pass them, but are refused meanwhile.
 */
typedef enum cy_when_full {
	CY_REFUSE,      /**< -EAGAIN; cy_room() tells when there is room again */
	CY_DROP_OLDEST, /**< drop the oldest one that waits and may be dropped; without such a one, this one */
	CY_DROP_NEWEST, /**< drop this one */
	CY_KEEP_LATEST, /**< take the place of the one of the same name, sender and target that waits; without one, as
	                     CY_DROP_OLDEST */
} cy_when_full;

/** Zero means the default. */
typedef struct cy_send_options {
	cy_when_full full;
	const int *descriptors;  /**< as in cy_send_descriptors() */
	size_t descriptor_count; /**< of them; 0: none */
} cy_send_options;

/**
 * cy_send() with a choice of what becomes of the message where a queue is full.
 * @param options  NULL: all defaults, as cy_send()
 * @retval 0        on its way, or dropped as @p options have it
 * @retval -EINVAL  there is no such policy; and those of cy_send()
 */
RX_API int cy_send_with(cy_cluster *cluster, cy_target target, const char *name, cy_value *body,
                        const cy_send_options *options);
/**
 * Emit the id (uint32_t) of @p target once there is room in the queue to it, then complete: at once if nothing has been
 * refused, else when half of the bound is free. In a worker everything but what is for itself goes to the primary: the
 * queue to it counts, whatever the target, and its id is what is emitted.
 *
 * Several who wait are told in the order in which they began to, until one of them has filled the queue again.
 *
 * Errors:  -EINVAL, for many targets; -ENOENT, nobody of that name or id; -EHOSTUNREACH, it has gone.
 * State:   32 bytes while it waits.
 */
RX_API rx_observable *cy_room(cy_cluster *cluster, cy_target target) RX_MUST_USE;
/** cy_send() with open descriptors, which stay the caller's; they arrive with the message, or are closed. One target. */
RX_API int cy_send_descriptors(cy_cluster *cluster, cy_target target, const char *name, cy_value *body,
                               const int *descriptors, size_t count);
/**
 * Take a descriptor that came with a message or a reply: it is the caller's then. What nobody takes is closed.
 * @returns the descriptor
 * @retval -ENOENT  no such one, or taken already
 * @retval -EMFILE  it could not be opened here
 */
RX_API int cy_event_descriptor(const cy_event *event, size_t index);

RX_END_DECLS
#endif
