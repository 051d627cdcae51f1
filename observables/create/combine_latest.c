#include "observables/core/cells.h"

struct state {
	rx_inners inners;
	size_t active;
	rx_cells cells;
};

static size_t combine_latest_extra(const rx_observable *node)
{
	return rx__cells_room(node->params);
}

static int combine_latest_start(rx_stage *self)
{
	const rx_join *join = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	state->active = join->count;
	rx__cells_init(&state->cells, join);
	if (!join->count)
		rx__complete(self);
	for (size_t i = 0; i < join->count && rx__open(self); i++)
		rx__subscribe_inner(self, rx__join_source(join, i), NULL, i, NULL);
	return 0;
}

static void combine_latest_inner_next(rx_stage *self, rx_inner *inner, const void *item)
{
	const rx_join *join = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	const int code = rx__cells_put(&state->cells, join, inner->slot, item);
	if (code < 0)
		rx__fail(self, code);
	else if (!state->cells.missing)
		rx__cells_emit(self, &state->cells, join, NULL);
}

static void combine_latest_inner_complete(rx_stage *self, rx_inner *inner)
{
	struct state *state = RX__STATE(self);
	(void)inner;
	if (--state->active == 0)
		rx__complete(self);
}

static void combine_latest_stop(rx_stage *self)
{
	rx__cells_clear(&((struct state *)RX__STATE(self))->cells, RX__PARAMS(self));
}

static const rx_stage_ops combine_latest_ops = {.name = "combine_latest",
                                                .state_size = sizeof(struct state),
                                                .flags = RX__SUBSCRIBES,
                                                .extra = combine_latest_extra,
                                                .drop = rx__join_drop,
                                                .start = combine_latest_start,
                                                .stop = combine_latest_stop,
                                                .inner_next = combine_latest_inner_next,
                                                .inner_complete = combine_latest_inner_complete};

rx_observable *rx_combine_latest_array(rx_observable *const *sources)
{
	return rx__join(&combine_latest_ops, &rx_type_rx_tuple, sources);
}
