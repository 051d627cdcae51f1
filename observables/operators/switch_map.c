#include "observables/core/switching.h"

static const rx_stage_ops switch_map_ops = {.name = "switch_map", .state_size = sizeof(rx_switching), RX__SWITCHING};

rx_operator *rx_switch_map_fn(const rx_projector *projector, void *ctx)
{
	return rx__projecting(&switch_map_ops, projector, ctx, 1);
}
