#include <stdio.h>

#include "tests/support/marbles.h"
#include "tests/support/notes.h"
#include "tests/support/contract.h"

static rx_observable *newest_later(const parcel *newest, const parcel *item, void *ctx)
{
	(void)newest, (void)item;
	return three_parcels(ctx);
}
RX_STREAM_REDUCER(newest_later, parcel, parcel);

CONTRACT(rx_merge_scan(newest_later, parcel, {0}))

static rx_observable *later(const int64_t *acc, const int64_t *n, void *ctx)
{
	return rx_cold(ctx, "--x|", RX_VALUES(int64_t, "x", *acc + *n));
}
RX_STREAM_REDUCER(later, int64_t, int64_t);

TEST(what_comes_back_is_the_next_accumulator)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "-1--2----3--|", NUMBERS);
	rx_expect(t, rx_pipe(source, rx_merge_scan(later, int64_t, 0, t)), NULL, "---1--3----6|", NUMBERS);
	EXPECT_MARBLES(t);
}

TEST(several_begin_with_the_same)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "-12|", NUMBERS);
	rx_expect(t, rx_pipe(source, rx_merge_scan(later, int64_t, 5, t)), NULL, "---67|", NUMBERS);
	EXPECT_MARBLES(t);
}

TEST(items_wait_at_the_limit)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "-12|", NUMBERS);
	rx_expect(t, rx_pipe(source, rx_merge_scan(later, int64_t, 5, t, 1)), NULL, "---6--8|", NUMBERS);
	EXPECT_MARBLES(t);
}

static rx_observable *joined(const rx_string *acc, const rx_string *text, size_t index, void *ctx)
{
	char both[32];
	snprintf(both, sizeof both, "%s%s%zu", *acc, *text, index);
	return rx_of(rx_string, both);
}
RX_STREAM_REDUCER_INDEXED(joined, rx_string, rx_string);

static void note_string(const rx_string *text, void *ctx)
{
	note("%s", *text);
}
RX_CONSUMER(note_string, rx_string);

TEST(an_accumulator_that_owns_something_is_released)
{
	rx_subscribe(rx_pipe(rx_of(rx_string, "a", "b"), rx_merge_scan(joined, rx_string, "-")),
	             &(rx_observer){RX_NEXT(note_string)}, NULL);
	ck_assert_str_eq(notes(), "-a0, -a0b1");
}

static void note_message(const rx_error *error, void *ctx)
{
	note("%s", error->message);
}

TEST(the_seed_is_an_accumulator)
{
	rx_subscribe(rx_pipe(rx_of(rx_string, "a"), rx_merge_scan(joined, int64_t, 0)),
	             &(rx_observer){.error = note_message}, NULL);
	ck_assert_str_eq(notes(), "merge_scan(joined) takes rx_string, but its seed is int64_t");
}
