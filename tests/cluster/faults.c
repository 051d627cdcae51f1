/*
 * What goes wrong outside: signals at the wrong moment, ends while something else ends, clocks that jump, processes that
 * the program starts by itself.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <clusterfy/cluster/testing.h>

#include "tests/support/clock.h"
#include "tests/support/cluster.h"
#include "tests/support/memory.h"

/* ---- The worker -------------------------------------------------------------------------------------------------------- */

static void end_now(rx_task *task)
{
	(void)task;
	_exit(0);
}

/* Its reply is on its way, and nothing else of it ever will be. */
static rx_observable *answer_and_exit(const cy_request *request, void *ctx)
{
	static rx_task task = {.run = end_now};
	(void)ctx;
	rx_schedule(rx_scheduler_current(), &task, 0);
	return cy_answer(cy_value_ref(request->arguments));
}

static rx_observable *square(const cy_request *request, void *ctx)
{
	(void)ctx;
	int64_t n = 0;
	cy_get_int(request->arguments, NULL, &n);
	return cy_answer(cy_int(n * n));
}

static rx_observable *never(const cy_request *request, void *ctx)
{
	(void)request, (void)ctx;
	return rx_never();
}

/* A child that holds all that this process has open, and outlives it. */
static rx_observable *branch(const cy_request *request, void *ctx)
{
	(void)request, (void)ctx;
	const pid_t pid = fork();
	if (pid == 0)
		for (;;)
			pause();
	return cy_answer(cy_int(pid));
}

/* Whether a child that runs the program takes itself for a worker. */
static rx_observable *breed(const cy_request *request, void *ctx)
{
	char name[] = "grandchild", *arguments[] = {name, NULL};
	int status = -1;
	pid_t pid;
	(void)request, (void)ctx;
	program_select(name);
	const int error = posix_spawn(&pid, "/proc/self/exe", NULL, NULL, arguments, environ);
	if (error)
		return cy_refuse(-error, "no child");
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return cy_answer(cy_int(WIFEXITED(status) ? WEXITSTATUS(status) : -1));
}

PROGRAM(grandchild)
{
	cy_cluster *cluster = cy_join(NULL);
	if (!cluster)
		return 99;
	const bool primary = cy_is_primary(cluster);
	cy_leave(cluster);
	return primary ? 0 : 98;
}

PROGRAM(breakable)
{
	static const struct {
		const char *name;
		rx_observable *(*run)(const cy_request *request, void *ctx);
	} commands[] = {
		{"last", answer_and_exit}, {"square", square}, {"never", never}, {"branch", branch}, {"breed", breed}};
	cy_cluster *cluster = cy_join(NULL);
	if (!cluster)
		return 99;
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		cy_register(cluster, &(cy_command){.name = commands[i].name, .run = commands[i].run});
	return cy_run(cluster);
}

static const cy_worker_options always = {.revive = CY_REVIVE_ALWAYS, .revival = {.first = RX_NOW}};

static cy_cluster *begin(event_log *log, const cy_worker_options *options)
{
	cy_cluster *cluster = cluster_begin("breakable", NULL);
	cluster_fork(cluster, "Paul", options);
	cluster_ready(cluster);
	event_log_start(log, cluster, "Paul");
	return cluster;
}

/* ---- Ends and revivals ------------------------------------------------------------------------------------------------- */

TEST(a_worker_that_waits_for_its_revival_does_not_hold_up_the_stop)
{
	event_log log;
	cy_cluster *cluster =
		begin(&log, &(cy_worker_options){.revive = CY_REVIVE_ALWAYS, .revival = {.first = RX_S(3600)}});
	cy_kill(cluster, cy_named("Paul"), SIGKILL);
	event_log_await(&log, "exit Paul signal 9 revives");
	cluster_end(cluster);
	ck_assert_uint_eq(event_log_count(&log, "status Paul INITIALIZING"), 0);
}

TEST(a_crash_while_the_cluster_stops_is_not_followed_by_a_revival)
{
	event_log log;
	cy_cluster *cluster = begin(&log, &always);
	cy_kill(cluster, cy_named("Paul"), SIGSTOP); /* so that it does not end by itself before */
	cy_stop(cluster, 0);
	cy_kill(cluster, cy_named("Paul"), SIGKILL);
	ck_assert_int_eq(cy_run(cluster), 0);
	ck_assert_uint_eq(event_log_count(&log, "exit Paul signal 9 gone"), 1);
	ck_assert_uint_eq(event_log_count(&log, "status Paul INITIALIZING"), 0);
}

