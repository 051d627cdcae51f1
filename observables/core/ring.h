/*
 * A queue of items of one type that grows by doubling. It owns copies. All zero it is empty and holds no memory; its
 * owner passes the type to every call.
 */
#ifndef RX_CORE_RING_H
#define RX_CORE_RING_H

#include "observables/core/stage.h"

typedef struct rx_ring {
	char *items;
	size_t capacity, first, count;
} rx_ring;

/* Append a copy of @p item; -ENOMEM, or what the type's copy returned. The copy may come back to the ring, or end the
 * stage; the ring itself must not be freed by it: rx__batches_push() says how. */
int rx__ring_push(rx_ring *ring, const rx_type *type, const void *item);
/* Append @p copy itself, which the ring owns from then on; -ENOMEM. */
int rx__ring_push_copy(rx_ring *ring, const rx_type *type, const void *copy);
/* The same for several items, packed; on failure those before the one that failed are in it. */
int rx__ring_push_span(rx_ring *ring, const rx_type *type, const void *items, size_t count);
/* Move the oldest item to @p out, which owns it from then on. The ring is not empty. */
void rx__ring_pop(rx_ring *ring, const rx_type *type, void *out);
/* The item at @p index, the oldest being 0; valid until the ring changes. Where nothing was ever popped, all items
 * lie packed from index 0 on. */
const void *rx__ring_at(const rx_ring *ring, const rx_type *type, size_t index);
/* Drop what is left and give the memory back: an empty ring. */
void rx__ring_clear(rx_ring *ring, const rx_type *type);
/* Drop what is left and keep the memory, of a ring that nobody else can reach. */
void rx__ring_empty(rx_ring *ring, const rx_type *type);
/* Emit the oldest item of a ring of items of the stage's own type. The ring is not empty. */
void rx__ring_emit(rx_stage *self, rx_ring *ring);
/* Emit all items as one rx_list, from a ring that was never popped; it is empty before the downstream gets the list. */
void rx__ring_emit_list(rx_stage *self, rx_ring *ring, const rx_type *type);

#endif
