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

/* ---- retryWhen and repeatWhen: one notifier for all the ends of a subscription, made at the first ------------------ */

struct when {
	struct function *function;
	rx_observable *source;
	rx_observable *notifier; /* shared for good; NULL until it is wanted */
	bool repeats;
};

static rx_observable *next_notification(struct when *when)
{
	static const rx_share_options for_good = {.reset_on_error = RX_RESET_NO,
	                                          .reset_on_complete = RX_RESET_NO,
	                                          .reset_on_ref_count_zero = RX_RESET_NO};
	if (!when->notifier) {
		js *ends = js_observable(rx_never());
		rx_observable *notifier = rx_pipe(project(when->function, &ends, 1), rx_share(&for_good));
		when->notifier = js_observable(notifier)->observable;
	}
	return rx_observable_ref(when->notifier);
}

static rx_observable *when_failed(const rx_error *error, size_t count, void *ctx)
{
	return next_notification(ctx);
}

static rx_observable *when_completed(size_t count, void *ctx)
{
	return next_notification(ctx);
}

static rx_observable *again(void *ctx)
{
	const struct when *recipe = ctx;
	struct when *when = js_memory(sizeof *when);
	*when = *recipe;
	rx_operator *op = when->repeats ? rx_repeat_with(&(rx_repeat_options){.notifier = when_completed, .ctx = when})
	                                : rx_retry_with(&(rx_retry_options){.notifier = when_failed, .ctx = when});
	return rx_pipe(rx_observable_ref(when->source), op);
}

static rx_observable *apply_when(rx_observable *source, void *ctx)
{
	struct when *when = js_memory(sizeof *when);
	*when = *(const struct when *)ctx;
	when->source = js_observable(source)->observable;
	return rx_defer(&rx_type_js_item, again, when);
}

static rx_operator *when_operator(struct function *function, bool repeats)
{
	struct when *when = js_memory(sizeof *when);
	*when = (struct when){.function = function, .repeats = repeats};
	return rx_operator_create(&rx_type_js_item, apply_when, when, NULL);
}

OPERATOR(repeatWhen, when_operator(FUNCTION(0), true))
OPERATOR(retryWhen, when_operator(FUNCTION(0), false))

static int failure(void *ctx)
{
	struct function *function = ctx;
	js *error = NULL;
	const int code = function_call(function, NULL, 0, &error);
	return code < 0 ? code : throw_value(function->replay, error);
}

OPERATOR(throwIfEmpty, rx_throw_if_empty(FUNCTION(0) ? failure : NULL, FUNCTION(0)))

const struct operator_row error_rows[] = {
	ROW(catchError), ROW(repeat), ROW(repeatWhen), ROW(retry), ROW(retryWhen), ROW(throwIfEmpty), END_OF_ROWS,
};
