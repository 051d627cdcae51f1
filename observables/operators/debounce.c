#include "observables/core/slot.h"

struct debounce {
	const rx_projector *duration;
	void *ctx;
};

struct state {
	rx_inners inners;
	rx_inner *duration;
	size_t index;
	rx_slot newest;
};

static void emit(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	rx__stop_inner(state->duration);
	const int code = rx__slot_emit(self, &state->newest);
	if (code < 0)
		rx__fail(self, code);
}

static void debounce_next(rx_stage *self, const void *item)
{
	const struct debounce *params = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	rx__stop_inner(state->duration);
	const int code = rx__open(self) ? rx__slot_put(&state->newest, rx__in(self), item) : 0;
	if (code < 0)
		rx__fail(self, code);
	if (!rx__open(self))
		return;
	rx__subscribe_inner(self, params->duration->call(item, state->index++, params->ctx), NULL, 0, &state->duration);
}

static void debounce_complete(rx_stage *self)
{
	emit(self);
	if (rx__open(self))
		rx__complete(self);
}

static void debounce_inner_next(rx_stage *self, rx_inner *inner, const void *item)
{
	(void)inner, (void)item;
	emit(self);
}

static void debounce_clear(rx_stage *self)
{
	rx__slot_clear(&((struct state *)RX__STATE(self))->newest, rx__in(self));
}

static const rx_stage_ops debounce_ops = {.name = "debounce",
                                          .state_size = sizeof(struct state),
                                          .flags = RX__UNPAUSABLE | RX__SUBSCRIBES,
                                          .extra = rx__slot_room_in,
                                          .next = debounce_next,
                                          .complete = debounce_complete,
                                          .clear = debounce_clear,
                                          .inner_next = debounce_inner_next};

rx_operator *rx_debounce_fn(const rx_projector *duration, void *ctx)
{
	return rx__operator(&debounce_ops, duration->in, NULL, duration->name, &(struct debounce){duration, ctx},
	                    sizeof(struct debounce));
}
