#include <errno.h>

#include "tests/support/contract.h"
#include "tests/support/marbles.h"
#include "tests/support/notes.h"
#include "tests/support/stack.h"

CONTRACT(rx_retry(2), .recovers = true)

TEST(counts_the_tries_after_the_first)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "--a--#", NULL);
	rx_expect(t, rx_pipe(source, rx_retry(2)), NULL, "--a----a----a--#", NULL);
	rx_expect_subscriptions(t, source, "^----!", "-----^----!", "----------^----!");
	EXPECT_MARBLES(t);
}

TEST(none_is_as_if_it_were_not_there)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_pipe(rx_cold(t, "--a--#", NULL), rx_retry(0)), NULL, "--a--#", NULL);
	EXPECT_MARBLES(t);
}

TEST(completion_is_passed_on)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_pipe(rx_cold(t, "--a--|", NULL), rx_retry(RX_FOREVER)), NULL, "--a--|", NULL);
	EXPECT_MARBLES(t);
}

TEST(unsubscribing_stops_it)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "--a--#", NULL);
	rx_expect(t, rx_pipe(source, rx_retry(RX_FOREVER)), "^-------!", "--a----a-", NULL);
	rx_expect_subscriptions(t, source, "^----!", "-----^--!");
	EXPECT_MARBLES(t);
}

TEST(waits_before_each_try)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "-a-#", NULL);
	rx_retry_options options = {.count = 1, .delay = RX_MS(3)};
	rx_expect(t, rx_pipe(source, rx_retry_with(&options)), NULL, "-a-----a-#", NULL);
	rx_expect_subscriptions(t, source, "^--!", "------^--!");
	EXPECT_MARBLES(t);
}

TEST(unsubscribing_stops_the_wait)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "-a-#", NULL);
	rx_retry_options options = {.delay = RX_MS(3)};
	rx_expect(t, rx_pipe(source, rx_retry_with(&options)), "^----!", "-a----", NULL);
	rx_expect_subscriptions(t, source, "^--!");
	EXPECT_MARBLES(t);
}

static rx_observable *notifier(const rx_error *error, size_t count, void *ctx)
{
	note("%zu", count);
	return rx_observable_ref(ctx);
}

TEST(waits_for_a_notifier)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "-a-#", NULL), *signal = rx_cold(t, "--x-x-|", NULL);
	rx_retry_options options = {.count = 2, .notifier = notifier, .ctx = signal};
	rx_expect(t, rx_pipe(source, rx_retry_with(&options)), NULL, "-a----a----a-#", NULL);
	rx_expect_subscriptions(t, source, "^--!", "-----^--!", "----------^--!");
	rx_expect_subscriptions(t, signal, "---^-!", "--------^-!");
	EXPECT_MARBLES(t);
	ck_assert_str_eq(notes(), "1, 2");
}

TEST(a_notifier_that_completes_without_an_item_completes_it)
{
	rx_test *t = rx_test_create();
	rx_retry_options options = {.notifier = notifier, .ctx = rx_cold(t, "--|", NULL)};
	rx_expect(t, rx_pipe(rx_cold(t, "-a-#", NULL), rx_retry_with(&options)), NULL, "-a---|", NULL);
	EXPECT_MARBLES(t);
}

TEST(an_error_of_the_notifier_is_passed_on)
{
	rx_test *t = rx_test_create();
	rx_retry_options options = {.notifier = notifier, .ctx = rx_cold(t, "--#", NULL)};
	rx_expect(t, rx_pipe(rx_cold(t, "-a-#", NULL), rx_retry_with(&options)), NULL, "-a---#", NULL);
	EXPECT_MARBLES(t);
}

TEST(an_item_resets_the_count_where_told_so)
{
	rx_test *t = rx_test_create();
	rx_retry_options options = {.count = 1, .reset_on_success = true};
	rx_expect(t, rx_pipe(rx_cold(t, "-a-#", NULL), rx_retry_with(&options)), "^-------!", "-a--a--a-", NULL);
	EXPECT_MARBLES(t);
}

TEST(the_source_is_torn_down_before_it_is_subscribed_again)
{
	rx_observable *source = noted("a", rx_concat(rx_range(1, 1), rx_throw_error(-EIO, "broken")));
	rx_subscribe(rx_pipe(source, rx_retry(1)), &noting, NULL);
	ck_assert_str_eq(notes(), "a subscribed, 1, a torn down, a subscribed, 1, error, a torn down");
}

TEST(also_when_it_fails_later_and_the_notifier_emits_at_once)
{
	rx_test *t = rx_test_create();
	rx_observable *source = noted("a", rx_cold(t, "--#", NUMBERS)), *signal = rx_of(char, 'x');
	rx_retry_options options = {.count = 1, .notifier = notifier, .ctx = signal};
	rx_expect(t, rx_pipe(source, rx_retry_with(&options)), NULL, "----#", NULL);
	EXPECT_MARBLES(t);
	rx_observable_unref(signal);
	ck_assert_str_eq(notes(), "a subscribed, 1, a torn down, a subscribed, a torn down");
}

static void retry_many(void)
{
	rx_subscribe(rx_pipe(rx_throw_error(-EIO, "broken"), rx_retry(MANY)), &noting, NULL);
}

TEST(synchronous_errors_on_a_small_stack)
{
	on_small_stack(retry_many);
	ck_assert_str_eq(notes(), "error");
}

static rx_observable *at_once(const rx_error *error, size_t count, void *ctx)
{
	return rx_of(char, 'x');
}

static void retry_many_times_when_notified(void)
{
	rx_retry_options options = {.count = MANY / 10, .notifier = at_once};
	rx_subscribe(rx_pipe(rx_throw_error(-EIO, "broken"), rx_retry_with(&options)), &noting, NULL);
}

TEST(synchronous_notifiers_on_a_small_stack)
{
	on_small_stack(retry_many_times_when_notified);
	ck_assert_str_eq(notes(), "error");
}
