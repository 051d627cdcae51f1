#include <clusterfy/rx.h>

#include "tests/support/contract.h"
#include "tests/support/marbles.h"

CONTRACT(rx_time_interval())

static rx_elapsed after(int ms, const char *item)
{
	return (rx_elapsed){RX_MS(ms), &rx_type_char, item};
}

TEST(tells_the_time_between_items)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_hot(t, "-a--b|", NULL);
	rx_expect(t, rx_pipe(source, rx_time_interval()), NULL, "-x--y|",
	          RX_VALUES(rx_elapsed, "xy", after(1, "a"), after(3, "b")));
	rx_expect(t, rx_pipe(source, rx_time_interval()), "--^", "----y|", RX_VALUES(rx_elapsed, "y", after(2, "b")));
	EXPECT_MARBLES(t);
}

TEST(by_another_clock)
{
	rx_test *t = rx_test_create();
	rx_scheduler *still = rx_virtual_create();
	rx_expect(t, rx_pipe(rx_cold(t, "-a--b#", NULL), rx_time_interval_on(still)), NULL, "-x--y#",
	          RX_VALUES(rx_elapsed, "xy", after(0, "a"), after(0, "b")));
	EXPECT_MARBLES(t);
	rx_virtual_destroy(still);
}

static void read(const rx_elapsed *item, void *ctx)
{
	*(char *)ctx = *RX_TIMED_VALUE(item, char);
	ck_assert_ptr_null(RX_TIMED_VALUE(item, int));
}
RX_CONSUMER(read, rx_elapsed);

TEST(the_value_is_read_without_a_cast)
{
	char seen = 0;
	rx_subscribe(rx_pipe(rx_of(char, 'a'), rx_time_interval()), &(rx_observer){RX_NEXT(read), .ctx = &seen}, NULL);
	ck_assert_int_eq(seen, 'a');
}
