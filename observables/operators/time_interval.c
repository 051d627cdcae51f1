#include "observables/core/stage.h"

struct state {
	rx_scheduler *scheduler;
	rx_nsec last;
};

static int time_interval_start(rx_stage *self)
{
	rx_scheduler *const *scheduler = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	state->scheduler = *scheduler ? *scheduler : rx__scheduler(self);
	state->last = rx_now(state->scheduler);
	return 0;
}

static void time_interval_next(rx_stage *self, const void *item)
{
	struct state *state = RX__STATE(self);
	const rx_nsec now = rx_now(state->scheduler);
	const rx_elapsed elapsed = {.time = now - state->last, .type = rx__in(self), .value = item};
	state->last = now;
	rx__emit(self, &elapsed);
}

static const rx_stage_ops time_interval_ops = {.name = "time_interval",
                                               .state_size = sizeof(struct state),
                                               .start = time_interval_start,
                                               .next = time_interval_next};

rx_operator *rx_time_interval_on(rx_scheduler *scheduler)
{
	return rx__operator(&time_interval_ops, NULL, &rx_type_rx_elapsed, NULL, &scheduler, sizeof(rx_scheduler *));
}

rx_operator *rx_time_interval(void)
{
	return rx_time_interval_on(NULL);
}
