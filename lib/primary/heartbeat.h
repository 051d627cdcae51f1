/**
 * @file
 * Whether a worker's loop turns: a state machine. Pure: times are handed in.
 *
 *     RESTING ──ask──> ASKED ──timeout: tell──> TOLD ──abort_after: abort──> ABORTED ──kill_after: kill──> KILLED
 *        ^               |                       |
 *        '── heard ──────'───────────────────────'
 *
 * Who comes late himself (a primary that was stopped, or too busy) judges nobody: he asks again.
 */
#ifndef CLUSTERFY_LIB_PRIMARY_HEARTBEAT_H
#define CLUSTERFY_LIB_PRIMARY_HEARTBEAT_H

#include <clusterfy/cluster/process.h>

/** What is to be done. */
typedef enum cy__beat {
	CY__BEAT_NOTHING = 0,
	CY__BEAT_ASK,   /**< ask it; what comes from now on is a sign of life */
	CY__BEAT_TELL,  /**< tell everybody that its loop does not turn */
	CY__BEAT_ABORT, /**< SIGABRT */
	CY__BEAT_KILL   /**< SIGKILL */
} cy__beat;

typedef enum cy__heart {
	CY__HEART_OFF = 0,
	CY__HEART_RESTING,
	CY__HEART_ASKED,
	CY__HEART_TOLD,
	CY__HEART_ABORTED,
	CY__HEART_KILLED
} cy__heart;

/** Fields are for reading; the caller's memory. Zero is one that is off for good. */
typedef struct cy__heartbeat {
	cy_heartbeat options; /**< every default filled in; an `interval` of 0: off */
	cy__heart state;
	rx_nsec since; /**< when it was asked, told on, aborted */
	rx_nsec due;   /**< when cy__heartbeat_pass() is wanted; RX_NEVER: not at all */
} cy__heartbeat;

/**
 * @param options    those of the worker
 * @param otherwise  those of the cluster, where the worker's have no interval
 * @retval -EINVAL  a negative time other than RX_NOW
 */
int cy__heartbeat_init(cy__heartbeat *heartbeat, const cy_heartbeat *options, const cy_heartbeat *otherwise);
/** Begin: it is alive at @p now. */
void cy__heartbeat_start(cy__heartbeat *heartbeat, rx_nsec now);
/** End: nobody asks any more. One that has had its SIGABRT gets its SIGKILL all the same. */
void cy__heartbeat_stop(cy__heartbeat *heartbeat);
/** The process has ended. */
void cy__heartbeat_ended(cy__heartbeat *heartbeat);
/**
 * The time is @p now.
 * @param heard  whether anything has come since the last CY__BEAT_ASK, all that lay there having been read
 */
cy__beat cy__heartbeat_pass(cy__heartbeat *heartbeat, bool heard, rx_nsec now);

#endif
