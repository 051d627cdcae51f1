#include "observables/core/paused.h"
#include "observables/core/slot.h"

struct state {
	rx_paused flow;
	rx_slot newest;
};

static void latest_next(rx_stage *self, const void *item)
{
	struct state *state = RX__STATE(self);
	if (!state->flow.paused && !state->newest.full) {
		rx__emit(self, item);
		return;
	}
	const int code = rx__slot_put(&state->newest, rx__in(self), item);
	if (code < 0)
		rx__fail(self, code);
}

/* What comes meanwhile from within the item is passed on, as from any source. */
static void latest_resume(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	state->flow.paused = false;
	const int code = rx__slot_emit(self, &state->newest);
	if (code < 0)
		rx__fail(self, code);
	else if (!state->newest.full)
		rx__paused_finish(self);
}

static void latest_error(rx_stage *self, const rx_error *error)
{
	rx__paused_error(self, error, ((struct state *)RX__STATE(self))->newest.full);
}

static void latest_complete(rx_stage *self)
{
	rx__paused_complete(self, ((struct state *)RX__STATE(self))->newest.full);
}

static void latest_clear(rx_stage *self)
{
	rx__paused_clear(self);
	rx__slot_clear(&((struct state *)RX__STATE(self))->newest, rx__in(self));
}

static const rx_stage_ops latest_ops = {.name = "on_backpressure_latest",
                                        .state_size = sizeof(struct state),
                                        .extra = rx__slot_room_in,
                                        .next = latest_next,
                                        .error = latest_error,
                                        .complete = latest_complete,
                                        .clear = latest_clear,
                                        .pause = rx__paused_begin,
                                        .resume = latest_resume};

rx_operator *rx_on_backpressure_latest(void)
{
	return rx__operator(&latest_ops, NULL, NULL, NULL, NULL, 0);
}
