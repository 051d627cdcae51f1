#include "tests/events/watched.h"

static struct watched seen;

TEST(emits_the_signal_each_time)
{
	watch(&seen, rx_signal(SIGUSR1));
	ev_run(EV_DEFAULT, EVRUN_NOWAIT);
	raise(SIGUSR1);
	ev_run(EV_DEFAULT, EVRUN_NOWAIT);
	raise(SIGUSR1);
	ev_run(EV_DEFAULT, EVRUN_NOWAIT);
	ck_assert_int_eq(seen.items, 2);
	ck_assert_int_eq(seen.last, SIGUSR1);
	rx_unsubscribe(&seen.subscription);
}

TEST(goes_to_every_subscription)
{
	struct watched other = {0};
	watch(&seen, rx_pipe(rx_signal(SIGUSR1), rx_take(1)));
	watch(&other, rx_signal(SIGUSR1));
	raise(SIGUSR1);
	ev_run(EV_DEFAULT, EVRUN_NOWAIT);
	raise(SIGUSR1);
	ev_run(EV_DEFAULT, EVRUN_NOWAIT);
	ck_assert_int_eq(seen.items, 1);
	ck_assert_int_eq(other.items, 2);
	rx_unsubscribe(&other.subscription);
}

TEST(does_what_it_did_when_the_last_one_ends, .signal = SIGUSR1)
{
	watch(&seen, rx_signal(SIGUSR1));
	rx_unsubscribe(&seen.subscription);
	raise(SIGUSR1);
}

TEST(cannot_be_paused)
{
	watch(&seen, rx_signal(SIGUSR1));
	ck_assert_int_eq(rx_pause(&seen.subscription), -ENOTSUP);
	rx_unsubscribe(&seen.subscription);
}

TEST(what_cannot_be_caught_is_an_error)
{
	static const int numbers[] = {SIGKILL, SIGSTOP, 0, -1, 1000};
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		seen.code = 0;
		watch(&seen, rx_signal(numbers[i]));
		ck_assert_int_eq(seen.code, -EINVAL);
	}
}

TEST(without_a_loop_it_is_not_supported)
{
	assert_not_supported(rx_signal(SIGUSR1));
}
