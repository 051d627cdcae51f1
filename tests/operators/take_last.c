#include "tests/support/contract.h"
#include "tests/support/through.h"

CONTRACT(rx_take_last(2))

TEST(emits_the_last_items_at_the_end)
{
	through(rx_take_last(2), "--1--2--3--4--|",
	                         "--------------(34|)", .subscriptions = "^-------------!");
}

TEST(emits_all_where_there_are_no_more)
{
	through(rx_take_last(4), "--1--2--|",
	                         "--------(12|)");
	through(rx_take_last(4), "|", "|");
	through(rx_take_last(4), "-", "-");
}

TEST(zero_completes_on_subscription)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "--1--|", NUMBERS);
	rx_expect(t, rx_pipe(source, rx_take_last(0)), NULL, "|", NULL);
	rx_expect_subscriptions(t, source, NULL);
	EXPECT_MARBLES(t);
}

TEST(emits_nothing_before_an_error)
{
	through(rx_take_last(2), "--1--2--#",
	                         "--------#");
}

TEST(stops_when_unsubscribed)
{
	through(rx_take_last(2), "--1--2--|",
	                         "---     ", .subscription = "^--!", .subscriptions = "^--!");
}

TEST(the_downstream_may_have_enough)
{
	through(rx_compose(rx_take_last(3), rx_take(1)), "--1--2--3--4--|",
	                                                 "--------------(2|)");
}

static void strings(void)
{
	through_strings(rx_take_last(2));
	through_strings(rx_compose(rx_take_last(3), rx_take(1)));
}

TEST(copies_what_it_keeps_and_drops_it)
{
	strings();
	without_memory(strings);
}
