#include <clusterfy/rx.h>

#include "tests/support/marbles.h"

TEST(counts_for_ever)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_interval(RX_MS(3)), "^-------------!", "---0--1--2--3-", NUMBERS);
	EXPECT_MARBLES(t);
}

TEST(each_subscription_counts_for_itself)
{
	rx_test *t = rx_test_create();
	rx_observable *interval = rx_interval(RX_MS(3));
	rx_expect(t, rx_pipe(rx_observable_ref(interval), rx_take(2)), NULL, "---0--(1|)", NUMBERS);
	rx_expect(t, rx_pipe(interval, rx_take(2)), "--^", "-----0--(1|)", NUMBERS);
	EXPECT_MARBLES(t);
}

TEST(below_zero_is_zero)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_pipe(rx_interval(-RX_MS(3)), rx_take(2)), NULL, "(01|)", NUMBERS);
	rx_expect(t, rx_pipe(rx_interval(0), rx_take(2)), NULL, "(01|)", NUMBERS);
	EXPECT_MARBLES(t);
}
