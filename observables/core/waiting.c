#include "observables/core/waiting.h"

#define HEADER ((sizeof(rx_waiting) + 15) & ~(size_t)15)

static void *item_of(rx_waiting *waiting)
{
	return (char *)waiting + HEADER;
}

rx_waiting *rx__waiting_add(rx_waiting_list *list, const rx_type *type, const void *item, int *code)
{
	rx_waiting *waiting = rx__pool_alloc(HEADER + type->size);
	*code = waiting ? rx_type_copy(type, item_of(waiting), item) : -ENOMEM;
	if (*code < 0) {
		if (waiting)
			rx__pool_free(waiting, HEADER + type->size);
		return NULL;
	}
	*waiting = (rx_waiting){.previous = list->last};
	*(list->last ? &list->last->next : &list->first) = waiting;
	list->last = waiting;
	return waiting;
}

static void take_out(rx_waiting_list *list, rx_waiting *waiting)
{
	*(waiting->previous ? &waiting->previous->next : &list->first) = waiting->next;
	*(waiting->next ? &waiting->next->previous : &list->last) = waiting->previous;
}

static void release(rx_waiting *waiting, const rx_type *type)
{
	rx_type_drop(type, item_of(waiting));
	rx__pool_free(waiting, HEADER + type->size);
}

void rx__waiting_emit(rx_stage *self, rx_waiting_list *list, rx_waiting *waiting)
{
	take_out(list, waiting);
	rx__emit(self, item_of(waiting));
	release(waiting, self->node->type);
}

void rx__waiting_remove(rx_waiting_list *list, const rx_type *type, rx_waiting *waiting)
{
	take_out(list, waiting);
	rx_cancel(&waiting->timer.task);
	release(waiting, type);
}

void rx__waiting_clear(rx_waiting_list *list, const rx_type *type)
{
	while (list->first)
		rx__waiting_remove(list, type, list->first);
}
