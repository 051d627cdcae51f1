#include "observables/core/stage.h"

static int empty_start(rx_stage *self)
{
	rx__complete(self);
	return 0;
}

static const rx_stage_ops empty_ops = {.name = "empty", .start = empty_start};

rx_observable *rx_empty(void)
{
	return rx__source(&empty_ops, NULL, NULL, 0);
}
