#include "tests/support/contract.h"
#include "tests/support/marbles.h"
#include "tests/support/notes.h"
#include "tests/support/stack.h"

CONTRACT_OF(rx_concat(source, three_parcels(NULL)))
CONTRACT_OF(rx_concat(three_parcels(NULL), source))

TEST(goes_on_when_the_one_before_has_completed)
{
	rx_test *t = rx_test_create();
	rx_observable *a = rx_cold(t, "--1--2--|", NULL), *b = rx_cold(t, "--3--|", NULL);
	rx_expect(t, rx_concat(a, b), NULL, "--1--2----3--|", NULL);
	rx_expect_subscriptions(t, a, "^-------!");
	rx_expect_subscriptions(t, b, "--------^----!");
	EXPECT_MARBLES(t);
}

TEST(an_error_ends_it_and_the_rest_is_never_subscribed)
{
	rx_test *t = rx_test_create();
	rx_observable *a = rx_cold(t, "--1--#", NULL), *b = rx_cold(t, "--3--|", NULL);
	rx_expect(t, rx_concat(a, b), NULL, "--1--#", NULL);
	rx_expect_subscriptions(t, b, NULL);
	EXPECT_MARBLES(t);
}

TEST(unsubscribing_stops_the_one_that_runs)
{
	rx_test *t = rx_test_create();
	rx_observable *a = rx_cold(t, "--1|", NULL), *b = rx_cold(t, "--3--4--|", NULL);
	rx_expect(t, rx_concat(a, b), "^------!", "--1--3--", NULL);
	rx_expect_subscriptions(t, b, "---^---!");
	EXPECT_MARBLES(t);
}

TEST(the_one_before_is_torn_down_first)
{
	rx_subscribe(rx_concat(noted("a", rx_range(1, 1)), noted("b", rx_range(2, 1))), &noting, NULL);
	ck_assert_str_eq(notes(), "a subscribed, 1, a torn down, b subscribed, 2, b torn down, complete");
}

TEST(of_nobody_completes)
{
	rx_observable *nobody[] = {NULL};
	rx_subscribe(rx_concat_array(nobody), &noting, NULL);
	ck_assert_str_eq(notes(), "complete");
}

TEST(take_stops_it_between_synchronous_sources)
{
	rx_observable *both = rx_concat(noted("a", rx_range(1, 1)), noted("b", rx_range(2, 5)), rx_never());
	rx_subscribe(rx_pipe(both, rx_take(2)), &noting, NULL);
	ck_assert_str_eq(notes(), "a subscribed, 1, a torn down, b subscribed, 2, complete, b torn down");
}

static void concat_many(void)
{
	rx_observable **sources = rx_alloc((MANY + 1) * sizeof *sources);
	for (size_t i = 0; i < MANY; i++)
		sources[i] = rx_range((int64_t)i, 1);
	sources[MANY] = NULL;
	rx_subscribe(rx_concat_array(sources), NULL, NULL);
	rx_free(sources);
}

TEST(any_number_of_synchronous_sources_on_a_small_stack)
{
	on_small_stack(concat_many);
}
