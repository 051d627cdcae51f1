/*
 * Heartbeats: a loop that does not turn is told on, aborted, killed; a primary that was stopped itself judges nobody.
 */
#include <ev.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/clock.h"
#include "tests/support/cluster.h"

/* ---- The worker: how not to give the loop a turn -------------------------------------------------------------------- */

static volatile bool spinning = true;

/* With a number above 0 it ignores that signal meanwhile. */
static rx_observable *spin_deaf_to(const cy_request *request, void *ctx)
{
	(void)ctx;
	int64_t deaf = 0;
	cy_get_int(request->arguments, NULL, &deaf);
	signal(SIGABRT, SIG_DFL); /* which a sanitizer may have taken for itself */
	if (deaf > 0)
		signal((int)deaf, SIG_IGN);
	while (spinning)
		;
	return NULL;
}

/* It looks up between two of these, until the primary wants no more. */
static void compute(void)
{
	for (volatile int i = 0; i < 1000000; i++)
		;
}

static rx_observable *work_on(const cy_request *request, void *ctx)
{
	(void)request;
	*(bool *)ctx = true;
	return NULL;
}

PROGRAM(pulse)
{
	bool working = false;
	cy_cluster *cluster = cy_join(&(cy_options){.graceful_signals = {SIGTERM}});
	if (!cluster)
		return 99;
	cy_register(cluster, &(cy_command){.name = "spin", .run = spin_deaf_to});
	cy_register(cluster, &(cy_command){.name = "work", .run = work_on, .ctx = &working});
	cy_start(cluster);
	while (!working && !cy_stopping(cluster))
		ev_run(EV_DEFAULT, EVRUN_ONCE);
	while (!cy_stopping(cluster) && cy_poll(cluster) == 0)
		compute();
	return cy_run(cluster);
}

/* ---- What comes of it ------------------------------------------------------------------------------------------------- */

static const cy_heartbeat fast = {
	.interval = RX_MS(20), .timeout = RX_MS(150), .abort_after = RX_MS(100), .kill_after = RX_MS(100)};
static const cy_heartbeat patient = {.interval = RX_MS(20), .timeout = RX_S(1), .abort_after = RX_NOW};

static void nothing_failed(const rx_error *error, void *ctx)
{
	(void)error, (void)ctx;
}

static void call_and_forget(cy_cluster *cluster, const char *command, cy_value *arguments)
{
	rx_subscribe(cy_call(cluster, cy_named("Paul"), command, arguments), &(rx_observer){.error = nothing_failed},
	             NULL);
}

static void fork_with(cy_cluster *cluster, event_log *log, cy_heartbeat heartbeat)
{
	cluster_fork(cluster, "Paul",
	             &(cy_worker_options){
			     .revive = CY_REVIVE_ON_FAILURE, .revival = {.first = RX_S(1000)}, .heartbeat = heartbeat});
	cluster_ready(cluster);
	event_log_start(log, cluster, "Paul");
}

static void finish(cy_cluster *cluster, event_log *log)
{
	event_log_stop(log);
	cluster_end(cluster);
}

TEST(a_loop_that_does_not_turn_is_told_on_and_aborted_and_that_is_a_failure)
{
	event_log log;
	cy_cluster *cluster = cluster_begin("pulse", NULL);
	fork_with(cluster, &log, fast);
	call_and_forget(cluster, "spin", NULL);
	event_log_await(&log, "exit Paul signal 6 revives");
	ck_assert_ptr_nonnull(strstr(log.text, "error Paul -110\n"));
	ck_assert(strstr(log.text, "error Paul -110") < strstr(log.text, "exit Paul"));
	finish(cluster, &log);
}

TEST(one_that_is_deaf_to_the_abort_is_killed)
{
	event_log log;
	cy_cluster *cluster = cluster_begin("pulse", NULL);
	fork_with(cluster, &log, fast);
	call_and_forget(cluster, "spin", cy_int(SIGABRT));
	event_log_await(&log, "exit Paul signal 9 revives");
	ck_assert_ptr_nonnull(strstr(log.text, "error Paul -110\n"));
	finish(cluster, &log);
}

TEST(one_that_is_stopped_by_a_signal_is_killed)
{
	event_log log;
	cy_cluster *cluster = cluster_begin("pulse", NULL);
	fork_with(cluster, &log, fast);
	cy_kill(cluster, cy_named("Paul"), SIGSTOP);
	event_log_await(&log, "exit Paul signal 9 revives");
	ck_assert_ptr_nonnull(strstr(log.text, "error Paul -110\n"));
	finish(cluster, &log);
}

