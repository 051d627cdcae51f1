#include <stddef.h>

#include "observables/core/queue.h"

static inline int before(const rx_task *a, const rx_task *b)
{
	return a->due < b->due || (a->due == b->due && a->order < b->order);
}

/* The later of two roots becomes the first child of the other. `previous` of a first child is its parent. */
static rx_task *meld(rx_task *a, rx_task *b)
{
	if (!a)
		return b;
	if (!b)
		return a;
	if (before(b, a)) {
		rx_task *swap = a;
		a = b;
		b = swap;
	}
	b->previous = a;
	b->next = a->child;
	if (a->child)
		a->child->previous = b;
	a->child = b;
	return a;
}

/* Two passes over a list of siblings: pairs from the left, then all of them from the right. */
static rx_task *meld_siblings(rx_task *sibling)
{
	rx_task *pairs = NULL;
	while (sibling) {
		rx_task *a = sibling, *b = a->next;
		sibling = b ? b->next : NULL;
		a->next = a->previous = NULL;
		if (b)
			b->next = b->previous = NULL;
		rx_task *pair = meld(a, b);
		pair->next = pairs;
		pairs = pair;
	}
	rx_task *root = NULL;
	while (pairs) {
		rx_task *next = pairs->next;
		pairs->next = NULL;
		root = meld(root, pairs);
		pairs = next;
	}
	return root;
}

void rx__queue_insert(rx_queue *queue, rx_task *task)
{
	task->order = queue->order++;
	task->child = task->next = task->previous = NULL;
	queue->first = meld(queue->first, task);
}

void rx__queue_remove(rx_queue *queue, rx_task *task)
{
	rx_task *orphans = meld_siblings(task->child);
	if (task == queue->first) {
		queue->first = orphans;
	} else {
		if (task->previous->child == task)
			task->previous->child = task->next;
		else
			task->previous->next = task->next;
		if (task->next)
			task->next->previous = task->previous;
		queue->first = meld(queue->first, orphans);
	}
	task->child = task->next = task->previous = NULL;
}

void rx__queue_clear(rx_queue *queue)
{
	while (queue->first) {
		rx_task *task = queue->first;
		rx__queue_remove(queue, task);
		task->scheduler = NULL;
	}
}
