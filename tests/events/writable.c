#include "tests/events/watched.h"

static struct watched seen;

TEST(emits_while_there_is_room_to_write)
{
	static const char block[4096];
	char drain[4096];
	int ends[2];
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	watch(&seen, rx_writable(ends[1]));
	ev_run(EV_DEFAULT, EVRUN_NOWAIT);
	ck_assert_int_eq(seen.items, 1);
	ck_assert_int_eq(seen.last, ends[1]);
	while (write(ends[1], block, sizeof block) > 0)
		;
	ev_run(EV_DEFAULT, EVRUN_NOWAIT);
	ck_assert_int_eq(seen.items, 1);
	while (read(ends[0], drain, sizeof drain) > 0)
		;
	ev_run(EV_DEFAULT, EVRUN_NOWAIT);
	ck_assert_int_eq(seen.items, 2);
	rx_unsubscribe(&seen.subscription);
	close(ends[0]);
	close(ends[1]);
}

TEST(can_be_paused)
{
	int ends[2];
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	watch(&seen, rx_writable(ends[1]));
	ck_assert_int_eq(rx_pause(&seen.subscription), 0);
	ck_assert_int_eq(ev_run(EV_DEFAULT, 0), 0);
	rx_resume(&seen.subscription);
	ev_run(EV_DEFAULT, EVRUN_ONCE);
	ck_assert_int_eq(seen.items, 1);
	rx_unsubscribe(&seen.subscription);
	close(ends[0]);
	close(ends[1]);
}

TEST(without_a_loop_it_is_not_supported)
{
	assert_not_supported(rx_writable(STDOUT_FILENO));
}
