/*
 * A queue of tasks by time: a pairing heap through the tasks' own fields, so that nothing is ever allocated and
 * scheduling cannot fail. Insertion and cancelling are constant, taking the first is logarithmic (amortised).
 */
#ifndef RX_CORE_QUEUE_H
#define RX_CORE_QUEUE_H

#include <clusterfy/rx/scheduler.h>

typedef struct rx_queue {
	rx_task *first; /* the task that is due first, or NULL */
	uint64_t order;
} rx_queue;

/* Add a task, its `due` set. Tasks due at the same time come out in the order of insertion. */
void rx__queue_insert(rx_queue *queue, rx_task *task);
/* Take a task out, wherever it stands. */
void rx__queue_remove(rx_queue *queue, rx_task *task);
/* Take every task out. */
void rx__queue_clear(rx_queue *queue);

#endif
