/*
 * Recorded functions in the forms that operators take, and the way back from what operators emit.
 */
#include <string.h>

#include "tests/conformance/arguments.h"

int give(void *out, js *value)
{
	return rx_type_copy(&rx_type_js_item, out, &value);
}

static js *item(const void *in)
{
	return *(const js_item *)in;
}

static int call_mapper(const void *in, size_t index, void *out, void *ctx)
{
	js *result = NULL;
	const int code = function_call(ctx, (js *[]){item(in), js_number((double)index)}, 2, &result);
	return code < 0 ? code : give(out, result);
}

static int call_predicate(const void *in, size_t index, void *ctx)
{
	js *result = NULL;
	const int code = function_call(ctx, (js *[]){item(in), js_number((double)index)}, 2, &result);
	return code < 0 ? code : js_truthy(result);
}

static int call_consumer(const void *in, void *ctx)
{
	return function_call(ctx, (js *[]){item(in)}, 1, NULL);
}

static int call_reducer(void *acc, const void *in, size_t index, void *ctx)
{
	js *result = NULL;
	const int code = function_call(ctx, (js *[]){item(acc), item(in), js_number((double)index)}, 3, &result);
	if (code >= 0)
		*(js_item *)acc = result;
	return code;
}

/* The words of a failed call become an observable that fails. */
rx_observable *project(struct function *function, js *const *arguments, size_t count)
{
	js *result = NULL;
	const int code = function_call(function, arguments, count, &result);
	if (code < 0)
		return rx_throw(error_create(function->replay, thrown_value(function->replay, code)));
	return observable_of(function->replay, result);
}

static rx_observable *call_projector(const void *in, size_t index, void *ctx)
{
	return project(ctx, (js *[]){item(in), js_number((double)index)}, 2);
}

static int call_equality(const void *a, const void *b, void *ctx)
{
	js *result = NULL;
	const int code = function_call(ctx, (js *[]){item(a), item(b)}, 2, &result);
	return code < 0 ? code : js_truthy(result);
}

static int call_comparator(const void *a, const void *b, int *order, void *ctx)
{
	js *result = NULL;
	const int code = function_call(ctx, (js *[]){item(a), item(b)}, 2, &result);
	if (code < 0)
		return code;
	const double number = js_to_number(result);
	*order = (number > 0) - (number < 0);
	return 0;
}

const rx_mapper replay_mapper = {"recorded", &rx_type_js_item, &rx_type_js_item, call_mapper, NULL};
const rx_predicate replay_predicate = {"recorded", &rx_type_js_item, call_predicate, NULL};
const rx_consumer replay_consumer = {"recorded", &rx_type_js_item, call_consumer};
const rx_reducer replay_reducer = {"recorded", &rx_type_js_item, &rx_type_js_item, call_reducer, NULL, NULL};
const rx_projector replay_projector = {"recorded", &rx_type_js_item, &rx_type_js_item, call_projector};
const rx_equality replay_equality = {"recorded", &rx_type_js_item, call_equality};
const rx_comparator replay_comparator = {"recorded", &rx_type_js_item, call_comparator};

/* ---- From what the library emits to values --------------------------------------------------------------------- */

#define NUMBERS(T, name)                                                                                               \
	static int name##_value(const T *number, js_item *out, void *ctx)                                              \
	{                                                                                                              \
		return give(out, js_number((double)*number));                                                          \
	}                                                                                                              \
	RX_MAPPER(name##_value, js_item, T);                                                                           \
	rx_operator *name(void)                                                                                        \
	{                                                                                                              \
		return rx_map(name##_value);                                                                           \
	}

NUMBERS(double, from_double)
NUMBERS(int64_t, from_int64)
NUMBERS(size_t, from_size)

static int bool_value(const bool *value, js_item *out, void *ctx)
{
	return give(out, js_boolean(*value));
}
RX_MAPPER(bool_value, js_item, bool);

rx_operator *from_bool(void)
{
	return rx_map(bool_value);
}

static int list_value(const rx_list *list, js_item *out, void *ctx)
{
	return give(out, js_array((js *const *)list->items, list->count));
}
RX_MAPPER(list_value, js_item, rx_list);

rx_operator *from_list(void)
{
	return rx_map(list_value);
}

static int tuple_value(const void *in, size_t index, void *out, void *ctx)
{
	const rx_tuple *tuple = in;
	js *items = js_array(NULL, tuple->count), *result = items;
	for (size_t i = 0; i < tuple->count; i++)
		items->items[i] = *RX_TUPLE_ITEM(tuple, i, js_item);
	const int code = ctx ? function_call(ctx, items->items, items->count, &result) : 0;
	return code < 0 ? code : give(out, result);
}

rx_operator *from_tuple(const struct call *call)
{
	static const rx_mapper mapper = {"tuple", &rx_type_rx_tuple, &rx_type_js_item, tuple_value, NULL};
	return rx_map_fn(&mapper, trailing_function(call));
}

static int pair_value(const rx_pair *pair, js_item *out, void *ctx)
{
	return give(out, js_array((js *[]){*RX_PREVIOUS(pair, js_item), *RX_CURRENT(pair, js_item)}, 2));
}
RX_MAPPER(pair_value, js_item, rx_pair);

rx_operator *from_pair(void)
{
	return rx_map(pair_value);
}

static int stream_value(const rx_stream *stream, js_item *out, void *ctx)
{
	return give(out, js_observable(rx_observable_ref(*stream)));
}
RX_MAPPER(stream_value, js_item, rx_stream);

rx_operator *from_stream(void)
{
	return rx_map(stream_value);
}

/* An object of a value and a time in milliseconds, as RxJS has them. */
static js *timed(const void *value, rx_nsec time, const char *time_name, const char *class)
{
	js *object = js_object(2);
	object->name = class ? strdup(class) : NULL;
	object->keys[0] = strdup("value");
	object->items[0] = *(const js_item *)value;
	object->keys[1] = strdup(time_name);
	object->items[1] = js_number((double)time / (double)RX_MS(1));
	return object;
}

static int elapsed_value(const rx_elapsed *elapsed, js_item *out, void *ctx)
{
	return give(out, timed(elapsed->value, elapsed->time, "interval", "TimeInterval"));
}
RX_MAPPER(elapsed_value, js_item, rx_elapsed);

rx_operator *from_elapsed(void)
{
	return rx_map(elapsed_value);
}

static int timestamped_value(const rx_timestamped *timestamped, js_item *out, void *ctx)
{
	return give(out, timed(timestamped->value, timestamped->time, "timestamp", NULL));
}
RX_MAPPER(timestamped_value, js_item, rx_timestamped);

rx_operator *from_timestamped(void)
{
	return rx_map(timestamped_value);
}

static int refuse(const void *in, size_t index, void *ctx)
{
	return 0;
}

const rx_predicate no_item = {"no item", &rx_type_js_item, refuse, NULL};
