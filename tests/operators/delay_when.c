#include <clusterfy/rx.h>

#include "tests/support/contract.h"
#include "tests/support/marbles.h"
#include "tests/support/ending.h"

CONTRACT(rx_delay_when(parcel_ticks))
CONTRACT(rx_delay_when(parcel_once))

/* By the item: the durations of a and b. */
static rx_observable *own(const char *item, void *ctx)
{
	rx_observable *const *durations = ctx;
	return durations[*item - 'a'];
}
RX_PROJECTOR(own, char, char);

TEST(emits_each_item_with_its_duration)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_hot(t, "-a-b---|", NULL), *duration = rx_cold(t, "--x", NULL);
	rx_observable *durations[] = {duration, duration};
	rx_expect(t, rx_pipe(source, rx_delay_when(own, durations)), NULL, "---a-b-|", NULL);
	rx_expect_subscriptions(t, source, "^------!");
	rx_expect_subscriptions(t, duration, "-^-!", "---^-!");
	EXPECT_MARBLES(t);
}

TEST(items_may_overtake_each_other)
{
	rx_test *t = rx_test_create();
	rx_observable *durations[] = {rx_cold(t, "-----x", NULL), rx_cold(t, "-x|", NULL)};
	rx_expect(t, rx_pipe(rx_hot(t, "-a-b---|", NULL), rx_delay_when(own, durations)), NULL, "----b-a|", NULL);
	EXPECT_MARBLES(t);
}

TEST(a_duration_without_an_item_takes_its_item_with_it)
{
	rx_test *t = rx_test_create();
	rx_observable *durations[] = {rx_cold(t, "-----|", NULL), rx_cold(t, "-x|", NULL)};
	rx_expect(t, rx_pipe(rx_hot(t, "-a-b-|", NULL), rx_delay_when(own, durations)), NULL, "----b-|", NULL);
	EXPECT_MARBLES(t);
}

TEST(completion_waits_for_the_last_item)
{
	rx_test *t = rx_test_create();
	rx_observable *durations[] = {rx_cold(t, "-----x", NULL)};
	rx_expect(t, rx_pipe(rx_hot(t, "-a-|", NULL), rx_delay_when(own, durations)), NULL, "------(a|)", NULL);
	EXPECT_MARBLES(t);
}

static rx_observable *at_once(const char *item, void *ctx)
{
	(void)ctx;
	return rx_of(char, *item, *item);
}
RX_PROJECTOR(at_once, char, char);

TEST(a_synchronous_duration_delays_nothing)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_pipe(rx_of(char, 'a', 'b'), rx_delay_when(at_once)), NULL, "(ab|)", NULL);
	EXPECT_MARBLES(t);
}

TEST(errors_pass_from_both)
{
	rx_test *t = rx_test_create();
	rx_observable *durations[] = {rx_cold(t, "----x", NULL), rx_cold(t, "-#", NULL)};
	rx_expect(t, rx_pipe(rx_hot(t, "-a-#", NULL), rx_delay_when(own, durations)), NULL, "---#", NULL);
	rx_expect(t, rx_pipe(rx_hot(t, "-b---|", NULL), rx_delay_when(own, durations)), NULL, "--#", NULL);
	EXPECT_MARBLES(t);
}

static int64_t projected;

/* What fails at once. */
static rx_observable *fails(const int64_t *item, void *ctx)
{
	projected++;
	return rx_throw_error(-EIO, "at once");
}
RX_PROJECTOR(fails, int64_t, int64_t);

TEST(a_callback_for_an_error_that_pushes_into_the_source_starts_nothing)
{
	rx_subject *source = rx_subject_create(&rx_type_int64_t);
	struct ending ending = {.into = source, .times = 3};
	rx_subscription subscription;
	end_with_pushes(&ending, rx_pipe(rx_subject_observe(source), rx_delay_when(fails)), &subscription);
	rx_subject_next(source, &(int64_t){1});
	ck_assert_int_eq(ending.ends, 1);
	ck_assert_int_eq(projected, 1);
	ck_assert_uint_eq(rx_subject_observers(source), 0);
	rx_subject_unref(source);
}
