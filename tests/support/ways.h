/*
 * The ways in which a stream can run: with neighbouring stages in one loop or each by itself, with items in spans or one
 * by one. They must not differ in anything that a program sees, so the suites are run in all of them:
 *
 *     CLUSTERFY_TEST_WITHOUT=fusion,spans build/test/tests/clusterfy-tests operators/
 */
#ifndef CLUSTERFY_TEST_WAYS_H
#define CLUSTERFY_TEST_WAYS_H

#include <stdlib.h>
#include <string.h>

#include "observables/core/fuse.h"

enum { WAYS = 4 };

static inline void ways_choose(int way)
{
	rx__fusing = way & 1;
	rx__spanning = way & 2;
}

static inline void ways_choose_by_environment(void)
{
	const char *without = getenv("CLUSTERFY_TEST_WITHOUT");
	rx__fusing = !without || !strstr(without, "fusion");
	rx__spanning = !without || !strstr(without, "spans");
}

#endif
