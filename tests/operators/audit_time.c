#include <clusterfy/rx.h>

#include "tests/support/contract.h"
#include "tests/support/marbles.h"

CONTRACT(rx_audit_time(RX_MS(2)))

TEST(emits_the_newest_when_the_window_ends)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_hot(t, "-a-b-c-----d-|", NULL);
	rx_expect(t, rx_pipe(source, rx_audit_time(RX_MS(3))), NULL, "----b---c-----(d|)", NULL);
	rx_expect_subscriptions(t, source, "^------------!");
	EXPECT_MARBLES(t);
}

TEST(completion_waits_for_the_window)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_pipe(rx_cold(t, "-a|", NULL), rx_audit_time(RX_MS(5))), NULL, "------(a|)", NULL);
	rx_expect(t, rx_pipe(rx_cold(t, "-a-----|", NULL), rx_audit_time(RX_MS(2))), NULL, "---a---|", NULL);
	rx_expect(t, rx_pipe(rx_cold(t, "--|", NULL), rx_audit_time(RX_MS(2))), NULL, "--|", NULL);
	EXPECT_MARBLES(t);
}

TEST(an_error_does_not)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_pipe(rx_cold(t, "-a#", NULL), rx_audit_time(RX_MS(5))), NULL, "--#", NULL);
	EXPECT_MARBLES(t);
}
