/*
 * Run a piece of a test on a stack of 256 KiB: what recurses for each item or each subscription overflows it. Time is
 * virtual there and stands still.
 */
#ifndef CLUSTERFY_TEST_STACK_H
#define CLUSTERFY_TEST_STACK_H

#include "tests/support/test.h"

/* Steps that no stack would survive, and that a sanitizer gets through in time. */
#ifdef TEST_SANITIZED
#define MANY 100000
#else
#define MANY 1000000
#endif

void on_small_stack(void (*body)(void));

#endif
