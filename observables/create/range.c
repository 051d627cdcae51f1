#include "observables/core/stage.h"

struct range {
	int64_t start, count;
};

struct state {
	int64_t done;
	bool paused, running;
};

/* Numbers in spans; a pause is seen between two of them. */
static void range_run(rx_stage *self)
{
	const struct range *range = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	int64_t span[RX__SPAN];
	state->running = true;
	while (state->done < range->count && rx__open(self) && !state->paused) {
		const int64_t left = range->count - state->done, first = range->start + state->done;
		const int64_t count = left < RX__SPAN ? left : RX__SPAN;
		for (int64_t i = 0; i < count; i++)
			span[i] = first + i;
		state->done += count;
		rx__emit_span(self, span, (size_t)count);
	}
	state->running = false;
	if (rx__open(self) && !state->paused)
		rx__complete(self);
}

static int range_start(rx_stage *self)
{
	range_run(self);
	return 0;
}

static int range_pause(rx_stage *self)
{
	((struct state *)RX__STATE(self))->paused = true;
	return 0;
}

static void range_resume(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	state->paused = false;
	if (!state->running)
		range_run(self);
}

static const rx_stage_ops range_ops = {.name = "range",
                                       .state_size = sizeof(struct state),
                                       .start = range_start,
                                       .pause = range_pause,
                                       .resume = range_resume};

rx_observable *rx_range(int64_t start, int64_t count)
{
	return rx__source(&range_ops, &rx_type_int64_t, &(struct range){start, count}, sizeof(struct range));
}
