#include "tests/support/contract.h"
#include "tests/support/through.h"

CONTRACT(rx_min())
CONTRACT(rx_min(parcel_order))

TEST(emits_the_least_at_the_end)
{
	through(rx_min(), "--2--3--1--|",
	                  "-----------(1|)", .subscriptions = "^----------!");
}

TEST(of_nothing_it_is_nothing)
{
	through(rx_min(), "--|", "--|");
	through(rx_min(), "-", "-");
	through(rx_min(), "--1--#",
	                  "-----#");
}

static int by_rest(const int64_t *a, const int64_t *b, void *ctx)
{
	const int64_t divisor = ctx ? *(const int64_t *)ctx : 2;
	return (int)(*a % divisor - *b % divisor);
}
RX_COMPARATOR(by_rest, int64_t);

TEST(a_comparator_says_which)
{
	int64_t divisor = 4;
	through(rx_min(by_rest, &divisor), "--2--4--3--|",
	                                   "-----------(4|)");
}

TEST(of_equal_ones_it_is_the_last)
{
	through(rx_min(by_rest), "--2--4--6--|",
	                         "-----------(6|)");
}

typedef struct point {
	int x, y;
} point;
RX_TYPE(point);

static void message(const rx_error *error, void *ctx)
{
	snprintf(ctx, 100, "%s", error->message);
}

TEST(a_type_without_an_order_needs_a_comparator)
{
	char words[100];
	rx_subscribe(rx_pipe(rx_of(point, {1, 2}), rx_min()), &(rx_observer){.error = message, .ctx = words}, NULL);
	ck_assert_str_eq(words, "min needs an order, and type point has none");
	rx_subscribe(rx_pipe(rx_empty(), rx_min()), NULL, NULL);
}

static int by_length(const rx_string *a, const rx_string *b, void *ctx)
{
	return (int)strlen(*a) - (int)strlen(*b);
}
RX_COMPARATOR(by_length, rx_string);

static void strings(void)
{
	through_strings(rx_min());
	through_strings(rx_min(by_length));
}

TEST(copies_what_it_keeps_and_drops_it)
{
	strings();
	without_memory(strings);
}
