#include "observables/core/switching.h"

static const rx_stage_ops switch_all_ops = {.name = "switch_all", .state_size = sizeof(rx_switching), RX__SWITCHING};

rx_operator *rx_switch_all_of(const rx_type *type)
{
	return rx__flattening(&switch_all_ops, type, 1);
}
