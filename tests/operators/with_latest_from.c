#include "tests/support/letters.h"
#include "tests/support/notes.h"
#include "tests/support/contract.h"

CONTRACT(rx_with_latest_from(three_parcels(NULL)))

TEST(adds_the_latest_of_others)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "-a--b----c-|", NULL), *other = rx_cold(t, "--1---2|", NULL);
	rx_expect(t, rx_pipe(source, rx_with_latest_from(other)), NULL, "----x----y-|",
	          RX_VALUES(rx_tuple, "xy", letters("b1"), letters("c2")));
	rx_expect_subscriptions(t, other, "^------!");
	EXPECT_MARBLES(t);
}

TEST(waits_for_each_of_them)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "-a--b----c-|", NULL);
	rx_observable *one = rx_cold(t, "1|", NULL), *other = rx_cold(t, "-----2----", NULL);
	rx_expect(t, rx_pipe(source, rx_with_latest_from(one, other)), NULL, "---------x-|",
	          RX_VALUES(rx_tuple, "x", letters("c12")));
	rx_expect_subscriptions(t, other, "^----------!");
	EXPECT_MARBLES(t);
}

TEST(an_error_of_another_ends_it)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "-a--b----c-|", NULL), *other = rx_cold(t, "1----#", NULL);
	rx_expect(t, rx_pipe(source, rx_with_latest_from(other)), NULL, "-x--y#",
	          RX_VALUES(rx_tuple, "xy", letters("a1"), letters("b1")));
	rx_expect_subscriptions(t, source, "^----!");
	EXPECT_MARBLES(t);
}

TEST(the_others_are_subscribed_and_torn_down_first)
{
	rx_subscription subscription;
	rx_observable *source = noted("source", rx_never());
	rx_subscribe(rx_pipe(source, rx_with_latest_from(noted("a", rx_never()), noted("b", rx_never()))), NULL,
	             &subscription);
	ck_assert_str_eq(notes(), "a subscribed, b subscribed, source subscribed");
	rx_unsubscribe(&subscription);
	ck_assert_str_eq(notes(), "a torn down, b torn down, source torn down");
}

static void note_tuple(const rx_tuple *tuple, void *ctx)
{
	note("%d %s", (int)*RX_TUPLE_ITEM(tuple, 0, int64_t), *RX_TUPLE_ITEM(tuple, 1, rx_string));
	ck_assert_ptr_null(RX_TUPLE_ITEM(tuple, 0, char));
	ck_assert_ptr_null(RX_TUPLE_ITEM(tuple, 2, char));
}
RX_CONSUMER(note_tuple, rx_tuple);

TEST(items_are_read_with_their_types)
{
	rx_observable *both = rx_pipe(rx_range(1, 2), rx_with_latest_from(rx_of(rx_string, "one", "two")));
	rx_subscribe(both, &(rx_observer){RX_NEXT(note_tuple)}, NULL);
	ck_assert_str_eq(notes(), "1 two, 2 two");
}
