#include "tests/support/marbles.h"
#include "tests/support/notes.h"
#include "tests/support/contract.h"

CONTRACT(rx_compose(rx_map(parcel_streams), rx_exhaust_all(parcel)))

TEST(runs_one_to_its_end)
{
	rx_test *t = rx_test_create();
	rx_observable *a = rx_cold(t, "--1--2--|", NULL), *b = rx_cold(t, "-3--4|", NULL);
	rx_observable *source = rx_cold(t, "-a---b----b-|", RX_VALUES(rx_stream, "ab", a, b));
	rx_expect(t, rx_pipe(source, rx_exhaust_all(char)), NULL, "---1--2----3--4|", NULL);
	EXPECT_MARBLES(t);
}

TEST(an_error_of_the_source_ends_it)
{
	rx_test *t = rx_test_create();
	rx_observable *a = rx_cold(t, "--1--2--|", NULL);
	rx_observable *source = rx_cold(t, "-a--#", RX_VALUES(rx_stream, "a", a));
	rx_expect(t, rx_pipe(source, rx_exhaust_all(char)), NULL, "---1#", NULL);
	rx_expect_subscriptions(t, a, "-^--!");
	EXPECT_MARBLES(t);
}

static void note_message(const rx_error *error, void *ctx)
{
	note("%s", error->message);
}

TEST(a_stream_of_another_type_is_an_error)
{
	rx_observable *range = rx_range(0, 3);
	rx_subscribe(rx_pipe(rx_of(rx_stream, range), rx_exhaust_all(char)), &(rx_observer){.error = note_message},
	             NULL);
	rx_observable_unref(range);
	ck_assert_str_eq(notes(), "exhaust_all takes observables of char, but range gives int64_t");
}

TEST(a_stream_that_is_null_is_an_error)
{
	rx_stream nothing = NULL;
	rx_subscribe(rx_pipe(rx_of(rx_stream, nothing), rx_exhaust_all(char)), &(rx_observer){.error = note_message},
	             NULL);
	ck_assert_str_eq(notes(), "exhaust_all takes observables, but got NULL");
}
