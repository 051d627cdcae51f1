#include "observables/core/merging.h"

static const rx_stage_ops concat_map_ops = {.name = "concat_map", .state_size = sizeof(rx_merging), RX__MERGING};

rx_operator *rx_concat_map_fn(const rx_projector *projector, void *ctx)
{
	return rx__projecting(&concat_map_ops, projector, ctx, 1);
}
