#include <clusterfy/rx.h>

#include <errno.h>

#include "tests/support/contract.h"
#include "tests/support/marbles.h"

CONTRACT(rx_filter(parcel_odd))

RX_FILTER(is_even, int64_t, n, n % 2 == 0)

TEST(lets_through_what_its_predicate_holds_for)
{
	rx_test *t = rx_test_create();
	rx_observable *a = rx_hot(t, "--1--2--3--4--|", NUMBERS);
	rx_expect(t, rx_pipe(a, rx_filter(is_even)), NULL, "-----2-----4--|", NUMBERS);
	rx_expect_subscriptions(t, a, "^-------------!");
	EXPECT_MARBLES(t);
}

static int above(const int64_t *n, void *ctx)
{
	if (*n == 9)
		return rx_raise(-EIO, "error");
	return *n > *(const int64_t *)ctx;
}
RX_PREDICATE(above, int64_t);

TEST(passes_the_context_and_fails_as_the_function_does)
{
	int64_t limit = 2;
	rx_test *t = rx_test_create();
	rx_expect(t, rx_pipe(rx_cold(t, "1-2-3-4-|", NUMBERS), rx_filter(above, &limit)), NULL, "----3-4-|", NUMBERS);
	rx_expect(t, rx_pipe(rx_cold(t, "1-3-9-4-|", NUMBERS), rx_filter(above, &limit)), NULL, "--3-#", NUMBERS);
	EXPECT_MARBLES(t);
}

static int at_even_place(const int64_t *n, size_t index, void *ctx)
{
	(void)n, (void)ctx;
	return index % 2 == 0;
}
RX_PREDICATE_INDEXED(at_even_place, int64_t);

TEST(counts_items_from_zero)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_pipe(rx_cold(t, "5-6-7-|", NUMBERS), rx_filter(at_even_place)), NULL, "5---7-|", NUMBERS);
	EXPECT_MARBLES(t);
}

static void add(const int64_t *n, void *ctx)
{
	*(int64_t *)ctx += *n;
}
RX_CONSUMER(add, int64_t);

static int64_t sum_of(rx_observable *source)
{
	int64_t sum = 0;
	rx_subscribe(source, &(rx_observer){RX_NEXT(add), .ctx = &sum}, NULL);
	return sum;
}

static int is_even_function(const int64_t *n, void *ctx)
{
	(void)ctx;
	return is_even(*n);
}
RX_PREDICATE(is_even_function, int64_t);

TEST(a_kernel_and_a_function_keep_the_same_of_spans)
{
	ck_assert_int_eq(sum_of(rx_pipe(rx_range(0, 1000), rx_filter(is_even))), 249500);
	ck_assert_int_eq(sum_of(rx_pipe(rx_range(0, 1000), rx_filter(is_even_function))), 249500);
	ck_assert_int_eq(sum_of(rx_pipe(rx_range(0, 10000), rx_filter(is_even), rx_take(500))), 249500);
}
