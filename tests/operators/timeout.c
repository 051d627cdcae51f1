#include <errno.h>

#include <clusterfy/rx.h>

#include "tests/support/contract.h"
#include "tests/support/marbles.h"

static rx_observable *instead_of_it(const rx_timeout_info *info, void *ctx)
{
	(void)info;
	return three_parcels(ctx);
}

CONTRACT(rx_timeout(RX_MS(3)))
CONTRACT(rx_timeout(RX_US(500)))
CONTRACT(rx_timeout_with(&(rx_timeout_options){.first = RX_US(500), .with = instead_of_it}))

static rx_test *create(void)
{
	rx_test *t = rx_test_create();
	rx_test_set_error(t, -ETIMEDOUT, "timed out");
	return t;
}

TEST(errors_when_an_item_takes_too_long)
{
	rx_test *t = create();
	rx_observable *source = rx_hot(t, "-a--b------c-|", NULL);
	rx_expect(t, rx_pipe(source, rx_timeout(RX_MS(4))), NULL, "-a--b---#", NULL);
	rx_expect(t, rx_pipe(rx_never(), rx_timeout(RX_MS(4))), NULL, "----#", NULL);
	rx_expect_subscriptions(t, source, "^-------!");
	EXPECT_MARBLES(t);
}

TEST(an_end_in_time_is_passed_on)
{
	rx_test *t = create();
	rx_expect(t, rx_pipe(rx_cold(t, "-a--b---|", NULL), rx_timeout(RX_MS(4))), NULL, "-a--b---|", NULL);
	rx_expect(t, rx_pipe(rx_cold(t, "-a-#", NULL), rx_timeout(RX_MS(4))), NULL, "-a-#", NULL);
	EXPECT_MARBLES(t);
}

TEST(what_comes_in_the_last_frame_comes_in_time)
{
	rx_test *t = create();
	rx_expect(t, rx_pipe(rx_cold(t, "----a|", NULL), rx_timeout(RX_MS(4))), NULL, "----a|", NULL);
	EXPECT_MARBLES(t);
}

TEST(first_is_for_the_first_item_only)
{
	rx_test *t = create();
	rx_operator *first = rx_timeout_with(&(rx_timeout_options){.first = RX_MS(4)});
	rx_expect(t, rx_pipe(rx_hot(t, "---a-------b|", NULL), rx_operator_ref(first)), NULL, "---a-------b|", NULL);
	rx_expect(t, rx_pipe(rx_hot(t, "-----a-----b|", NULL), first), NULL, "----#", NULL);
	EXPECT_MARBLES(t);
}

TEST(first_and_each)
{
	rx_test *t = create();
	rx_operator *both = rx_timeout_with(&(rx_timeout_options){.first = RX_MS(6), .each = RX_MS(2)});
	rx_expect(t, rx_pipe(rx_hot(t, "-----ab----c|", NULL), both), NULL, "-----ab-#", NULL);
	EXPECT_MARBLES(t);
}

TEST(first_may_be_a_time)
{
	rx_test *t = create();
	rx_operator *until = rx_timeout_with(&(rx_timeout_options){.first_at = RX_MS(5)});
	rx_expect(t, rx_pipe(rx_never(), rx_operator_ref(until)), "--^", "-----#", NULL);
	rx_expect(t, rx_pipe(rx_never(), until), "-------^", "-------#", NULL);
	EXPECT_MARBLES(t);
}

static rx_observable *other(const rx_timeout_info *info, void *ctx)
{
	(void)info;
	return ctx;
}

TEST(with_another_observable_instead_of_the_error)
{
	rx_test *t = create();
	rx_observable *source = rx_hot(t, "-a--b------c-|", NULL), *instead = rx_cold(t, "x-y|", NULL);
	rx_operator *with = rx_timeout_with(&(rx_timeout_options){.each = RX_MS(4), .with = other, .ctx = instead});
	rx_expect(t, rx_pipe(source, with), NULL, "-a--b---x-y|", NULL);
	rx_expect_subscriptions(t, source, "^-------!");
	rx_expect_subscriptions(t, instead, "--------^--!");
	EXPECT_MARBLES(t);
}

