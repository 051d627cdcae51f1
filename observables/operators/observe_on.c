#include "observables/core/waiting.h"

struct observe_on {
	rx_scheduler *scheduler;
	rx_nsec delay;
};

struct state {
	rx_waiting_list items;
	rx_stage_timer end;
	const rx_error *error; /* NULL: completion */
};

static void item_fire(rx_stage *self, rx_stage_timer *timer)
{
	rx__waiting_emit(self, &((struct state *)RX__STATE(self))->items, (rx_waiting *)timer);
}

static void end_fire(rx_stage *self, rx_stage_timer *timer)
{
	struct state *state = RX__STATE(self);
	const rx_error *error = state->error;
	state->error = NULL; /* whoever hears of it may stop the stage */
	if (error)
		rx__error_owned(self, error);
	else
		rx__complete(self);
}

static void observe_on_next(rx_stage *self, const void *item)
{
	const struct observe_on *params = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	int code;
	rx_waiting *waiting = rx__waiting_add(&state->items, rx__in(self), item, &code);
	if (waiting)
		rx__timer_start(self, &waiting->timer, params->scheduler, params->delay, item_fire);
	else
		rx__fail(self, code);
}

static void observe_on_complete(rx_stage *self)
{
	const struct observe_on *params = RX__PARAMS(self);
	rx__timer_start(self, &((struct state *)RX__STATE(self))->end, params->scheduler, params->delay, end_fire);
}

static void observe_on_error(rx_stage *self, const rx_error *error)
{
	((struct state *)RX__STATE(self))->error = rx_error_ref(error);
	observe_on_complete(self);
}

static void observe_on_stop(rx_stage *self)
{
	rx_cancel(&((struct state *)RX__STATE(self))->end.task);
}

static void observe_on_clear(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	rx__waiting_clear(&state->items, rx__in(self));
	rx_error_unref(state->error);
	state->error = NULL;
}

static const rx_stage_ops observe_on_ops = {.name = "observe_on",
                                            .state_size = sizeof(struct state),
                                            .flags = RX__UNPAUSABLE,
                                            .next = observe_on_next,
                                            .error = observe_on_error,
                                            .complete = observe_on_complete,
                                            .stop = observe_on_stop,
                                            .clear = observe_on_clear};

rx_operator *rx_observe_on(rx_scheduler *scheduler, rx_nsec delay)
{
	return rx__operator(&observe_on_ops, NULL, NULL, NULL, &(struct observe_on){scheduler, delay},
	                    sizeof(struct observe_on));
}
