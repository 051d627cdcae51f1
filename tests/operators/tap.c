#include "tests/support/contract.h"
#include "tests/support/through.h"

CONTRACT(rx_tap(parcel_look))

static char calls[32];

static int see(const int64_t *n, void *ctx)
{
	strcat(calls, (const char[]){(char)('0' + *n), 0});
	return *n == 9 ? -ERANGE : 0;
}
RX_INSPECTOR(see, int64_t);

static int see_error(const rx_error *error, void *ctx)
{
	strcat(calls, "#");
	return ctx ? -EDOM : 0;
}

static int see_complete(void *ctx)
{
	strcat(calls, "|");
	return ctx ? -EDOM : 0;
}

static int see_subscribe(void *ctx)
{
	strcat(calls, "s");
	return ctx ? -EDOM : 0;
}

static void see_unsubscribe(void *ctx)
{
	strcat(calls, "u");
}

static void see_finalize(void *ctx)
{
	strcat(calls, "f");
}

static const rx_tap_observer all = {RX_NEXT(see),
                                    .error = see_error,
                                    .complete = see_complete,
                                    .subscribe = see_subscribe,
                                    .unsubscribe = see_unsubscribe,
                                    .finalize = see_finalize};

TEST(passes_everything)
{
	through(rx_tap(see), "--1--2--3--|",
	                     "--1--2--3--|", .subscriptions = "^----------!");
	ck_assert_str_eq(calls, "123");
}

TEST(passes_an_error)
{
	through(rx_tap(see), "--1--#",
	                     "--1--#");
}

TEST(sees_a_completion)
{
	through(rx_tap_with(&all), "-1-2-|",
	                           "-1-2-|");
	ck_assert_str_eq(calls, "s12|f");
}

TEST(sees_an_error)
{
	through(rx_tap_with(&all), "-1-#",
	                           "-1-#");
	ck_assert_str_eq(calls, "s1#f");
}

TEST(sees_that_it_is_unsubscribed)
{
	through(rx_tap_with(&all), "-1-2-|",
	                           "-1    ", .subscription = "^-!");
	ck_assert_str_eq(calls, "s1uf");
}

TEST(an_end_from_below_is_unsubscribing)
{
	rx_subscribe(rx_pipe(rx_range(1, 5), rx_tap_with(&all), rx_take(2)), NULL, NULL);
	ck_assert_str_eq(calls, "s12uf");
}

TEST(without_functions_it_does_nothing)
{
	through(rx_tap_with(&(rx_tap_observer){0}), "--1--|",
	                                            "--1--|");
}

TEST(an_item_that_fails_ends_the_stream)
{
	through(rx_tap_with(&all), "--1--9--2--|",
	                           "--1--#", .error = -ERANGE, .subscriptions = "^----!");
	ck_assert_str_eq(calls, "s19uf");
}

static rx_tap_observer failing(void)
{
	rx_tap_observer observer = {.finalize = see_finalize, .ctx = calls};
	return observer;
}

TEST(a_failing_error_function_replaces_the_error)
{
	rx_tap_observer observer = failing();
	observer.error = see_error;
	through(rx_tap_with(&observer), "--1--#",
	                                "--1--#", .error = -EDOM);
	ck_assert_str_eq(calls, "#f");
}

TEST(a_failing_completion_is_an_error)
{
	rx_tap_observer observer = failing();
	observer.complete = see_complete;
	through(rx_tap_with(&observer), "--1--|",
	                                "--1--#", .error = -EDOM);
	ck_assert_str_eq(calls, "|f");
}

TEST(a_failing_subscription_is_an_error_and_has_no_end)
{
	rx_tap_observer observer = failing();
	observer.subscribe = see_subscribe;
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "--1--|", NUMBERS);
	rx_test_set_error(t, -EDOM, "");
	rx_expect(t, rx_pipe(source, rx_tap_with(&observer)), NULL, "#", NULL);
	rx_expect_subscriptions(t, source, NULL);
	EXPECT_MARBLES(t);
	ck_assert_str_eq(calls, "s");
}

static rx_subscription left_in_subscribe;
static int finalized_after;

static int leave_at_once(void *ctx)
{
	rx_unsubscribe(&left_in_subscribe);
	return 0;
}

static void count_finalize(void *ctx)
{
	finalized_after++;
}

TEST(one_that_is_left_inside_subscribe_is_finalized)
{
	rx_subscribe(rx_pipe(rx_never(),
	                     rx_tap_with(&(rx_tap_observer){.subscribe = leave_at_once, .finalize = count_finalize})),
	             NULL, &left_in_subscribe);
	ck_assert(rx_is_closed(&left_in_subscribe));
	ck_assert_int_eq(finalized_after, 1);
}
