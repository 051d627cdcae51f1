/*
 * One item that a stage keeps: the last one, the best so far, an accumulator.
 *
 * What is lent must not change, and a stage can be entered again, or stopped, from whatever it calls. So an item that
 * goes to a user's function or downstream moves to the C stack and back again: rx__slot_lend(), the call,
 * rx__slot_return(). If the stage was entered in between, the newer item stays; if it was stopped, none does.
 *
 * The slot comes last in the state of its stage, and the stage's `extra` is the room for the item behind it.
 */
#ifndef RX_CORE_SLOT_H
#define RX_CORE_SLOT_H

#include "observables/core/stage.h"

typedef struct rx_slot {
	_Alignas(16) const void *lent; /* where the item is while it is lent; NULL: in its room */
	bool full;
} rx_slot;

/* Most items are numbers: a size that the compiler knows spares them a call. */
static inline void rx__slot_move(void *to, const void *from, size_t size)
{
	if (RX__LIKELY(size == sizeof(uint64_t)))
		memcpy(to, from, sizeof(uint64_t));
	else
		memcpy(to, from, size);
}

/* `extra` of a stage that keeps an item of its upstream, or one of what it emits itself. */
size_t rx__slot_room_in(const rx_observable *node);
size_t rx__slot_room_out(const rx_observable *node);

/* Keep a copy of @p item instead of what is there; -ENOMEM or what the type's copy returned: nothing changed then. */
int rx__slot_put(rx_slot *slot, const rx_type *type, const void *item);
/* The same of a copy that has been made, and is the slot's from now on. */
void rx__slot_keep(rx_slot *slot, const rx_type *type, const void *copy);
/* Keep nothing. */
void rx__slot_clear(rx_slot *slot, const rx_type *type);
/* Move the item to @p stack, or copy it there where it is lent already: only that can fail. The slot is full. */
int rx__slot_lend(rx_slot *slot, const rx_type *type, void *stack);
/* What lies at @p stack is the item from now on, whatever was put meanwhile. */
void rx__slot_claim(rx_slot *slot, const rx_type *type, void *stack);
/* The end of lending: back into its room, or dropped where it is out of date. */
void rx__slot_return(rx_slot *slot, const rx_type *type, void *stack);
/* The item where it is, for what does not call out of the library. The slot is full. */
void *rx__slot_peek(rx_slot *slot);
/* Move the item to @p out (a copy where it is lent: only that can fail) and keep nothing. The slot is full. */
int rx__slot_take(rx_slot *slot, const rx_type *type, void *out);
/* Emit the item, if there is one, and keep nothing. Negative where it had to be copied and could not be. */
int rx__slot_emit(rx_stage *self, rx_slot *slot);

#endif
