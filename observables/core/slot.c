#include "observables/core/slot.h"

static void *room(rx_slot *slot)
{
	return slot + 1;
}

size_t rx__slot_room_in(const rx_observable *node)
{
	return node->upstream->type ? node->upstream->type->size : 0;
}

size_t rx__slot_room_out(const rx_observable *node)
{
	return node->type ? node->type->size : 0;
}

/*
 * Move what the slot has to drop, if anything, to the stack, and say so. The caller drops it when the slot is as it is to
 * be, for a drop may come back here. One that is lent is dropped by whoever returns it.
 */
static inline bool take_old(const rx_slot *slot, const rx_type *type, void *old)
{
	if (!slot->full || slot->lent || !type->drop)
		return false;
	memcpy(old, slot + 1, type->size);
	return true;
}

void rx__slot_clear(rx_slot *slot, const rx_type *type)
{
	if (!slot->full)
		return; /* perhaps of no type at all */
	void *old = RX__STACK(type);
	const bool owned = take_old(slot, type, old);
	slot->full = false;
	slot->lent = NULL;
	if (owned)
		type->drop(old);
}

int rx__slot_put(rx_slot *slot, const rx_type *type, const void *item)
{
	if (!type->copy && !type->drop) {
		rx__slot_move(room(slot), item, type->size);
		slot->lent = NULL;
		slot->full = true;
		return 0;
	}
	void *copy = RX__STACK(type);
	const int code = rx_type_copy(type, copy, item);
	if (code == 0)
		rx__slot_keep(slot, type, copy);
	return code;
}

void rx__slot_keep(rx_slot *slot, const rx_type *type, const void *copy)
{
	void *old = RX__STACK(type);
	const bool owned = take_old(slot, type, old);
	rx__slot_move(room(slot), copy, type->size);
	slot->lent = NULL;
	slot->full = true;
	if (owned)
		type->drop(old);
}

/* Where a copy came back here and left something else in the slot, that stays: what lies at @p stack is nobody's. */
int rx__slot_lend(rx_slot *slot, const rx_type *type, void *stack)
{
	const void *lent = slot->lent;
	const int code = lent ? rx_type_copy(type, stack, lent) : 0;
	if (code < 0)
		return code;
	if (!lent)
		rx__slot_move(stack, room(slot), type->size);
	if (slot->lent == lent)
		slot->lent = stack;
	return 0;
}

void rx__slot_claim(rx_slot *slot, const rx_type *type, void *stack)
{
	if (slot->lent == stack)
		return;
	void *old = RX__STACK(type);
	const bool owned = take_old(slot, type, old);
	slot->lent = stack;
	slot->full = true;
	if (owned)
		type->drop(old);
}

void rx__slot_return(rx_slot *slot, const rx_type *type, void *stack)
{
	if (slot->lent == stack) {
		rx__slot_move(room(slot), stack, type->size);
		slot->lent = NULL;
	} else {
		rx_type_drop(type, stack);
	}
}

void *rx__slot_peek(rx_slot *slot)
{
	return slot->lent ? (void *)slot->lent : room(slot);
}

int rx__slot_take(rx_slot *slot, const rx_type *type, void *out)
{
	const int code = rx__slot_lend(slot, type, out);
	if (code < 0 || slot->lent != out)
		return code;
	slot->lent = NULL;
	slot->full = false;
	return 0;
}

int rx__slot_emit(rx_stage *self, rx_slot *slot)
{
	const rx_type *type = self->node->type;
	if (!slot->full)
		return 0;
	void *item = RX__STACK(type);
	const int code = rx__slot_take(slot, type, item);
	if (code < 0)
		return code;
	rx__emit(self, item);
	rx_type_drop(type, item);
	return 0;
}
