#include "tests/support/contract.h"
#include "tests/support/marbles.h"
#include "tests/support/notes.h"

CONTRACT(rx_take_until(beside(rx_timer(RX_MS(3)))))

TEST(completes_when_the_notifier_emits)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_hot(t, "--a--b--c--d--|", NULL), *notifier = rx_hot(t, "---------x", NULL);
	rx_expect(t, rx_pipe(source, rx_take_until(notifier)), NULL, "--a--b--c|", NULL);
	rx_expect_subscriptions(t, source, "^--------!");
	rx_expect_subscriptions(t, notifier, "^--------!");
	EXPECT_MARBLES(t);
}

TEST(the_notifiers_completion_means_nothing)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_hot(t, "--a--b--|", NULL), *notifier = rx_hot(t, "---|", NULL);
	rx_expect(t, rx_pipe(source, rx_take_until(notifier)), NULL, "--a--b--|", NULL);
	rx_expect_subscriptions(t, notifier, "^--!");
	EXPECT_MARBLES(t);
}

TEST(the_notifiers_error_is_its_own)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_hot(t, "--a--b--|", NULL), *notifier = rx_hot(t, "---#", NULL);
	rx_expect(t, rx_pipe(source, rx_take_until(notifier)), NULL, "--a#", NULL);
	rx_expect_subscriptions(t, source, "^--!");
	EXPECT_MARBLES(t);
}

TEST(the_notifier_is_subscribed_and_torn_down_before_the_source)
{
	rx_subscription subscription;
	rx_observable *source = noted("source", rx_never());
	rx_subscribe(rx_pipe(source, rx_take_until(noted("notifier", rx_never()))), &noting, &subscription);
	ck_assert_str_eq(notes(), "notifier subscribed, source subscribed");
	rx_unsubscribe(&subscription);
	ck_assert_str_eq(notes(), "notifier torn down, source torn down");
}

TEST(a_notifier_that_emits_at_once_keeps_the_source_from_being_subscribed)
{
	rx_observable *source = noted("source", rx_range(1, 3));
	rx_subscribe(rx_pipe(source, rx_take_until(rx_of(char, 'x'))), &noting, NULL);
	ck_assert_str_eq(notes(), "complete");
}

static void note_message(const rx_error *error, void *ctx)
{
	note("%s", error->message);
}

TEST(a_notifier_that_is_a_mistake_is_the_results)
{
	rx_observable *wrong = rx_merge(rx_range(0, 1), rx_of(char, 'a'));
	rx_subscribe(rx_pipe(rx_range(0, 1), rx_take_until(wrong)), &(rx_observer){.error = note_message}, NULL);
	ck_assert_str_eq(notes(), "merge takes observables of one type, but range gives int64_t and from gives char");
}
