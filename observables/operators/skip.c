#include "observables/core/stage.h"

struct state {
	size_t left;
};

static int skip_start(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	state->left = *(const size_t *)RX__PARAMS(self);
	return 0;
}

static void skip_next(rx_stage *self, const void *item)
{
	struct state *state = RX__STATE(self);
	if (state->left)
		state->left--;
	else
		rx__emit(self, item);
}

static void skip_span(rx_stage *self, const void *items, size_t count)
{
	struct state *state = RX__STATE(self);
	const size_t skipped = count < state->left ? count : state->left;
	state->left -= skipped;
	if (skipped < count)
		rx__emit_span(self, (const char *)items + skipped * self->node->type->size, count - skipped);
}

static const rx_stage_ops skip_ops = {
	.name = "skip", .state_size = sizeof(struct state), .start = skip_start, .next = skip_next, .span = skip_span};

rx_operator *rx_skip(size_t count)
{
	return rx__operator(&skip_ops, NULL, NULL, NULL, &count, sizeof count);
}
