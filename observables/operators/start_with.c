/* The items are emitted before anything above this stage starts. */
#include "observables/core/parameters.h"

static int start_with_start(rx_stage *self)
{
	const rx_constants *values = RX__PARAMS(self);
	if (values->count)
		rx__emit_span(self, values->items, values->count);
	return 0;
}

static void start_with_next(rx_stage *self, const void *item)
{
	rx__emit(self, item);
}

static void start_with_span(rx_stage *self, const void *items, size_t count)
{
	rx__emit_span(self, items, count);
}

static void start_with_drop(void *params)
{
	rx__constants_finish(params);
}

static const rx_stage_ops start_with_ops = {.name = "start_with",
                                            .drop = start_with_drop,
                                            .start = start_with_start,
                                            .next = start_with_next,
                                            .span = start_with_span};

rx_operator *rx_start_with_items(const rx_type *type, const void *items, size_t count)
{
	rx_constants values;
	const int code = rx__constants_init(&values, type, items, count);
	if (code < 0)
		return rx__operator_uncopied(code, type);
	return rx__operator(&start_with_ops, type, NULL, NULL, &values, sizeof values);
}
