#include "observables/core/parameters.h"

static void end_with_next(rx_stage *self, const void *item)
{
	rx__emit(self, item);
}

static void end_with_span(rx_stage *self, const void *items, size_t count)
{
	rx__emit_span(self, items, count);
}

/* The source has been torn down before they come, as where two observables are concatenated. */
static void end_with_complete(rx_stage *self)
{
	const rx_constants *values = RX__PARAMS(self);
	rx__stop_upstream(self);
	if (values->count)
		rx__emit_span(self, values->items, values->count);
	rx__complete(self);
}

static void end_with_drop(void *params)
{
	rx__constants_finish(params);
}

static const rx_stage_ops end_with_ops = {.name = "end_with",
                                          .drop = end_with_drop,
                                          .next = end_with_next,
                                          .span = end_with_span,
                                          .complete = end_with_complete};

rx_operator *rx_end_with_items(const rx_type *type, const void *items, size_t count)
{
	rx_constants constants;
	const int code = rx__constants_init(&constants, type, items, count);
	if (code < 0)
		return rx__operator_uncopied(code, type);
	return rx__operator(&end_with_ops, type, NULL, NULL, &constants, sizeof constants);
}
