#include "observables/core/merging.h"

static const rx_stage_ops merge_all_ops = {.name = "merge_all", .state_size = sizeof(rx_merging), RX__MERGING};

rx_operator *rx_merge_all_of(const rx_type *type, size_t limit)
{
	return rx__flattening(&merge_all_ops, type, limit);
}
