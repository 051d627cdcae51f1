/*
 * Virtual time as RxJS's TestScheduler has it: a frame is a millisecond; in legacy mode it ends at frame 750, and what
 * names no scheduler waits for the real clock, which does not move while a test is flushed.
 */
#include "tests/conformance/replay.h"

#define LEGACY_END RX_MS(750)

void clock_start(struct replay *replay)
{
	replay->test = rx_virtual_create();
	replay->async = replay->run ? replay->test : rx_virtual_create();
	rx_scheduler_set_current(replay->async);
}

void clock_flush(struct replay *replay)
{
	sources_setup(replay);
	rx_virtual_run(replay->test, replay->run ? RX_NEVER : LEGACY_END);
}

double clock_frame(const struct replay *replay)
{
	return (double)rx_now(replay->test) / (double)RX_MS(1);
}

void clock_stop(struct replay *replay)
{
	rx_scheduler_set_current(NULL);
	if (replay->async != replay->test)
		rx_virtual_destroy(replay->async);
	rx_virtual_destroy(replay->test);
}
