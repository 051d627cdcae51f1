#include "observables/core/stage.h"

static void finish(rx_stage *self, bool result)
{
	rx__emit(self, &result);
	rx__complete(self);
}

static void is_empty_next(rx_stage *self, const void *item)
{
	(void)item;
	finish(self, false);
}

static void is_empty_complete(rx_stage *self)
{
	finish(self, true);
}

static const rx_stage_ops is_empty_ops = {.name = "is_empty", .next = is_empty_next, .complete = is_empty_complete};

rx_operator *rx_is_empty(void)
{
	return rx__operator(&is_empty_ops, NULL, &rx_type_bool, NULL, NULL, 0);
}
