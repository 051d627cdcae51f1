#include "observables/core/ring.h"

static void to_array_next(rx_stage *self, const void *item)
{
	const int code = rx__ring_push(RX__STATE(self), rx__in(self), item);
	if (code < 0)
		rx__fail(self, code);
}

static void to_array_span(rx_stage *self, const void *items, size_t count)
{
	const int code = rx__ring_push_span(RX__STATE(self), rx__in(self), items, count);
	if (code < 0)
		rx__fail(self, code);
}

static void to_array_complete(rx_stage *self)
{
	rx__ring_emit_list(self, RX__STATE(self), rx__in(self));
	rx__complete(self);
}

static void to_array_clear(rx_stage *self)
{
	rx__ring_clear(RX__STATE(self), rx__in(self));
}

static const rx_stage_ops to_array_ops = {.name = "to_array",
                                          .state_size = sizeof(rx_ring),
                                          .next = to_array_next,
                                          .span = to_array_span,
                                          .complete = to_array_complete,
                                          .clear = to_array_clear};

rx_operator *rx_to_array(void)
{
	return rx__operator(&to_array_ops, NULL, &rx_type_rx_list, NULL, NULL, 0);
}
