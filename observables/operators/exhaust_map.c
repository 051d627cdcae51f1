#include "observables/core/exhausting.h"

static const rx_stage_ops exhaust_map_ops = {.name = "exhaust_map", RX__EXHAUSTING};

rx_operator *rx_exhaust_map_fn(const rx_projector *projector, void *ctx)
{
	return rx__projecting(&exhaust_map_ops, projector, ctx, 1);
}
