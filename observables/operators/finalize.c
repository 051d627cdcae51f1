#include "observables/core/stage.h"

struct finalize {
	void (*call)(void *ctx);
	void *ctx;
};

static void finalize_next(rx_stage *self, const void *item)
{
	rx__emit(self, item);
}

static void finalize_span(rx_stage *self, const void *items, size_t count)
{
	rx__emit_span(self, items, count);
}

static void finalize_stop(rx_stage *self)
{
	const struct finalize *finalize = RX__PARAMS(self);
	finalize->call(finalize->ctx);
}

static const rx_stage_ops finalize_ops = {
	.name = "finalize", .next = finalize_next, .span = finalize_span, .stop = finalize_stop};

rx_operator *rx_finalize(void (*call)(void *ctx), void *ctx)
{
	return rx__operator(&finalize_ops, NULL, NULL, NULL, &(struct finalize){call, ctx}, sizeof(struct finalize));
}
