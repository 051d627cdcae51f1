/*
 * Operators of <clusterfy/rx/multicasting.h>.
 */
#include "tests/conformance/operators.h"

struct resets {
	struct function *error, *complete, *ref_count_zero;
};

static rx_observable *on_error(const rx_error *error, void *ctx)
{
	struct function *function = ((const struct resets *)ctx)->error;
	return project(function, (js *[]){error_value(function->replay, error)}, 1);
}

static rx_observable *on_complete(void *ctx)
{
	return project(((const struct resets *)ctx)->complete, NULL, 0);
}

static rx_observable *on_ref_count_zero(void *ctx)
{
	return project(((const struct resets *)ctx)->ref_count_zero, NULL, 0);
}

static rx_reset reset_of(const js *value)
{
	if (js_is_undefined(value) || value->kind == JS_FUNCTION)
		return RX_RESET_DEFAULT;
	return js_truthy(value) ? RX_RESET_YES : RX_RESET_NO;
}

static rx_operator *build_share(const struct call *call)
{
	struct resets *resets = js_memory(sizeof *resets);
	const js *error = option(call, 0, "resetOnError"), *complete = option(call, 0, "resetOnComplete");
	const js *zero = option(call, 0, "resetOnRefCountZero");
	*resets = (struct resets){function_of(error), function_of(complete), function_of(zero)};
	return rx_share(&(rx_share_options){
		.reset_on_error = reset_of(error),
		.reset_on_complete = reset_of(complete),
		.reset_on_ref_count_zero = reset_of(zero),
		.reset_on_error_when = resets->error ? on_error : NULL,
		.reset_on_complete_when = resets->complete ? on_complete : NULL,
		.reset_on_ref_count_zero_when = resets->ref_count_zero ? on_ref_count_zero : NULL,
		.ctx = resets,
	});
}

/* 0 here means all, and in RxJS 1. */
static size_t replayed(const js *size)
{
	const size_t count = count_of(size, SIZE_MAX);
	return count == SIZE_MAX ? 0 : count ? count : 1;
}

static rx_operator *build_shareReplay(const struct call *call)
{
	const bool named = argument(call, 0)->kind == JS_OBJECT;
	const js *window = named ? option(call, 0, "windowTime") : argument(call, 1);
	return rx_share_replay(&(rx_share_replay_options){
		.buffer_size = replayed(named ? option(call, 0, "bufferSize") : argument(call, 0)),
		.window = time_of(call, window, 0),
		.ref_count = named && js_truthy(option(call, 0, "refCount")),
		.scheduler = scheduler_of(call, named ? option(call, 0, "scheduler") : argument(call, 2)),
	});
}

const struct operator_row multicasting_rows[] = {ROW(share), ROW(shareReplay), END_OF_ROWS};
