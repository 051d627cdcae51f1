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

static int on_error_resume_next_start(rx_stage *self)
{
	start_next(self);
	return 0;
}

static void on_error_resume_next_inner_error(rx_stage *self, rx_inner *inner, const rx_error *error)
{
	(void)error;
	rx__stop_inner(inner);
	if (rx__open(self))
		start_next(self);
}

static void on_error_resume_next_inner_end(rx_stage *self, rx_inner *inner)
{
	(void)inner;
	start_next(self);
}

static const rx_stage_ops on_error_resume_next_ops = {.name = "on_error_resume_next",
                                                      .state_size = sizeof(struct state),
                                                      .flags = RX__SUBSCRIBES,
                                                      .drop = rx__join_drop,
                                                      .start = on_error_resume_next_start,
                                                      .stop = rx__relay_stop,
                                                      .inner_error = on_error_resume_next_inner_error,
                                                      .inner_end = on_error_resume_next_inner_end};

rx_observable *rx_on_error_resume_next_array(rx_observable *const *sources)
{
	return rx__join(&on_error_resume_next_ops, NULL, sources);
}
