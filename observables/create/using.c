#include "observables/core/stage.h"

struct using
{
	const rx_type *type;
	rx_resource resource;
	void *ctx;
};

struct state {
	rx_inners inners;
	void *resource;
	bool acquired;
};

static void using_inner_complete(rx_stage *self, rx_inner *inner)
{
	(void)inner;
	rx__complete(self);
}

/* What used the resource has been torn down. */
static void using_stop(rx_stage *self)
{
	const struct using *using = RX__PARAMS(self);
	const struct state *state = RX__STATE(self);
	if (state->acquired && using->resource.release)
		using->resource.release(state->resource, using->ctx);
}

/* What was acquired by a function that ended the stream is released, too. */
static int using_start(rx_stage *self)
{
	const struct using *using = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	const int code = using->resource.acquire(&state->resource, using->ctx);
	if (code < 0)
		return code;
	state->acquired = true;
	if (rx__open(self))
		rx__subscribe_inner(self, using->resource.use(state->resource, using->ctx), using->type, 0, NULL);
	else
		using_stop(self);
	return 0;
}

static const rx_stage_ops using_ops = {.name = "using",
                                       .state_size = sizeof(struct state),
                                       .flags = RX__SUBSCRIBES,
                                       .start = using_start,
                                       .stop = using_stop,
                                       .inner_complete = using_inner_complete};

rx_observable *rx_using(const rx_type *type, const rx_resource *resource, void *ctx)
{
	return rx__source(&using_ops, type, &(struct using){type, *resource, ctx}, sizeof(struct using));
}
