#include "observables/core/slot.h"

struct throttle_time {
	rx_nsec window;
	rx_throttle_options options;
};

struct state {
	rx_stage_timer timer;
	bool throttled, completed;
	rx_slot newest;
};

static void throttle_time_fire(rx_stage *self, rx_stage_timer *timer);

/* An item that is emitted opens a window, unless the source has completed. */
static void open_window(rx_stage *self)
{
	const struct throttle_time *params = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	if (state->completed || !rx__open(self))
		return;
	state->throttled = true;
	rx__timer_start(self, &state->timer, params->options.scheduler, params->window, throttle_time_fire);
}

static void throttle_time_fire(rx_stage *self, rx_stage_timer *timer)
{
	const struct throttle_time *params = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	const bool waiting = state->newest.full;
	(void)timer;
	state->throttled = false;
	if (!params->options.trailing)
		return;
	const int code = rx__slot_emit(self, &state->newest);
	if (code < 0)
		rx__fail(self, code);
	else if (state->completed && rx__open(self))
		rx__complete(self);
	else if (waiting)
		open_window(self);
}

static void throttle_time_next(rx_stage *self, const void *item)
{
	const struct throttle_time *params = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	if (!state->throttled && !params->options.no_leading) {
		rx__slot_clear(&state->newest, rx__in(self));
		rx__emit(self, item);
		open_window(self);
		return;
	}
	const int code = params->options.trailing ? rx__slot_put(&state->newest, rx__in(self), item) : 0;
	if (code < 0)
		rx__fail(self, code);
	else if (!state->throttled)
		open_window(self);
}

static void throttle_time_complete(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	state->completed = true;
	if (!state->newest.full || !state->throttled)
		rx__complete(self);
}

static void throttle_time_stop(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	rx_cancel(&state->timer.task);
}

static void throttle_time_clear(rx_stage *self)
{
	rx__slot_clear(&((struct state *)RX__STATE(self))->newest, rx__in(self));
}

static const rx_stage_ops throttle_time_ops = {.name = "throttle_time",
                                               .state_size = sizeof(struct state),
                                               .flags = RX__UNPAUSABLE,
                                               .extra = rx__slot_room_in,
                                               .next = throttle_time_next,
                                               .complete = throttle_time_complete,
                                               .stop = throttle_time_stop,
                                               .clear = throttle_time_clear};

rx_operator *rx_throttle_time_with(rx_nsec window, const rx_throttle_options *options)
{
	struct throttle_time params = {.window = window};
	if (options)
		params.options = *options;
	return rx__operator(&throttle_time_ops, NULL, NULL, NULL, &params, sizeof params);
}
