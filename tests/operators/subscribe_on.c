#include <clusterfy/rx.h>

#include "tests/support/contract.h"
#include "tests/support/marbles.h"

CONTRACT(rx_subscribe_on(NULL, RX_MS(2)))

TEST(subscribes_later)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "a-b-|", NULL);
	rx_expect(t, rx_pipe(source, rx_subscribe_on(rx_test_scheduler(t), RX_MS(2))), NULL, "--a-b-|", NULL);
	rx_expect(t, rx_pipe(rx_cold(t, "a-#", NULL), rx_subscribe_on(NULL, 0)), NULL, "a-#", NULL);
	rx_expect_subscriptions(t, source, "--^---!");
	EXPECT_MARBLES(t);
}

TEST(unsubscribing_in_between_subscribes_to_nothing)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "a-b-|", NULL);
	rx_expect(t, rx_pipe(source, rx_subscribe_on(NULL, RX_MS(2))), "^!", "", NULL);
	rx_expect_subscriptions(t, source, NULL);
	EXPECT_MARBLES(t);
}

TEST(unsubscribing_afterwards_unsubscribes)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "a-b-|", NULL);
	rx_expect(t, rx_pipe(source, rx_subscribe_on(NULL, RX_MS(2))), "^--!", "--a", NULL);
	rx_expect_subscriptions(t, source, "--^!");
	EXPECT_MARBLES(t);
}

TEST(runs_on_the_scheduler_it_is_given)
{
	rx_test *t = rx_test_create();
	rx_scheduler *other = rx_virtual_create();
	rx_recording *recording = rx_record(t, rx_pipe(rx_of(char, 'a', 'b'), rx_subscribe_on(other, 0)), NULL);
	rx_test_flush(t);
	ck_assert_uint_eq(rx_recorded(recording)->count, 0);
	rx_virtual_run(other, RX_NEVER);
	ck_assert_uint_eq(rx_recorded(recording)->count, 3);
	rx_test_destroy(t);
	rx_virtual_destroy(other);
}
