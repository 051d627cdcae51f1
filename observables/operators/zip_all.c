#include "observables/core/gathering.h"

static const rx_stage_ops zip_all_ops = {.name = "zip_all", RX__GATHERING};

rx_operator *rx_zip_all(void)
{
	return rx__gathering(&zip_all_ops, rx_zip_array);
}
