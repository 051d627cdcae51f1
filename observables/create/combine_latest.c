#include "observables/core/cells.h"

static void combine_latest_inner_next(rx_stage *self, rx_inner *inner, const void *item)
{
	const rx_join *join = RX__PARAMS(self);
	rx_assembly *state = RX__STATE(self);
	const int code = rx__cells_put(&state->cells, join, inner->slot, item);
	if (code < 0)
		rx__fail(self, code);
	else if (!state->cells.missing && rx__open(self))
		rx__cells_emit(self, &state->cells, join, NULL);
}

static void combine_latest_inner_complete(rx_stage *self, rx_inner *inner)
{
	rx_assembly *state = RX__STATE(self);
	(void)inner;
	if (--state->active == 0)
		rx__complete(self);
}

static const rx_stage_ops combine_latest_ops = {.name = "combine_latest",
                                                .state_size = sizeof(rx_assembly),
                                                .flags = RX__SUBSCRIBES,
                                                .extra = rx__assembly_extra,
                                                .drop = rx__join_drop,
                                                .start = rx__assembly_start,
                                                .clear = rx__assembly_clear,
                                                .inner_next = combine_latest_inner_next,
                                                .inner_complete = combine_latest_inner_complete};

rx_observable *rx_combine_latest_array(rx_observable *const *sources)
{
	return rx__join(&combine_latest_ops, &rx_type_rx_tuple, sources);
}
