/*
 * Operators of <clusterfy/rx/filtering.h> that have no clock.
 */
#include "tests/conformance/operators.h"

#define CHOSEN(rx) rx(&replay_predicate, FUNCTION(0))
/* Without a function it takes any item. */
#define ANY_OR(i, declared) (FUNCTION(i) ? &(declared) : NULL), FUNCTION(i)

OPERATOR(distinct, rx_distinct_fn(ANY_OR(0, replay_mapper), has(call, 1) ? OBSERVABLE(1) : NULL))
OPERATOR(elementAt, rx_element_at_fn(COUNT(0), SEED_TYPE(1), SEED(1)))
OPERATOR(filter, CHOSEN(rx_filter_fn))
OPERATOR(findIndex, rx_compose(CHOSEN(rx_find_index_fn), from_int64()))
OPERATOR(first, rx_first_fn(ANY_OR(0, replay_predicate), SEED_TYPE(1), SEED(1)))
OPERATOR(ignoreElements, rx_ignore_elements())
OPERATOR(last, rx_last_fn(ANY_OR(0, replay_predicate), SEED_TYPE(1), SEED(1)))
OPERATOR(single, rx_single_fn(ANY_OR(0, replay_predicate)))
OPERATOR(skip, rx_skip(COUNT(0)))
OPERATOR(skipLast, rx_skip_last(COUNT(0)))
OPERATOR(skipUntil, rx_skip_until(OBSERVABLE(0)))
OPERATOR(skipWhile, CHOSEN(rx_skip_while_fn))
OPERATOR(take, rx_take(count_of(argument(call, 0), SIZE_MAX)))
OPERATOR(takeLast, rx_take_last(count_of(argument(call, 0), SIZE_MAX)))
OPERATOR(takeUntil, rx_take_until(OBSERVABLE(0)))

/* What is not found is undefined in RxJS, and nothing here. */
static rx_operator *build_find(const struct call *call)
{
	js *undefined = js_undefined();
	return rx_compose(CHOSEN(rx_find_fn), rx_default_if_empty_fn(&rx_type_js_item, &undefined));
}

static rx_operator *build_takeWhile(const struct call *call)
{
	const rx_take_while_options options = {.inclusive = js_truthy(argument(call, 1))};
	return rx_take_while_fn(&replay_predicate, FUNCTION(0), &options);
}

static rx_operator *build_distinctUntilChanged(const struct call *call)
{
	if (FUNCTION(1))
		return rx_distinct_until_key_changed_fn(&replay_mapper, FUNCTION(1), ANY_OR(0, replay_equality));
	return rx_distinct_until_changed_fn(ANY_OR(0, replay_equality));
}

OPERATOR(distinctUntilKeyChanged,
         rx_distinct_until_key_changed_fn(&property_mapper, js_array(call->arguments, 1), ANY_OR(1, replay_equality)))

const struct operator_row filtering_rows[] = {
	ROW(distinct),
	ROW(distinctUntilChanged),
	ROW(distinctUntilKeyChanged),
	ROW(elementAt),
	ROW(filter),
	ROW(find),
	ROW(findIndex),
	ROW(first),
	ROW(ignoreElements),
	ROW(last),
	ROW(single),
	ROW(skip),
	ROW(skipLast),
	ROW(skipUntil),
	ROW(skipWhile),
	ROW(take),
	ROW(takeLast),
	ROW(takeUntil),
	ROW(takeWhile),
	END_OF_ROWS,
};
