#include "tests/support/contract.h"
#include "tests/support/marbles.h"
#include "tests/support/notes.h"

CONTRACT_OF(rx_race(source, three_parcels(NULL)))
CONTRACT_OF(rx_race(three_parcels(NULL), source))

TEST(stays_with_the_first_to_emit)
{
	rx_test *t = rx_test_create();
	rx_observable *a = rx_cold(t, "---1--1--|", NULL), *b = rx_cold(t, "-2---2---2--|", NULL);
	rx_observable *c = rx_cold(t, "--3--|", NULL);
	rx_expect(t, rx_race(a, b, c), NULL, "-2---2---2--|", NULL);
	rx_expect_subscriptions(t, a, "^!");
	rx_expect_subscriptions(t, b, "^-----------!");
	rx_expect_subscriptions(t, c, "^!");
	EXPECT_MARBLES(t);
}

TEST(completion_wins)
{
	rx_test *t = rx_test_create();
	rx_observable *a = rx_cold(t, "---1--|", NULL), *b = rx_cold(t, "-|", NULL);
	rx_expect(t, rx_race(a, b), NULL, "-|", NULL);
	rx_expect_subscriptions(t, a, "^!");
	EXPECT_MARBLES(t);
}

TEST(an_error_wins)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_race(rx_cold(t, "---1--|", NULL), rx_cold(t, "-#", NULL)), NULL, "-#", NULL);
	EXPECT_MARBLES(t);
}

TEST(an_error_of_one_that_lost_means_nothing)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_race(rx_cold(t, "-1----|", NULL), rx_cold(t, "--#", NULL)), NULL, "-1----|", NULL);
	EXPECT_MARBLES(t);
}

TEST(one_that_emits_at_once_is_the_last_to_be_subscribed)
{
	rx_subscribe(rx_race(noted("a", rx_never()), noted("b", rx_range(1, 2)), noted("c", rx_never())), &noting,
	             NULL);
	ck_assert_str_eq(notes(), "a subscribed, b subscribed, a torn down, 1, 2, complete, b torn down");
}

TEST(of_nobody_never_ends)
{
	rx_subscription subscription;
	rx_observable *nobody[] = {NULL};
	rx_subscribe(rx_race_array(nobody), &noting, &subscription);
	ck_assert_str_eq(notes(), "");
	ck_assert(!rx_is_closed(&subscription));
	rx_unsubscribe(&subscription);
}
