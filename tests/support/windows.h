/*
 * Windows in marble tests: what a source of numbers becomes, each window drawn as a source of its own.
 *
 *     windows(rx_window_count(2, 0), "--1--2--3--|", "a----b-----|", "--1--(2|)", "---3--|")
 */
#ifndef CLUSTERFY_TEST_WINDOWS_H
#define CLUSTERFY_TEST_WINDOWS_H

#include "tests/support/through.h"

/* Up to five windows, a to e; NULL: no more. The source is cold. */
static inline void windows_of(rx_test *t, rx_observable *result, const char *subscription, const char *expected,
                              const char *const *drawn)
{
	rx_stream streams[5];
	size_t count = 0;
	for (; count < 5 && drawn[count]; count++)
		streams[count] = rx_cold(t, drawn[count], NUMBERS);
	char keys[] = "abcde";
	keys[count] = '\0';
	const rx_values values = {.type = &rx_type_rx_stream, .keys = keys, .items = streams, .count = count};
	rx_expect(t, result, subscription, expected, &values);
}

static inline void windows_through(rx_operator *op, const char *source, const char *expected, const char *const *drawn)
{
	rx_test *t = rx_test_create();
	windows_of(t, rx_pipe(rx_cold(t, source, NUMBERS), op), NULL, expected, drawn);
	EXPECT_MARBLES(t);
}

#define windows(op, source, expected, ...)                                                                             \
	windows_through((op), (source), (expected), (const char *const[]){__VA_ARGS__, NULL})

#endif
