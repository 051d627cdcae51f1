#include "tests/support/contract.h"
#include "tests/support/through.h"

CONTRACT(rx_count())
CONTRACT(rx_count(parcel_odd))

RX_FILTER(is_even, int64_t, n, n % 2 == 0)

TEST(counts_what_passes)
{
	through(rx_count(is_even), "--1--2--3--4--|",
	                           "--------------(2|)", .subscriptions = "^-------------!");
}

TEST(without_a_predicate_it_counts_all)
{
	through(rx_count(), "--1--2--3--4--|",
	                    "--------------(4|)");
	through(rx_count(), "|", "(0|)");
	through(rx_count(), "-", "-");
}

TEST(passes_an_error)
{
	through(rx_count(), "--1--#",
	                    "-----#");
}

static int before(const int64_t *n, size_t index, void *ctx)
{
	const size_t *end = ctx;
	return *n == 9 ? -ERANGE : index < *end;
}
RX_PREDICATE_INDEXED(before, int64_t);

TEST(the_predicate_gets_index_and_context_and_may_fail)
{
	size_t end = 2;
	through(rx_count(before, &end), "--1--1--1--|",
	                                "-----------(2|)");
	through(rx_count(before, &end), "--1--9--1--|",
	                                "-----#", .error = -ERANGE, .subscriptions = "^----!");
}

static void keep(const int64_t *n, void *ctx)
{
	*(int64_t *)ctx = *n;
}
RX_CONSUMER(keep, int64_t);

static int64_t counted(rx_operator *op)
{
	int64_t count = -1;
	rx_subscribe(rx_pipe(rx_range(0, 1001), op), &(rx_observer){RX_NEXT(keep), .ctx = &count}, NULL);
	return count;
}

TEST(counts_spans)
{
	size_t end = 8;
	ck_assert_int_eq(counted(rx_count()), 1001);
	ck_assert_int_eq(counted(rx_count(is_even)), 501);
	ck_assert_int_eq(counted(rx_compose(rx_take(9), rx_count(before, &end))), 8);
}
