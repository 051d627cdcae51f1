/**
 * @file
 * The states of a worker, and what follows its end.
 */
#ifndef CLUSTERFY_CLUSTER_STATUS_H
#define CLUSTERFY_CLUSTER_STATUS_H

#include <clusterfy/rx/base.h>

RX_BEGIN_DECLS

/** INITIALIZING → LOADED → IDLE ⇄ PROCESSING → STOPPING → EXITED, of one incarnation. */
typedef enum cy_status {
	CY_INITIALIZING = 1, /**< started, has not said hello */
	CY_LOADED,           /**< has joined */
	CY_IDLE,             /**< ready, nothing to do */
	CY_PROCESSING,       /**< ready, at work */
	CY_STOPPING,         /**< refuses new calls; sticky */
	CY_EXITED            /**< reaped: the end of the incarnation */
} cy_status;

/** What follows the end of an incarnation. */
typedef enum cy_sequel {
	CY_REVIVES = 1, /**< a new incarnation starts, after the backoff's delay */
	CY_GONE,        /**< nothing: its name is free */
	CY_FAILED,      /**< nothing: it has ended too often (see cy_revival); its name is free */
	CY_UNDECIDED,   /**< the program's own policy has not decided; its name is held until it has */
	CY_REPLACED     /**< nothing: another incarnation has taken its place, or keeps it */
} cy_sequel;

/** Why an incarnation has ended. */
typedef enum cy_reason {
	CY_ENDED_ASKED = 1,  /**< somebody asked for it: `origin` of the event */
	CY_ENDED_NORMAL,     /**< unasked, with code 0 */
	CY_ENDED_CODE,       /**< unasked, with another code */
	CY_ENDED_SIGNAL,     /**< unasked, by a signal */
	CY_ENDED_NO_START,   /**< no process could be started */
	CY_ENDED_NO_HELLO,   /**< it ended before it had joined, whatever its code */
	CY_ENDED_NOT_READY,  /**< killed, for it was not ready in its time (`start` of cy_revival) */
	CY_ENDED_HUNG,       /**< aborted or killed, for its loop did not turn (`heartbeat` of cy_worker_options) */
	CY_ENDED_REPLACED,   /**< asked to end once another process had its place: recycled, or reloaded */
	CY_ENDED_WITH_GROUP, /**< asked to end because another of its group has: `origin` of the event */
	CY_ENDED_LIMIT /**< unasked, past a limit of its process: by SIGXCPU (processor time) or SIGXFSZ (a file's size). Of
	                    memory the kernel gives no sign but to the program, and at a hard limit it kills: leave room */
} cy_reason;

/** Static words for a reason: "asked to end", "not ready in time", "unknown". */
RX_API const char *cy_reason_words(cy_reason reason);

RX_END_DECLS
#endif
