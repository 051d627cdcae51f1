#include <errno.h>

#include "tests/support/contract.h"
#include "tests/support/marbles.h"
#include "tests/support/notes.h"
#include "tests/support/stack.h"

CONTRACT(rx_catch_error(parcel_instead), .recovers = true)

static rx_observable *instead(const rx_error *error, rx_observable *caught, void *ctx)
{
	return rx_observable_ref(ctx);
}
RX_CATCHER(instead, char);

TEST(goes_on_with_what_the_function_returns)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "--a--b--#", NULL), *x = rx_cold(t, "--1--|", NULL);
	rx_expect(t, rx_pipe(source, rx_catch_error(instead, x)), NULL, "--a--b----1--|", NULL);
	rx_expect_subscriptions(t, source, "^-------!");
	rx_expect_subscriptions(t, x, "--------^----!");
	EXPECT_MARBLES(t);
}

TEST(does_nothing_without_an_error)
{
	rx_test *t = rx_test_create();
	rx_observable *x = rx_cold(t, "--1--|", NULL);
	rx_expect(t, rx_pipe(rx_cold(t, "--a--|", NULL), rx_catch_error(instead, x)), NULL, "--a--|", NULL);
	rx_expect_subscriptions(t, x, NULL);
	EXPECT_MARBLES(t);
}

TEST(an_error_of_the_replacement_is_passed_on)
{
	rx_test *t = rx_test_create();
	rx_observable *x = rx_cold(t, "-1-#", NULL);
	rx_expect(t, rx_pipe(rx_cold(t, "--#", NULL), rx_catch_error(instead, x)), NULL, "---1-#", NULL);
	EXPECT_MARBLES(t);
}

TEST(unsubscribing_stops_the_replacement)
{
	rx_test *t = rx_test_create();
	rx_observable *x = rx_cold(t, "-1-1-1-|", NULL);
	rx_expect(t, rx_pipe(rx_cold(t, "--#", NULL), rx_catch_error(instead, x)), "^-----!", "---1-1-", NULL);
	rx_expect_subscriptions(t, x, "--^---!");
	EXPECT_MARBLES(t);
}

static rx_observable *again_three_times(const rx_error *error, rx_observable *caught, void *ctx)
{
	int *times = ctx;
	return ++*times < 3 ? rx_observable_ref(caught) : rx_throw(rx_error_ref(error));
}
RX_CATCHER(again_three_times, char);

TEST(the_caught_observable_tries_again)
{
	int times = 0;
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "-a-#", NULL);
	rx_expect(t, rx_pipe(source, rx_catch_error(again_three_times, &times)), NULL, "-a--a--a-#", NULL);
	rx_expect_subscriptions(t, source, "^--!", "---^--!", "------^--!");
	EXPECT_MARBLES(t);
}

static rx_observable *noted_instead(const rx_error *error, rx_observable *caught, void *ctx)
{
	note("%s", error->message);
	return noted("b", rx_range(2, 1));
}
RX_CATCHER(noted_instead, int64_t);

TEST(the_source_is_torn_down_before_its_replacement_is_subscribed)
{
	rx_observable *source = noted("a", rx_concat(rx_range(1, 1), rx_throw_error(-EIO, "broken")));
	rx_subscribe(rx_pipe(source, rx_catch_error(noted_instead)), &noting, NULL);
	ck_assert_str_eq(notes(), "a subscribed, 1, broken, a torn down, b subscribed, 2, complete, b torn down");
}

static void note_message(const rx_error *error, void *ctx)
{
	note("%s", error->message);
}

TEST(a_replacement_of_another_type_is_an_error)
{
	rx_observable *range = rx_range(0, 1);
	rx_subscribe(rx_pipe(rx_throw_error(-EIO, "broken"), rx_catch_error(instead, range)),
	             &(rx_observer){.error = note_message}, NULL);
	rx_observable_unref(range);
	ck_assert_str_eq(notes(), "catch_error(instead) takes observables of char, but range gives int64_t");
}

static rx_observable *again(const rx_error *error, rx_observable *caught, void *ctx)
{
	int *times = ctx;
	return ++*times < MANY ? rx_observable_ref(caught) : rx_empty();
}
RX_CATCHER(again, int64_t);

static void catch_many(void)
{
	int times = 0;
	rx_subscribe(rx_pipe(rx_throw_error(-EIO, "broken"), rx_catch_error(again, &times)), &noting, NULL);
	note("%d", times == MANY);
}

TEST(tries_again_for_ever_on_a_small_stack)
{
	on_small_stack(catch_many);
	ck_assert_str_eq(notes(), "complete, 1");
}
