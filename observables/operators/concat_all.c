#include "observables/core/merging.h"

static const rx_stage_ops concat_all_ops = {.name = "concat_all", .state_size = sizeof(rx_merging), RX__MERGING};

rx_operator *rx_concat_all_of(const rx_type *type)
{
	return rx__flattening(&concat_all_ops, type, 1);
}
