/*
 * Operators of <clusterfy/rx/error_handling.h>: errors, and running again.
 */
#include "tests/conformance/operators.h"

static rx_observable *catch_call(const rx_error *error, rx_observable *caught, void *ctx)
{
	struct function *function = ctx;
	return project(function, (js *[]){error_value(function->replay, error)}, 1);
}

static const rx_catcher catcher = {"recorded", &rx_type_js_item, catch_call};

OPERATOR(catchError, rx_catch_error_fn(&catcher, FUNCTION(0)))

static rx_observable *retry_notifier(const rx_error *error, size_t count, void *ctx)
{
	struct function *function = ctx;
	return project(function, (js *[]){error_value(function->replay, error), js_number((double)count)}, 2);
}

static rx_observable *repeat_notifier(size_t count, void *ctx)
{
	return project(ctx, (js *[]){js_number((double)count)}, 1);
}

/* A delay of 0 is one that waits for the scheduler. */
static rx_nsec delay_of(const struct call *call, const js *value)
{
	const rx_nsec delay = time_of(call, value, 0);
	return js_is_undefined(value) || value->kind == JS_FUNCTION ? 0 : delay > 0 ? delay : RX_NOW;
}

static rx_operator *build_retry(const struct call *call)
{
	const js *count = argument(call, 0)->kind == JS_OBJECT ? option(call, 0, "count") : argument(call, 0);
	const size_t limit = count_of(count, RX_FOREVER);
	struct function *notifier = function_of(option(call, 0, "delay"));
	if (limit == 0)
		return rx_retry(0);
	return rx_retry_with(&(rx_retry_options){
		.count = limit == RX_FOREVER ? 0 : limit,
		.delay = delay_of(call, option(call, 0, "delay")),
		.notifier = notifier ? retry_notifier : NULL,
		.ctx = notifier,
		.reset_on_success = js_truthy(option(call, 0, "resetOnSuccess")),
	});
}

static rx_operator *build_repeat(const struct call *call)
{
	const js *count = argument(call, 0)->kind == JS_OBJECT ? option(call, 0, "count") : argument(call, 0);
	const size_t limit = count_of(count, RX_FOREVER);
	struct function *notifier = function_of(option(call, 0, "delay"));
	if (limit == 0)
		return rx_repeat(0);
	return rx_repeat_with(&(rx_repeat_options){
		.count = limit == RX_FOREVER ? 0 : limit,
		.delay = delay_of(call, option(call, 0, "delay")),
		.notifier = notifier ? repeat_notifier : NULL,
		.ctx = notifier,
	});
}

const struct operator_row error_rows[] = {
	ROW(catchError),
	ROW(repeat),
	ROW(retry),
	END_OF_ROWS,
};
