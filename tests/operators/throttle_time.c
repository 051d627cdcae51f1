#include <clusterfy/rx.h>

#include "tests/support/contract.h"
#include "tests/support/marbles.h"

CONTRACT(rx_throttle_time(RX_MS(2), &(rx_throttle_options){.trailing = true}))

static const rx_throttle_options trailing_only = {.no_leading = true, .trailing = true};
static const rx_throttle_options both = {.trailing = true};

TEST(emits_the_first_of_a_window)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_hot(t, "abcd----e|", NULL);
	rx_expect(t, rx_pipe(source, rx_throttle_time(RX_MS(3))), NULL, "a-------e|", NULL);
	rx_expect_subscriptions(t, source, "^--------!");
	EXPECT_MARBLES(t);
}

TEST(a_trailing_item_opens_a_window_and_delays_completion)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_hot(t, "abcd----e|", NULL);
	rx_expect(t, rx_pipe(source, rx_throttle_time(RX_MS(3), &trailing_only)), NULL, "---d-------(e|)", NULL);
	rx_expect_subscriptions(t, source, "^--------!");
	EXPECT_MARBLES(t);
}

TEST(both_ends)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_pipe(rx_hot(t, "abcd----e|", NULL), rx_throttle_time(RX_MS(3), &both)), NULL, "a--d----e|",
	          NULL);
	rx_expect(t, rx_pipe(rx_hot(t, "abcd----e-fg|", NULL), rx_throttle_time(RX_MS(3), &both)), NULL,
	          "a--d----e--g|", NULL);
	rx_expect(t, rx_pipe(rx_hot(t, "-a--b|", NULL), rx_throttle_time(RX_MS(5), &both)), NULL, "-a----(b|)", NULL);
	EXPECT_MARBLES(t);
}

TEST(neither_end_is_nothing)
{
	rx_test *t = rx_test_create();
	rx_expect(t,
	          rx_pipe(rx_hot(t, "abcd--|", NULL),
	                  rx_throttle_time(RX_MS(3), &(rx_throttle_options){.no_leading = true})),
	          NULL, "------|", NULL);
	EXPECT_MARBLES(t);
}

TEST(an_error_takes_what_waits)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_pipe(rx_hot(t, "-ab#", NULL), rx_throttle_time(RX_MS(5), &both)), NULL, "-a-#", NULL);
	EXPECT_MARBLES(t);
}