static rx_observable *last_again(const rx_timeout_info *info, void *ctx)
{
	int *dropped = ctx;
	*dropped += info->last ? 0 : 100;
	return info->last ? rx_from(info->type, info->last, 1) : rx_empty();
}

static void count(void *ctx)
{
	++*(int *)ctx;
}

TEST(a_source_without_items_is_replaced_by_one_whose_type_is_said)
{
	rx_test *t = create();
	rx_observable *instead = rx_cold(t, "x-y|", NULL);
	rx_timeout_options options = {.each = RX_MS(4), .with = other, .ctx = instead};
	rx_test_set_error(t, -EINVAL, "");
	rx_expect(t, rx_pipe(rx_never(), rx_timeout_with(&options)), NULL, "----#", NULL);
	options.type = &rx_type_char;
	rx_expect(t, rx_pipe(rx_never(), rx_timeout_with(&options)), NULL, "----x-y|", NULL);
	EXPECT_MARBLES(t);
}

TEST(with_what_was_seen)
{
	rx_test *t = create();
	int dropped = 0;
	rx_operator *with = rx_timeout_with(
		&(rx_timeout_options){.each = RX_MS(2), .with = last_again, .ctx = &dropped, .drop = count});
	const rx_values *words = RX_VALUES(rx_string, "ab", "one", "two");
	rx_expect(t, rx_pipe(rx_cold(t, "-a-b------|", words), rx_operator_ref(with)), NULL, "-a-b-(b|)", words);
	rx_expect(t, rx_pipe(rx_never(), with), NULL, "--|", NULL);
	EXPECT_MARBLES(t);
	ck_assert_int_eq(dropped, 101);
}

/* Time passes while the downstream takes its item. */
struct slow {
	rx_scheduler scheduler;
	rx_nsec now, delay;
	rx_nsec scheduled_at;
};

static rx_nsec slow_now(rx_scheduler *scheduler)
{
	return ((struct slow *)scheduler)->now;
}

static void slow_schedule(rx_scheduler *scheduler, rx_task *task, rx_nsec delay)
{
	struct slow *slow = (struct slow *)scheduler;
	(void)task;
	slow->scheduled_at = slow->now;
	slow->delay = delay;
}

static void slow_cancel(rx_scheduler *scheduler, rx_task *task)
{
	(void)scheduler, (void)task;
}

static void take_long(const int *item, void *ctx)
{
	(void)item;
	((struct slow *)ctx)->now += RX_S(10);
}
RX_CONSUMER(take_long, int);

TEST(each_starts_when_the_downstream_has_returned)
{
	static const rx_scheduler_ops ops = {
		.name = "slow", .now = slow_now, .schedule = slow_schedule, .cancel = slow_cancel};
	struct slow slow = {.scheduler = {&ops}};
	rx_subject *subject = rx_subject_create(&rx_type_int);
	rx_subscription subscription;
	rx_subscribe(rx_pipe(rx_subject_observe(subject), rx_timeout(RX_S(1), &slow.scheduler)),
	             &(rx_observer){RX_NEXT(take_long), .ctx = &slow}, &subscription);
	rx_subject_next(subject, &(int){1});
	ck_assert_int_eq(slow.scheduled_at, RX_S(10));
	ck_assert_int_eq(slow.delay, RX_S(1));
	rx_unsubscribe(&subscription);
	rx_subject_unref(subject);
}

TEST(no_time_is_a_mistake)
{
	rx_test *t = rx_test_create();
	rx_test_set_error(t, -EINVAL, "timeout has no time");
	rx_expect(t, rx_pipe(rx_never(), rx_timeout_with(&(rx_timeout_options){0})), NULL, "#", NULL);
	EXPECT_MARBLES(t);
}
