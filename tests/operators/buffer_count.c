#include "tests/support/contract.h"
#include "tests/support/through.h"

CONTRACT(rx_buffer_count(2, 0))
CONTRACT(rx_buffer_count(3, 2))

TEST(overlapping_lists)
{
	through(rx_buffer_count(3, 2), "--1--2--3--4--5--|",
	                               "--------a-----b--(c|)", .subscriptions = "^----------------!",
	        .to = RX_VALUES(rx_list, "abc", LIST(int64_t, 1, 2, 3), LIST(int64_t, 3, 4, 5), LIST(int64_t, 5)));
}

#define PAIRS RX_VALUES(rx_list, "abc", LIST(int64_t, 1, 2), LIST(int64_t, 3, 4), LIST(int64_t, 4, 5))

TEST(the_last_of_overlapping_lists_may_be_short)
{
	through(rx_buffer_count(3, 2), "1234567|",
	                               "--a-b-c(d|)", .to = RX_VALUES(rx_list, "abcd", LIST(int64_t, 1, 2, 3),
	                                                              LIST(int64_t, 3, 4, 5), LIST(int64_t, 5, 6, 7),
	                                                              LIST(int64_t, 7)));
}

TEST(lists_without_gaps_or_overlaps)
{
	through(rx_buffer_count(2, 0), "--1--2--3--4--|",
	                               "-----a-----b--|", .to = PAIRS);
}

TEST(lists_with_gaps)
{
	through(rx_buffer_count(2, 3), "--1--2--3--4--5--|",
	                               "-----a--------c--|", .to = PAIRS);
}

TEST(the_end_emits_all_that_are_open)
{
	through(rx_buffer_count(5, 1), "-1-2-|",
	                               "-----(ab|)",
	        .to = RX_VALUES(rx_list, "ab", LIST(int64_t, 1, 2), LIST(int64_t, 2)));
	through(rx_buffer_count(2, 0), "|", "|", .to = PAIRS);
	through(rx_buffer_count(2, 0), "-", "-", .to = PAIRS);
}

TEST(an_error_drops_them)
{
	through(rx_buffer_count(2, 1), "--1--2--#",
	                               "-----a--#", .to = PAIRS);
}

TEST(stops_when_unsubscribed)
{
	through(rx_buffer_count(2, 0), "--1--2--3--|",
	                               "-----a-    ", .to = PAIRS, .subscription = "^------!",
	        .subscriptions = "^------!");
}

static void strings(void)
{
	through_strings(rx_buffer_count(2, 1));
	through_strings(rx_compose(rx_buffer_count(2, 1), rx_take(1)));
}

TEST(copies_what_it_keeps_and_drops_it)
{
	strings();
	without_memory(strings);
}
