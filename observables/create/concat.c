#include "observables/core/join.h"
#include "observables/core/relay.h"

struct state {
	rx_relay relay;
	size_t index;
};

static void start_next(rx_stage *self)
{
	const rx_join *join = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	if (state->index < join->count)
		rx__relay(self, rx__join_source(join, state->index++), NULL, 0);
	else
		rx__complete(self);
}

static int concat_start(rx_stage *self)
{
	start_next(self);
	return 0;
}

static void concat_inner_end(rx_stage *self, rx_inner *inner)
{
	(void)inner;
	start_next(self);
}

static const rx_stage_ops concat_ops = {.name = "concat",
                                        .state_size = sizeof(struct state),
                                        .flags = RX__SUBSCRIBES,
                                        .start = concat_start,
                                        .stop = rx__relay_stop,
                                        .inner_end = concat_inner_end,
                                        .drop = rx__join_drop};

rx_observable *rx_concat_array(rx_observable *const *sources)
{
	return rx__join(&concat_ops, NULL, sources);
}
