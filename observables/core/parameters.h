/*
 * What operators are given, as it lies in their parameters: a predicate that may be missing, values of a type that
 * they own.
 */
#ifndef RX_CORE_PARAMETERS_H
#define RX_CORE_PARAMETERS_H

#include "observables/core/stage.h"

/* Without a predicate every item passes. */
typedef struct rx_test {
	const rx_predicate *predicate;
	void *ctx;
} rx_test;

static inline int rx__test(const rx_test *test, const void *item, size_t *index)
{
	return test->predicate ? test->predicate->call(item, (*index)++, test->ctx) : 1;
}

/* An array of items. */
typedef struct rx_values {
	const rx_type *type;
	void *items; /* NULL: none were given */
	size_t count;
} rx_values;

/* Copy @p count items (from NULL: none). Negative on failure; there is nothing to drop then. */
int rx__values_init(rx_values *values, const rx_type *type, const void *items, size_t count);
void rx__values_finish(rx_values *values);

/* An operator that says why its values could not be copied. */
rx_operator *rx__operator_uncopied(int code, const rx_type *type);
/* One that says that its @p function takes items of a type that @p other ("its seed") is not of. */
rx_operator *rx__operator_misfit(const char *name, const char *function, const rx_type *takes, const char *other,
                                 const rx_type *has);

#endif
