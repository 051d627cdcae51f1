#include "observables/core/scanning.h"
#include "observables/core/switching.h"

struct state {
	rx_switching switching;
	rx_slot slot;
};

static const rx_stage_ops switch_scan_ops = {.name = "switch_scan",
                                             .state_size = sizeof(struct state),
                                             .extra = rx__slot_room_out,
                                             .drop = rx__scanning_drop,
                                             .start = rx__scanning_start,
                                             .clear = rx__scanning_clear,
                                             .inner_next = rx__scanning_inner_next,
                                             RX__SWITCHING};

rx_operator *rx_switch_scan_fn(const rx_stream_reducer *reducer, void *ctx, const rx_type *type, const void *seed)
{
	return rx__scanning(&switch_scan_ops, reducer, ctx, type, seed, 1);
}
