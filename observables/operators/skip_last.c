#include "observables/core/ring.h"

/* Items wait in the queue until as many others stand behind them. */
static void skip_last_next(rx_stage *self, const void *item)
{
	rx_ring *ring = RX__STATE(self);
	const size_t held = *(const size_t *)RX__PARAMS(self);
	if (held == 0) {
		rx__emit(self, item);
		return;
	}
	const int code = rx__ring_push(ring, self->node->type, item);
	if (code < 0)
		rx__fail(self, code);
	else if (ring->count > held)
		rx__ring_emit(self, ring);
}

static void skip_last_clear(rx_stage *self)
{
	rx__ring_clear(RX__STATE(self), self->node->type);
}

static const rx_stage_ops skip_last_ops = {
	.name = "skip_last", .state_size = sizeof(rx_ring), .next = skip_last_next, .clear = skip_last_clear};

rx_operator *rx_skip_last(size_t count)
{
	return rx__operator(&skip_last_ops, NULL, NULL, NULL, &count, sizeof count);
}
