#include "tests/support/contract.h"
#include "tests/support/through.h"

CONTRACT(rx_materialize(), .recovers = true)

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
	RX_VALUES(rx_notification, "abce", NEXT(1), NEXT(2), {.kind = RX_NOTIFICATION_COMPLETE},                       \
	          {.kind = RX_NOTIFICATION_ERROR, .error = broken})

TEST(an_error_becomes_an_item, .setup = setup, .teardown = teardown)
{
	through(rx_materialize(), "--1--#",
	                          "--a--(e|)", .to = EVENTS, .subscriptions = "^----!");
}

TEST(so_does_the_completion, .setup = setup, .teardown = teardown)
{
	through(rx_materialize(), "--1--2--|",
	                          "--a--b--(c|)", .to = EVENTS);
	through(rx_materialize(), "|", "(c|)", .to = EVENTS);
	through(rx_materialize(), "-", "-", .to = EVENTS);
}

TEST(stops_when_unsubscribed, .setup = setup, .teardown = teardown)
{
	through(rx_materialize(), "--1--2--|",
	                          "--a-    ", .to = EVENTS, .subscription = "^---!", .subscriptions = "^---!");
}

TEST(dematerialize_undoes_it, .setup = setup, .teardown = teardown)
{
	through(rx_compose(rx_materialize(), rx_dematerialize(int64_t)), "--1--2--|",
	                                                                 "--1--2--|");
	through(rx_compose(rx_materialize(), rx_dematerialize(int64_t)), "--1--2--#",
	                                                                 "--1--2--#");
}
