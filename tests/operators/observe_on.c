#include <clusterfy/rx.h>

#include "tests/support/contract.h"
#include "tests/support/marbles.h"

CONTRACT(rx_observe_on(NULL, RX_MS(2)))

TEST(moves_everything)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_hot(t, "-a-b-#", NULL);
	rx_expect(t, rx_pipe(source, rx_observe_on(rx_test_scheduler(t), RX_MS(2))), NULL, "---a-b-#", NULL);
	rx_expect(t, rx_pipe(rx_cold(t, "-a|", NULL), rx_observe_on(NULL, RX_MS(2))), NULL, "---a|", NULL);
	rx_expect_subscriptions(t, source, "^----!");
	EXPECT_MARBLES(t);
}

TEST(without_a_delay_it_is_another_turn)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_pipe(rx_of(char, 'a', 'b'), rx_observe_on(rx_test_scheduler(t), 0)), NULL, "(ab|)", NULL);
	EXPECT_MARBLES(t);
}

TEST(runs_on_the_scheduler_it_is_given)
{
	rx_test *t = rx_test_create();
	rx_scheduler *other = rx_virtual_create();
	rx_recording *recording = rx_record(t, rx_pipe(rx_of(char, 'a', 'b'), rx_observe_on(other, 0)), NULL);
	rx_test_flush(t);
	ck_assert_uint_eq(rx_recorded(recording)->count, 0);
	rx_virtual_run(other, RX_NEVER);
	ck_assert_uint_eq(rx_recorded(recording)->count, 3);
	rx_test_destroy(t);
	rx_virtual_destroy(other);
}

TEST(unsubscribing_forgets_what_waits)
{
	rx_test *t = rx_test_create();
	const rx_values *words = RX_VALUES(rx_string, "ab", "one", "two");
	rx_expect(t, rx_pipe(rx_cold(t, "-ab#", words), rx_observe_on(NULL, RX_MS(3))), "^---!", "----", NULL);
	rx_expect(t, rx_pipe(rx_cold(t, "-ab#", words), rx_observe_on(NULL, RX_MS(3))), "^----!", "----a", words);
	EXPECT_MARBLES(t);
}
