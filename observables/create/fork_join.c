#include "observables/core/cells.h"

struct state {
	rx_inners inners;
	size_t active;
	rx_cells cells;
};

static size_t fork_join_extra(const rx_observable *node)
{
	return rx__cells_room(node->params);
}

static int fork_join_start(rx_stage *self)
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

static void fork_join_inner_next(rx_stage *self, rx_inner *inner, const void *item)
{
	struct state *state = RX__STATE(self);
	const int code = rx__cells_put(&state->cells, RX__PARAMS(self), inner->slot, item);
	if (code < 0)
		rx__fail(self, code);
}

/* One that ends empty decides the matter: there will be no tuple. */
static void fork_join_inner_end(rx_stage *self, rx_inner *inner)
{
	const rx_join *join = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	if (--state->active && rx__cells_has(&state->cells, join, inner->slot))
		return;
	if (!state->cells.missing)
		rx__cells_emit(self, &state->cells, join, NULL);
	if (rx__open(self))
		rx__complete(self);
}

static void fork_join_stop(rx_stage *self)
{
	rx__cells_clear(&((struct state *)RX__STATE(self))->cells, RX__PARAMS(self));
}

static const rx_stage_ops fork_join_ops = {.name = "fork_join",
                                           .state_size = sizeof(struct state),
                                           .flags = RX__SUBSCRIBES,
                                           .extra = fork_join_extra,
                                           .drop = rx__join_drop,
                                           .start = fork_join_start,
                                           .stop = fork_join_stop,
                                           .inner_next = fork_join_inner_next,
                                           .inner_end = fork_join_inner_end};

rx_observable *rx_fork_join_array(rx_observable *const *sources)
{
	return rx__join(&fork_join_ops, &rx_type_rx_tuple, sources);
}
