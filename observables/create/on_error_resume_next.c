#include "observables/core/relay.h"

static void on_error_resume_next_inner_error(rx_stage *self, rx_inner *inner, const rx_error *error)
{
	(void)error;
	rx__stop_inner(inner);
	if (rx__open(self))
		rx__sequence_next(self);
}

static const rx_stage_ops on_error_resume_next_ops = {.name = "on_error_resume_next",
                                                      .state_size = sizeof(rx_sequence),
                                                      .flags = RX__SUBSCRIBES,
                                                      .drop = rx__join_drop,
                                                      .start = rx__sequence_start,
                                                      .clear = rx__relay_clear,
                                                      .inner_error = on_error_resume_next_inner_error,
                                                      .inner_end = rx__sequence_inner_end};

rx_observable *rx_on_error_resume_next_array(rx_observable *const *sources)
{
	return rx__join(&on_error_resume_next_ops, NULL, sources);
}
