#include "tests/support/marbles.h"
#include "tests/support/notes.h"
#include "tests/support/contract.h"

CONTRACT(rx_skip_until(beside(rx_timer(RX_MS(3)))))

TEST(begins_when_the_notifier_emits)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_hot(t, "--a--b--c--d--|", NULL), *notifier = rx_hot(t, "------x---x-", NULL);
	rx_expect(t, rx_pipe(source, rx_skip_until(notifier)), NULL, "--------c--d--|", NULL);
	rx_expect_subscriptions(t, notifier, "^-----!");
	EXPECT_MARBLES(t);
}

TEST(a_notifier_that_never_emits_holds_everything)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_hot(t, "--a--b--c--d--|", NULL), *notifier = rx_hot(t, "------|", NULL);
	rx_expect(t, rx_pipe(source, rx_skip_until(notifier)), NULL, "--------------|", NULL);
	EXPECT_MARBLES(t);
}

TEST(the_notifiers_error_is_its_own)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_hot(t, "--a--b--c--d--|", NULL), *notifier = rx_hot(t, "---#", NULL);
	rx_expect(t, rx_pipe(source, rx_skip_until(notifier)), NULL, "---#", NULL);
	rx_expect_subscriptions(t, source, "^--!");
	EXPECT_MARBLES(t);
}

TEST(the_notifier_is_subscribed_and_torn_down_before_the_source)
{
	rx_subscription subscription;
	rx_observable *source = noted("source", rx_never());
	rx_subscribe(rx_pipe(source, rx_skip_until(noted("notifier", rx_never()))), &noting, &subscription);
	ck_assert_str_eq(notes(), "notifier subscribed, source subscribed");
	rx_unsubscribe(&subscription);
	ck_assert_str_eq(notes(), "notifier torn down, source torn down");
}
