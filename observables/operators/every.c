#include "observables/core/parameters.h"

struct state {
	size_t index;
};

static void finish(rx_stage *self, bool result)
{
	rx__emit(self, &result);
	rx__complete(self);
}

static void every_next(rx_stage *self, const void *item)
{
	struct state *state = RX__STATE(self);
	const int code = rx__test(RX__PARAMS(self), item, &state->index);
	if (code < 0)
		rx__fail(self, code);
	else if (code == 0)
		finish(self, false);
}

static void every_complete(rx_stage *self)
{
	finish(self, true);
}

static const rx_stage_ops every_ops = {
	.name = "every", .state_size = sizeof(struct state), .next = every_next, .complete = every_complete};

rx_operator *rx_every_fn(const rx_predicate *predicate, void *ctx)
{
	return rx__operator(&every_ops, predicate->in, &rx_type_bool, predicate->name, &(rx_test){predicate, ctx},
	                    sizeof(rx_test));
}
