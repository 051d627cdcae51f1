#include "observables/core/join.h"

struct iif {
	rx_join join;
	int (*condition)(void *ctx);
	void *ctx;
};

static int iif_start(rx_stage *self)
{
	const struct iif *iif = RX__PARAMS(self);
	const int code = iif->condition(iif->ctx);
	if (code < 0)
		return code;
	rx__subscribe_inner(self, rx__join_source(&iif->join, code ? 0 : 1), NULL, 0, NULL);
	return 0;
}

static void iif_inner_complete(rx_stage *self, rx_inner *inner)
{
	(void)inner;
	rx__complete(self);
}

static const rx_stage_ops iif_ops = {.name = "iif",
                                     .state_size = sizeof(rx_inners),
                                     .flags = RX__SUBSCRIBES,
                                     .drop = rx__join_drop,
                                     .start = iif_start,
                                     .inner_complete = iif_inner_complete};

rx_observable *rx_iif(int (*condition)(void *ctx), rx_observable *when_true, rx_observable *when_false, void *ctx)
{
	struct iif iif = {.condition = condition, .ctx = ctx};
	rx_observable *sources[] = {rx__given(when_true), rx__given(when_false), NULL};
	return rx__join_as(&iif_ops, NULL, sources, &iif.join, sizeof iif);
}
