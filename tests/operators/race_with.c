#include <clusterfy/rx.h>

#include "tests/support/marbles.h"
#include "tests/support/contract.h"

CONTRACT(rx_race_with(three_parcels(NULL)))

TEST(races_the_source_with_others)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "---1--1--|", NULL), *other = rx_cold(t, "-2---2---2--|", NULL);
	rx_expect(t, rx_pipe(source, rx_race_with(other)), NULL, "-2---2---2--|", NULL);
	rx_expect_subscriptions(t, source, "^!");
	EXPECT_MARBLES(t);
}
