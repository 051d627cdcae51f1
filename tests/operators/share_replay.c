#include "tests/support/contract.h"
#include "tests/support/listener.h"
#include "tests/support/marbles.h"

CONTRACT(rx_share_replay(&(rx_share_replay_options){.ref_count = true}))

static struct listener a = {.name = "A"}, b = {.name = "B"};

static rx_observable *again(rx_observable *observable)
{
	return rx_observable_ref(observable);
}

TEST(replays_to_who_comes_later)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "--a--b--c------d--|", NULL);
	rx_observable *shared = rx_pipe(source, rx_share_replay(&(rx_share_replay_options){.buffer_size = 2}));
	rx_expect(t, again(shared), "^", "--a--b--c------d--|", NULL);
	rx_expect(t, shared, "---------^", "---------(bc)--d--|", NULL);
	rx_expect_subscriptions(t, source, "^-----------------!");
	EXPECT_MARBLES(t);
}

TEST(replays_everything_by_default)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "--a--b--c--|", NULL);
	rx_observable *shared = rx_pipe(source, rx_share_replay(NULL));
	rx_expect(t, again(shared), "^", "--a--b--c--|", NULL);
	rx_expect(t, shared, "------------^", "------------(abc|)", NULL);
	rx_expect_subscriptions(t, source, "^----------!");
	EXPECT_MARBLES(t);
}

TEST(begins_anew_after_an_error)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "--a--#", NULL);
	rx_observable *shared = rx_pipe(source, rx_share_replay(NULL));
	rx_expect(t, again(shared), "^", "--a--#", NULL);
	rx_expect(t, again(shared), "---^", "---a-#", NULL);
	rx_expect(t, shared, "------^", "--------a--#", NULL);
	rx_expect_subscriptions(t, source, "^----!", "------^----!");
	EXPECT_MARBLES(t);
}

TEST(never_resets_at_zero)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "--a--b--c--|", NULL);
	rx_observable *shared = rx_pipe(source, rx_share_replay(&(rx_share_replay_options){.buffer_size = 1}));
	rx_expect(t, again(shared), "^--!", "--a-", NULL);
	rx_expect(t, shared, "------^", "------b-c--|", NULL);
	rx_expect_subscriptions(t, source, "^----------!");
	EXPECT_MARBLES(t);
}

TEST(counting_references_it_resets_at_zero)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "--a--b--c--|", NULL);
	rx_observable *shared = rx_pipe(source, rx_share_replay(&(rx_share_replay_options){.ref_count = true}));
	rx_expect(t, again(shared), "^--!", "--a-", NULL);
	rx_expect(t, shared, "------^", "--------a--b--c--|", NULL);
	rx_expect_subscriptions(t, source, "^--!", "------^----------!");
	EXPECT_MARBLES(t);
}

TEST(keeps_items_for_its_window)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "--a--b--c--|", NULL);
	rx_observable *shared = rx_pipe(source, rx_share_replay(&(rx_share_replay_options){.window = RX_MS(4)}));
	rx_expect(t, again(shared), "^", "--a--b--c--|", NULL);
	rx_expect(t, shared, "------^", "------b-c--|", NULL);
	EXPECT_MARBLES(t);
}

TEST(measures_its_window_with_the_scheduler_of_its_options)
{
	rx_scheduler *time = rx_virtual_create();
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	rx_observable *shared =
		rx_pipe(rx_subject_observe(subject),
	                rx_share_replay(&(rx_share_replay_options){.window = RX_MS(4), .scheduler = time}));
	listen_to(&a, again(shared));
	emit(subject, 1);
	rx_virtual_run(time, RX_MS(4));
	emit(subject, 2);
	listen_to(&b, shared);
	ck_assert_heard("A1 A2 B2");
	rx_subject_complete(subject);
	rx_subject_unref(subject);
	rx_virtual_destroy(time);
}

TEST(a_replay_that_satisfies_connects_nobody)
{
	rx_observable *shared = rx_pipe(rx_range(1, 3), rx_share_replay(NULL));
	listen_to(&a, again(shared));
	listen_to(&b, rx_pipe(shared, rx_take(2)));
	ck_assert_heard("A1 A2 A3 A| B1 B2 B|");
}

TEST(ends_without_items)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_pipe(rx_empty(), rx_share_replay(NULL)), NULL, "|", NULL);
	rx_expect(t, rx_pipe(rx_never(), rx_share_replay(NULL)), NULL, "-", NULL);
	rx_expect(t, rx_pipe(rx_throw_error(-EIO, "error"), rx_share_replay(NULL)), NULL, "#", NULL);
	EXPECT_MARBLES(t);
}