TEST(a_stop_while_a_revived_worker_starts_ends_it_too)
{
	event_log log;
	cy_cluster *cluster = begin(&log, &always);
	cy_kill(cluster, cy_named("Paul"), SIGKILL);
	event_log_await(&log, "status Paul INITIALIZING");
	cluster_end(cluster);
	ck_assert_uint_eq(event_log_count(&log, "exit Paul signal 9 revives"), 1);
	ck_assert_uint_eq(event_log_count(&log, "status Paul INITIALIZING"), 1);
}

TEST(one_that_is_shut_down_while_it_waits_for_its_revival_is_gone)
{
	event_log log;
	cy_cluster *cluster =
		begin(&log, &(cy_worker_options){.revive = CY_REVIVE_ALWAYS, .revival = {.first = RX_S(3600)}});
	cy_kill(cluster, cy_named("Paul"), SIGKILL);
	event_log_await(&log, "exit Paul signal 9 revives");
	ck_assert_int_eq(cluster_finish(rx_pipe(cy_shutdown(cluster, cy_named("Paul"), 0), rx_ignore_elements())), 0);
	ck_assert_int_eq(cy_status_of(cluster, cy_named("Paul")), -ENOENT);
	cluster_fork(cluster, "Paul", NULL);
	cluster_ready(cluster);
	cluster_end(cluster);
}

static void keep_code(const rx_error *error, void *ctx)
{
	*(int *)ctx = error->code;
}

TEST(one_that_is_disconnected_while_it_waits_for_its_revival_is_gone_and_so_are_calls_to_it)
{
	event_log log;
	int code = 0;
	cy_cluster *cluster =
		begin(&log, &(cy_worker_options){.revive = CY_REVIVE_ALWAYS, .revival = {.first = RX_S(3600)}});
	cy_kill(cluster, cy_named("Paul"), SIGKILL);
	event_log_await(&log, "exit Paul signal 9 revives");
	rx_subscribe(cy_call(cluster, cy_named("Paul"), "square", cy_int(6)),
	             &(rx_observer){.error = keep_code, .ctx = &code}, NULL);
	ck_assert_int_eq(cy_disconnect(cluster, cy_named("Paul")), 0);
	ck_assert_int_eq(code, -EHOSTUNREACH);
	ck_assert_int_eq(cy_status_of(cluster, cy_named("Paul")), -ENOENT);
	ck_assert_int_eq(cy_disconnect(cluster, cy_named("Paul")), -ENOENT);
	cluster_fork(cluster, "Paul", NULL);
	cluster_ready(cluster);
	cluster_end(cluster);
}

TEST(a_crash_loop_ends_in_failure_and_does_not_touch_its_siblings)
{
	enum { LIMIT = 10 };
	event_log log;
	cy_statistics statistics;
	cy_cluster *cluster = begin(&log, NULL);
	event_log_stop(&log);
	event_log_start(&log, cluster, NULL);
	const uint32_t id = cluster_fork(cluster, "Loop",
	                                 &(cy_worker_options){.process = {.program = "/bin/false"},
	                                                      .revive = CY_REVIVE_ON_FAILURE,
	                                                      .revival = {.first = RX_NOW, .limit = LIMIT}});
	event_log_await(&log, "exit Loop 1 failed");
	ck_assert_uint_eq(event_log_count(&log, "exit Loop 1 revives"), LIMIT);
	ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "square", cy_int(3)), 9);
	ck_assert_int_eq(cy_statistics_take(cluster, &statistics), 0);
	ck_assert_uint_eq(statistics.workers[0].incarnation, 1);
	cy_statistics_finish(&statistics);
	ck_assert_int_eq(cy_restart(cluster, id), 0);
	event_log_stop(&log);
	cluster_end(cluster);
}

/* How long, in seconds; the soak sets it. */
static rx_nsec crashing_for(void)
{
	const char *text = getenv("CLUSTERFY_TEST_CRASHING");
	return text ? RX_S(strtol(text, NULL, 10)) : 0;
}

static uint32_t restarts_of(cy_cluster *cluster, size_t index)
{
	cy_statistics statistics;
	ck_assert_int_eq(cy_statistics_take(cluster, &statistics), 0);
	const uint32_t restarts = statistics.workers[index].restarts;
	cy_statistics_finish(&statistics);
	return restarts;
}

