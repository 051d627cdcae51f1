#include "observables/core/merging.h"
#include "observables/core/scanning.h"

struct state {
	rx_merging merging;
	rx_slot slot;
};

static void merge_scan_clear(rx_stage *self)
{
	rx__merging_clear(self);
	rx__scanning_clear(self);
}

static const rx_stage_ops merge_scan_ops = {.name = "merge_scan",
                                            .state_size = sizeof(struct state),
                                            .flags = RX__SUBSCRIBES | RX__UNPAUSABLE,
                                            .extra = rx__slot_room_out,
                                            .drop = rx__scanning_drop,
                                            .start = rx__scanning_start,
                                            .next = rx__merging_next,
                                            .complete = rx__merging_complete,
                                            .clear = merge_scan_clear,
                                            .inner_next = rx__scanning_inner_next,
                                            .inner_end = rx__merging_inner_end};

rx_operator *rx_merge_scan_fn(const rx_stream_reducer *reducer, void *ctx, const rx_type *type, const void *seed,
                              size_t limit)
{
	return rx__scanning(&merge_scan_ops, reducer, ctx, type, seed, limit);
}
