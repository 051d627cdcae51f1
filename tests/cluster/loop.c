/*
 * The cluster on a loop of the program's own, where it leaves the program's own children alone.
 */
#include <ev.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/cluster.h"

static rx_scheduler *before;

static cy_cluster *begin(struct ev_loop **loop)
{
	*loop = ev_loop_new(EVFLAG_AUTO);
	before = rx_scheduler_set_current(rx_loop(*loop));
	return cluster_begin("worker", &(cy_options){.loop = *loop});
}

static void end(cy_cluster *cluster, struct ev_loop *loop)
{
	cluster_end(cluster);
	rx_scheduler_set_current(before);
	rx_loop_release(loop);
	ev_loop_destroy(loop);
}

TEST(workers_start_answer_and_stop)
{
	struct ev_loop *loop;
	cy_cluster *cluster = begin(&loop);
	event_log log;
	event_log_start(&log, cluster, "Paul");
	cluster_fork(cluster, "Paul", NULL);
	cluster_fork(cluster, "Sarah", NULL);
	cluster_ready(cluster);
	ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "square", cy_int(7)), 49);
	ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "ask",
	                                cy_array(cy_string("Sarah"), cy_string("square"), cy_int(5))),
	                 25);
	ck_assert_int_eq(cluster_finish(rx_pipe(cy_shutdown(cluster, cy_named("Paul"), 0), rx_ignore_elements())), 0);
	ck_assert_uint_eq(event_log_count(&log, "exit Paul 0 gone"), 1);
	event_log_stop(&log);
	end(cluster, loop);
}

TEST(a_worker_that_is_killed_revives_and_the_programs_own_child_is_left_to_it)
{
	int status;
	struct ev_loop *loop;
	cy_cluster *cluster = begin(&loop);
	event_log log;
	event_log_start(&log, cluster, "Paul");
	cluster_fork(cluster, "Paul",
	             &(cy_worker_options){.revive = CY_REVIVE_ON_FAILURE, .revival = {.first = RX_NOW}});
	cluster_ready(cluster);
	const pid_t own = fork();
	if (own == 0)
		_exit(5);
	ck_assert_int_eq(cy_kill(cluster, cy_named("Paul"), SIGKILL), 0);
	event_log_await(&log, "exit Paul signal 9 revives");
	ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "square", cy_int(3)), 9);
	event_log_stop(&log);
	end(cluster, loop);
	ck_assert_int_eq(waitpid(own, &status, 0), own);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 5);
}

/* All that a primary does, from first to last, while its loop does not wait. */
TEST(a_primary_that_polls_starts_calls_revives_and_stops)
{
	cy_cluster *cluster = cluster_begin("worker", &(cy_options){.poll = RX_NEVER});
	event_log log;
	event_log_start(&log, cluster, "Paul");
	cluster_fork(cluster, "Paul",
	             &(cy_worker_options){.revive = CY_REVIVE_ON_FAILURE, .revival = {.first = RX_NOW}});
	cluster_ready(cluster);
	for (int64_t i = 0; i < 100; i++)
		ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "square", cy_int(i)), i * i);
	ck_assert_int_eq(cy_kill(cluster, cy_named("Paul"), SIGKILL), 0);
	event_log_await(&log, "exit Paul signal 9 revives");
	ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "square", cy_int(3)), 9);
	event_log_stop(&log);
	cluster_end(cluster);
}

static const size_t endless[] = {SIZE_MAX, SIZE_MAX - 1, SIZE_MAX / 2 + 1, SIZE_MAX / 8 + 1, SIZE_MAX / 4 + 1};

static void count_failure(const rx_error *error, void *ctx)
{
	(void)error;
	++*(int *)ctx;
}

/* They wait for their worker's start together, and those to Sarah go on through the primary. */
TEST(calls_go_through_however_large_the_bounds_of_the_queues_are, .to = sizeof endless / sizeof *endless)
{
	enum { MANY = 16 };
	int failed = 0;
	rx_subscription calls[MANY];
	cy_cluster *cluster =
		cluster_begin("worker", &(cy_options){.queue_bytes = endless[_i], .queue_frames = endless[_i]});
	cluster_fork(cluster, "Paul", NULL);
	cluster_fork(cluster, "Sarah", NULL);
	for (int64_t i = 0; i < MANY; i++)
		rx_subscribe(cy_call(cluster, cy_named("Paul"), "ask",
		                     cy_array(cy_string("Sarah"), cy_string("square"), cy_int(i))),
		             &(rx_observer){.error = count_failure, .ctx = &failed}, &calls[i]);
	for (int i = 0; i < MANY; i++)
		while (!rx_is_closed(&calls[i]))
			ev_run(ev_default_loop(0), EVRUN_ONCE);
	ck_assert_int_eq(failed, 0);
	cluster_end(cluster);
}

static const cy_options nonsense[] = {
	{.shutdown_timeout = -2}, {.kill_after = -2}, {.call_timeout = -2}, {.read_timeout = -2}, {.poll = -2},
};

static void keep_words(const rx_error *error, void *ctx)
{
	snprintf(ctx, 64, "%d %s", error->code, error->message);
}

TEST(options_without_sense_are_refused_by_name, .to = sizeof nonsense / sizeof *nonsense)
{
	static const char *const names[] = {"shutdown_timeout", "kill_after", "call_timeout", "read_timeout", "poll"};
	char words[64] = "", expected[64];
	snprintf(expected, sizeof expected, "%d join: %s is negative", -EINVAL, names[_i]);
	rx_on_unhandled_error(keep_words, words);
	ck_assert_ptr_null(cy_join(&nonsense[_i]));
	ck_assert_str_eq(words, expected);
	rx_on_unhandled_error(NULL, NULL);
}