/*
 * Without a limit its delays alone hold it back; the shorter ones come first, and are few. Where the end comes some blocks
 * are on their way, or not (what asks for it, who was just told, what the guardian has not answered yet): fewer than a
 * block a round would be.
 */
TEST(a_crash_loop_without_a_limit_is_held_back_and_memory_stays_flat, .timeout = 600)
{
	enum { ROUNDS = 30, FIRST = 10, SHORT = 4, ON_THEIR_WAY = 10 };
	const rx_nsec ceiling = RX_MS(8), begin = rx_now(NULL), until = begin + crashing_for();
	size_t live = 0;
	cy_cluster *cluster = cluster_begin("breakable", NULL);
	cluster_fork(cluster, "Paul", NULL);
	cluster_fork(cluster, "Loop",
	             &(cy_worker_options){
			     .process = {.program = "/bin/false"},
			     .revive = CY_REVIVE_ALWAYS,
			     .revival = {.first = RX_MS(1), .ceiling = ceiling, .jitter = -1, .limit = CY_UNLIMITED}});
	for (int i = 0; i < ROUNDS || rx_now(NULL) < until; i++) {
		ck_assert_int_eq(rx_await_first(cy_event, cy_events_of(cluster, CY_EVENT_EXIT), (cy_event *)NULL), 0);
		rx_trim();
		if (i == FIRST)
			live = memory_live() + ON_THEIR_WAY;
		ck_assert_uint_le(memory_live(), i < FIRST ? SIZE_MAX : live);
		ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "square", cy_int(3)), 9);
	}
	const uint32_t restarts = restarts_of(cluster, 1);
	ck_assert_uint_ge(restarts, ROUNDS - 1);
	ck_assert_int_le((restarts - SHORT) * ceiling, rx_now(NULL) - begin);
	cluster_end(cluster);
}

/* How many of them; the soak sets it. */
static int cycles(void)
{
	const char *text = getenv("CLUSTERFY_TEST_CYCLES");
#ifdef TEST_SANITIZED
	return text ? (int)strtol(text, NULL, 10) : 20;
#else
	return text ? (int)strtol(text, NULL, 10) : 100;
#endif
}

static void cycle(cy_cluster *cluster)
{
	const uint32_t id = cluster_fork(cluster, NULL, NULL);
	ck_assert_int_eq(cluster_number(cluster, cy_worker(id), "last", cy_int(3)), 3);
	const int code = cluster_finish(cy_wait_status(cluster, cy_worker(id), CY_EXITED));
	ck_assert_msg(code == 0 || code == -ENOENT, "%s", rx_words(code)); /* it may have gone already */
}

static int next_descriptor(void)
{
	const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	close(fd);
	return fd;
}

/* No zombie either: the runner finds it. Some blocks are on their way where a cycle ends: fewer than one a cycle. */
TEST(cycles_of_fork_and_exit_leave_no_descriptor_and_no_memory, .timeout = 600)
{
	enum { FIRST = 10, ON_THEIR_WAY = 10 };
	cy_cluster *cluster = cluster_begin("breakable", NULL);
	for (int i = 0; i < FIRST; i++)
		cycle(cluster);
	const int fd = next_descriptor();
	rx_trim();
	const size_t live = memory_live() + ON_THEIR_WAY;
	for (int i = cycles(); i > 0; i--)
		cycle(cluster);
	rx_trim();
	ck_assert_int_eq(next_descriptor(), fd);
	ck_assert_uint_le(memory_live(), live);
	cluster_end(cluster);
}

TEST(a_reply_arrives_though_its_sender_is_gone_right_after_it, .to = 10)
{
	enum { SIZE = 60000 };
	event_log log;
	cy_value *back;
	char bytes[SIZE] = "";
	cy_cluster *cluster = begin(&log, NULL);
	ck_assert_int_eq(cluster_call(cluster, cy_named("Paul"), "last", cy_binary(bytes, SIZE), &back), 0);
	ck_assert_int_eq(cy_value_type(back), CY_BINARY);
	cy_value_unref(back);
	event_log_await(&log, "exit Paul 0 gone");
	event_log_stop(&log);
	cluster_end(cluster);
}

static void expect_reset(const rx_error *error, void *ctx)
{
	(void)ctx;
	ck_assert_int_eq(error->code, -ECONNRESET);
}

