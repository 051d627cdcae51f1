#include <clusterfy/rx.h>

#include "tests/support/marbles.h"

TEST(completes_at_once)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_empty(), NULL, "|", NULL);
	EXPECT_MARBLES(t);
}

RX_FILTER(is_even, int64_t, n, n % 2 == 0)

TEST(fits_any_type)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_pipe(rx_empty(), rx_filter(is_even)), NULL, "|", NULL);
	EXPECT_MARBLES(t);
}
