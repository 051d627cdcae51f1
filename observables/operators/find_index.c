#include "observables/core/parameters.h"

struct state {
	size_t index;
};

static void finish(rx_stage *self, int64_t index)
{
	rx__emit(self, &index);
	rx__complete(self);
}

static void find_index_next(rx_stage *self, const void *item)
{
	struct state *state = RX__STATE(self);
	const int64_t index = (int64_t)state->index;
	const int code = rx__test(RX__PARAMS(self), item, &state->index);
	if (code < 0)
		rx__fail(self, code);
	else if (code > 0)
		finish(self, index);
}

static void find_index_complete(rx_stage *self)
{
	finish(self, -1);
}

static const rx_stage_ops find_index_ops = {.name = "find_index",
                                            .state_size = sizeof(struct state),
                                            .next = find_index_next,
                                            .complete = find_index_complete};

rx_operator *rx_find_index_fn(const rx_predicate *predicate, void *ctx)
{
	return rx__operator(&find_index_ops, predicate->in, &rx_type_int64_t, predicate->name,
	                    &(rx_test){predicate, ctx}, sizeof(rx_test));
}
