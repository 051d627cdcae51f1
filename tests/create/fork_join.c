#include "tests/support/contract.h"
#include "tests/support/letters.h"
#include "tests/support/notes.h"

CONTRACT_OF(rx_fork_join(source, three_parcels(NULL)))
CONTRACT_OF(rx_fork_join(three_parcels(NULL), source))

TEST(emits_the_last_items_when_all_have_completed)
{
	rx_test *t = rx_test_create();
	rx_observable *a = rx_cold(t, "-a--b---|", NULL), *b = rx_cold(t, "--1--2|", NULL);
	rx_expect(t, rx_fork_join(a, b), NULL, "--------(x|)", RX_VALUES(rx_tuple, "x", letters("b2")));
	rx_expect_subscriptions(t, a, "^-------!");
	rx_expect_subscriptions(t, b, "^-----!");
	EXPECT_MARBLES(t);
}

TEST(one_that_completes_empty_completes_it_at_once)
{
	rx_test *t = rx_test_create();
	rx_observable *a = rx_cold(t, "-a--b---|", NULL), *b = rx_cold(t, "--|", NULL);
	rx_expect(t, rx_fork_join(a, b), NULL, "--|", NULL);
	rx_expect_subscriptions(t, a, "^-!");
	EXPECT_MARBLES(t);
}

TEST(ends_with_the_first_error)
{
	rx_test *t = rx_test_create();
	rx_observable *a = rx_cold(t, "-a--b---|", NULL), *b = rx_cold(t, "-1-#", NULL);
	rx_expect(t, rx_fork_join(a, b), NULL, "---#", NULL);
	rx_expect_subscriptions(t, a, "^--!");
	EXPECT_MARBLES(t);
}

TEST(one_that_never_ends_holds_it)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_fork_join(rx_cold(t, "-a|", NULL), rx_cold(t, "-1-", NULL)), NULL, "-", NULL);
	EXPECT_MARBLES(t);
}

TEST(of_nobody_completes)
{
	rx_observable *nobody[] = {NULL};
	rx_subscribe(rx_fork_join_array(nobody), &(rx_observer){.complete = noting.complete}, NULL);
	ck_assert_str_eq(notes(), "complete");
}