TEST(the_clusters_heartbeat_is_that_of_workers_that_have_none)
{
	event_log log;
	cy_cluster *cluster = cluster_begin("pulse", &(cy_options){.heartbeat = fast});
	fork_with(cluster, &log, (cy_heartbeat){0});
	cy_kill(cluster, cy_named("Paul"), SIGSTOP);
	event_log_await(&log, "exit Paul signal 9 revives");
	finish(cluster, &log);
}

TEST(one_that_is_asked_to_stop_has_its_own_deadline)
{
	event_log log;
	cy_cluster *cluster = cluster_begin("pulse", &(cy_options){.shutdown_timeout = RX_S(1)});
	fork_with(cluster, &log, fast);
	cy_kill(cluster, cy_named("Paul"), SIGSTOP);
	cluster_finish(rx_pipe(cy_shutdown(cluster, cy_named("Paul"), 0), rx_ignore_elements()));
	ck_assert_uint_eq(event_log_count(&log, "exit Paul signal 9 gone"), 1);
	ck_assert_uint_eq(event_log_count(&log, "error Paul -110"), 0);
	finish(cluster, &log);
}

TEST(nonsense_is_refused)
{
	cy_cluster *cluster = cluster_begin("pulse", NULL);
	ck_assert_int_eq(cy_fork(cluster, NULL, &(cy_worker_options){.heartbeat = {.interval = -7}}), -EINVAL);
	cluster_end(cluster);
}

/* ---- Those that are left alone ------------------------------------------------------------------------------------------ */

static uint64_t frames_to_the_first(cy_cluster *cluster)
{
	cy_statistics statistics;
	ck_assert_int_eq(cy_statistics_take(cluster, &statistics), 0);
	const uint64_t frames = statistics.workers[0].frames_out;
	cy_statistics_finish(&statistics);
	return frames;
}

static int has_asked(const int64_t *n, void *ctx)
{
	(void)n;
	return frames_to_the_first(cy_current()) >= *(const uint64_t *)ctx;
}
RX_PREDICATE(has_asked, int64_t);

/* Run until it has been asked so often more. */
static void await_questions(cy_cluster *cluster, unsigned count)
{
	int64_t n;
	const uint64_t until = frames_to_the_first(cluster) + count;
	ck_assert_int_eq(
		rx_await_first(int64_t, rx_pipe(rx_interval(RX_MS(5)), rx_filter(has_asked, (void *)&until)), &n), 0);
}

TEST(one_that_polls_is_alive)
{
	event_log log;
	cy_cluster *cluster = cluster_begin("pulse", NULL);
	fork_with(cluster, &log, patient);
	call_and_forget(cluster, "work", NULL);
	await_questions(cluster, 10);
	ck_assert_uint_eq(event_log_count(&log, "error Paul -110"), 0);
	finish(cluster, &log);
}

/* Until somebody continues it; meanwhile three times the patience passes. */
static void be_stopped(void)
{
	clock_pass(3 * patient.timeout);
	raise(SIGSTOP);
}

/* Its worker as well, and for longer: a question waits for its answer, and is asked once more before anybody is told. */
static void be_stopped_after_the_worker(cy_cluster *cluster)
{
	cy_kill(cluster, cy_named("Paul"), SIGSTOP);
	await_questions(cluster, 1);
	be_stopped();
	await_questions(cluster, 1);
	cy_kill(cluster, cy_named("Paul"), SIGCONT);
}

static void lead_and_be_stopped(bool with_worker)
{
	event_log log;
	cy_cluster *cluster = cluster_begin("pulse", NULL);
	fork_with(cluster, &log, patient);
	await_questions(cluster, 3);
	if (with_worker)
		be_stopped_after_the_worker(cluster);
	else
		be_stopped();
	await_questions(cluster, 5);
	ck_assert_uint_eq(event_log_count(&log, "error Paul -110"), 0);
	ck_assert_int_eq(cy_status_of(cluster, cy_named("Paul")), CY_IDLE);
	finish(cluster, &log);
	_exit(EXIT_SUCCESS);
}

/* Alone, or with its worker. */
TEST(a_primary_that_was_stopped_itself_judges_nobody, .to = 2)
{
	int status;
	const pid_t primary = fork();
	if (primary == 0)
		lead_and_be_stopped(_i);
	ck_assert_int_eq(waitpid(primary, &status, WUNTRACED), primary);
	ck_assert(WIFSTOPPED(status));
	ck_assert_int_eq(kill(primary, SIGCONT), 0);
	ck_assert_int_eq(waitpid(primary, &status, 0), primary);
	ck_assert_int_eq(status, 0);
}
