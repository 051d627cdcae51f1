#include <clusterfy/rx.h>

#include "tests/support/contract.h"
#include "tests/support/marbles.h"

CONTRACT(rx_debounce_time(RX_MS(2)))

TEST(emits_after_silence)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_hot(t, "-a-b--------c---d|", NULL);
	rx_expect(t, rx_pipe(source, rx_debounce_time(RX_MS(3))), NULL, "------b--------c-(d|)", NULL);
	rx_expect_subscriptions(t, source, "^----------------!");
	EXPECT_MARBLES(t);
}

TEST(completion_flushes)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_pipe(rx_cold(t, "-a-b|", NULL), rx_debounce_time(RX_MS(10))), NULL, "----(b|)", NULL);
	rx_expect(t, rx_pipe(rx_cold(t, "----|", NULL), rx_debounce_time(RX_MS(10))), NULL, "----|", NULL);
	EXPECT_MARBLES(t);
}

TEST(an_error_does_not)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_pipe(rx_cold(t, "-a-b#", NULL), rx_debounce_time(RX_MS(10))), NULL, "----#", NULL);
	EXPECT_MARBLES(t);
}

TEST(unsubscribing_forgets_what_waits)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "-a-----", NULL);
	rx_expect(t, rx_pipe(source, rx_debounce_time(RX_MS(3))), "^--!", "", NULL);
	rx_expect_subscriptions(t, source, "^--!");
	EXPECT_MARBLES(t);
}

/* Counts how often something is scheduled. */
struct counting {
	rx_scheduler scheduler;
	rx_scheduler *time;
	int scheduled;
};

static rx_nsec counting_now(rx_scheduler *scheduler)
{
	return rx_now(((struct counting *)scheduler)->time);
}

static void counting_schedule(rx_scheduler *scheduler, rx_task *task, rx_nsec delay)
{
	struct counting *counting = (struct counting *)scheduler;
	counting->scheduled++;
	task->scheduler = counting->time;
	counting->time->ops->schedule(counting->time, task, delay);
}

static const rx_scheduler_ops counting_ops = {
	.name = "counting", .now = counting_now, .schedule = counting_schedule, .cancel = NULL};

TEST(is_one_timer_that_moves_when_it_is_due)
{
	rx_test *t = rx_test_create();
	struct counting counting = {{&counting_ops}, rx_test_scheduler(t), 0};
	rx_expect(
		t,
		rx_pipe(rx_cold(t, "(abcdefgh)---i--------|", NULL), rx_debounce_time(RX_MS(20), &counting.scheduler)),
		NULL, "----------------------(i|)", NULL);
	ck_assert_uint_eq(rx_test_flush(t), 0);
	ck_assert_int_eq(counting.scheduled, 2);
	rx_test_destroy(t);
}

TEST(strings_are_kept)
{
	rx_test *t = rx_test_create();
	const rx_values *words = RX_VALUES(rx_string, "ab", "one", "two");
	rx_expect(t, rx_pipe(rx_cold(t, "-ab------a|", words), rx_debounce_time(RX_MS(3))), NULL, "-----b----(a|)",
	          words);
	EXPECT_MARBLES(t);
}
