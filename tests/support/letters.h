/*
 * Tuples of characters, for marble tests: letters("a1") is the tuple of 'a' and '1'.
 */
#ifndef CLUSTERFY_TEST_LETTERS_H
#define CLUSTERFY_TEST_LETTERS_H

#include <clusterfy/rx.h>

#include "tests/support/marbles.h"

/* @p text is of at most four characters, and must outlive the tuple. */
static inline rx_tuple letters(const char *text)
{
	static const rx_type *const types[] = {&rx_type_char, &rx_type_char, &rx_type_char, &rx_type_char};
	static const void *places[64];
	static size_t used;
	rx_tuple tuple = {.types = types, .items = places + used};
	for (; text[tuple.count]; tuple.count++)
		places[used++] = text + tuple.count;
	return tuple;
}

#endif
