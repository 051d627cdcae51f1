#include "observables/core/merging.h"

static const rx_stage_ops merge_map_ops = {.name = "merge_map", .state_size = sizeof(rx_merging), RX__MERGING};

rx_operator *rx_merge_map_fn(const rx_projector *projector, void *ctx, size_t limit)
{
	return rx__projecting(&merge_map_ops, projector, ctx, limit);
}
