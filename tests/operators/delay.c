#include <clusterfy/rx.h>

#include "tests/support/contract.h"
#include "tests/support/marbles.h"

CONTRACT(rx_delay(RX_MS(2)))

TEST(moves_items_and_completion)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_hot(t, "-a-b--c|", NULL);
	rx_expect(t, rx_pipe(source, rx_delay(RX_MS(2))), NULL, "---a-b--(c|)", NULL);
	rx_expect_subscriptions(t, source, "^------!");
	EXPECT_MARBLES(t);
}

TEST(completion_is_moved_by_items_only)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_pipe(rx_cold(t, "-a-----|", NULL), rx_delay(RX_MS(2))), NULL, "---a---|", NULL);
	rx_expect(t, rx_pipe(rx_cold(t, "--|", NULL), rx_delay(RX_MS(5))), NULL, "--|", NULL);
	EXPECT_MARBLES(t);
}

TEST(errors_are_not_moved)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_pipe(rx_cold(t, "-a-b--c#", NULL), rx_delay(RX_MS(2))), NULL, "---a-b-#", NULL);
	EXPECT_MARBLES(t);
}

TEST(nothing_is_another_turn)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_pipe(rx_of(char, 'a', 'b'), rx_delay(0)), NULL, "(ab|)", NULL);
	EXPECT_MARBLES(t);
}

TEST(unsubscribing_forgets_what_waits)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_hot(t, "-a-b-c-", NULL);
	rx_expect(t, rx_pipe(source, rx_delay(RX_MS(2))), "^---!", "---a-", NULL);
	rx_expect_subscriptions(t, source, "^---!");
	EXPECT_MARBLES(t);
}

TEST(until_a_time)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_pipe(rx_hot(t, "-a-b-----c-d|", NULL), rx_delay_until(RX_MS(5))), NULL, "-----(ab)c-d|", NULL);
	EXPECT_MARBLES(t);
}

TEST(strings_are_kept)
{
	rx_test *t = rx_test_create();
	const rx_values *words = RX_VALUES(rx_string, "ab", "one", "two");
	rx_expect(t, rx_pipe(rx_cold(t, "-a-b|", words), rx_delay(RX_MS(3))), NULL, "----a-(b|)", words);
	EXPECT_MARBLES(t);
}
