/*
 * One operator between two diagrams: what most tests of operators consist of.
 *
 *     TEST(leaves_out_the_first)
 *     {
 *             through(rx_skip(2), "--1--2--3--4--|",
 *                                 "--------3--4--|");
 *     }
 */
#ifndef CLUSTERFY_TEST_THROUGH_H
#define CLUSTERFY_TEST_THROUGH_H

#include <clusterfy/rx.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/marbles.h"
#include "tests/support/memory.h"

struct through {
	const char *subscription;   /* when the result is subscribed; NULL: from frame 0 to its end */
	const char *subscriptions;  /* those of the source, to be expected; NULL: any */
	const rx_values *from, *to; /* NULL: digits are numbers */
	int error;                  /* what # stands for in the result; 0: what it is in the source */
};

/* A source with ^ is hot, any other cold. */
static inline void through_with(rx_operator *op, const char *source, const char *expected, struct through how)
{
	rx_test *t = rx_test_create();
	const rx_values *from = how.from ? how.from : NUMBERS;
	rx_observable *s = strchr(source, '^') ? rx_hot(t, source, from) : rx_cold(t, source, from);
	if (how.error)
		rx_test_set_error(t, how.error, "");
	rx_expect(t, rx_pipe(s, op), how.subscription, expected, how.to ? how.to : NUMBERS);
	if (how.subscriptions)
		rx_expect_subscriptions(t, s, how.subscriptions);
	EXPECT_MARBLES(t);
}

/* through(op, source, expected, .option = value...) */
#define through(...) through_(__VA_ARGS__, )
#define through_(op, source, expected, ...) through_with((op), (source), (expected), (struct through){__VA_ARGS__})

#define ANSWERS RX_VALUES(bool, "tf", true, false)

/* A list as a value of a diagram: RX_VALUES(rx_list, "ab", LIST(int64_t, 1, 2), LIST(int64_t, 3)) */
/* clang-format off */
#define LIST(T, ...) {&rx_type_##T, sizeof((T[]){__VA_ARGS__}) / sizeof(T), (T[]){__VA_ARGS__}}
/* clang-format on */

/* Call @p run with no memory at its first allocation, its second, and so on, until it asks for no more. */
static inline void without_memory(void (*run)(void))
{
	bool refused = true;
	for (size_t n = 0; refused; n++) {
		memory_fail_once_after(n);
		run();
		refused = memory_refused() > 0;
		memory_recover();
	}
}

static inline void ignore_error(const rx_error *error, void *ctx)
{
	(void)error, (void)ctx;
}

/* Run some strings, each allocated for itself wherever it is kept, through an operator; its errors do not matter. */
static inline void through_strings(rx_operator *op)
{
	rx_subscribe(rx_pipe(rx_of(rx_string, "one", "two", "two", "three"), op), &(rx_observer){.error = ignore_error},
	             NULL);
}

#endif
