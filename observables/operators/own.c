#include "observables/core/stage.h"

rx_operator *rx_own(rx_operator *op, void *ctx, void (*drop)(void *ctx))
{
	if (op->refs && rx__finalizer_append(&op->owned, drop, ctx) == 0)
		return op;
	drop(ctx);
	rx_operator_unref(op);
	return rx__operator_no_memory();
}
