/*
 * How a table of operators is written: a line for each, then its row.
 *
 *     OPERATOR(skip, rx_skip(COUNT(0)))
 *     ... ROW(skip)
 */
#ifndef CONFORMANCE_OPERATORS_H
#define CONFORMANCE_OPERATORS_H

#include "tests/conformance/arguments.h"

#define OPERATOR(name, expression)                                                                                     \
	static rx_operator *build_##name(const struct call *call)                                                      \
	{                                                                                                              \
		return expression;                                                                                     \
	}
#define ROW(name)                                                                                                      \
	{                                                                                                              \
#name, build_##name                                                                                    \
	}
/* Under another name of RxJS's. */
#define ALIAS(other, name)                                                                                             \
	{                                                                                                              \
#other, build_##name                                                                                   \
	}
#define END_OF_ROWS                                                                                                    \
	{                                                                                                              \
		NULL, NULL                                                                                             \
	}

#define FUNCTION(i) function_of(argument(call, (i)))
#define COUNT(i) count_of(argument(call, (i)), 0)
/* One whose absence, or Infinity, means "all". */
#define LIMIT(i) limit_of(argument(call, (i)))
#define TIME(i) time_of(call, argument(call, (i)), 0)
#define SCHEDULER(i) scheduler_of(call, argument(call, (i)))
/* A seed, which is there when the argument is, be it undefined. */
#define SEED_TYPE(i) (call->count > (i) ? &rx_type_js_item : NULL)
#define SEED(i) (call->count > (i) ? &call->arguments[(i)] : NULL)
#define OBSERVABLE(i) observable_of(call->replay, argument(call, (i)))

/* 0, the library's "no limit", for Infinity and for what is absent. */
size_t limit_of(const js *value);
extern const struct operator_row transformation_rows[], filtering_rows[], joining_rows[], error_rows[], utility_rows[],
	time_rows[], multicasting_rows[];

#endif
