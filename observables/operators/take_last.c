#include "observables/core/ring.h"

static int take_last_start(rx_stage *self)
{
	if (*(const size_t *)RX__PARAMS(self) == 0)
		rx__complete(self);
	return 0;
}

static void drop_oldest(rx_ring *ring, const rx_type *type)
{
	void *oldest = RX__STACK(type);
	rx__ring_pop(ring, type, oldest);
	rx_type_drop(type, oldest);
}

/* Dropping and copying may come back here, and then there is one more than there should be. */
static void take_last_next(rx_stage *self, const void *item)
{
	rx_ring *ring = RX__STATE(self);
	const rx_type *type = self->node->type;
	while (ring->count >= *(const size_t *)RX__PARAMS(self))
		drop_oldest(ring, type);
	const int code = rx__ring_push(ring, type, item);
	if (code < 0)
		rx__fail(self, code);
}

static void take_last_complete(rx_stage *self)
{
	rx_ring *ring = RX__STATE(self);
	while (ring->count > *(const size_t *)RX__PARAMS(self))
		drop_oldest(ring, self->node->type);
	while (ring->count && rx__open(self))
		rx__ring_emit(self, ring);
	rx__complete(self);
}

static void take_last_clear(rx_stage *self)
{
	rx__ring_clear(RX__STATE(self), self->node->type);
}

static const rx_stage_ops take_last_ops = {.name = "take_last",
                                           .state_size = sizeof(rx_ring),
                                           .start = take_last_start,
                                           .next = take_last_next,
                                           .complete = take_last_complete,
                                           .clear = take_last_clear};

rx_operator *rx_take_last(size_t count)
{
	return rx__operator(&take_last_ops, NULL, NULL, NULL, &count, sizeof count);
}
