#include "tests/support/contract.h"
#include "tests/support/through.h"

CONTRACT(rx_default_if_empty(parcel, parcel_seven))
CONTRACT(rx_compose(rx_ignore_elements(), rx_default_if_empty(parcel, parcel_seven)))

TEST(emits_the_value_where_nothing_came)
{
	through(rx_default_if_empty(int64_t, 7), "-----|",
	                                         "-----(7|)", .subscriptions = "^----!");
}

TEST(passes_what_comes)
{
	through(rx_default_if_empty(int64_t, 7), "--1--2--|",
	                                         "--1--2--|");
	through(rx_default_if_empty(int64_t, 7), "--#", "--#");
	through(rx_default_if_empty(int64_t, 7), "-", "-");
}

static void add(const int64_t *n, void *ctx)
{
	*(int64_t *)ctx += *n;
}
RX_CONSUMER(add, int64_t);

TEST(spans_are_something)
{
	int64_t sum = 0;
	rx_subscribe(rx_pipe(rx_range(0, 3), rx_default_if_empty(int64_t, 7)),
	             &(rx_observer){RX_NEXT(add), .ctx = &sum}, NULL);
	ck_assert_int_eq(sum, 3);
}

static void strings(void)
{
	through_strings(rx_compose(rx_skip(9), rx_default_if_empty(rx_string, "none")));
}

TEST(copies_and_drops_its_value)
{
	strings();
	without_memory(strings);
}
