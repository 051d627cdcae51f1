#include "tests/support/contract.h"
#include "tests/support/through.h"

CONTRACT(rx_compose(rx_materialize(), rx_dematerialize(parcel)))

static const rx_error *broken;

static void setup(void)
{
	broken = rx_error_create(-EIO, "error");
}

static void teardown(void)
{
	rx_error_unref(broken);
}

#define NEXT(n)                                                                                                        \
	{                                                                                                              \
		RX_NOTIFICATION_NEXT, &rx_type_int64_t, &(int64_t){n}, NULL                                            \
	}
#define EVENTS                                                                                                         \
	RX_VALUES(rx_notification, "abced", NEXT(1), NEXT(2), {.kind = RX_NOTIFICATION_COMPLETE},                      \
	          {.kind = RX_NOTIFICATION_ERROR, .error = broken},                                                    \
	          {RX_NOTIFICATION_NEXT, &rx_type_double, &(double){1}, NULL})

TEST(does_what_the_notifications_say, .setup = setup, .teardown = teardown)
{
	through(rx_dematerialize(int64_t), "--a--e-----|",
	                                   "--1--#", .from = EVENTS, .subscriptions = "^----!");
	through(rx_dematerialize(int64_t), "--a--b--c--a--|",
	                                   "--1--2--|", .from = EVENTS, .subscriptions = "^-------!");
}

TEST(passes_the_end_of_the_source, .setup = setup, .teardown = teardown)
{
	through(rx_dematerialize(int64_t), "--a--|",
	                                   "--1--|", .from = EVENTS);
	through(rx_dematerialize(int64_t), "--a--#",
	                                   "--1--#", .from = EVENTS);
	through(rx_dematerialize(int64_t), "-", "-", .from = EVENTS);
}

TEST(a_value_of_another_type_is_an_error, .setup = setup, .teardown = teardown)
{
	through(rx_dematerialize(int64_t), "--a--d--b--|",
	                                   "--1--#", .from = EVENTS, .error = -EINVAL);
}
