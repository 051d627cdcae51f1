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

/* Without a scheduler or a number at the end. */
static rx_observable *build_merge(const struct call *call)
{
	struct call sources = *call;
	size_t count, limit = 0;
	sources.count = plain_count(call);
	if (sources.count && call->arguments[sources.count - 1]->kind == JS_NUMBER)
		limit = count_of(call->arguments[--sources.count], 0);
	rx_observable **observables = observables_of(&sources, 0, &count);
	rx_observable *merged = rx_merge_array(observables, limit == SIZE_MAX ? 0 : limit);
	free(observables);
	return merged;
}

static rx_observable *build_concat(const struct call *call)
{
	size_t count;
	rx_observable **observables = observables_of(call, 0, &count);
	rx_observable *all = rx_concat_array(observables);
	free(observables);
	return all;
}

static rx_observable *call_factory(void *ctx)
{
	return project(ctx, NULL, 0);
}

static rx_observable *build_defer(const struct call *call)
{
	return rx_defer(&rx_type_js_item, call_factory, function_of(argument(call, 0)));
}

static rx_observable *fail(void *ctx)
{
	struct function *function = ctx;
	js *error = js_undefined();
	const int code = function_call(function, NULL, 0, &error);
	if (code < 0)
		error = thrown_value(function->replay, code);
	return rx_throw(error_create(function->replay, error));
}

/* Its error is made by a function, anew for each subscription, or given. */
static rx_observable *build_throwError(const struct call *call)
{
	struct function *function = function_of(argument(call, 0));
	return function ? rx_defer(NULL, fail, function) : rx_throw(error_create(call->replay, argument(call, 0)));
}

static rx_observable *build_interval(const struct call *call)
{
	return rx_pipe(rx_interval_on(time_of(call, argument(call, 0), 0), trailing_scheduler(call)), from_int64());
}

/* timer(due or date, period, scheduler), the last two or one of them left out. */
static rx_observable *build_timer(const struct call *call)
{
	const js *due = argument(call, 0), *period = argument(call, 1);
	rx_timer_options options = {.scheduler = trailing_scheduler(call)};
	if (due->kind == JS_DATE)
		options.at = (rx_nsec)(due->number * (double)RX_MS(1));
	else
		options.due = time_of(call, due, 0);
	if (period->kind == JS_NUMBER && period->number >= 0)
		options.period = period->number > 0 ? time_of(call, period, 0) : RX_NOW;
	return rx_pipe(rx_timer_with(&options), from_int64());
}

const struct creator creators[] = {
	{"interval", build_interval}, {"timer", build_timer}, {"concat", build_concat},
	{"defer", build_defer},       {"merge", build_merge}, {"throwError", build_throwError},
	{"EMPTY", build_empty},       {"NEVER", build_never}, {"empty", build_empty},
	{"from", build_from},         {"never", build_never}, {"of", build_of},
	{"range", build_range},       {NULL, NULL},
};
