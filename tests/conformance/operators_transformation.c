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
OPERATOR(exhaustMap, PROJECTED(rx_exhaust_map_fn))
OPERATOR(expand, rx_expand_fn(&replay_projector, FUNCTION(0), LIMIT(1)))
OPERATOR(mergeMap, rx_merge_map_fn(projector_of(call), projector_context(call), concurrency(call)))
OPERATOR(mergeMapTo, rx_merge_map_fn(&constant_projector, constant_context(call), concurrency(call)))
OPERATOR(switchMap, PROJECTED(rx_switch_map_fn))
OPERATOR(switchMapTo, CONSTANT(rx_switch_map_fn))

static rx_observable *reduce_to_stream(const void *acc, const void *in, size_t index, void *ctx)
{
	js *arguments[] = {*(const js_item *)acc, *(const js_item *)in, js_number((double)index)};
	return project(ctx, arguments, 3);
}

static const rx_stream_reducer stream_reducer = {"recorded", &rx_type_js_item, &rx_type_js_item, reduce_to_stream};

/* The seed is there, be it undefined. */
static const js_item *scan_seed(const struct call *call)
{
	return js_array((js *[]){argument(call, 1)}, 1)->items;
}

OPERATOR(mergeScan, rx_merge_scan_fn(&stream_reducer, FUNCTION(0), &rx_type_js_item, scan_seed(call), LIMIT(2)))
OPERATOR(switchScan, rx_switch_scan_fn(&stream_reducer, FUNCTION(0), &rx_type_js_item, scan_seed(call)))

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
const rx_mapper property_mapper = {"property", &rx_type_js_item, &rx_type_js_item, pluck, NULL};

OPERATOR(map, rx_map_fn(&replay_mapper, FUNCTION(0)))
OPERATOR(mapTo, rx_map_fn(&to_constant, argument(call, 0)))
OPERATOR(pairwise, rx_compose(rx_pairwise(), from_pair()))
OPERATOR(pluck, rx_map_fn(&property_mapper, js_array(call->arguments, call->count)))
OPERATOR(scan, rx_scan_fn(&replay_reducer, FUNCTION(0), SEED_TYPE(1), SEED(1)))

/* ---- What is gathered ------------------------------------------------------------------------------------------ */

static rx_observable *close_later(void *ctx)
{
	return project(ctx, NULL, 0);
}

static rx_operator *build_bufferTime(const struct call *call)
{
	const rx_buffer_time_options options = {
		.interval = time_of(call, argument(call, 1), 0),
		.max_size = LIMIT(2),
		.scheduler = trailing_scheduler(call),
	};
	return rx_compose(rx_buffer_time(TIME(0), &options), from_list());
}

OPERATOR(buffer, rx_compose(rx_buffer(OBSERVABLE(0)), from_list()))
OPERATOR(bufferCount, rx_compose(rx_buffer_count(COUNT(0), COUNT(1)), from_list()))
OPERATOR(bufferToggle, rx_compose(rx_buffer_toggle_fn(OBSERVABLE(0), &replay_projector, FUNCTION(1)), from_list()))
OPERATOR(bufferWhen, rx_compose(rx_buffer_when(close_later, FUNCTION(0)), from_list()))

/* ---- What is emitted as a stream -------------------------------------------------------------------------------- */

static rx_operator *build_windowTime(const struct call *call)
{
	const rx_window_time_options options = {
		.interval = time_of(call, argument(call, 1), 0),
		.max_size = LIMIT(2),
		.scheduler = trailing_scheduler(call),
	};
	return rx_compose(rx_window_time(TIME(0), &options), from_stream());
}

OPERATOR(window, rx_compose(rx_window(OBSERVABLE(0)), from_stream()))
OPERATOR(windowCount, rx_compose(rx_window_count(COUNT(0), COUNT(1)), from_stream()))
OPERATOR(windowToggle, rx_compose(rx_window_toggle_fn(OBSERVABLE(0), &replay_projector, FUNCTION(1)), from_stream()))
OPERATOR(windowWhen, rx_compose(rx_window_when(close_later, FUNCTION(0)), from_stream()))

struct grouping {
	struct function *element, *duration;
};

static int element_of(const void *in, size_t index, void *out, void *ctx)
{
	js *element = NULL;
	const int code =
		function_call(((const struct grouping *)ctx)->element, (js *[]){*(const js_item *)in}, 1, &element);
	return code < 0 ? code : give(out, element);
}

static js *group_value(const rx_group *group)
{
	js *value = js_observable(rx_observable_ref(group->items));
	value->key = *RX_GROUP_KEY(group, js_item);
	return value;
}

static rx_observable *duration_of(const rx_group *group, void *ctx)
{
	return project(((const struct grouping *)ctx)->duration, (js *[]){group_value(group)}, 1);
}

static int from_group(const rx_group *group, js_item *out, void *ctx)
{
	return give(out, group_value(group));
}
RX_MAPPER(from_group, js_item, rx_group);

/* groupBy(key, element, duration), or the last two by name. */
static rx_operator *build_groupBy(const struct call *call)
{
	static const rx_mapper element = {"recorded", &rx_type_js_item, &rx_type_js_item, element_of, NULL};
	struct grouping *grouping = js_memory(sizeof *grouping);
	grouping->element =
		function_of(argument(call, 1)->kind == JS_OBJECT ? option(call, 1, "element") : argument(call, 1));
	grouping->duration =
		function_of(argument(call, 1)->kind == JS_OBJECT ? option(call, 1, "duration") : argument(call, 2));
	const rx_group_by_options options = {
		.element = grouping->element ? &element : NULL,
		.duration = grouping->duration ? duration_of : NULL,
		.ctx = grouping,
	};
	return rx_compose(rx_group_by_fn(&replay_mapper, FUNCTION(0), &options), rx_map(from_group));
}

const struct operator_row transformation_rows[] = {
	ROW(buffer),       ROW(bufferCount), ROW(bufferTime), ROW(bufferToggle), ROW(bufferWhen),
	ROW(concatMap),    ROW(concatMapTo), ROW(exhaustMap), ROW(expand),       ALIAS(flatMap, mergeMap),
	ROW(groupBy),      ROW(map),         ROW(mapTo),      ROW(mergeMap),     ROW(mergeMapTo),
	ROW(mergeScan),    ROW(pairwise),    ROW(pluck),      ROW(scan),         ROW(switchMap),
	ROW(switchMapTo),  ROW(switchScan),  ROW(window),     ROW(windowCount),  ROW(windowTime),
	ROW(windowToggle), ROW(windowWhen),  END_OF_ROWS,
};
