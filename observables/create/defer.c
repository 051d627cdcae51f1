#include "observables/core/stage.h"

struct defer {
	const rx_type *type;
	rx_observable *(*factory)(void *ctx);
	void *ctx;
};

static int defer_start(rx_stage *self)
{
	const struct defer *defer = RX__PARAMS(self);
	rx__subscribe_inner(self, defer->factory(defer->ctx), defer->type, 0, NULL);
	return 0;
}

static void defer_inner_complete(rx_stage *self, rx_inner *inner)
{
	(void)inner;
	rx__complete(self);
}

static const rx_stage_ops defer_ops = {.name = "defer",
                                       .state_size = sizeof(rx_inners),
                                       .flags = RX__SUBSCRIBES,
                                       .start = defer_start,
                                       .inner_complete = defer_inner_complete};

rx_observable *rx_defer(const rx_type *type, rx_observable *(*factory)(void *ctx), void *ctx)
{
	return rx__source(&defer_ops, type, &(struct defer){type, factory, ctx}, sizeof(struct defer));
}
