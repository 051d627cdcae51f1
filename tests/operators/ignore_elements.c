#include "tests/support/contract.h"
#include "tests/support/through.h"

CONTRACT(rx_ignore_elements())

TEST(leaves_out_all_items)
{
	through(rx_ignore_elements(), "--1--2--3--|",
	                              "-----------|", .subscriptions = "^----------!");
}

TEST(passes_an_error)
{
	through(rx_ignore_elements(), "--1--#",
	                              "-----#");
	through(rx_ignore_elements(), "-", "-");
}

TEST(stops_when_unsubscribed)
{
	through(rx_ignore_elements(), "--1--2--|",
	                              "---     ", .subscription = "^--!", .subscriptions = "^--!");
}

RX_FILTER(never_called, double, x, x > 0)

TEST(what_has_no_items_fits_any_type)
{
	rx_observable *source = rx_pipe(rx_range(0, 1000), rx_ignore_elements());
	ck_assert_ptr_null(rx_observable_type(source));
	rx_subscribe(rx_pipe(source, rx_filter(never_called)), NULL, NULL);
}
