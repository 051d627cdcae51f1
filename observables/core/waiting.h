/*
 * Items that wait, each for an event of its own (delay, delay_when, observe_on). Each has a block from the pool, which
 * holds a timer too: tasks cannot move, and the order in which they are scheduled decides between those that are due
 * together.
 */
#ifndef RX_CORE_WAITING_H
#define RX_CORE_WAITING_H

#include "observables/core/stage.h"

typedef struct rx_waiting {
	rx_stage_timer timer; /* idle unless its owner starts it */
	struct rx_waiting *next, *previous;
} rx_waiting;

typedef struct rx_waiting_list {
	rx_waiting *first, *last;
} rx_waiting_list;

/* Append a copy of @p item; NULL, and the reason in @p code, when it cannot be copied. */
rx_waiting *rx__waiting_add(rx_waiting_list *list, const rx_type *type, const void *item, int *code);
/* Emit an item of the stage's own type, and take it from the list. */
void rx__waiting_emit(rx_stage *self, rx_waiting_list *list, rx_waiting *waiting);
/* Take one out, unseen. */
void rx__waiting_remove(rx_waiting_list *list, const rx_type *type, rx_waiting *waiting);
/* Take all out, and cancel their timers. */
void rx__waiting_clear(rx_waiting_list *list, const rx_type *type);

#endif
