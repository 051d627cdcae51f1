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
	CY_UNDECIDED    /**< the program's own policy has not decided; its name is held until it has */
} cy_sequel;

RX_END_DECLS
#endif
