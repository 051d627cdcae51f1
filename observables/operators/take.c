#include "observables/core/stage.h"

struct state {
	size_t left;
};

static int take_start(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	state->left = *(const size_t *)RX__PARAMS(self);
	if (state->left == 0)
		rx__complete(self);
	return 0;
}

/* Counts before it emits: what an item makes the downstream emit back counts as well. */
static void take_next(rx_stage *self, const void *item)
{
	struct state *state = RX__STATE(self);
	if (state->left == 0)
		return;
	const bool last = --state->left == 0;
	rx__emit(self, item);
	if (last)
		rx__complete(self);
}

static void take_span(rx_stage *self, const void *items, size_t count)
{
	struct state *state = RX__STATE(self);
	if (count > state->left)
		count = state->left;
	if (count == 0)
		return;
	state->left -= count;
	const bool last = state->left == 0;
	rx__emit_span(self, items, count);
	if (last)
		rx__complete(self);
}

static void take_step(const void *params, rx_step *step)
{
	(void)params;
	step->kind = RX__TAKES;
}

static const rx_stage_ops take_ops = {.name = "take",
                                      .state_size = sizeof(struct state),
                                      .start = take_start,
                                      .next = take_next,
                                      .span = take_span,
                                      .step = take_step};

rx_operator *rx_take(size_t count)
{
	return rx__operator(&take_ops, NULL, NULL, NULL, &count, sizeof count);
}
