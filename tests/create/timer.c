#include <clusterfy/rx.h>

#include "tests/support/marbles.h"

TEST(emits_once_and_completes)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_timer(RX_MS(3)), NULL, "---(0|)", NUMBERS);
	rx_expect(t, rx_timer(0), NULL, "(0|)", NUMBERS);
	rx_expect(t, rx_timer(RX_MS(3)), "-^", "----(0|)", NUMBERS);
	rx_expect(t, rx_timer(RX_MS(3)), "^-!", "", NUMBERS);
	EXPECT_MARBLES(t);
}

TEST(counts_on_with_a_period)
{
	rx_test *t = rx_test_create();
	rx_observable *timer = rx_timer_with(&(rx_timer_options){.due = RX_MS(3), .period = RX_MS(2)});
	rx_expect(t, rx_observable_ref(timer), "^---------!", "---0-1-2-3-", NUMBERS);
	rx_expect(t, rx_pipe(timer, rx_take(2)), NULL, "---0-(1|)", NUMBERS);
	EXPECT_MARBLES(t);
}

TEST(a_period_of_nothing_is_as_fast_as_the_scheduler_turns)
{
	rx_test *t = rx_test_create();
	rx_observable *timer = rx_timer_with(&(rx_timer_options){.due = RX_MS(1), .period = RX_NOW});
	rx_expect(t, rx_pipe(timer, rx_take(3)), NULL, "-(012|)", NUMBERS);
	EXPECT_MARBLES(t);
}

TEST(an_absolute_time_is_the_same_for_all)
{
	rx_test *t = rx_test_create();
	rx_observable *timer = rx_timer_with(&(rx_timer_options){.at = RX_MS(5)});
	rx_expect(t, rx_observable_ref(timer), NULL, "-----(0|)", NUMBERS);
	rx_expect(t, rx_observable_ref(timer), "---^", "-----(0|)", NUMBERS);
	rx_expect(t, timer, "-------^", "-------(0|)", NUMBERS);
	EXPECT_MARBLES(t);
}

TEST(runs_on_the_scheduler_it_is_given)
{
	rx_test *t = rx_test_create();
	rx_scheduler *other = rx_virtual_create();
	rx_recording *recording = rx_record(t, rx_timer(RX_MS(3), other), NULL);
	rx_test_flush(t);
	ck_assert_uint_eq(rx_recorded(recording)->count, 0);
	rx_virtual_run(other, RX_NEVER);
	ck_assert_uint_eq(rx_recorded(recording)->count, 2);
	rx_test_destroy(t);
	rx_virtual_destroy(other);
}

/* A scheduler on which time passes while numbers are taken. */
struct slow {
	rx_scheduler scheduler;
	rx_nsec now;
	rx_task *task;
};

static rx_nsec slow_now(rx_scheduler *scheduler)
{
	return ((struct slow *)scheduler)->now;
}

static void slow_schedule(rx_scheduler *scheduler, rx_task *task, rx_nsec delay)
{
	struct slow *slow = (struct slow *)scheduler;
	slow->task = task;
	task->due = slow->now + delay;
}

static void slow_cancel(rx_scheduler *scheduler, rx_task *task)
{
	(void)task;
	((struct slow *)scheduler)->task = NULL;
}

static const rx_scheduler_ops slow_ops = {
	.name = "slow", .now = slow_now, .schedule = slow_schedule, .cancel = slow_cancel};

/* Run what waits, @p late after it was due. */
static rx_nsec run_late(struct slow *slow, rx_nsec late)
{
	rx_task *task = slow->task;
	slow->task = NULL;
	slow->now = task->due + late;
	task->scheduler = NULL;
	task->run(task);
	return slow->task->due;
}

TEST(keeps_its_distance_and_makes_up_for_nothing)
{
	struct slow slow = {.scheduler = {&slow_ops}};
	rx_subscription subscription;
	rx_subscribe(rx_interval(RX_MS(10), &slow.scheduler), NULL, &subscription);
	ck_assert_int_eq(run_late(&slow, RX_MS(3)), RX_MS(20));
	ck_assert_int_eq(run_late(&slow, RX_MS(9)), RX_MS(30));
	ck_assert_int_eq(run_late(&slow, RX_MS(500)), RX_MS(540));
	rx_unsubscribe(&subscription);
}
