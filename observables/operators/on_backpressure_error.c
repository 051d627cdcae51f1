#include "observables/core/paused.h"

static void error_next(rx_stage *self, const void *item)
{
	if (((rx_paused *)RX__STATE(self))->paused)
		rx__fail(self, rx_raise(-EAGAIN, "an item came while nobody takes any"));
	else
		rx__emit(self, item);
}

static const rx_stage_ops error_ops = {.name = "on_backpressure_error",
                                       .state_size = sizeof(rx_paused),
                                       .next = error_next,
                                       .pause = rx__paused_begin,
                                       .resume = rx__paused_end};

rx_operator *rx_on_backpressure_error(void)
{
	return rx__operator(&error_ops, NULL, NULL, NULL, NULL, 0);
}
