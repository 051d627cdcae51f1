#include <clusterfy/rx.h>

#include "tests/support/marbles.h"

TEST(neither_emits_nor_ends)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_never(), NULL, "-", NULL);
	EXPECT_MARBLES(t);
}

TEST(cannot_be_paused)
{
	rx_subscription subscription;
	rx_subscribe(rx_never(), NULL, &subscription);
	ck_assert(rx_pause(&subscription) < 0);
	rx_unsubscribe(&subscription);
}
