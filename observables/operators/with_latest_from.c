#include "observables/core/cells.h"

struct state {
	rx_inners inners;
	rx_cells cells;
};

static size_t with_latest_from_extra(const rx_observable *node)
{
	return rx__cells_room(node->params);
}

static int with_latest_from_start(rx_stage *self)
{
	const rx_join *join = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	rx__cells_init(&state->cells, join);
	for (size_t i = 0; i < join->count && rx__open(self); i++)
		rx__subscribe_inner(self, rx__join_source(join, i), NULL, i, NULL);
	return 0;
}

static void with_latest_from_next(rx_stage *self, const void *item)
{
	struct state *state = RX__STATE(self);
	if (!state->cells.missing)
		rx__cells_emit(self, &state->cells, RX__PARAMS(self), item);
}

static void with_latest_from_inner_next(rx_stage *self, rx_inner *inner, const void *item)
{
	struct state *state = RX__STATE(self);
	const int code = rx__cells_put(&state->cells, RX__PARAMS(self), inner->slot, item);
	if (code < 0)
		rx__fail(self, code);
}

static void with_latest_from_clear(rx_stage *self)
{
	rx__cells_clear(&((struct state *)RX__STATE(self))->cells, RX__PARAMS(self));
}

static const rx_stage_ops with_latest_from_ops = {.name = "with_latest_from",
                                                  .state_size = sizeof(struct state),
                                                  .flags = RX__SUBSCRIBES | RX__STOP_FIRST,
                                                  .extra = with_latest_from_extra,
                                                  .drop = rx__join_drop,
                                                  .start = with_latest_from_start,
                                                  .next = with_latest_from_next,
                                                  .clear = with_latest_from_clear,
                                                  .inner_next = with_latest_from_inner_next};

rx_operator *rx_with_latest_from_array(rx_observable *const *inputs)
{
	rx_join join;
	rx_observable *instead = rx__join_take(&join, inputs);
	if (instead)
		return rx__operator_mistake(instead);
	return rx__operator(&with_latest_from_ops, NULL, &rx_type_rx_tuple, NULL, &join, sizeof join);
}
