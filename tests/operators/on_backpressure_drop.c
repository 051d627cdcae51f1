#include "tests/support/contract.h"
#include "tests/support/gated.h"
#include "tests/support/through.h"

CONTRACT(rx_on_backpressure_drop())
CONTRACT(rx_on_backpressure_drop(parcel_look))

static void count(const int64_t *n, void *ctx)
{
	*(int64_t *)ctx = *(int64_t *)ctx * 10 + *n;
}
RX_CONSUMER(count, int64_t);

static int refuse(const int64_t *n, void *ctx)
{
	(void)n, (void)ctx;
	return rx_raise(-EDOM, "not this one");
}
RX_INSPECTOR(refuse, int64_t);

TEST(passes_on_what_comes_where_nobody_pauses)
{
	through(rx_on_backpressure_drop(), "-1-2-(345|)", "-1-2-(345|)");
}

TEST(drops_what_comes_meanwhile)
{
	int64_t dropped = 0;
	rx_test *t = rx_test_create();
	rx_observable *source = rx_hot(t, "-1-2-3-4-5-|", NUMBERS);
	rx_expect(t, gated(rx_pipe(source, rx_on_backpressure_drop()), rx_cold(t, "--p---r", NULL)), NULL,
	          "-1-----4-5-|", NUMBERS);
	rx_expect(t, gated(rx_pipe(source, rx_on_backpressure_drop(count, &dropped)), rx_cold(t, "--p---r", NULL)),
	          NULL, "-1-----4-5-|", NUMBERS);
	EXPECT_MARBLES(t);
	ck_assert_int_eq(dropped, 23);
}

TEST(an_end_waits_for_nobody)
{
	rx_test *t = rx_test_create();
	rx_expect(t, gated(rx_pipe(rx_hot(t, "-1-2-|", NUMBERS), rx_on_backpressure_drop()), rx_cold(t, "--p", NULL)),
	          NULL, "-1---|", NUMBERS);
	rx_expect(t, gated(rx_pipe(rx_hot(t, "-1-2-#", NUMBERS), rx_on_backpressure_drop()), rx_cold(t, "--p", NULL)),
	          NULL, "-1---#", NUMBERS);
	EXPECT_MARBLES(t);
}

TEST(a_function_that_fails_is_an_error)
{
	rx_test *t = rx_test_create();
	rx_test_set_error(t, -EDOM, "");
	rx_expect(
		t,
		gated(rx_pipe(rx_hot(t, "-1-2-|", NUMBERS), rx_on_backpressure_drop(refuse)), rx_cold(t, "--p", NULL)),
		NULL, "-1-#", NUMBERS);
	EXPECT_MARBLES(t);
}
