#include "observables/core/slot.h"

struct throttle {
	const rx_projector *duration;
	void *ctx;
	rx_throttle_options options;
};

struct state {
	rx_inners inners;
	rx_inner *window;
	size_t index;
	bool completed;
	rx_slot newest;
};

static void open_window(rx_stage *self, const void *item)
{
	const struct throttle *params = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	rx__subscribe_inner(self, params->duration->call(item, state->index++, params->ctx), NULL, 0, &state->window);
}

/* An item that is emitted opens a window, unless the source has completed. */
static void send(rx_stage *self, const void *item)
{
	const struct state *state = RX__STATE(self);
	rx__emit(self, item);
	if (rx__open(self) && !state->completed)
		open_window(self, item);
}

static void send_newest(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	const rx_type *type = rx__in(self);
	if (!state->newest.full)
		return;
	void *item = RX__STACK(type);
	const int code = rx__slot_take(&state->newest, type, item);
	if (code < 0) {
		rx__fail(self, code);
		return;
	}
	send(self, item);
	rx_type_drop(type, item);
}

static void throttle_next(rx_stage *self, const void *item)
{
	const struct throttle *params = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	if (!state->window && !params->options.no_leading) {
		rx__slot_clear(&state->newest, rx__in(self));
		send(self, item);
		return;
	}
	const int code = params->options.trailing ? rx__slot_put(&state->newest, rx__in(self), item) : 0;
	if (code < 0)
		rx__fail(self, code);
	else if (!state->window && rx__open(self))
		open_window(self, item);
}

static void throttle_complete(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	state->completed = true;
	if (!state->newest.full || !state->window)
		rx__complete(self);
}

static void throttle_inner_next(rx_stage *self, rx_inner *inner, const void *item)
{
	const struct throttle *params = RX__PARAMS(self);
	const struct state *state = RX__STATE(self);
	rx__stop_inner(inner);
	if (!params->options.trailing || !rx__open(self))
		return;
	send_newest(self);
	if (state->completed && rx__open(self))
		rx__complete(self);
}

static void throttle_inner_complete(rx_stage *self, rx_inner *inner)
{
	const struct state *state = RX__STATE(self);
	if (state->completed)
		rx__complete(self);
}

static void throttle_clear(rx_stage *self)
{
	rx__slot_clear(&((struct state *)RX__STATE(self))->newest, rx__in(self));
}

static const rx_stage_ops throttle_ops = {.name = "throttle",
                                          .state_size = sizeof(struct state),
                                          .flags = RX__UNPAUSABLE | RX__SUBSCRIBES,
                                          .extra = rx__slot_room_in,
                                          .next = throttle_next,
                                          .complete = throttle_complete,
                                          .clear = throttle_clear,
                                          .inner_next = throttle_inner_next,
                                          .inner_complete = throttle_inner_complete};

rx_operator *rx_throttle_fn(const rx_projector *duration, void *ctx, const rx_throttle_options *options)
{
	struct throttle params = {.duration = duration, .ctx = ctx};
	if (options)
		params.options = *options;
	return rx__operator(&throttle_ops, duration->in, NULL, duration->name, &params, sizeof params);
}
