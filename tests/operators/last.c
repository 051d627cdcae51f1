#include "tests/support/contract.h"
#include "tests/support/through.h"

CONTRACT(rx_last())
CONTRACT(rx_last(parcel_odd))

RX_FILTER(is_even, int64_t, n, n % 2 == 0)

TEST(chooses_the_last_item_that_passes)
{
	through(rx_last(is_even), "--1--2--3--4--5--|",
	                          "-----------------(4|)", .subscriptions = "^----------------!");
}

TEST(without_a_predicate_it_is_the_last)
{
	through(rx_last(), "--1--2--3--|",
	                   "-----------(3|)");
}

TEST(nothing_to_choose_is_an_error)
{
	through(rx_last(), "--|", "--#", .error = -ENODATA);
	through(rx_last(is_even), "--1--3--|", "--------#", .error = -ENODATA);
}

TEST(a_default_stands_in)
{
	through(rx_last_or(int64_t, 7), "--|",
	                                "--(7|)");
	through(rx_last_or(int64_t, 7, is_even), "--1--3--|",
	                                         "--------(7|)");
	through(rx_last_or(int64_t, 7, is_even), "--2--3--|",
	                                         "--------(2|)");
}

TEST(emits_nothing_before_an_error)
{
	through(rx_last(), "--1--#", "-----#");
	through(rx_last(), "-", "-");
}

TEST(stops_when_unsubscribed)
{
	through(rx_last(), "--1--2--|",
	                   "-----   ", .subscription = "^----!", .subscriptions = "^----!");
}

static int before(const int64_t *n, size_t index, void *ctx)
{
	const size_t *end = ctx;
	return *n == 9 ? -ERANGE : index < *end;
}
RX_PREDICATE_INDEXED(before, int64_t);

TEST(the_predicate_gets_index_and_context)
{
	size_t end = 2;
	through(rx_last(before, &end), "--1--2--3--|",
	                               "-----------(2|)");
	through(rx_last_or(int64_t, 7, before, &end), "--1--2--3--|",
	                                              "-----------(2|)");
}

TEST(a_failing_predicate_is_an_error)
{
	size_t end = 2;
	through(rx_last(before, &end), "--1--9--3--|",
	                               "-----#", .error = -ERANGE, .subscriptions = "^----!");
}

static void strings(void)
{
	through_strings(rx_last());
	through_strings(rx_last_or(rx_string, "none"));
}

TEST(copies_what_it_keeps_and_drops_it)
{
	strings();
	without_memory(strings);
}
