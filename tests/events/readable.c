#include "tests/events/watched.h"

static struct watched seen;
static int ends[2];

static void open_pipe(void)
{
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
}

static void close_pipe(void)
{
	close(ends[0]);
	close(ends[1]);
}

static void turn(void)
{
	ev_run(EV_DEFAULT, EVRUN_NOWAIT);
}

TEST(emits_while_there_is_something_to_read)
{
	char byte;
	open_pipe();
	watch(&seen, rx_readable(ends[0]));
	turn();
	ck_assert_int_eq(seen.items, 0);
	ck_assert_int_eq(write(ends[1], "x", 1), 1);
	turn();
	turn();
	ck_assert_int_eq(seen.items, 2);
	ck_assert_int_eq(seen.last, ends[0]);
	ck_assert_int_eq(read(ends[0], &byte, 1), 1);
	turn();
	ck_assert_int_eq(seen.items, 2);
	rx_unsubscribe(&seen.subscription);
	close_pipe();
}

TEST(the_end_of_a_file_is_something_to_read)
{
	open_pipe();
	watch(&seen, rx_readable(ends[0]));
	close(ends[1]);
	turn();
	ck_assert_int_eq(seen.items, 1);
	rx_unsubscribe(&seen.subscription);
	close(ends[0]);
}

TEST(can_be_paused)
{
	open_pipe();
	watch(&seen, rx_readable(ends[0]));
	ck_assert_int_eq(write(ends[1], "x", 1), 1);
	ck_assert_int_eq(rx_pause(&seen.subscription), 0);
	turn();
	ck_assert_int_eq(seen.items, 0);
	rx_resume(&seen.subscription);
	turn();
	ck_assert_int_eq(seen.items, 1);
	rx_unsubscribe(&seen.subscription);
	close_pipe();
}

TEST(stops_inside_take)
{
	open_pipe();
	ck_assert_int_eq(write(ends[1], "x", 1), 1);
	watch(&seen, rx_pipe(rx_readable(ends[0]), rx_take(1)));
	ck_assert_int_eq(ev_run(EV_DEFAULT, 0), 0);
	ck_assert_int_eq(seen.items, 1);
	ck_assert_int_eq(seen.completions, 1);
	close_pipe();
}

TEST(each_subscription_watches)
{
	struct watched other = {0};
	open_pipe();
	watch(&seen, rx_readable(ends[0]));
	watch(&other, rx_readable(ends[0]));
	ck_assert_int_eq(write(ends[1], "x", 1), 1);
	turn();
	rx_unsubscribe(&seen.subscription);
	turn();
	ck_assert_int_eq(seen.items, 1);
	ck_assert_int_eq(other.items, 2);
	rx_unsubscribe(&other.subscription);
	close_pipe();
}

TEST(one_that_is_not_open_is_an_error)
{
	ev_default_loop(0); /* or the loop's own descriptor takes the number */
	open_pipe();
	close_pipe();
	watch(&seen, rx_readable(ends[0]));
	ck_assert_int_eq(seen.code, -EBADF);
	seen.code = 0;
	watch(&seen, rx_readable(-1));
	ck_assert_int_eq(seen.code, -EBADF);
}

TEST(watches_on_the_subscription_s_loop)
{
	struct ev_loop *loop = ev_loop_new(0);
	open_pipe();
	ck_assert_int_eq(write(ends[1], "x", 1), 1);
	watch_on(&seen, rx_readable(ends[0]), rx_loop(loop));
	turn();
	ck_assert_int_eq(seen.items, 0);
	ev_run(loop, EVRUN_NOWAIT);
	ck_assert_int_eq(seen.items, 1);
	rx_unsubscribe(&seen.subscription);
	rx_loop_release(loop);
	ev_loop_destroy(loop);
	close_pipe();
}

TEST(without_a_loop_it_is_not_supported)
{
	assert_not_supported(rx_readable(STDIN_FILENO));
}
