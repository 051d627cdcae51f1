#include "observables/core/ring.h"

struct buffer_when {
	rx_observable *(*closing)(void *ctx);
	void *ctx;
};

struct state {
	rx_inners inners;
	rx_ring items;
};

static int buffer_when_start(rx_stage *self)
{
	const struct buffer_when *params = RX__PARAMS(self);
	rx__subscribe_inner(self, params->closing(params->ctx), NULL, 0, NULL);
	return 0;
}

static void flush(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	rx__ring_emit_list(self, &state->items, rx__in(self));
}

static void buffer_when_notified(rx_stage *self, rx_inner *inner, const void *item)
{
	(void)item;
	rx__stop_inner(inner);
	flush(self);
	if (rx__open(self))
		buffer_when_start(self);
}

static void buffer_when_next(rx_stage *self, const void *item)
{
	struct state *state = RX__STATE(self);
	const int code = rx__ring_push(&state->items, rx__in(self), item);
	if (code < 0)
		rx__fail(self, code);
}

static void buffer_when_complete(rx_stage *self)
{
	flush(self);
	rx__complete(self);
}

static void buffer_when_clear(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	rx__ring_clear(&state->items, rx__in(self));
}

static const rx_stage_ops buffer_when_ops = {.name = "buffer_when",
                                             .state_size = sizeof(struct state),
                                             .flags = RX__SUBSCRIBES | RX__UNPAUSABLE,
                                             .start = buffer_when_start,
                                             .next = buffer_when_next,
                                             .complete = buffer_when_complete,
                                             .clear = buffer_when_clear,
                                             .inner_next = buffer_when_notified};

rx_operator *rx_buffer_when(rx_observable *(*closing)(void *ctx), void *ctx)
{
	return rx__operator(&buffer_when_ops, NULL, &rx_type_rx_list, NULL, &(struct buffer_when){closing, ctx},
	                    sizeof(struct buffer_when));
}