TEST(a_worker_that_spins_without_its_channel_is_killed)
{
	event_log log;
	cy_cluster *cluster =
		cluster_begin("worker", &(cy_options){.shutdown_timeout = RX_MS(100), .kill_after = RX_MS(50)});
	cluster_fork(cluster, "Paul", NULL);
	cluster_fork(cluster, "Sarah", NULL);
	cluster_ready(cluster);
	event_log_start(&log, cluster, "Paul");
	rx_subscribe(cy_call(cluster, cy_named("Paul"), "spin", NULL), &(rx_observer){.error = expect_reset}, NULL);
	/* By then that call has been written. */
	ck_assert_int_eq(cluster_number(cluster, cy_named("Sarah"), "square", cy_int(2)), 4);
	ck_assert_int_eq(cy_inject(cluster, cy_named("Paul"), &(cy_faults){.close_after = 1}), 0);
	ck_assert_int_eq(cluster_code(cluster, cy_named("Paul"), "square", cy_int(1)), -EHOSTUNREACH);
	event_log_await(&log, "exit Paul signal 9 gone");
	ck_assert_uint_eq(event_log_count(&log, "disconnect Paul"), 1);
	event_log_stop(&log);
	cluster_end(cluster);
}

static void note_end(void *ctx)
{
	++*(int *)ctx;
}

TEST(stopping_nobody_completes_and_not_twice)
{
	int ends = 0;
	cy_cluster *cluster = cluster_begin("breakable", NULL);
	rx_subscribe(cy_shutdown(cluster, cy_all(), 0), &(rx_observer){.complete = note_end, .ctx = &ends}, NULL);
	ck_assert_int_eq(ends, 1);
	ck_assert_int_eq(cluster_finish(rx_pipe(cy_shutdown(cluster, cy_named("Nobody"), 0), rx_ignore_elements())),
	                 -ENOENT);
	cluster_end(cluster);
	ck_assert_int_eq(ends, 1);
}

TEST(shutdowns_and_disconnects_of_one_worker_may_overlap)
{
	int ends = 0;
	event_log log;
	cy_cluster *cluster = begin(&log, &always);
	const rx_observer counting = {.complete = note_end, .ctx = &ends};
	rx_subscribe(cy_shutdown(cluster, cy_named("Paul"), 0), &counting, NULL);
	rx_subscribe(cy_shutdown(cluster, cy_all(), 0), &counting, NULL);
	ck_assert_int_eq(cy_disconnect(cluster, cy_named("Paul")), 0);
	ck_assert_int_eq(cy_disconnect(cluster, cy_named("Paul")), 0);
	rx_subscribe(cy_shutdown(cluster, cy_named("Paul"), 0), &counting, NULL);
	event_log_await(&log, "exit Paul 0 gone");
	ck_assert_int_eq(ends, 3);
	ck_assert_uint_eq(event_log_count(&log, "disconnect Paul"), 1);
	event_log_stop(&log);
	cluster_end(cluster);
}

TEST(what_is_sent_to_one_that_has_gone_is_an_error)
{
	event_log log;
	cy_cluster *cluster = begin(&log, NULL);
	ck_assert_int_eq(cy_disconnect(cluster, cy_named("Paul")), 0);
	const int code = cy_send(cluster, cy_named("Paul"), "note", NULL);
	ck_assert_msg(code == -EHOSTUNREACH, "%s", rx_words(code));
	event_log_await(&log, "exit Paul 0 gone");
	ck_assert_int_eq(cy_send(cluster, cy_named("Paul"), "note", NULL), -ENOENT);
	event_log_stop(&log);
	cluster_end(cluster);
}

/* ---- Signals ----------------------------------------------------------------------------------------------------------- */

TEST(a_call_to_a_worker_that_is_stopped_is_answered_when_it_goes_on)
{
	rx_subscription call;
	cy_cluster *cluster = cluster_begin("breakable", NULL);
	cluster_fork(cluster, "Paul", NULL);
	cluster_fork(cluster, "Sarah", NULL);
	cluster_ready(cluster);
	cy_kill(cluster, cy_named("Paul"), SIGSTOP);
	rx_subscribe(cy_call(cluster, cy_named("Paul"), "square", cy_int(3)), NULL, &call);
	for (int i = 0; i < 10; i++)
		ck_assert_int_eq(cluster_number(cluster, cy_named("Sarah"), "square", cy_int(i)), i * i);
	ck_assert(!rx_is_closed(&call));
	cy_kill(cluster, cy_named("Paul"), SIGCONT);
	ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "square", cy_int(4)), 16);
	ck_assert(rx_is_closed(&call)); /* in the order in which they were made */
	cluster_end(cluster);
}

