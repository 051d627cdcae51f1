/*
 * The tables of operators, by their headers.
 */
#include "tests/conformance/arguments.h"

static rx_operator *build_filter(const struct call *call)
{
	return rx_filter_fn(&replay_predicate, function_of(argument(call, 0)));
}

static rx_operator *build_map(const struct call *call)
{
	return rx_map_fn(&replay_mapper, function_of(argument(call, 0)));
}

static rx_operator *build_take(const struct call *call)
{
	return rx_take(count_of(argument(call, 0), SIZE_MAX));
}

static const struct operator_row filtering[] = {
	{"filter", build_filter}, {"map", build_map}, {"take", build_take}, {NULL, NULL}};

const struct operator_row *const operators[] = {filtering, NULL};
