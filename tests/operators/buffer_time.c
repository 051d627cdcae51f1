#include "tests/support/contract.h"
#include "tests/support/through.h"

CONTRACT(rx_buffer_time(RX_MS(2), NULL))
CONTRACT(rx_buffer_time(RX_MS(3), &(rx_buffer_time_options){.interval = RX_MS(2)}))

#define LISTS                                                                                                          \
	RX_VALUES(rx_list, "abcdexyz", LIST(int64_t, 1), LIST(int64_t, 2), LIST(int64_t, 3), LIST(int64_t, 4), {0},    \
	          LIST(int64_t, 1, 2), LIST(int64_t, 2, 3), LIST(int64_t, 3, 4))

TEST(collects_for_a_time)
{
	through(rx_buffer_time(RX_MS(4), NULL), "--1--2---3---4--|",
	                                        "----a---b---c---(d|)", .to = LISTS,
	        .subscriptions = "^---------------!");
}

TEST(a_time_without_items_gives_an_empty_list)
{
	through(rx_buffer_time(RX_MS(3), NULL), "----1--|",
	                                        "---e--a(e|)", .to = LISTS);
	through(rx_buffer_time(RX_MS(3), NULL), "|", "(e|)", .to = LISTS);
}

TEST(lists_may_overlap)
{
	const rx_buffer_time_options options = {.interval = RX_MS(3)};
	through(rx_buffer_time(RX_MS(5), &options), "-1--2--3--4-|",
	                                            "-----x--y--z(d|)", .to = LISTS);
}

TEST(a_full_list_ends_early)
{
	const rx_buffer_time_options options = {.max_size = 2};
	through(rx_buffer_time(RX_MS(6), &options), "-1-2-----3----|",
	                                            "---x-----c----(e|)", .to = LISTS);
}

TEST(completion_gives_all_that_are_open)
{
	const rx_buffer_time_options options = {.interval = RX_MS(2)};
	through(rx_buffer_time(RX_MS(9), &options), "--1--2|",
	                                            "------(xxb|)", .to = LISTS);
}

TEST(an_error_drops_them)
{
	through(rx_buffer_time(RX_MS(4), NULL), "--1--2#",
	                                        "----a-#", .to = LISTS);
	const rx_buffer_time_options overlapping = {.interval = RX_MS(2)};
	through(rx_buffer_time(RX_MS(9), &overlapping), "--1--2#",
	                                                "------#", .to = LISTS);
}

TEST(stops_when_unsubscribed)
{
	through(rx_buffer_time(RX_MS(4), NULL), "--1--2----|",
	                                        "----a-    ", .to = LISTS, .subscription = "^-----!",
	        .subscriptions = "^-----!");
}

TEST(a_time_without_end_waits_for_the_source)
{
	through(rx_buffer_time(RX_NEVER, NULL), "--1--2--|",
	                                        "--------(x|)", .to = LISTS);
}

TEST(the_downstream_may_have_enough)
{
	through(rx_compose(rx_buffer_time(RX_MS(4), NULL), rx_take(1)), "--1--2---3---4--|",
	                                                                "----(a|)", .to = LISTS,
	        .subscriptions = "^---!");
}

static void strings(void)
{
	through_strings(rx_buffer_time(RX_MS(4), &(rx_buffer_time_options){.max_size = 3, .interval = RX_MS(2)}));
}

TEST(copies_what_it_keeps_and_drops_it)
{
	strings();
	without_memory(strings);
}
