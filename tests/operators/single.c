#include "tests/support/contract.h"
#include "tests/support/through.h"

CONTRACT(rx_single(parcel_odd))
CONTRACT(rx_compose(rx_take(1), rx_single()))

RX_FILTER(is_even, int64_t, n, n % 2 == 0)

TEST(emits_the_only_one_that_passes)
{
	through(rx_single(is_even), "--1--2--3--|",
	                            "-----------(2|)", .subscriptions = "^----------!");
}

TEST(without_a_predicate_there_is_one_item)
{
	through(rx_single(), "--1--|",
	                     "-----(1|)");
}

TEST(a_second_is_an_error_at_once)
{
	through(rx_single(), "--1--2--3--|",
	                     "-----#", .error = -EEXIST, .subscriptions = "^----!");
	through(rx_single(is_even), "--2--3--4--|",
	                            "--------#", .error = -EEXIST);
}

TEST(no_item_and_none_to_choose_are_different_errors)
{
	through(rx_single(), "--|", "--#", .error = -ENODATA);
	through(rx_single(is_even), "--|", "--#", .error = -ENODATA);
	through(rx_single(is_even), "--1--|",
	                            "-----#", .error = -ENOENT);
}

TEST(passes_an_error)
{
	through(rx_single(), "--1--#",
	                     "-----#");
	through(rx_single(), "-", "-");
}

static int equals(const int64_t *n, void *ctx)
{
	return *n == 9 ? -ERANGE : *n == *(const int64_t *)ctx;
}
RX_PREDICATE(equals, int64_t);

TEST(the_predicate_gets_a_context_and_may_fail)
{
	int64_t wanted = 3;
	through(rx_single(equals, &wanted), "--1--3--|",
	                                    "--------(3|)");
	through(rx_single(equals, &wanted), "--3--9--|",
	                                    "-----#", .error = -ERANGE);
}

static void strings(void)
{
	through_strings(rx_single());
	through_strings(rx_compose(rx_take(1), rx_single()));
}

TEST(copies_what_it_keeps_and_drops_it)
{
	strings();
	without_memory(strings);
}
