#include <clusterfy/rx.h>

#include "tests/support/contract.h"
#include "tests/support/marbles.h"

CONTRACT(rx_sample(beside(rx_interval(RX_MS(2)))))

TEST(emits_the_newest_at_each_notification)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_hot(t, "-a-b---c----d--|", NULL);
	rx_observable *notifier = rx_hot(t, "---x-x---x-----------", NULL);
	rx_expect(t, rx_pipe(source, rx_sample(notifier)), NULL, "---b-----c-----|", NULL);
	rx_expect_subscriptions(t, source, "^--------------!");
	rx_expect_subscriptions(t, notifier, "^--------------!");
	EXPECT_MARBLES(t);
}

TEST(never_flushes)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_pipe(rx_cold(t, "-a-b|", NULL), rx_sample(rx_cold(t, "--x---", NULL))), NULL, "--a-|", NULL);
	rx_expect(t, rx_pipe(rx_cold(t, "-a-b-", NULL), rx_sample(rx_cold(t, "--|", NULL))), "^------!", "-------",
	          NULL);
	EXPECT_MARBLES(t);
}

TEST(the_source_is_subscribed_first)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_pipe(rx_cold(t, "--a--b|", NULL), rx_sample(rx_cold(t, "--x--x", NULL))), NULL, "--a--b|",
	          NULL);
	EXPECT_MARBLES(t);
}

TEST(a_notifier_is_shared_by_all_subscriptions)
{
	rx_test *t = rx_test_create();
	rx_observable *notifier = rx_cold(t, "--x-x-x", NULL);
	rx_observable *sampled = rx_pipe(rx_cold(t, "-a-b-c-|", NULL), rx_sample(notifier));
	rx_expect(t, rx_observable_ref(sampled), NULL, "--a-b-c|", NULL);
	rx_expect(t, sampled, NULL, "--a-b-c|", NULL);
	rx_expect_subscriptions(t, notifier, "^------!", "^------!");
	EXPECT_MARBLES(t);
}

TEST(errors_pass_from_both)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_pipe(rx_cold(t, "-a#", NULL), rx_sample(rx_cold(t, "---x", NULL))), NULL, "--#", NULL);
	rx_expect(t, rx_pipe(rx_cold(t, "-a---|", NULL), rx_sample(rx_cold(t, "--#", NULL))), NULL, "--#", NULL);
	EXPECT_MARBLES(t);
}
