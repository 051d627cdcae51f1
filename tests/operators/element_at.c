#include "tests/support/contract.h"
#include "tests/support/through.h"

CONTRACT(rx_element_at(2))
CONTRACT(rx_element_at_or(parcel, parcel_seven, 9))

TEST(emits_the_item_at_that_index)
{
	through(rx_element_at(2), "--1--2--3--4--|",
	                          "--------(3|)", .subscriptions = "^-------!");
	through(rx_element_at(0), "--1--2--3--4--|",
	                          "--(1|)");
}

TEST(fewer_items_are_an_error)
{
	through(rx_element_at(2), "--1--2--|",
	                          "--------#", .error = -ERANGE);
	through(rx_element_at(0), "|", "#", .error = -ERANGE);
}

TEST(a_default_stands_in)
{
	through(rx_element_at_or(int64_t, 7, 2), "--1--2--|",
	                                         "--------(7|)");
	through(rx_element_at_or(int64_t, 7, 1), "--1--2--|",
	                                         "-----(2|)");
}

TEST(passes_an_error_before_it)
{
	through(rx_element_at(1), "--1--#",
	                          "-----#");
	through(rx_element_at(1), "-", "-");
}

TEST(stops_when_unsubscribed)
{
	through(rx_element_at(1), "--1--2--|",
	                          "---     ", .subscription = "^--!", .subscriptions = "^--!");
}

static void strings(void)
{
	through_strings(rx_element_at_or(rx_string, "none", 9));
}

TEST(copies_and_drops_its_default)
{
	strings();
	without_memory(strings);
}
