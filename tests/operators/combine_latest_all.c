#include "tests/support/letters.h"
#include "tests/support/contract.h"
#include "tests/support/notes.h"

CONTRACT(rx_compose(rx_map(parcel_streams), rx_combine_latest_all()))

TEST(combines_all_when_the_source_has_completed)
{
	rx_test *t = rx_test_create();
	rx_observable *a = rx_cold(t, "-x---y|", NULL), *b = rx_cold(t, "--1-|", NULL);
	rx_observable *source = rx_cold(t, "-a--b--|", RX_VALUES(rx_stream, "ab", a, b));
	rx_expect(t, rx_pipe(source, rx_combine_latest_all()), NULL, "---------m--n|",
	          RX_VALUES(rx_tuple, "mn", letters("x1"), letters("y1")));
	rx_expect_subscriptions(t, a, "-------^-----!");
	EXPECT_MARBLES(t);
}

TEST(of_none_completes)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "---|", RX_VALUES(rx_stream, "a", NULL));
	rx_expect(t, rx_pipe(source, rx_combine_latest_all()), NULL, "---|", NULL);
	EXPECT_MARBLES(t);
}

TEST(an_error_of_the_source_is_passed_on)
{
	rx_test *t = rx_test_create();
	rx_observable *a = rx_cold(t, "-x---y|", NULL);
	rx_observable *source = rx_cold(t, "-a-#", RX_VALUES(rx_stream, "a", a));
	rx_expect(t, rx_pipe(source, rx_combine_latest_all()), NULL, "---#", NULL);
	rx_expect_subscriptions(t, a, NULL);
	EXPECT_MARBLES(t);
}

static void note_message(const rx_error *error, void *ctx)
{
	(void)ctx;
	note("%d %s", error->code, error->message);
}

/* It ends no list of them: those before it and after it are released. */
TEST(a_stream_that_is_null_is_an_error)
{
	rx_observable *range = rx_range(0, 3);
	rx_stream nothing = NULL;
	rx_subscribe(rx_pipe(rx_of(rx_stream, range, nothing, range), rx_combine_latest_all()),
	             &(rx_observer){.error = note_message}, NULL);
	rx_observable_unref(range);
	ck_assert_str_eq(notes(), "-22 combine_latest_all takes observables, but got NULL");
}
