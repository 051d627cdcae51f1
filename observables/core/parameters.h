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
typedef struct rx_constants {
	const rx_type *type;
	void *items; /* NULL: none were given */
	size_t count;
} rx_constants;

/* Copy @p count items (from NULL: none). Negative on failure; there is nothing to drop then. */
int rx__constants_init(rx_constants *values, const rx_type *type, const void *items, size_t count);
void rx__constants_finish(rx_constants *values);

/* An operator that says why its values could not be copied. */
rx_operator *rx__operator_uncopied(int code, const rx_type *type);
/* One that says that its @p function takes items of a type that @p other ("its seed") is not of. */
rx_operator *rx__operator_misfit(const char *name, const char *function, const rx_type *takes, const char *other,
                                 const rx_type *has);
/*
 * An operator that chooses by @p test and has perhaps a @p fallback, copied from one value (from NULL: none); both are
 * among its parameters.
 */
rx_operator *rx__operator_choosing(const rx_stage_ops *ops, void *params, size_t size, const rx_test *test,
                                   rx_constants *fallback, const rx_type *type, const void *value);

#endif
