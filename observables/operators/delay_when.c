#include "observables/core/waiting.h"

struct delay_when {
	const rx_projector *duration;
	void *ctx;
};

struct state {
	rx_inners durations;
	rx_waiting_list items;
	size_t index;
	bool completed;
};

static void complete_if_empty(rx_stage *self)
{
	const struct state *state = RX__STATE(self);
	if (state->completed && !state->items.first && rx__open(self))
		rx__complete(self);
}

static void delay_when_next(rx_stage *self, const void *item)
{
	const struct delay_when *params = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	int code;
	rx_waiting *waiting = rx__waiting_add(&state->items, rx__in(self), item, &code);
	if (!waiting) {
		rx__fail(self, code);
		return;
	}
	if (!rx__open(self))
		return;
	rx_observable *duration = params->duration->call(item, state->index++, params->ctx);
	rx__subscribe_inner_with(self, duration, NULL, 0, waiting, NULL);
}

static void delay_when_complete(rx_stage *self)
{
	((struct state *)RX__STATE(self))->completed = true;
	complete_if_empty(self);
}

static void delay_when_inner_next(rx_stage *self, rx_inner *inner, const void *item)
{
	struct state *state = RX__STATE(self);
	rx_waiting *waiting = inner->data;
	(void)item;
	if (!waiting)
		return;
	inner->data = NULL;
	rx__waiting_emit(self, &state->items, waiting);
	if (!rx__open(self))
		return;
	rx__stop_inner(inner);
	complete_if_empty(self);
}

static void delay_when_inner_complete(rx_stage *self, rx_inner *inner)
{
	struct state *state = RX__STATE(self);
	if (!inner->data)
		return;
	rx__waiting_remove(&state->items, rx__in(self), inner->data);
	inner->data = NULL;
	complete_if_empty(self);
}

static void delay_when_clear(rx_stage *self)
{
	rx__waiting_clear(&((struct state *)RX__STATE(self))->items, rx__in(self));
}

static const rx_stage_ops delay_when_ops = {.name = "delay_when",
                                            .state_size = sizeof(struct state),
                                            .flags = RX__UNPAUSABLE | RX__SUBSCRIBES,
                                            .next = delay_when_next,
                                            .complete = delay_when_complete,
                                            .clear = delay_when_clear,
                                            .inner_next = delay_when_inner_next,
                                            .inner_complete = delay_when_inner_complete};

rx_operator *rx_delay_when_fn(const rx_projector *duration, void *ctx)
{
	return rx__operator(&delay_when_ops, duration->in, NULL, duration->name, &(struct delay_when){duration, ctx},
	                    sizeof(struct delay_when));
}
