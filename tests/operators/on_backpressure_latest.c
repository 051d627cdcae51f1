#include "tests/support/contract.h"
#include "tests/support/gated.h"
#include "tests/support/through.h"

CONTRACT(rx_on_backpressure_latest())

static void paused(const char *source, const char *gate, const char *expected)
{
	rx_test *t = rx_test_create();
	rx_expect(t, gated(rx_pipe(rx_cold(t, source, NUMBERS), rx_on_backpressure_latest()), rx_cold(t, gate, NULL)),
	          NULL, expected, NUMBERS);
	EXPECT_MARBLES(t);
}

TEST(passes_on_what_comes_where_nobody_pauses)
{
	through(rx_on_backpressure_latest(), "-1-2-(345|)", "-1-2-(345|)");
}

TEST(keeps_the_newest)
{
	paused("-1-2-3-4-5-|", "--p---r", "-1----34-5-|");
	paused("-1-2-3-4-5-|", "--pr--", "-1-2-3-4-5-|");
	paused("-1-2-3-4-5-|", "--p---rp--r", "-1----34--5|");
}

TEST(an_end_comes_behind_the_item_that_waits)
{
	paused("-1-2-3|", "--p----r", "-1-----(3|)");
	paused("-1-2-3#", "--p----r", "-1-----(3#)");
	paused("-1----|", "--p----r", "-1----|");
	paused("-1----#", "--p----r", "-1----#");
}

static void keep_strings(void)
{
	rx_subscription subscription;
	rx_subject *subject = rx_subject_create(&rx_type_rx_string);
	if (!subject)
		return;
	rx_subscribe(rx_pipe(rx_subject_observe(subject), rx_on_backpressure_latest()),
	             &(rx_observer){.error = ignore_error}, &subscription);
	rx_pause(&subscription);
	for (int i = 0; i < 3; i++)
		rx_subject_next(subject, &(rx_string){"text"});
	rx_unsubscribe(&subscription);
	rx_subject_unref(subject);
}

TEST(memory_that_runs_out_is_an_error)
{
	without_memory(keep_strings);
}
