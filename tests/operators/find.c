#include "tests/support/contract.h"
#include "tests/support/through.h"

CONTRACT(rx_find(parcel_odd))

RX_FILTER(is_even, int64_t, n, n % 2 == 0)

TEST(emits_the_first_that_passes)
{
	through(rx_find(is_even), "--1--2--3--4--|",
	                          "-----(2|)", .subscriptions = "^----!");
}

TEST(finding_nothing_is_no_error)
{
	through(rx_find(is_even), "--1--3--|",
	                          "--------|");
	through(rx_find(is_even), "|", "|");
}

TEST(a_default_may_follow)
{
	through(rx_compose(rx_find(is_even), rx_default_if_empty(int64_t, 0)), "--1--3--|",
	                                                                       "--------(0|)");
}

TEST(passes_an_error_before_it)
{
	through(rx_find(is_even), "--1--#",
	                          "-----#");
	through(rx_find(is_even), "-", "-");
}

static int at(const int64_t *n, size_t index, void *ctx)
{
	const size_t *wanted = ctx;
	return *n == 9 ? -ERANGE : index == *wanted;
}
RX_PREDICATE_INDEXED(at, int64_t);

TEST(the_predicate_gets_index_and_context_and_may_fail)
{
	size_t wanted = 2;
	through(rx_find(at, &wanted), "--1--1--3--|",
	                              "--------(3|)");
	through(rx_find(at, &wanted), "--1--9--3--|",
	                              "-----#", .error = -ERANGE, .subscriptions = "^----!");
}
