/*
 * RxJS's creation functions, a row each.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/conformance/arguments.h"

static rx_observable *build_empty(const struct call *call)
{
	return rx_empty();
}

static rx_observable *build_never(const struct call *call)
{
	return rx_never();
}

/* The older signatures end with a scheduler; of an observable that is rx_scheduled(). */
static rx_observable *on_scheduler(const struct call *call, rx_observable *source)
{
	rx_scheduler *scheduler = trailing_scheduler(call);
	return scheduler ? rx_scheduled(source, scheduler) : source;
}

rx_observable *items_on_scheduler(js *const *items, size_t count, rx_scheduler *scheduler)
{
	if (!scheduler)
		return rx_from(&rx_type_js_item, items, count);
	rx_observable **parts = calloc(count + 2, sizeof *parts);
	for (size_t i = 0; i < count; i++)
		parts[i] = rx_pipe(rx_from(&rx_type_js_item, &items[i], 1), rx_subscribe_on(scheduler, 0));
	parts[count] = rx_pipe(rx_empty(), rx_subscribe_on(scheduler, 0));
	rx_observable *all = rx_concat_array(parts);
	free(parts);
	return all;
}

static rx_observable *build_from(const struct call *call)
{
	js *items = elements(argument(call, 0));
	if (items)
		return items_on_scheduler(items->items, items->count, trailing_scheduler(call));
	return on_scheduler(call, observable_of(call->replay, argument(call, 0)));
}

static rx_observable *build_of(const struct call *call)
{
	return items_on_scheduler(call->arguments, plain_count(call), trailing_scheduler(call));
}

/* range(count), or range(start, count). */
static rx_observable *build_range(const struct call *call)
{
	const bool both = argument(call, 1)->kind == JS_NUMBER;
	const double start = both ? js_to_number(argument(call, 0)) : 0;
	const double count = js_to_number(argument(call, both ? 1 : 0));
	if (!trailing_scheduler(call))
		return rx_pipe(rx_range((int64_t)start, (int64_t)count), from_int64());
	js *numbers = js_array(NULL, count > 0 ? (size_t)count : 0);
	for (size_t i = 0; i < numbers->count; i++)
		numbers->items[i] = js_number(start + (double)i);
	return items_on_scheduler(numbers->items, numbers->count, trailing_scheduler(call));
}

