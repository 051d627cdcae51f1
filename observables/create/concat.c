#include "observables/core/relay.h"

static const rx_stage_ops concat_ops = {.name = "concat",
                                        .state_size = sizeof(rx_sequence),
                                        .flags = RX__SUBSCRIBES,
                                        .start = rx__sequence_start,
                                        .clear = rx__relay_clear,
                                        .inner_end = rx__sequence_inner_end,
                                        .drop = rx__join_drop};

rx_observable *rx_concat_array(rx_observable *const *sources)
{
	return rx__join(&concat_ops, NULL, sources);
}
