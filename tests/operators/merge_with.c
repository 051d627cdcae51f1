#include <clusterfy/rx.h>

#include "tests/support/marbles.h"
#include "tests/support/contract.h"

CONTRACT(rx_merge_with(three_parcels(NULL)))

TEST(merges_the_source_with_others)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "-1---2--|", NULL), *other = rx_cold(t, "--3---4--|", NULL);
	rx_expect(t, rx_pipe(source, rx_merge_with(other)), NULL, "-13--24--|", NULL);
	rx_expect_subscriptions(t, source, "^-------!");
	rx_expect_subscriptions(t, other, "^--------!");
	EXPECT_MARBLES(t);
}

TEST(serves_several_sources)
{
	rx_test *t = rx_test_create();
	rx_operator *with = rx_merge_with(rx_cold(t, "-2|", NULL));
	rx_expect(t, rx_pipe(rx_cold(t, "1|", NULL), rx_operator_ref(with)), NULL, "12|", NULL);
	rx_expect(t, rx_pipe(rx_cold(t, "3--|", NULL), with), NULL, "32-|", NULL);
	EXPECT_MARBLES(t);
}