static rx_observable *build_pairs(const struct call *call)
{
	const js *object = argument(call, 0);
	js *pairs = js_array(NULL, object->kind == JS_OBJECT ? object->count : 0);
	for (size_t i = 0; i < pairs->count; i++)
		pairs->items[i] = js_array((js *[]){js_string(object->keys[i]), object->items[i]}, 2);
	return items_on_scheduler(pairs->items, pairs->count, trailing_scheduler(call));
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

/* ---- Of several, as a tuple ------------------------------------------------------------------------------------- */

/* { a: observable, b: observable }: the tuple's items get these names. */
static const js *dictionary(const struct call *call)
{
	return plain_count(call) == 1 && call->arguments[0]->kind == JS_OBJECT ? call->arguments[0] : NULL;
}

static int name_items(const void *in, size_t index, void *out, void *ctx)
{
	const js *names = ctx, *array = *(const js_item *)in;
	js *object = js_object(names->count);
	for (size_t i = 0; i < names->count; i++) {
		object->keys[i] = strdup(names->keys[i]);
		object->items[i] = array->items[i];
	}
	return give(out, object);
}

static rx_observable *build_dictionary(const struct call *call, rx_observable *(*build)(rx_observable *const *sources))
{
	static const rx_mapper namer = {"names", &rx_type_js_item, &rx_type_js_item, name_items, NULL};
	const js *names = dictionary(call);
	rx_observable **sources = calloc(names->count + 1, sizeof *sources);
	for (size_t i = 0; i < names->count; i++)
		sources[i] = observable_of(call->replay, names->items[i]);
	rx_observable *all = rx_pipe(build(sources), from_tuple(&(struct call){0}), rx_map_fn(&namer, (void *)names));
	free(sources);
	struct function *selector = trailing_function(call);
	return selector ? rx_pipe(all, rx_map_fn(&replay_mapper, selector)) : all;
}

static rx_observable *build_tuple(const struct call *call, rx_observable *(*build)(rx_observable *const *sources))
{
	size_t count;
	if (dictionary(call))
		return build_dictionary(call, build);
	rx_observable **sources = elements_of(call, 0, &count);
	rx_observable *all = build(sources);
	free(sources);
	return on_scheduler(call, rx_pipe(all, from_tuple(call)));
}

static rx_observable *build_combineLatest(const struct call *call)
{
	return build_tuple(call, rx_combine_latest_array);
}

static rx_observable *build_forkJoin(const struct call *call)
{
	return build_tuple(call, rx_fork_join_array);
}

static rx_observable *build_zip(const struct call *call)
{
	return build_tuple(call, rx_zip_array);
}

/* ---- Of several, one after or instead of the other -------------------------------------------------------------- */

static rx_observable *build_elements(const struct call *call, rx_observable *(*build)(rx_observable *const *sources))
{
	size_t count;
	rx_observable **sources = elements_of(call, 0, &count);
	rx_observable *all = build(sources);
	free(sources);
	return all;
}

static rx_observable *build_race(const struct call *call)
{
	return build_elements(call, rx_race_array);
}

static rx_observable *build_onErrorResumeNext(const struct call *call)
{
	return build_elements(call, rx_on_error_resume_next_array);
}

static rx_observable *build_partition(const struct call *call)
{
	const rx_parts parts = rx_partition_fn(observable_of(call->replay, argument(call, 0)), &replay_predicate,
	                                       function_of(argument(call, 1)));
	rx_observable_unref(call->index ? parts.passing : parts.failing);
	return call->index ? parts.failing : parts.passing;
}

static int ask(void *ctx)
{
	js *answer = NULL;
	const int code = function_call(ctx, NULL, 0, &answer);
	return code < 0 ? code : js_truthy(answer);
}

/* A branch that is not there is EMPTY. */
static rx_observable *branch(const struct call *call, size_t i)
{
	return has(call, i) ? observable_of(call->replay, argument(call, i)) : rx_empty();
}

static rx_observable *build_iif(const struct call *call)
{
	return rx_iif(ask, branch(call, 1), branch(call, 2), function_of(argument(call, 0)));
}

/* ---- generate --------------------------------------------------------------------------------------------------- */

struct generate {
	struct function *condition, *iterate;
};

static int proceed(const void *state, size_t index, void *ctx)
{
	js *answer = NULL;
	const int code =
		function_call(((const struct generate *)ctx)->condition, (js *[]){*(const js_item *)state}, 1, &answer);
	return code < 0 ? code : js_truthy(answer);
}

static int step(const void *state, size_t index, void *out, void *ctx)
{
	js *next = NULL;
	const int code =
		function_call(((const struct generate *)ctx)->iterate, (js *[]){*(const js_item *)state}, 1, &next);
	return code < 0 ? code : give(out, next);
}

/* generate(state, condition, iterate, select, scheduler), or all of them by name. */
static rx_observable *build_generate(const struct call *call)
{
	static const rx_predicate condition = {"recorded", &rx_type_js_item, proceed, NULL};
	static const rx_mapper iterate = {"recorded", &rx_type_js_item, &rx_type_js_item, step, NULL};
	const bool named = call->count == 1;
	js *initial = named ? option(call, 0, "initialState") : argument(call, 0);
	struct function *select = function_of(named ? option(call, 0, "resultSelector") : argument(call, 3));
	const js *scheduler = named ? option(call, 0, "scheduler") : argument(call, call->count - 1);
	struct generate *generate = js_memory(sizeof *generate);
	generate->condition = function_of(named ? option(call, 0, "condition") : argument(call, 1));
	generate->iterate = function_of(named ? option(call, 0, "iterate") : argument(call, 2));
	rx_observable *all =
		rx_generate_fn(&rx_type_js_item, &initial, generate->condition ? &condition : NULL, &iterate, generate);
	if (select)
		all = rx_pipe(all, rx_map_fn(&replay_mapper, select));
	return scheduler_of(call, scheduler) ? rx_scheduled(all, scheduler_of(call, scheduler)) : all;
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
	{"EMPTY", build_empty},
	{"NEVER", build_never},
	{"empty", build_empty},
	{"never", build_never},
	{"combineLatest", build_combineLatest},
	{"concat", build_concat},
	{"defer", build_defer},
	{"forkJoin", build_forkJoin},
	{"from", build_from},
	{"generate", build_generate},
	{"iif", build_iif},
	{"interval", build_interval},
	{"merge", build_merge},
	{"of", build_of},
	{"onErrorResumeNext", build_onErrorResumeNext},
	{"pairs", build_pairs},
	{"partition", build_partition},
	{"race", build_race},
	{"range", build_range},
	{"scheduled", build_from},
	{"throwError", build_throwError},
	{"timer", build_timer},
	{"zip", build_zip},
	{NULL, NULL},
};
