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

static rx_operator *build_distinctUntilChanged(const struct call *call)
{
	struct function *equality = FUNCTION(0);
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
