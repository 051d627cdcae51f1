#include "observables/core/cells.h"

static void fork_join_inner_next(rx_stage *self, rx_inner *inner, const void *item)
{
	rx_assembly *state = RX__STATE(self);
	const int code = rx__cells_put(&state->cells, RX__PARAMS(self), inner->slot, item);
	if (code < 0)
		rx__fail(self, code);
}

/* One that ends empty decides the matter: there will be no tuple. */
static void fork_join_inner_end(rx_stage *self, rx_inner *inner)
{
	const rx_join *join = RX__PARAMS(self);
	rx_assembly *state = RX__STATE(self);
	if (--state->active && rx__cells_has(&state->cells, join, inner->slot))
		return;
	if (!state->cells.missing)
		rx__cells_emit(self, &state->cells, join, NULL);
	if (rx__open(self))
		rx__complete(self);
}

static const rx_stage_ops fork_join_ops = {.name = "fork_join",
                                           .state_size = sizeof(rx_assembly),
                                           .flags = RX__SUBSCRIBES,
                                           .extra = rx__assembly_extra,
                                           .drop = rx__join_drop,
                                           .start = rx__assembly_start,
                                           .clear = rx__assembly_clear,
                                           .inner_next = fork_join_inner_next,
                                           .inner_end = fork_join_inner_end};

rx_observable *rx_fork_join_array(rx_observable *const *sources)
{
	return rx__join(&fork_join_ops, &rx_type_rx_tuple, sources);
}
