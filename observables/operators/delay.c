#include "observables/core/waiting.h"

struct delay {
	rx_nsec duration, until; /* one of them */
	rx_scheduler *scheduler;
};

struct state {
	rx_waiting_list items;
	bool completed;
};

static void delay_fire(rx_stage *self, rx_stage_timer *timer)
{
	struct state *state = RX__STATE(self);
	rx__waiting_emit(self, &state->items, (rx_waiting *)timer);
	if (state->completed && !state->items.first && rx__open(self))
		rx__complete(self);
}

static void delay_next(rx_stage *self, const void *item)
{
	const struct delay *params = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	rx_scheduler *scheduler = params->scheduler ? params->scheduler : rx__scheduler(self);
	int code;
	rx_waiting *waiting = rx__waiting_add(&state->items, rx__in(self), item, &code);
	if (waiting)
		rx__timer_start(self, &waiting->timer, scheduler,
		                params->until ? params->until - rx_now(scheduler) : params->duration, delay_fire);
	else
		rx__fail(self, code);
}

static void delay_complete(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	state->completed = true;
	if (!state->items.first)
		rx__complete(self);
}

static void delay_clear(rx_stage *self)
{
	rx__waiting_clear(&((struct state *)RX__STATE(self))->items, rx__in(self));
}

static const rx_stage_ops delay_ops = {.name = "delay",
                                       .state_size = sizeof(struct state),
                                       .flags = RX__UNPAUSABLE,
                                       .next = delay_next,
                                       .complete = delay_complete,
                                       .clear = delay_clear};

rx_operator *rx_delay_on(rx_nsec duration, rx_scheduler *scheduler)
{
	return rx__operator(&delay_ops, NULL, NULL, NULL, &(struct delay){.duration = duration, .scheduler = scheduler},
	                    sizeof(struct delay));
}

rx_operator *rx_delay_until_on(rx_nsec time, rx_scheduler *scheduler)
{
	return rx__operator(&delay_ops, NULL, NULL, NULL, &(struct delay){.until = time, .scheduler = scheduler},
	                    sizeof(struct delay));
}
