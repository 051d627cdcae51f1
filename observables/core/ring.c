#include "observables/core/ring.h"

#include "observables/core/slot.h"

static void *slot(const rx_ring *ring, const rx_type *type, size_t index)
{
	const size_t at = ring->first + index;
	return ring->items + (at < ring->capacity ? at : at - ring->capacity) * type->size;
}

/* Double the room until @p needed fit, the oldest item first in it. */
static int grow(rx_ring *ring, const rx_type *type, size_t needed)
{
	size_t capacity = ring->capacity ? 2 * ring->capacity : 4;
	while (capacity < needed)
		capacity *= 2;
	char *items = rx_alloc(capacity * type->size + 1);
	if (!items)
		return -ENOMEM;
	const size_t behind = ring->capacity - ring->first, upper = ring->count < behind ? ring->count : behind;
	if (ring->count) {
		memcpy(items, ring->items + ring->first * type->size, upper * type->size);
		memcpy(items + upper * type->size, ring->items, (ring->count - upper) * type->size);
	}
	rx_free(ring->items);
	*ring = (rx_ring){.items = items, .capacity = capacity, .count = ring->count};
	return 0;
}

/* No code of the user's runs. */
int rx__ring_push_copy(rx_ring *ring, const rx_type *type, const void *copy)
{
	const int code = ring->count < ring->capacity ? 0 : grow(ring, type, ring->count + 1);
	if (code < 0)
		return code;
	rx__slot_move(slot(ring, type, ring->count), copy, type->size);
	ring->count++;
	return 0;
}

/* Copied before there is a place for it: a copy may come back here, and then the ring grows, or is cleared, under it. */
int rx__ring_push(rx_ring *ring, const rx_type *type, const void *item)
{
	if (!type->copy)
		return rx__ring_push_copy(ring, type, item);
	void *copy = RX__STACK(type);
	int code = type->copy(copy, item);
	if (code < 0)
		return code;
	code = rx__ring_push_copy(ring, type, copy);
	if (code < 0)
		rx_type_drop(type, copy);
	return code;
}

int rx__ring_push_span(rx_ring *ring, const rx_type *type, const void *items, size_t count)
{
	const char *item = items;
	int code = type->copy || count <= ring->capacity - ring->count ? 0 : grow(ring, type, ring->count + count);
	if (type->copy || ring->first) {
		for (; count-- && code == 0; item += type->size)
			code = rx__ring_push(ring, type, item);
	} else if (code == 0) {
		memcpy(slot(ring, type, ring->count), items, count * type->size);
		ring->count += count;
	}
	return code;
}

void rx__ring_pop(rx_ring *ring, const rx_type *type, void *out)
{
	memcpy(out, slot(ring, type, 0), type->size);
	ring->first = ring->first + 1 < ring->capacity ? ring->first + 1 : 0;
	ring->count--;
}

const void *rx__ring_at(const rx_ring *ring, const rx_type *type, size_t index)
{
	return slot(ring, type, index);
}

void rx__ring_clear(rx_ring *ring, const rx_type *type)
{
	const rx_ring old = *ring;
	*ring = (rx_ring){0}; /* first, for a drop may come back here */
	for (size_t i = 0; i < old.count; i++)
		rx_type_drop(type, slot(&old, type, i));
	rx_free(old.items);
}

void rx__ring_empty(rx_ring *ring, const rx_type *type)
{
	const bool owned = ring->count && type->drop;
	for (size_t i = 0; owned && i < ring->count; i++)
		type->drop(slot(ring, type, i));
	ring->first = ring->count = 0;
}

void rx__ring_emit(rx_stage *self, rx_ring *ring)
{
	const rx_type *type = self->node->type;
	void *item = RX__STACK(type);
	rx__ring_pop(ring, type, item);
	rx__emit(self, item);
	rx_type_drop(type, item);
}

void rx__ring_emit_list(rx_stage *self, rx_ring *ring, const rx_type *type)
{
	rx_ring taken = *ring;
	*ring = (rx_ring){0};
	rx__emit(self, &(rx_list){type, taken.count, taken.items});
	rx__ring_clear(&taken, type);
}
