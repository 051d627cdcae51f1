#include "tests/support/letters.h"
#include "tests/support/contract.h"

CONTRACT(rx_combine_latest_with(three_parcels(NULL)))

TEST(combines_the_source_with_others)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "-a----b----|", NULL), *other = rx_cold(t, "---1----2-|", NULL);
	rx_expect(t, rx_pipe(source, rx_combine_latest_with(other)), NULL, "---x--y-z--|",
	          RX_VALUES(rx_tuple, "xyz", letters("a1"), letters("b1"), letters("b2")));
	EXPECT_MARBLES(t);
}
