#include <clusterfy/rx.h>

#include "tests/support/marbles.h"
#include "tests/support/contract.h"

CONTRACT(rx_concat_with(three_parcels(NULL)))

TEST(goes_on_with_others)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "-1-|", NULL), *other = rx_cold(t, "-2-|", NULL);
	rx_expect(t, rx_pipe(source, rx_concat_with(other)), NULL, "-1--2-|", NULL);
	rx_expect_subscriptions(t, other, "---^--!");
	EXPECT_MARBLES(t);
}
