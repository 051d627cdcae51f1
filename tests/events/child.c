#include "tests/events/watched.h"

#include "observables/events/watch.h"

#include <sys/resource.h>

/* Where a child is waited for, and how. */
enum { DEFAULT_LOOP, OTHER_LOOP, POLLED, WAYS };

static struct ev_loop *loop;
static rx_observable *(*child_of)(int pid);

static void use(int way)
{
	loop = way == DEFAULT_LOOP ? ev_default_loop(0) : ev_loop_new(0);
	child_of = way == POLLED ? rx__child_polled : rx_child;
	rx_scheduler_set_current(rx_loop(loop));
}

static void use_no_more(void)
{
	rx_scheduler_set_current(NULL);
	if (ev_is_default_loop(loop))
		return;
	rx_loop_release(loop);
	ev_loop_destroy(loop);
}

static int exits_with(int code)
{
	const pid_t pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		_exit(code);
	return pid;
}

static int hangs(void)
{
	const pid_t pid = fork();
	ck_assert_int_ge(pid, 0);
	while (pid == 0)
		pause();
	return pid;
}

/* Until it is a zombie, which it stays. */
static void has_ended(int pid)
{
	siginfo_t info;
	ck_assert_int_eq(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
}

TEST(tells_the_exit_code, .to = WAYS)
{
	use(_i);
	const int pid = exits_with(7);
	rx_exit ended;
	ck_assert_int_eq(rx_await_last(rx_exit, child_of(pid), &ended), 0);
	ck_assert_int_eq(ended.pid, pid);
	ck_assert_int_eq(ended.code, 7);
	ck_assert_int_eq(ended.signal, 0);
	ck_assert_int_eq(ended.core, 0);
	use_no_more();
}

TEST(tells_the_signal, .to = WAYS)
{
	use(_i);
	const int pid = hangs();
	kill(pid, SIGKILL);
	rx_exit ended;
	ck_assert_int_eq(rx_await_last(rx_exit, child_of(pid), &ended), 0);
	ck_assert_int_eq(ended.pid, pid);
	ck_assert_int_eq(ended.code, -1);
	ck_assert_int_eq(ended.signal, SIGKILL);
	use_no_more();
}

/* Before there was a loop that could hear of it, even. */
TEST(may_have_ended_already, .to = WAYS)
{
	const int pid = exits_with(3);
	has_ended(pid);
	use(_i);
	rx_exit ended;
	ck_assert_int_eq(rx_await_first(rx_exit, child_of(pid), &ended), 0);
	ck_assert_int_eq(ended.code, 3);
	use_no_more();
}

TEST(one_that_is_no_child_is_an_error, .to = WAYS)
{
	use(_i);
	ck_assert_int_eq(rx_await_first(rx_exit, child_of(getppid()), NULL), -ECHILD);
	ck_assert_int_eq(rx_await_first(rx_exit, child_of(0), NULL), -ECHILD);
	ck_assert_int_eq(rx_await_first(rx_exit, child_of(-1), NULL), -ECHILD);
	use_no_more();
}

TEST(leaves_the_host_s_children_alone, .from = OTHER_LOOP, .to = WAYS)
{
	use(_i);
	const int hosts = exits_with(1), ours = exits_with(2);
	has_ended(hosts);
	rx_exit ended;
	ck_assert_int_eq(rx_await_first(rx_exit, child_of(ours), &ended), 0);
	ck_assert_int_eq(ended.code, 2);
	int status;
	ck_assert_int_eq(waitpid(hosts, &status, 0), hosts);
	ck_assert_int_eq(WEXITSTATUS(status), 1);
	use_no_more();
}

TEST(one_that_somebody_else_waits_for_is_an_error, .from = OTHER_LOOP, .to = WAYS)
{
	use(_i);
	const int pid = hangs();
	struct watched seen = {0};
	rx_subscribe(child_of(pid), &(rx_observer){.error = watched_error, .ctx = &seen}, NULL);
	kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	while (!seen.errors)
		ev_run(loop, EVRUN_ONCE);
	ck_assert_int_eq(seen.code, -ECHILD);
	use_no_more();
}

TEST(who_unsubscribes_leaves_it_to_others, .to = WAYS)
{
	use(_i);
	const int pid = hangs();
	rx_subscription subscription;
	rx_subscribe(child_of(pid), NULL, &subscription);
	rx_unsubscribe(&subscription);
	ck_assert_int_eq(ev_run(loop, EVRUN_NOWAIT), 0);
	kill(pid, SIGKILL);
	if (_i != DEFAULT_LOOP)
		ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	else
		has_ended(pid), ev_feed_signal_event(loop, SIGCHLD), ev_run(loop, EVRUN_NOWAIT);
	use_no_more();
}

TEST(many_that_die_together_are_each_told, .to = WAYS)
{
	enum { MANY = 20 };
	use(_i);
	int pids[MANY];
	rx_subject *results[MANY];
	for (int i = 0; i < MANY; i++) {
		pids[i] = exits_with(i);
		results[i] = rx_replay_create(&rx_type_rx_exit, 0, 0);
		rx_subject_subscribe_to(results[i], child_of(pids[i]), NULL);
	}
	for (int i = 0; i < MANY; i++)
		has_ended(pids[i]);
	for (int i = 0; i < MANY; i++) {
		rx_exit ended;
		ck_assert_int_eq(rx_await_last(rx_exit, rx_subject_observe(results[i]), &ended), 0);
		ck_assert_int_eq(ended.pid, pids[i]);
		ck_assert_int_eq(ended.code, i);
		rx_subject_unref(results[i]);
	}
	use_no_more();
}

TEST(cannot_be_paused)
{
	use(DEFAULT_LOOP);
	const int pid = exits_with(0);
	rx_subscription subscription;
	rx_subscribe(rx_child(pid), NULL, &subscription);
	ck_assert_int_eq(rx_pause(&subscription), -ENOTSUP);
	while (!rx_is_closed(&subscription))
		ev_run(loop, EVRUN_ONCE);
	use_no_more();
}

TEST(without_a_loop_it_is_not_supported)
{
	assert_not_supported(rx_child(1));
}
