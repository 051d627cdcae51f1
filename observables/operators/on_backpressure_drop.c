#include "observables/core/paused.h"

struct drop {
	const rx_consumer *dropped;
	void *ctx;
};

static void drop_next(rx_stage *self, const void *item)
{
	const struct drop *params = RX__PARAMS(self);
	if (!((rx_paused *)RX__STATE(self))->paused) {
		rx__emit(self, item);
		return;
	}
	const int code = params->dropped ? params->dropped->call(item, params->ctx) : 0;
	if (code < 0)
		rx__fail(self, code);
}

static const rx_stage_ops drop_ops = {.name = "on_backpressure_drop",
                                      .state_size = sizeof(rx_paused),
                                      .next = drop_next,
                                      .pause = rx__paused_begin,
                                      .resume = rx__paused_end};

rx_operator *rx_on_backpressure_drop_fn(const rx_consumer *dropped, void *ctx)
{
	return rx__operator(&drop_ops, dropped ? dropped->in : NULL, NULL, dropped ? dropped->name : NULL,
	                    &(struct drop){dropped, ctx}, sizeof(struct drop));
}
