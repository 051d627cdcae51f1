#include "tests/support/contract.h"
#include "tests/support/marbles.h"
#include "tests/support/notes.h"
#include "tests/support/stack.h"

CONTRACT(rx_repeat(2))

TEST(counts_runs)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "--a--|", NULL);
	rx_expect(t, rx_pipe(source, rx_repeat(3)), NULL, "--a----a----a--|", NULL);
	rx_expect_subscriptions(t, source, "^----!", "-----^----!", "----------^----!");
	EXPECT_MARBLES(t);
}

TEST(zero_completes_on_subscription)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "--a--|", NULL);
	rx_expect(t, rx_pipe(source, rx_repeat(0)), NULL, "|", NULL);
	rx_expect_subscriptions(t, source, NULL);
	EXPECT_MARBLES(t);
}

TEST(an_error_is_passed_on)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_pipe(rx_cold(t, "--a--#", NULL), rx_repeat(2)), NULL, "--a--#", NULL);
	EXPECT_MARBLES(t);
}

TEST(unsubscribing_stops_it)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "--a--|", NULL);
	rx_expect(t, rx_pipe(source, rx_repeat(RX_FOREVER)), "^-------!", "--a----a-", NULL);
	rx_expect_subscriptions(t, source, "^----!", "-----^--!");
	EXPECT_MARBLES(t);
}

TEST(waits_between_runs)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "-a-|", NULL);
	rx_repeat_options options = {.count = 2, .delay = RX_MS(3)};
	rx_expect(t, rx_pipe(source, rx_repeat_with(&options)), NULL, "-a-----a-|", NULL);
	rx_expect_subscriptions(t, source, "^--!", "------^--!");
	EXPECT_MARBLES(t);
}

static rx_observable *notifier(size_t count, void *ctx)
{
	note("%zu", count);
	return rx_observable_ref(ctx);
}

TEST(waits_for_a_notifier)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "-a-|", NULL), *signal = rx_cold(t, "--x-x-|", NULL);
	rx_repeat_options options = {.count = 3, .notifier = notifier, .ctx = signal};
	rx_expect(t, rx_pipe(source, rx_repeat_with(&options)), NULL, "-a----a----a-|", NULL);
	rx_expect_subscriptions(t, signal, "---^-!", "--------^-!");
	EXPECT_MARBLES(t);
	ck_assert_str_eq(notes(), "1, 2");
}

TEST(a_notifier_that_completes_without_an_item_completes_it)
{
	rx_test *t = rx_test_create();
	rx_repeat_options options = {.notifier = notifier, .ctx = rx_cold(t, "--|", NULL)};
	rx_expect(t, rx_pipe(rx_cold(t, "-a-|", NULL), rx_repeat_with(&options)), NULL, "-a---|", NULL);
	EXPECT_MARBLES(t);
}

TEST(the_source_is_torn_down_before_it_is_subscribed_again)
{
	rx_subscribe(rx_pipe(noted("a", rx_range(1, 1)), rx_repeat(2)), &noting, NULL);
	ck_assert_str_eq(notes(), "a subscribed, 1, a torn down, a subscribed, 1, complete, a torn down");
}

TEST(take_stops_it_within_a_synchronous_run)
{
	rx_subscribe(rx_pipe(noted("a", rx_range(1, 2)), rx_repeat(RX_FOREVER), rx_take(3)), &noting, NULL);
	ck_assert_str_eq(notes(), "a subscribed, 1, 2, a torn down, a subscribed, 1, complete, a torn down");
}

static void count(const int64_t *n, void *ctx)
{
	++*(int64_t *)ctx;
}
RX_CONSUMER(count, int64_t);

static void repeat_many(void)
{
	int64_t seen = 0;
	rx_subscribe(rx_pipe(rx_range(0, 1), rx_repeat(MANY)), &(rx_observer){RX_NEXT(count), .ctx = &seen}, NULL);
	note("%d", seen == MANY);
}

TEST(synchronous_runs_on_a_small_stack)
{
	on_small_stack(repeat_many);
	ck_assert_str_eq(notes(), "1");
}
