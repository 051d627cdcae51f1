#include "tests/support/letters.h"
#include "tests/support/contract.h"

CONTRACT(rx_compose(rx_map(parcel_streams), rx_zip_all()))

TEST(zips_all_when_the_source_has_completed)
{
	rx_test *t = rx_test_create();
	rx_observable *a = rx_cold(t, "-x---y|", NULL), *b = rx_cold(t, "--1-|", NULL);
	rx_observable *source = rx_cold(t, "-a--b--|", RX_VALUES(rx_stream, "ab", a, b));
	rx_expect(t, rx_pipe(source, rx_zip_all()), NULL, "---------m-|", RX_VALUES(rx_tuple, "m", letters("x1")));
	EXPECT_MARBLES(t);
}

TEST(of_none_completes)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "---|", RX_VALUES(rx_stream, "a", NULL));
	rx_expect(t, rx_pipe(source, rx_zip_all()), NULL, "---|", NULL);
	EXPECT_MARBLES(t);
}
