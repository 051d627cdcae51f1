#include <clusterfy/rx.h>

#include "tests/support/marbles.h"
#include "tests/support/contract.h"

static rx_observable *newest_later(const parcel *newest, const parcel *item, void *ctx)
{
	(void)newest, (void)item;
	return three_parcels(ctx);
}
RX_STREAM_REDUCER(newest_later, parcel, parcel);

CONTRACT(rx_switch_scan(newest_later, parcel, {0}))

static rx_observable *later(const int64_t *acc, const int64_t *n, void *ctx)
{
	return rx_cold(ctx, "--x|", RX_VALUES(int64_t, "x", *acc + *n));
}
RX_STREAM_REDUCER(later, int64_t, int64_t);

TEST(what_was_switched_away_did_not_count)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "-1-2----3--|", NUMBERS);
	rx_expect(t, rx_pipe(source, rx_switch_scan(later, int64_t, 0, t)), NULL, "-----2----5|", NUMBERS);
	EXPECT_MARBLES(t);
}

TEST(an_error_of_the_source_is_passed_on)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "-1---#", NUMBERS);
	rx_expect(t, rx_pipe(source, rx_switch_scan(later, int64_t, 0, t)), NULL, "---1-#", NUMBERS);
	EXPECT_MARBLES(t);
}
