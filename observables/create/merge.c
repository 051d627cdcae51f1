#include "observables/core/join.h"

struct merge {
	rx_join join;
	size_t limit;
};

struct state {
	rx_inners inners;
	size_t index, active;
	bool starting;
};

/* A loop: a source that ends inside it has its successor started when it has unwound. */
static void start_more(rx_stage *self)
{
	const struct merge *merge = RX__PARAMS(self);
	const rx_join *join = &merge->join;
	struct state *state = RX__STATE(self);
	if (state->starting)
		return;
	state->starting = true;
	while (rx__open(self) && state->index < join->count && state->active < merge->limit) {
		state->active++;
		rx__subscribe_inner(self, rx__join_source(join, state->index++), NULL, 0, NULL);
	}
	state->starting = false;
	if (rx__open(self) && !state->active)
		rx__complete(self);
}

static int merge_start(rx_stage *self)
{
	start_more(self);
	return 0;
}

static void merge_inner_end(rx_stage *self, rx_inner *inner)
{
	(void)inner;
	((struct state *)RX__STATE(self))->active--;
	start_more(self);
}

static const rx_stage_ops merge_ops = {.name = "merge",
                                       .state_size = sizeof(struct state),
                                       .flags = RX__SUBSCRIBES,
                                       .start = merge_start,
                                       .inner_end = merge_inner_end,
                                       .drop = rx__join_drop};

rx_observable *rx_merge_array(rx_observable *const *sources, size_t limit)
{
	struct merge merge = {.limit = limit ? limit : SIZE_MAX};
	return rx__join_as(&merge_ops, NULL, sources, &merge.join, sizeof merge);
}
