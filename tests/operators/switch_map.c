#include "tests/support/contract.h"
#include "tests/support/inner.h"
#include "tests/support/notes.h"
#include "tests/support/ending.h"

CONTRACT(rx_switch_map(parcel_once))
CONTRACT(rx_switch_map(parcel_later))

TEST(the_newest_one_replaces_the_one_before)
{
	rx_test *t = rx_test_create();
	rx_observable *inners[] = {rx_cold(t, "--1--2--3--|", NULL), rx_cold(t, "--4--5|", NULL)};
	rx_observable *source = rx_cold(t, "-a-----b------|", NULL);
	rx_expect(t, rx_pipe(source, rx_switch_map(inner, inners)), NULL, "---1--2--4--5-|", NULL);
	rx_expect_subscriptions(t, inners[0], "-^-----!");
	rx_expect_subscriptions(t, inners[1], "-------^-----!");
	EXPECT_MARBLES(t);
}

TEST(completes_with_its_last_inner_observable)
{
	rx_test *t = rx_test_create();
	rx_observable *inners[] = {rx_cold(t, "--1--|", NULL)};
	rx_expect(t, rx_pipe(rx_cold(t, "-a|", NULL), rx_switch_map(inner, inners)), NULL, "---1--|", NULL);
	EXPECT_MARBLES(t);
}

TEST(an_inner_error_ends_it)
{
	rx_test *t = rx_test_create();
	rx_observable *inners[] = {rx_cold(t, "--1-#", NULL)}, *source = rx_cold(t, "-a-------|", NULL);
	rx_expect(t, rx_pipe(source, rx_switch_map(inner, inners)), NULL, "---1-#", NULL);
	rx_expect_subscriptions(t, source, "^----!");
	EXPECT_MARBLES(t);
}

TEST(an_error_of_the_source_ends_it)
{
	rx_test *t = rx_test_create();
	rx_observable *inners[] = {rx_cold(t, "--1----|", NULL)};
	rx_expect(t, rx_pipe(rx_cold(t, "-a---#", NULL), rx_switch_map(inner, inners)), NULL, "---1-#", NULL);
	rx_expect_subscriptions(t, inners[0], "-^---!");
	EXPECT_MARBLES(t);
}

static rx_observable *endless(const int64_t *n, size_t index, void *ctx)
{
	static const char *const names[] = {"a", "b"};
	note("project %d %zu", (int)*n, index);
	return noted(names[index], rx_never());
}
RX_PROJECTOR_INDEXED(endless, int64_t, int64_t);

TEST(the_old_one_is_torn_down_before_the_next_is_projected)
{
	rx_subscription subscription;
	rx_subscribe(rx_pipe(rx_range(5, 2), rx_switch_map(endless)), &noting, &subscription);
	ck_assert_str_eq(notes(), "project 5 0, a subscribed, a torn down, project 6 1, b subscribed");
	rx_unsubscribe(&subscription);
	ck_assert_str_eq(notes(), "b torn down");
}

static rx_observable *unsubscribing(const int64_t *n, void *ctx)
{
	rx_unsubscribe(ctx);
	return noted("late", rx_never());
}
RX_PROJECTOR(unsubscribing, int64_t, int64_t);

TEST(what_is_projected_after_the_end_is_not_subscribed)
{
	rx_subscription subscription;
	rx_subscribe(rx_pipe(rx_range(1, 3), rx_switch_map(unsubscribing, &subscription)), &noting, &subscription);
	ck_assert_str_eq(notes(), "");
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
	end_with_pushes(&ending, rx_pipe(rx_subject_observe(source), rx_switch_map(fails)), &subscription);
	rx_subject_next(source, &(int64_t){1});
	ck_assert_int_eq(ending.ends, 1);
	ck_assert_int_eq(projected, 1);
	ck_assert_uint_eq(rx_subject_observers(source), 0);
	rx_subject_unref(source);
}
