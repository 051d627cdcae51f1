/**
 * @file
 * The standard streams of workers that were started with CY_STREAM_CAPTURE: what they print, as lines, and what they are
 * given to read.
 *
 *     cy_fork(cluster, "Paul", &(cy_worker_options){.process = {.output = {CY_STREAM_CAPTURE}}});
 *     rx_subscribe(cy_output(cluster, cy_named("Paul")), &(rx_observer){RX_NEXT(print_line)}, NULL);
 */
#ifndef CLUSTERFY_CLUSTER_STREAM_H
#define CLUSTERFY_CLUSTER_STREAM_H

#include <clusterfy/cluster/worker.h>

RX_BEGIN_DECLS

/** The bytes of a line that come in one item at most; a longer line comes in parts. */
#define CY_LINE_MAX 8192

/** A line of a worker's. Borrowed for the call that brings it; an operator that keeps one copies it. */
typedef struct cy_line {
	uint32_t worker;
	uint32_t incarnation;
	int stream;   /**< 1: its standard output; 2: its standard error */
	bool partial; /**< no newline has come: it goes on in the next item of this stream, or its writer has ended */
	const char *text; /**< without the newline; any bytes, and a zero behind them */
	size_t size;      /**< bytes of @p text, before that zero */
} cy_line;
RX__DECLARE_TYPE(cy_line);

/**
 * What workers print whose `output` or `error` is captured: items of type cy_line. Hot; in the primary.
 *
 * All that a worker printed before its end comes before its `exit` event; what its own children print after that does
 * not come. The two streams of a worker are two pipes: each is in order, and how they interleave is not known.
 *
 * A worker never waits for ever for its output to be read: it is read as fast as the loop turns, 128 KiB a stream and
 * turn, and dropped if nobody subscribes (but the last words of its standard error, which the `exit` event brings).
 *
 * @param target  one worker, over all its incarnations; or cy_all()
 *
 * Completes when the cluster ends.
 * Errors:  -EPERM not the primary; -ENOENT no such worker at this moment; -EINVAL a target of another kind.
 * Items:   borrowed for the call.
 * State:   8 KiB a captured stream, and as much again for last words.
 */
RX_API rx_observable *cy_output(cy_cluster *cluster, cy_target target) RX_MUST_USE;

/**
 * Write to the standard input of a worker whose `input` is captured; in the primary. What its pipe does not take yet
 * waits here, and is lost, with an `error` event, when it ends or closes its input before that.
 *
 * @param bytes   copied
 * @retval -EPERM    this process is not the primary
 * @retval -ENOENT   no such worker
 * @retval -ESRCH    it has no process now
 * @retval -ENOTSUP  its input is not captured
 * @retval -EPIPE    its input has ended: by cy_input_end(), or closed by the worker
 * @retval -EAGAIN   more would wait than the cluster's `queue_bytes`; nothing of @p bytes was taken
 * @retval -ENOMEM
 */
RX_API int cy_input(cy_cluster *cluster, cy_target worker, const void *bytes, size_t size);
/** End a worker's standard input after what was written. @retval as cy_input() */
RX_API int cy_input_end(cy_cluster *cluster, cy_target worker);

RX_END_DECLS
#endif
