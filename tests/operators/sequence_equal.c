#include "tests/support/contract.h"
#include "tests/support/through.h"

CONTRACT(rx_sequence_equal(three_parcels(NULL)))

static int fails_at_9(const int64_t *a, const int64_t *b, void *ctx)
{
	return *a == 9 ? -ERANGE : *a % *(int64_t *)ctx == *b % *(int64_t *)ctx;
}
RX_EQUALITY(fails_at_9, int64_t);

static int same(const int64_t *a, const int64_t *b, void *ctx)
{
	return *a == *b;
}
RX_EQUALITY(same, int64_t);

static void both(const char *source, const char *other, const char *expected, const char *ends)
{
	rx_test *t = rx_test_create();
	rx_observable *a = rx_cold(t, source, NUMBERS), *b = rx_cold(t, other, NUMBERS);
	rx_expect(t, rx_pipe(a, rx_sequence_equal(b)), NULL, expected, ANSWERS);
	rx_expect(t, rx_pipe(a, rx_sequence_equal(b, same)), NULL, expected, ANSWERS);
	if (ends)
		rx_expect_subscriptions(t, a, ends, ends);
	if (ends)
		rx_expect_subscriptions(t, b, ends, ends);
	EXPECT_MARBLES(t);
}

TEST(equal_items_in_the_same_order)
{
	both("--1--2-----|", "-----1--2--|", "-----------(t|)", "^----------!");
}

TEST(the_first_difference_ends_it)
{
	both("--1--2--3--|", "--1--3--3--|", "-----(f|)", "^----!");
}

TEST(one_that_is_longer_is_different)
{
	both("--1--2--|", "--1--|", "--------(f|)", NULL);
	both("--1--|", "--1--2--|", "-----(f|)", NULL);
	both("--1--2--|", "|", "--(f|)", NULL);
}

TEST(of_nothing_it_is_true_and_of_what_does_not_end_it_is_silent)
{
	both("|", "|", "(t|)", NULL);
	both("--|", "---|", "---(t|)", NULL);
	both("-", "--|", "-", NULL);
	both("--1--", "--1--", "-----", NULL);
}

TEST(an_error_of_either_is_an_error)
{
	both("--1--#", "--1--2--|", "-----#", "^----!");
	both("--1--2--|", "--1--#", "-----#", NULL);
}

TEST(a_function_says_what_is_equal)
{
	int64_t divisor = 2;
	rx_test *t = rx_test_create();
	rx_observable *a = rx_cold(t, "-1-3-|", NUMBERS), *b = rx_cold(t, "-3-1-|", NUMBERS);
	rx_observable *c = rx_cold(t, "-1-9-|", NUMBERS);
	rx_test_set_error(t, -ERANGE, "");
	rx_expect(t, rx_pipe(a, rx_sequence_equal(b, fails_at_9, &divisor)), NULL, "-----(t|)", ANSWERS);
	rx_expect(t, rx_pipe(a, rx_sequence_equal(c, fails_at_9, &divisor)), NULL, "---#", ANSWERS);
	EXPECT_MARBLES(t);
}

TEST(stops_both_when_unsubscribed)
{
	rx_test *t = rx_test_create();
	rx_observable *a = rx_cold(t, "-1-3-|", NUMBERS), *b = rx_cold(t, "-1-3-|", NUMBERS);
	rx_expect(t, rx_pipe(a, rx_sequence_equal(b)), "^--!", "----", ANSWERS);
	rx_expect_subscriptions(t, a, "^--!");
	rx_expect_subscriptions(t, b, "^--!");
	EXPECT_MARBLES(t);
}

static void strings(void)
{
	through_strings(rx_sequence_equal(rx_of(rx_string, "one", "two", "two", "three")));
	through_strings(rx_sequence_equal(rx_of(rx_string, "one", "other")));
}

TEST(copies_what_waits_and_drops_it)
{
	strings();
	without_memory(strings);
}

TEST(types_must_fit)
{
	through(rx_sequence_equal(rx_of(int, 1)), "--1--|", "#", .to = ANSWERS, .error = -EINVAL);
	through(rx_sequence_equal(rx_of(int, 1), same), "--1--|", "#", .to = ANSWERS, .error = -EINVAL);
}
