#include <errno.h>

#include "tests/support/contract.h"
#include "tests/support/marbles.h"
#include "tests/support/notes.h"

static rx_observable *both_parts(rx_observable *source)
{
	const rx_parts parts = rx_partition(source, parcel_odd);
	return rx_merge(parts.passing, parts.failing);
}

CONTRACT_OF(both_parts(source))

RX_FILTER(is_even, int64_t, n, n % 2 == 0)

TEST(gives_the_items_that_pass_and_those_that_fail)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "-1-2-3-4-|", NUMBERS);
	rx_parts parts = rx_partition(source, is_even);
	rx_expect(t, parts.passing, NULL, "---2---4-|", NUMBERS);
	rx_expect(t, parts.failing, NULL, "-1---3---|", NUMBERS);
	rx_expect_subscriptions(t, source, "^--------!", "^--------!");
	EXPECT_MARBLES(t);
}

static int above(const int64_t *n, void *ctx)
{
	const int64_t *limit = ctx;
	return *n == 9 ? -EIO : *n > *limit;
}
RX_PREDICATE(above, int64_t);

TEST(a_failure_of_the_function_is_an_error_of_both)
{
	int64_t limit = 2;
	rx_test *t = rx_test_create();
	rx_parts parts = rx_partition(rx_cold(t, "-1-2-3-9-|", NUMBERS), above, &limit);
	rx_test_set_error(t, -EIO, "");
	rx_expect(t, parts.passing, NULL, "-----3-#", NUMBERS);
	rx_expect(t, parts.failing, NULL, "-1-2---#", NUMBERS);
	EXPECT_MARBLES(t);
}

static int is_second(const int64_t *n, size_t index, void *ctx)
{
	return index == 1;
}
RX_PREDICATE_INDEXED(is_second, int64_t);

TEST(both_count_all_items)
{
	rx_parts parts = rx_partition(rx_range(5, 3), is_second);
	rx_subscribe(parts.passing, &noting, NULL);
	rx_subscribe(parts.failing, &noting, NULL);
	ck_assert_str_eq(notes(), "6, complete, 5, 7, complete");
}
