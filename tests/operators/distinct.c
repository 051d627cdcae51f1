#include "tests/support/contract.h"
#include "tests/support/through.h"

CONTRACT(rx_distinct())
CONTRACT(rx_distinct(parcel_same))

TEST(leaves_out_what_came_before)
{
	through(rx_distinct(), "--1--1--2--1--3--|",
	                       "--1-----2-----3--|", .subscriptions = "^----------------!");
}

TEST(passes_the_end)
{
	through(rx_distinct(), "--1--#",
	                       "--1--#");
	through(rx_distinct(), "|", "|");
	through(rx_distinct(), "-", "-");
}

static int rest(const int64_t *n, int64_t *out, void *ctx)
{
	const int64_t *divisor = ctx;
	if (*n == 9)
		return -ERANGE;
	*out = *n % (divisor ? *divisor : 2);
	return 0;
}
RX_MAPPER(rest, int64_t, int64_t);

TEST(compares_keys)
{
	int64_t divisor = 3;
	through(rx_distinct(rest), "--1--3--2--4--|",
	                           "--1-----2-----|");
	through(rx_distinct(rest, &divisor), "--1--3--2--4--|",
	                                     "--1--3--2-----|");
}

TEST(a_failing_function_is_an_error)
{
	through(rx_distinct(rest), "--1--9--2--|",
	                           "--1--#", .error = -ERANGE, .subscriptions = "^----!");
}

static void flushed(const char *flushes, const char *expected, const char *subscription, const char *subscriptions)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_hot(t, "--1--1--2--1--2--|", NUMBERS), *flush = rx_hot(t, flushes, NULL);
	rx_expect(t, rx_pipe(source, rx_distinct_fn(NULL, NULL, flush)), subscription, expected, NUMBERS);
	rx_expect_subscriptions(t, flush, subscriptions);
	EXPECT_MARBLES(t);
}

TEST(flushes_forget_what_was_seen)
{
	flushed("----------x------", "--1-----2-", "^---------!", "^---------!");
	flushed("----------x------", "--1-----2--1--2--|", NULL, "^----------------!");
}

TEST(the_end_of_flushes_changes_nothing_but_an_error_does)
{
	flushed("---|", "--1-----2--------|", NULL, "^--!");
	flushed("---#", "--1#", NULL, "^--!");
}

static void strings(void)
{
	through_strings(rx_distinct());
}

static int initial(const rx_string *text, rx_string *out, void *ctx)
{
	const rx_string letter = (char[]){**text, 0};
	return rx_type_copy(&rx_type_rx_string, out, &letter);
}
RX_MAPPER(initial, rx_string, rx_string);

static void keys(void)
{
	through_strings(rx_distinct(initial));
}

TEST(copies_what_it_keeps_and_drops_it)
{
	strings();
	without_memory(strings);
	without_memory(keys);
}

static void count(const int64_t *n, void *ctx)
{
	++*(int64_t *)ctx;
}
RX_CONSUMER(count, int64_t);

static int thousandth(const int64_t *n, int64_t *out, void *ctx)
{
	*out = *n % 1000;
	return 0;
}
RX_MAPPER(thousandth, int64_t, int64_t);

TEST(many_keys_are_found_again)
{
	int64_t seen = 0;
	rx_subscribe(rx_pipe(rx_range(0, 20000), rx_distinct(thousandth)), &(rx_observer){RX_NEXT(count), .ctx = &seen},
	             NULL);
	ck_assert_int_eq(seen, 1000);
}
