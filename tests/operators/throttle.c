#include <clusterfy/rx.h>

#include "tests/support/contract.h"
#include "tests/support/marbles.h"
#include "tests/support/ending.h"

CONTRACT(rx_throttle(parcel_ticks, NULL, &(rx_throttle_options){.trailing = true}))
CONTRACT(rx_throttle(parcel_once))

static rx_observable *same(const char *item, void *ctx)
{
	(void)item;
	return ctx;
}
RX_PROJECTOR(same, char, char);

static const rx_throttle_options trailing_only = {.no_leading = true, .trailing = true};
static const rx_throttle_options both = {.trailing = true};

TEST(emits_the_first_of_a_window)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_hot(t, "abcd----e|", NULL), *window = rx_cold(t, "---x", NULL);
	rx_expect(t, rx_pipe(source, rx_throttle(same, window)), NULL, "a-------e|", NULL);
	rx_expect_subscriptions(t, source, "^--------!");
	rx_expect_subscriptions(t, window, "^--!", "--------^!");
	EXPECT_MARBLES(t);
}

TEST(a_trailing_item_opens_a_window_and_delays_completion)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_hot(t, "abcd----e|", NULL), *window = rx_cold(t, "---x", NULL);
	rx_expect(t, rx_pipe(source, rx_throttle(same, window, &trailing_only)), NULL, "---d-------(e|)", NULL);
	rx_expect_subscriptions(t, window, "^--!", "---^--!", "--------^--!");
	EXPECT_MARBLES(t);
}

TEST(both_ends)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_pipe(rx_hot(t, "abcd----e-fg|", NULL), rx_throttle(same, rx_cold(t, "---x", NULL), &both)),
	          NULL, "a--d----e--g|", NULL);
	EXPECT_MARBLES(t);
}

TEST(a_window_without_an_item_drops_what_waits)
{
	rx_test *t = rx_test_create();
	rx_expect(t,
	          rx_pipe(rx_hot(t, "abcd----e|", NULL), rx_throttle(same, rx_cold(t, "---|", NULL), &trailing_only)),
	          NULL, "-----------|", NULL);
	EXPECT_MARBLES(t);
}

static rx_observable *at_once(const char *item, void *ctx)
{
	(void)ctx;
	return *item == 'a' ? rx_of(char, 'x') : rx_empty();
}
RX_PROJECTOR(at_once, char, char);

TEST(a_synchronous_window_lets_all_through)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_pipe(rx_hot(t, "-(ab)-c-|", NULL), rx_throttle(at_once)), NULL, "-(ab)-c-|", NULL);
	EXPECT_MARBLES(t);
}

TEST(errors_pass_from_both)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_pipe(rx_hot(t, "-a-#", NULL), rx_throttle(same, rx_cold(t, "----x", NULL))), NULL, "-a-#",
	          NULL);
	rx_expect(t, rx_pipe(rx_hot(t, "-a-----|", NULL), rx_throttle(same, rx_cold(t, "--#", NULL))), NULL, "-a-#",
	          NULL);
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
	end_with_pushes(&ending, rx_pipe(rx_subject_observe(source), rx_throttle(fails)), &subscription);
	rx_subject_next(source, &(int64_t){1});
	ck_assert_int_eq(ending.ends, 1);
	ck_assert_int_eq(projected, 1);
	ck_assert_uint_eq(rx_subject_observers(source), 0);
	rx_subject_unref(source);
}
