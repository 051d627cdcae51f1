#include "observables/core/stage.h"

static const rx_stage_ops never_ops = {.name = "never"};

rx_observable *rx_never(void)
{
	return rx__source(&never_ops, NULL, NULL, 0);
}
