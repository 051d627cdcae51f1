#include "observables/core/parameters.h"

struct take_while {
	rx_test test;
	bool inclusive;
};

struct state {
	size_t index;
};

static void take_while_next(rx_stage *self, const void *item)
{
	const struct take_while *params = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	const int code = rx__test(&params->test, item, &state->index);
	if (code < 0) {
		rx__fail(self, code);
		return;
	}
	if (code > 0 || params->inclusive)
		rx__emit(self, item);
	if (code == 0)
		rx__complete(self);
}

/* An inclusive one emits before it completes. */
static void take_while_step(const void *params, rx_step *step)
{
	const struct take_while *take = params;
	if (!take->inclusive)
		*step = (rx_step){RX__TAKES_WHILE, .test = take->test.predicate->call, .ctx = take->test.ctx};
}

static const rx_stage_ops take_while_ops = {
	.name = "take_while", .state_size = sizeof(struct state), .next = take_while_next, .step = take_while_step};

rx_operator *rx_take_while_fn(const rx_predicate *predicate, void *ctx, const rx_take_while_options *options)
{
	const struct take_while params = {{predicate, ctx}, options && options->inclusive};
	return rx__operator(&take_while_ops, predicate->in, NULL, predicate->name, (void *)&params, sizeof params);
}
