#include "tests/support/contract.h"
#include "tests/support/through.h"

CONTRACT(rx_start_with(parcel, {6, NULL}, {7, NULL}))

TEST(emits_items_before_those_of_the_source)
{
	through(rx_start_with(int64_t, 1, 2), "----3--|",
	                                      "(12)3--|", .subscriptions = "^------!");
}

TEST(emits_them_whatever_the_source_does)
{
	through(rx_start_with(int64_t, 1), "-", "1-");
	through(rx_start_with(int64_t, 1), "|", "(1|)");
	through(rx_start_with(int64_t, 1), "#", "(1#)");
	through(rx_start_with(int64_t, 1), "----#", "1---#");
}

TEST(none_are_none)
{
	through(rx_start_with_items(&rx_type_int64_t, NULL, 0), "--1--|",
	                                                        "--1--|");
}

TEST(the_source_is_not_subscribed_where_they_are_enough)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "--3--|", NUMBERS);
	rx_expect(t, rx_pipe(source, rx_start_with(int64_t, 1, 2), rx_take(2)), NULL, "(12|)", NUMBERS);
	rx_expect_subscriptions(t, source, NULL);
	EXPECT_MARBLES(t);
}

TEST(stops_when_unsubscribed)
{
	through(rx_start_with(int64_t, 1), "--2--3--|",
	                                   "1-2-     ", .subscription = "^---!", .subscriptions = "^---!");
}

static void strings(void)
{
	through_strings(rx_start_with(rx_string, "zero", "half"));
}

TEST(keeps_copies_and_drops_them)
{
	strings();
	without_memory(strings);
}

TEST(types_must_fit)
{
	through(rx_start_with(int, 1), "--1--|", "#", .error = -EINVAL);
}
