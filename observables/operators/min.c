#include "observables/core/extreme.h"

static const rx_stage_ops min_ops = {.name = "min",
                                     .state_size = sizeof(rx_slot),
                                     .extra = rx__slot_room_in,
                                     .start = rx__extreme_start,
                                     .next = rx__extreme_next,
                                     .complete = rx__extreme_complete,
                                     .clear = rx__extreme_clear};

rx_operator *rx_min_fn(const rx_comparator *comparator, void *ctx)
{
	return rx__operator(&min_ops, comparator ? comparator->in : NULL, NULL, comparator ? comparator->name : NULL,
	                    &(rx_extreme){comparator, ctx, -1}, sizeof(rx_extreme));
}
