#include "observables/core/gathering.h"

static const rx_stage_ops combine_latest_all_ops = {.name = "combine_latest_all", RX__GATHERING};

rx_operator *rx_combine_latest_all(void)
{
	return rx__gathering(&combine_latest_all_ops, rx_combine_latest_array);
}
