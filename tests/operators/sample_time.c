#include <clusterfy/rx.h>

#include "tests/support/contract.h"
#include "tests/support/marbles.h"

CONTRACT(rx_sample_time(RX_MS(2)))

TEST(emits_the_newest_each_period)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_hot(t, "-a-b---c----d--|", NULL);
	rx_expect(t, rx_pipe(source, rx_sample_time(RX_MS(4))), NULL, "----b---c---d--|", NULL);
	rx_expect_subscriptions(t, source, "^--------------!");
	EXPECT_MARBLES(t);
}

TEST(never_flushes)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_pipe(rx_cold(t, "-a-b|", NULL), rx_sample_time(RX_MS(10))), NULL, "----|", NULL);
	rx_expect(t, rx_pipe(rx_cold(t, "-a-b#", NULL), rx_sample_time(RX_MS(10))), NULL, "----#", NULL);
	EXPECT_MARBLES(t);
}

TEST(unsubscribing_stops_the_clock)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_pipe(rx_hot(t, "a-a-a-a-a-a-a", NULL), rx_sample_time(RX_MS(3))), "^-------!", "---a--a-",
	          NULL);
	EXPECT_MARBLES(t);
}