static void raise_again(const cy_event *event, void *ctx)
{
	(void)event, (void)ctx;
	for (int i = 0; i < 100; i++)
		raise(SIGTERM);
}
RX_CONSUMER(raise_again, cy_event);

static rx_observable *count_method(int signal, void *ctx)
{
	ck_assert_int_eq(signal, SIGTERM);
	++*(int *)ctx;
	return NULL;
}

TEST(a_storm_of_sigterm_is_one_shutdown)
{
	int methods = 0;
	event_log log;
	rx_subscription storm;
	cy_cluster *cluster = cluster_begin("worker", &(cy_options){.graceful_signals = {SIGTERM}});
	cluster_fork(cluster, "Paul", NULL);
	cluster_ready(cluster);
	event_log_start(&log, cluster, "Paul");
	cy_on_shutdown(cluster, "counts", count_method, &methods, NULL);
	rx_subscribe(cy_events(cluster), &(rx_observer){RX_NEXT(raise_again)}, &storm);
	raise(SIGTERM);
	ck_assert_int_eq(cy_run(cluster), 0);
	ck_assert_int_eq(methods, 1);
	ck_assert_uint_eq(event_log_count(&log, "message Paul tidied"), 1);
	ck_assert_uint_eq(event_log_count(&log, "exit Paul 0 gone"), 1);
}

/* ---- Clocks ------------------------------------------------------------------------------------------------------------ */

/* An hour forward or back: what is due is due, what is not is not. */
TEST(a_wall_clock_that_jumps_changes_no_timeout, .to = 2)
{
	rx_subscription distant;
	cy_cluster *cluster = cluster_begin("breakable", NULL);
	cluster_fork(cluster, "Paul", NULL);
	cluster_ready(cluster);
	rx_subscribe(cy_call_with(cluster, cy_named("Paul"), "never", NULL, &(cy_call_options){.timeout = RX_S(1800)}),
	             NULL, &distant);
	rx_observable *soon = rx_pipe(
		cy_call_with(cluster, cy_named("Paul"), "never", NULL, &(cy_call_options){.timeout = RX_MS(100)}),
		rx_ignore_elements());
	clock_shift(_i ? RX_S(3600) : -RX_S(3600));
	ck_assert_int_eq(cluster_finish(soon), -ETIMEDOUT);
	ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "square", cy_int(3)), 9);
	ck_assert(!rx_is_closed(&distant));
	rx_unsubscribe(&distant);
	cluster_end(cluster);
	clock_shift(0);
}

/* ---- Processes that are not the cluster's ------------------------------------------------------------------------------ */

TEST(a_worker_whose_child_holds_its_channel_ends_without_it)
{
	event_log log;
	cy_cluster *cluster = begin(&log, NULL);
	const pid_t child = (pid_t)cluster_number(cluster, cy_named("Paul"), "branch", NULL);
	ck_assert_int_gt(child, 0);
	cy_kill(cluster, cy_named("Paul"), SIGKILL);
	event_log_await(&log, "exit Paul signal 9 gone");
	ck_assert_uint_eq(event_log_count(&log, "disconnect Paul"), 1);
	ck_assert_int_eq(kill(child, SIGKILL), 0); /* it was there all the time */
	event_log_stop(&log);
	cluster_end(cluster);
}

TEST(a_child_of_a_worker_is_no_worker)
{
	event_log log;
	cy_cluster *cluster = begin(&log, NULL);
	ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "breed", NULL), 0);
	ck_assert_uint_eq(event_log_count(&log, "online Paul"), 0);
	event_log_stop(&log);
	cluster_end(cluster);
}

TEST(a_child_of_the_primarys_own_is_taken_for_no_worker)
{
	event_log log;
	cy_cluster *cluster = cluster_begin("breakable", NULL);
	cluster_fork(cluster, "Paul", NULL);
	cluster_ready(cluster);
	event_log_start(&log, cluster, NULL);
	const pid_t own = fork();
	if (own == 0)
		_exit(5);
	/* On libev's default loop libev waits for every child, so this one is gone once its own watcher has heard it. */
	rx_exit end;
	ck_assert_int_eq(rx_await_first(rx_exit, rx_child(own), &end), 0);
	ck_assert_int_eq(end.code, 5);
	ck_assert_str_eq(log.text, "");
	ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "square", cy_int(3)), 9);
	event_log_stop(&log);
	cluster_end(cluster);
}
