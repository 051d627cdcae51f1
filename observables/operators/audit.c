#include "observables/core/slot.h"

struct audit {
	const rx_projector *duration;
	void *ctx;
};

struct state {
	rx_inners inners;
	rx_inner *window;
	size_t index;
	bool completed;
	rx_slot newest;
};

static void audit_next(rx_stage *self, const void *item)
{
	const struct audit *params = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	const int code = rx__slot_put(&state->newest, rx__in(self), item);
	if (code < 0) {
		rx__fail(self, code);
		return;
	}
	if (state->window || !rx__open(self))
		return;
	rx__subscribe_inner(self, params->duration->call(item, state->index++, params->ctx), NULL, 0, &state->window);
}

static void audit_complete(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	state->completed = true;
	if (!state->newest.full || !state->window)
		rx__complete(self);
}

static void audit_inner_next(rx_stage *self, rx_inner *inner, const void *item)
{
	struct state *state = RX__STATE(self);
	(void)item;
	rx__stop_inner(inner);
	const int code = rx__slot_emit(self, &state->newest);
	if (code < 0)
		rx__fail(self, code);
	else if (state->completed && rx__open(self))
		rx__complete(self);
}

static void audit_inner_complete(rx_stage *self, rx_inner *inner)
{
	const struct state *state = RX__STATE(self);
	if (state->completed)
		rx__complete(self);
}

static void audit_clear(rx_stage *self)
{
	rx__slot_clear(&((struct state *)RX__STATE(self))->newest, rx__in(self));
}

static const rx_stage_ops audit_ops = {.name = "audit",
                                       .state_size = sizeof(struct state),
                                       .flags = RX__UNPAUSABLE | RX__SUBSCRIBES,
                                       .extra = rx__slot_room_in,
                                       .next = audit_next,
                                       .complete = audit_complete,
                                       .clear = audit_clear,
                                       .inner_next = audit_inner_next,
                                       .inner_complete = audit_inner_complete};

rx_operator *rx_audit_fn(const rx_projector *duration, void *ctx)
{
	return rx__operator(&audit_ops, duration->in, NULL, duration->name, &(struct audit){duration, ctx},
	                    sizeof(struct audit));
}
