#include "observables/core/stage.h"

struct state {
	size_t taken;
};

/* Counts before it emits: what an item makes the downstream emit back counts as well. */
static void take_next(rx_stage *self, const void *item)
{
	const size_t count = *(const size_t *)RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	if (state->taken == count)
		return;
	const bool last = ++state->taken == count;
	rx__emit(self, item);
	if (last)
		rx__complete(self);
}

static void take_span(rx_stage *self, const void *items, size_t count)
{
	struct state *state = RX__STATE(self);
	const size_t left = *(const size_t *)RX__PARAMS(self) - state->taken;
	if (left == 0)
		return;
	const bool last = count >= left;
	if (last)
		count = left;
	state->taken += count;
	rx__emit_span(self, items, count);
	if (last)
		rx__complete(self);
}

static void take_step(const void *params, rx_step *step)
{
	*step = (rx_step){RX__TAKES, .count = *(const size_t *)params};
}

static const rx_stage_ops take_ops = {
	.name = "take", .state_size = sizeof(struct state), .next = take_next, .span = take_span, .step = take_step};

static int take_none_start(rx_stage *self)
{
	rx__complete(self);
	return 0;
}

static void take_none_next(rx_stage *self, const void *item)
{
	(void)self, (void)item;
}

static const rx_stage_ops take_none_ops = {.name = "take", .start = take_none_start, .next = take_none_next};

rx_operator *rx_take(size_t count)
{
	return rx__operator(count ? &take_ops : &take_none_ops, NULL, NULL, NULL, &count, sizeof count);
}
