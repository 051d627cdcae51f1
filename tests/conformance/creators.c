/*
 * RxJS's creation functions, a row each.
 */
#include <math.h>
#include <stdlib.h>

#include "tests/conformance/arguments.h"

static rx_observable *build_empty(const struct call *call)
{
	return rx_empty();
}

static rx_observable *build_never(const struct call *call)
{
	return rx_never();
}

static rx_observable *build_from(const struct call *call)
{
	return observable_of(call->replay, argument(call, 0));
}

static rx_observable *build_of(const struct call *call)
{
	return rx_from(&rx_type_js_item, call->arguments, call->count);
}

static rx_observable *build_range(const struct call *call)
{
	const double start = has(call, 1) ? js_to_number(argument(call, 0)) : 0;
	const double count = js_to_number(argument(call, has(call, 1) ? 1 : 0));
	return rx_pipe(rx_range((int64_t)start, (int64_t)count), from_int64());
}

const struct creator creators[] = {
	{"EMPTY", build_empty}, {"NEVER", build_never}, {"empty", build_empty}, {"from", build_from},
	{"never", build_never}, {"of", build_of},       {"range", build_range}, {NULL, NULL},
};
