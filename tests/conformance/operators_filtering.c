/*
 * Operators of <clusterfy/rx/filtering.h>.
 */
#include "tests/conformance/operators.h"

OPERATOR(filter, rx_filter_fn(&replay_predicate, FUNCTION(0)))
OPERATOR(skip, rx_skip(COUNT(0)))
OPERATOR(take, rx_take(count_of(argument(call, 0), SIZE_MAX)))
OPERATOR(takeUntil, rx_take_until(OBSERVABLE(0)))

static rx_operator *build_takeWhile(const struct call *call)
{
	const rx_take_while_options options = {.inclusive = js_truthy(argument(call, 1))};
	return rx_take_while_fn(&replay_predicate, FUNCTION(0), &options);
}

/* first() and last(): a predicate or none, a default or none. */
#define CHOOSING(name, rx)                                                                                             \
	OPERATOR(name, rx(FUNCTION(0) ? &replay_predicate : NULL, FUNCTION(0),                                         \
	                  call->count > 1 ? &rx_type_js_item : NULL, call->count > 1 ? &call->arguments[1] : NULL))
CHOOSING(first, rx_first_fn)
CHOOSING(last, rx_last_fn)

/* ---- distinctUntilChanged: with a key, the items travel beside their keys ---------------------------------------- */

static int with_key(const void *in, size_t index, void *out, void *ctx)
{
	js *item = *(const js_item *)in, *key = NULL;
	const int code = function_call(ctx, &item, 1, &key);
	return code < 0 ? code : give(out, js_array((js *[]){key, item}, 2));
}

static int without_key(const void *in, size_t index, void *out, void *ctx)
{
	return give(out, (*(const js_item *)in)->items[1]);
}

static int equal_keys(const void *a, const void *b, void *ctx)
{
	js *x = (*(const js_item *)a)->items[0], *y = (*(const js_item *)b)->items[0];
	js *result = NULL;
	if (!ctx)
		return js_same(x, y);
	const int code = function_call(ctx, (js *[]){x, y}, 2, &result);
	return code < 0 ? code : js_truthy(result);
}

static const rx_mapper key_mapper = {"key", &rx_type_js_item, &rx_type_js_item, with_key, NULL};
static const rx_mapper item_mapper = {"item", &rx_type_js_item, &rx_type_js_item, without_key, NULL};
static const rx_equality key_equality = {"keys", &rx_type_js_item, equal_keys};

static rx_operator *build_distinctUntilChanged(const struct call *call)
{
	struct function *equality = FUNCTION(0), *key = FUNCTION(1);
	if (key)
		return rx_compose(rx_map_fn(&key_mapper, key), rx_distinct_until_changed_fn(&key_equality, equality),
		                  rx_map_fn(&item_mapper, NULL));
	return rx_distinct_until_changed_fn(equality ? &replay_equality : NULL, equality);
}

const struct operator_row filtering_rows[] = {
	ROW(distinctUntilChanged),
	ROW(filter),
	ROW(first),
	ROW(last),
	ROW(skip),
	ROW(take),
	ROW(takeUntil),
	ROW(takeWhile),
	END_OF_ROWS,
};
