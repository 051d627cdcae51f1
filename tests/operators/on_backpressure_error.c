#include "tests/support/contract.h"
#include "tests/support/gated.h"
#include "tests/support/through.h"

CONTRACT(rx_on_backpressure_error())

TEST(passes_on_what_comes_where_nobody_pauses)
{
	through(rx_on_backpressure_error(), "-1-2-(345|)", "-1-2-(345|)");
}

TEST(an_item_during_a_pause_is_an_error)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_hot(t, "-1-2-3-4-5-|", NUMBERS);
	rx_test_set_error(t, -EAGAIN, "");
	rx_expect(t, gated(rx_pipe(source, rx_on_backpressure_error()), rx_cold(t, "--p---r", NULL)), NULL, "-1-#",
	          NUMBERS);
	rx_expect_subscriptions(t, source, "^--!");
	EXPECT_MARBLES(t);
}

TEST(an_end_during_a_pause_is_none)
{
	rx_test *t = rx_test_create();
	rx_expect(t, gated(rx_pipe(rx_hot(t, "-1--|", NUMBERS), rx_on_backpressure_error()), rx_cold(t, "--p", NULL)),
	          NULL, "-1--|", NUMBERS);
	rx_expect(t,
	          gated(rx_pipe(rx_hot(t, "-1--2-|", NUMBERS), rx_on_backpressure_error()), rx_cold(t, "--pr", NULL)),
	          NULL, "-1--2-|", NUMBERS);
	EXPECT_MARBLES(t);
}

static void note(const rx_error *error, void *ctx)
{
	snprintf(ctx, 200, "%s", error->message);
}

TEST(the_error_says_why)
{
	char words[200] = "";
	rx_subscription subscription;
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	rx_subscribe(rx_pipe(rx_subject_observe(subject), rx_on_backpressure_error()),
	             &(rx_observer){.error = note, .ctx = words}, &subscription);
	rx_pause(&subscription);
	rx_subject_next(subject, &(int64_t){1});
	ck_assert_str_eq(words, "an item came while nobody takes any");
	rx_subject_unref(subject);
}
