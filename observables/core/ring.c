#include "observables/core/ring.h"

static void *slot(const rx_ring *ring, const rx_type *type, size_t index)
{
	return ring->items + (ring->first + index) % ring->capacity * type->size;
}

/* Double the room, the oldest item first in it. */
static int grow(rx_ring *ring, const rx_type *type)
{
	const size_t capacity = ring->capacity ? 2 * ring->capacity : 4;
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

int rx__ring_push(rx_ring *ring, const rx_type *type, const void *item)
{
	int code = ring->count < ring->capacity ? 0 : grow(ring, type);
	if (code == 0)
		code = rx_type_copy(type, slot(ring, type, ring->count), item);
	if (code < 0)
		return code;
	ring->count++;
	return 0;
}

void rx__ring_pop(rx_ring *ring, const rx_type *type, void *out)
{
	memcpy(out, slot(ring, type, 0), type->size);
	ring->first = (ring->first + 1) % ring->capacity;
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
