#include <clusterfy/rx.h>

#include "tests/support/contract.h"
#include "tests/support/marbles.h"

CONTRACT(rx_timestamp())

static rx_timestamped at(int ms, const char *item)
{
	return (rx_timestamped){RX_MS(ms), &rx_type_char, item};
}

TEST(tells_the_time_of_items)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_hot(t, "-a--b|", NULL);
	rx_expect(t, rx_pipe(source, rx_timestamp()), NULL, "-x--y|",
	          RX_VALUES(rx_timestamped, "xy", at(1, "a"), at(4, "b")));
	rx_expect(t, rx_pipe(source, rx_timestamp()), "--^", "----y|", RX_VALUES(rx_timestamped, "y", at(4, "b")));
	EXPECT_MARBLES(t);
}

TEST(by_another_clock)
{
	rx_test *t = rx_test_create();
	rx_scheduler *still = rx_virtual_create();
	rx_virtual_run(still, RX_MS(7));
	rx_expect(t, rx_pipe(rx_cold(t, "-a--b#", NULL), rx_timestamp_on(still)), NULL, "-x--y#",
	          RX_VALUES(rx_timestamped, "xy", at(7, "a"), at(7, "b")));
	EXPECT_MARBLES(t);
	rx_virtual_destroy(still);
}

static void read(const rx_timestamped *item, void *ctx)
{
	*(char *)ctx = *RX_TIMED_VALUE(item, char);
	ck_assert_ptr_null(RX_TIMED_VALUE(item, int));
}
RX_CONSUMER(read, rx_timestamped);

TEST(the_value_is_read_without_a_cast)
{
	char seen = 0;
	rx_subscribe(rx_pipe(rx_of(char, 'a'), rx_timestamp()), &(rx_observer){RX_NEXT(read), .ctx = &seen}, NULL);
	ck_assert_int_eq(seen, 'a');
}
