#include <errno.h>

#include "tests/support/contract.h"
#include "tests/support/marbles.h"
#include "tests/support/notes.h"
#include "tests/support/stack.h"

CONTRACT_OF(rx_on_error_resume_next(source, three_parcels(NULL)), .recovers = true)
CONTRACT_OF(rx_on_error_resume_next(three_parcels(NULL), source), .recovers = true)

TEST(goes_on_however_the_one_before_ends)
{
	rx_test *t = rx_test_create();
	rx_observable *a = rx_cold(t, "--1--#", NULL), *b = rx_cold(t, "--2--|", NULL);
	rx_expect(t, rx_on_error_resume_next(a, b), NULL, "--1----2--|", NULL);
	rx_expect_subscriptions(t, a, "^----!");
	rx_expect_subscriptions(t, b, "-----^----!");
	EXPECT_MARBLES(t);
}

TEST(the_last_error_is_a_completion)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_on_error_resume_next(rx_cold(t, "-1|", NULL), rx_cold(t, "-2-#", NULL)), NULL, "-1-2-|", NULL);
	EXPECT_MARBLES(t);
}

TEST(unsubscribing_stops_the_one_that_runs)
{
	rx_test *t = rx_test_create();
	rx_observable *a = rx_cold(t, "-#", NULL), *b = rx_cold(t, "--2--2--|", NULL);
	rx_expect(t, rx_on_error_resume_next(a, b), "^---!", "---2-", NULL);
	rx_expect_subscriptions(t, b, "-^--!");
	EXPECT_MARBLES(t);
}

TEST(the_one_before_is_torn_down_first)
{
	rx_observable *a = noted("a", rx_throw_error(-EIO, "broken")), *b = noted("b", rx_range(2, 1));
	rx_subscribe(rx_on_error_resume_next(a, b), &noting, NULL);
	ck_assert_str_eq(notes(), "a subscribed, a torn down, b subscribed, 2, b torn down, complete");
}

TEST(of_nobody_completes)
{
	rx_observable *nobody[] = {NULL};
	rx_subscribe(rx_on_error_resume_next_array(nobody), &noting, NULL);
	ck_assert_str_eq(notes(), "complete");
}

static void fail_many(void)
{
	rx_observable **sources = rx_alloc((MANY + 1) * sizeof *sources), *one = rx_throw_error(-EIO, "broken");
	for (size_t i = 0; i < MANY; i++)
		sources[i] = rx_observable_ref(one);
	sources[MANY] = NULL;
	rx_subscribe(rx_on_error_resume_next_array(sources), &noting, NULL);
	rx_observable_unref(one);
	rx_free(sources);
}

TEST(any_number_of_synchronous_errors_on_a_small_stack)
{
	on_small_stack(fail_many);
	ck_assert_str_eq(notes(), "complete");
}
