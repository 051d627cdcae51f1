/*
 * Operators of <clusterfy/rx/transformation.h>.
 */
#include "tests/conformance/operators.h"

/* ---- What is projected ----------------------------------------------------------------------------------------- */

/* A result selector, which RxJS has given up, is a map behind each inner observable. */
struct selecting {
	struct function *project, *select;
};

struct selected {
	struct function *select;
	js *outer;
	size_t outer_index;
};

static int select_result(const void *in, size_t index, void *out, void *ctx)
{
	const struct selected *selected = ctx;
	js *arguments[] = {selected->outer, *(const js_item *)in, js_number((double)selected->outer_index),
	                   js_number((double)index)};
	js *result = NULL;
	const int code = function_call(selected->select, arguments, 4, &result);
	return code < 0 ? code : give(out, result);
}

static rx_observable *project_and_select(const void *item, size_t index, void *ctx)
{
	static const rx_mapper mapper = {"result selector", &rx_type_js_item, &rx_type_js_item, select_result, NULL};
	const struct selecting *selecting = ctx;
	struct selected *selected = js_memory(sizeof *selected);
	*selected = (struct selected){selecting->select, *(const js_item *)item, index};
	rx_observable *inner = project(selecting->project, (js *[]){selected->outer, js_number((double)index)}, 2);
	return rx_pipe(inner, rx_map_fn(&mapper, selected));
}

static rx_observable *the_same(const void *item, size_t index, void *ctx)
{
	return rx_observable_ref(ctx);
}

static const rx_projector selecting_projector = {"recorded", &rx_type_js_item, &rx_type_js_item, project_and_select};
static const rx_projector constant_projector = {"constant", &rx_type_js_item, &rx_type_js_item, the_same};

static const rx_projector *projector_of(const struct call *call)
{
	return function_of(argument(call, 1)) ? &selecting_projector : &replay_projector;
}

static void *projector_context(const struct call *call)
{
	struct function *select = function_of(argument(call, 1));
	if (!select)
		return function_of(argument(call, 0));
	struct selecting *selecting = js_memory(sizeof *selecting);
	*selecting = (struct selecting){function_of(argument(call, 0)), select};
	return selecting;
}

/* The older forms that project everything to one observable. The value keeps the observable. */
static void *constant_context(const struct call *call)
{
	return js_observable(observable_of(call->replay, argument(call, 0)))->observable;
}

/* The limit is the last argument, a result selector before it or not. */
static size_t concurrency(const struct call *call)
{
	const js *last = argument(call, call->count > 2 ? 2 : 1);
	return last->kind == JS_NUMBER ? limit_of(last) : 0;
}

#define PROJECTED(rx) rx(projector_of(call), projector_context(call))
#define CONSTANT(rx) rx(&constant_projector, constant_context(call))

OPERATOR(concatMap, PROJECTED(rx_concat_map_fn))
OPERATOR(concatMapTo, CONSTANT(rx_concat_map_fn))
OPERATOR(expand, rx_expand_fn(&replay_projector, FUNCTION(0), LIMIT(1)))
OPERATOR(mergeMap, rx_merge_map_fn(projector_of(call), projector_context(call), concurrency(call)))
OPERATOR(mergeMapTo, rx_merge_map_fn(&constant_projector, constant_context(call), concurrency(call)))
OPERATOR(switchMap, PROJECTED(rx_switch_map_fn))
OPERATOR(switchMapTo, CONSTANT(rx_switch_map_fn))

/* ---- What is mapped -------------------------------------------------------------------------------------------- */

static int map_to(const void *in, size_t index, void *out, void *ctx)
{
	return give(out, ctx);
}

static int pluck(const void *in, size_t index, void *out, void *ctx)
{
	const js *path = ctx;
	js *value = *(const js_item *)in;
	for (size_t i = 0; i < path->count; i++)
		value = js_get(value, path->items[i]->string);
	return give(out, value);
}

static const rx_mapper to_constant = {"constant", &rx_type_js_item, &rx_type_js_item, map_to, NULL};
static const rx_mapper to_property = {"property", &rx_type_js_item, &rx_type_js_item, pluck, NULL};

OPERATOR(map, rx_map_fn(&replay_mapper, FUNCTION(0)))
OPERATOR(mapTo, rx_map_fn(&to_constant, argument(call, 0)))
OPERATOR(pairwise, rx_compose(rx_pairwise(), from_pair()))
OPERATOR(pluck, rx_map_fn(&to_property, js_array(call->arguments, call->count)))
OPERATOR(scan, rx_scan_fn(&replay_reducer, FUNCTION(0), SEED_TYPE(1), SEED(1)))

const struct operator_row transformation_rows[] = {
	ROW(concatMap),   ROW(concatMapTo), ROW(expand),   ALIAS(flatMap, mergeMap),
	ROW(map),         ROW(mapTo),       ROW(mergeMap), ROW(mergeMapTo),
	ROW(pairwise),    ROW(pluck),       ROW(scan),     ROW(switchMap),
	ROW(switchMapTo), END_OF_ROWS,
};
