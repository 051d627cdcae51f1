#include "observables/core/slot.h"

struct audit_time {
	rx_nsec window;
	rx_scheduler *scheduler;
};

struct state {
	rx_stage_timer timer;
	bool waiting, completed;
	rx_slot newest;
};

static void audit_time_fire(rx_stage *self, rx_stage_timer *timer)
{
	struct state *state = RX__STATE(self);
	(void)timer;
	state->waiting = false;
	const int code = rx__slot_emit(self, &state->newest);
	if (code < 0)
		rx__fail(self, code);
	else if (state->completed && rx__open(self))
		rx__complete(self);
}

static void audit_time_next(rx_stage *self, const void *item)
{
	const struct audit_time *params = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	const int code = rx__slot_put(&state->newest, rx__in(self), item);
	if (code < 0) {
		rx__fail(self, code);
	} else if (!state->waiting) {
		state->waiting = true;
		rx__timer_start(self, &state->timer, params->scheduler, params->window, audit_time_fire);
	}
}

static void audit_time_complete(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	state->completed = true;
	if (!state->waiting)
		rx__complete(self);
}

static void audit_time_stop(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	rx_cancel(&state->timer.task);
}

static void audit_time_clear(rx_stage *self)
{
	rx__slot_clear(&((struct state *)RX__STATE(self))->newest, rx__in(self));
}

static const rx_stage_ops audit_time_ops = {.name = "audit_time",
                                            .state_size = sizeof(struct state),
                                            .flags = RX__UNPAUSABLE,
                                            .extra = rx__slot_room_in,
                                            .next = audit_time_next,
                                            .complete = audit_time_complete,
                                            .stop = audit_time_stop,
                                            .clear = audit_time_clear};

rx_operator *rx_audit_time_on(rx_nsec window, rx_scheduler *scheduler)
{
	return rx__operator(&audit_time_ops, NULL, NULL, NULL, &(struct audit_time){window, scheduler},
	                    sizeof(struct audit_time));
}
