#include "observables/core/parameters.h"

struct state {
	size_t index;
};

static void find_next(rx_stage *self, const void *item)
{
	struct state *state = RX__STATE(self);
	const int code = rx__test(RX__PARAMS(self), item, &state->index);
	if (code < 0)
		rx__fail(self, code);
	if (code <= 0)
		return;
	rx__emit(self, item);
	rx__complete(self);
}

static const rx_stage_ops find_ops = {.name = "find", .state_size = sizeof(struct state), .next = find_next};

rx_operator *rx_find_fn(const rx_predicate *predicate, void *ctx)
{
	return rx__operator(&find_ops, predicate->in, NULL, predicate->name, &(rx_test){predicate, ctx},
	                    sizeof(rx_test));
}
