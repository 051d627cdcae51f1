#include "observables/core/exhausting.h"

static const rx_stage_ops exhaust_all_ops = {.name = "exhaust_all", RX__EXHAUSTING};

rx_operator *rx_exhaust_all_of(const rx_type *type)
{
	return rx__flattening(&exhaust_all_ops, type, 1);
}
