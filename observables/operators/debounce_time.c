/*
 * One timer, which is moved when it fires too early and not whenever an item comes.
 */
#include "observables/core/slot.h"

struct debounce_time {
	rx_nsec silence;
	rx_scheduler *scheduler;
};

struct state {
	rx_stage_timer timer;
	rx_nsec last; /* when the newest item came */
	bool waiting;
	rx_slot newest;
};

static rx_nsec now_of(const rx_stage *self)
{
	const struct debounce_time *params = RX__PARAMS(self);
	return rx_now(params->scheduler ? params->scheduler : rx__scheduler(self));
}

static void emit(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	state->waiting = false;
	const int code = rx__slot_emit(self, &state->newest);
	if (code < 0)
		rx__fail(self, code);
}

static void debounce_time_fire(rx_stage *self, rx_stage_timer *timer)
{
	const struct debounce_time *params = RX__PARAMS(self);
	const struct state *state = RX__STATE(self);
	const rx_nsec silent = now_of(self) - state->last;
	if (silent < params->silence)
		rx__timer_start(self, timer, params->scheduler, params->silence - silent, debounce_time_fire);
	else
		emit(self);
}

static void debounce_time_next(rx_stage *self, const void *item)
{
	const struct debounce_time *params = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	const int code = rx__slot_put(&state->newest, rx__in(self), item);
	if (code < 0) {
		rx__fail(self, code);
		return;
	}
	state->last = now_of(self);
	if (state->waiting)
		return;
	state->waiting = true;
	rx__timer_start(self, &state->timer, params->scheduler, params->silence, debounce_time_fire);
}

static void debounce_time_complete(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	rx_cancel(&state->timer.task);
	emit(self);
	if (rx__open(self))
		rx__complete(self);
}

static void debounce_time_stop(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	rx_cancel(&state->timer.task);
}

static void debounce_time_clear(rx_stage *self)
{
	rx__slot_clear(&((struct state *)RX__STATE(self))->newest, rx__in(self));
}

static const rx_stage_ops debounce_time_ops = {.name = "debounce_time",
                                               .state_size = sizeof(struct state),
                                               .flags = RX__UNPAUSABLE,
                                               .extra = rx__slot_room_in,
                                               .next = debounce_time_next,
                                               .complete = debounce_time_complete,
                                               .stop = debounce_time_stop,
                                               .clear = debounce_time_clear};

rx_operator *rx_debounce_time_on(rx_nsec silence, rx_scheduler *scheduler)
{
	return rx__operator(&debounce_time_ops, NULL, NULL, NULL, &(struct debounce_time){silence, scheduler},
	                    sizeof(struct debounce_time));
}
