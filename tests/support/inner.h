/*
 * Projectors that look up what an item becomes, for marble tests of operators that subscribe to inner observables.
 */
#ifndef CLUSTERFY_TEST_INNER_H
#define CLUSTERFY_TEST_INNER_H

#include <clusterfy/rx.h>

#include "tests/support/marbles.h"

/* An item of "abc..." to the observable at its place in the array @p ctx. */
static rx_observable *inner(const char *item, void *ctx)
{
	rx_observable *const *inners = ctx;
	return rx_observable_ref(inners[*item - 'a']);
}
RX_PROJECTOR(inner, char, char);

#endif
