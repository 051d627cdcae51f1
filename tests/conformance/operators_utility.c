/*
 * Operators of <clusterfy/rx/utility.h> and <clusterfy/rx/mathematical.h>.
 */
#include "tests/conformance/operators.h"

static void call_nothing(void *ctx)
{
	if (ctx)
		function_call(ctx, NULL, 0, NULL);
}

OPERATOR(finalize, rx_finalize(call_nothing, FUNCTION(0)))

struct tap {
	struct function *next, *error, *complete, *subscribe, *unsubscribe, *finalize;
};

static int tap_next(const void *item, void *ctx)
{
	const struct tap *tap = ctx;
	return tap->next ? function_call(tap->next, (js *[]){*(const js_item *)item}, 1, NULL) : 0;
}

static int tap_error(const rx_error *error, void *ctx)
{
	struct function *function = ((const struct tap *)ctx)->error;
	return function ? function_call(function, (js *[]){error_value(function->replay, error)}, 1, NULL) : 0;
}

static int tap_complete(void *ctx)
{
	struct function *function = ((const struct tap *)ctx)->complete;
	return function ? function_call(function, NULL, 0, NULL) : 0;
}

static int tap_subscribe(void *ctx)
{
	struct function *function = ((const struct tap *)ctx)->subscribe;
	return function ? function_call(function, NULL, 0, NULL) : 0;
}

static void tap_unsubscribe(void *ctx)
{
	call_nothing(((const struct tap *)ctx)->unsubscribe);
}

static void tap_finalize(void *ctx)
{
	call_nothing(((const struct tap *)ctx)->finalize);
}

/* tap(next, error, complete), or all of them by name. */
static struct tap *tap_of(const struct call *call)
{
	struct tap *tap = js_memory(sizeof *tap);
	const bool named = argument(call, 0)->kind == JS_OBJECT;
	*tap = (struct tap){
		.next = named ? function_of(option(call, 0, "next")) : FUNCTION(0),
		.error = named ? function_of(option(call, 0, "error")) : FUNCTION(1),
		.complete = named ? function_of(option(call, 0, "complete")) : FUNCTION(2),
		.subscribe = function_of(option(call, 0, "subscribe")),
		.unsubscribe = function_of(option(call, 0, "unsubscribe")),
		.finalize = function_of(option(call, 0, "finalize")),
	};
	return tap;
}

static rx_operator *build_tap(const struct call *call)
{
	static const rx_consumer next = {"recorded", &rx_type_js_item, tap_next};
	return rx_tap_with(&(rx_tap_observer){
		.next = &next,
		.error = tap_error,
		.complete = tap_complete,
		.subscribe = tap_subscribe,
		.unsubscribe = tap_unsubscribe,
		.finalize = tap_finalize,
		.ctx = tap_of(call),
	});
}

OPERATOR(reduce, rx_reduce_fn(&replay_reducer, FUNCTION(0), SEED_TYPE(1), SEED(1)))
OPERATOR(toArray, rx_compose(rx_to_array(), from_list()))

const struct operator_row utility_rows[] = {
	ROW(finalize), ROW(reduce), ROW(tap), ROW(toArray), END_OF_ROWS,
};
