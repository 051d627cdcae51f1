/*
 * From fork to exit: each thing once, in order, and told as it was.
 */
#include <inttypes.h>
#include <stdio.h>

#include "tests/support/cluster.h"

#ifdef TEST_SANITIZED
#define TEST_MANY 20
#else
#define TEST_MANY 100
#endif

TEST(fork_online_ready_exit_come_once_each_and_in_order)
{
	event_log log;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	event_log_start(&log, cluster, "Paul");
	const uint32_t id = cluster_fork(cluster, "Paul", NULL);
	cluster_ready(cluster);
	ck_assert_int_eq(cy_status_of(cluster, cy_named("Paul")), CY_IDLE);
	ck_assert_int_eq(cluster_finish(rx_pipe(cy_shutdown(cluster, cy_worker(id), 0), rx_ignore_elements())), 0);
	ck_assert_str_eq(log.text, "status Paul INITIALIZING\n"
	                           "status Paul LOADED\n"
	                           "online Paul\n"
	                           "status Paul IDLE\n"
	                           "ready Paul\n"
	                           "status Paul STOPPING\n"
	                           "message Paul tidied\n"
	                           "disconnect Paul\n"
	                           "status Paul EXITED\n"
	                           "exit Paul 0 gone\n");
	ck_assert_int_eq(cy_status_of(cluster, cy_worker(id)), CY_EXITED);
	event_log_stop(&log);
	cluster_end(cluster);
}

TEST(an_exit_code_is_reported_as_it_was)
{
	event_log log;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	event_log_start(&log, cluster, "Paul");
	cluster_fork(cluster, "Paul", NULL);
	ck_assert_int_eq(cluster_code(cluster, cy_named("Paul"), "exit", cy_int(7)), -ECONNRESET);
	event_log_await(&log, "exit Paul 7 gone");
	event_log_stop(&log);
	cluster_end(cluster);
}

TEST(a_crash_revives_with_the_same_id_and_name)
{
	event_log log;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	event_log_start(&log, cluster, "Paul");
	const uint32_t id = cluster_fork(
		cluster, "Paul", &(cy_worker_options){.revive = CY_REVIVE_ON_FAILURE, .revival = {.first = RX_NOW}});
	cluster_ready(cluster);
	ck_assert_int_eq(cy_kill(cluster, cy_named("Paul"), SIGKILL), 0);
	event_log_await(&log, "exit Paul signal 9 revives");
	ck_assert_int_eq(cy_fork(cluster, "Paul", NULL), -EEXIST);
	cluster_ready(cluster);
	cy_kill(cluster, cy_named("Paul"), SIGABRT); /* which no sanitizer takes for itself */
	event_log_await(&log, "exit Paul signal 6 revives");
	cluster_ready(cluster);
	ck_assert_int_eq(cluster_number(cluster, cy_worker_named(id, "Paul"), "square", cy_int(3)), 9);
	ck_assert_uint_eq(event_log_count(&log, "online Paul"), 3);
	event_log_stop(&log);
	cluster_end(cluster);
}

TEST(an_intended_stop_never_revives)
{
	event_log log;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	event_log_start(&log, cluster, "Paul");
	cluster_fork(cluster, "Paul", &(cy_worker_options){.revive = CY_REVIVE_ALWAYS});
	cluster_ready(cluster);
	cluster_finish(rx_pipe(cy_shutdown(cluster, cy_all(), 0), rx_ignore_elements()));
	ck_assert_uint_eq(event_log_count(&log, "exit Paul 0 gone"), 1);
	event_log_stop(&log);
	cluster_end(cluster);
}

TEST(a_living_name_is_refused)
{
	cy_cluster *cluster = cluster_begin("worker", NULL);
	cluster_fork(cluster, "Paul", NULL);
	ck_assert_int_eq(cy_fork(cluster, "Paul", NULL), -EEXIST);
	ck_assert_str_eq(rx_words(-EEXIST), "there is a living worker \"Paul\"");
	ck_assert_int_eq(cy_fork(cluster, "", NULL), -EINVAL);
	ck_assert_int_eq(cy_fork(cluster, "a\nb", NULL), -EINVAL);
	cluster_end(cluster);
}

TEST(a_program_that_is_not_there_is_execs_own_error_and_nothing_is_left)
{
	cy_cluster *cluster = cluster_begin("worker", NULL);
	ck_assert_int_eq(cy_fork(cluster, "Paul", &(cy_worker_options){.process = {.program = "/nowhere/nothing"}}),
	                 -ENOENT);
	ck_assert_int_eq(cy_fork(cluster, "Paul", &(cy_worker_options){.process = {.program = "/"}}), -EACCES);
	ck_assert_int_eq(cy_status_of(cluster, cy_named("Paul")), -ENOENT);
	cluster_end(cluster);
}

TEST(a_worker_that_ends_before_its_hello_is_a_failure_and_a_decision)
{
	event_log log;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	event_log_start(&log, cluster, NULL);
	cluster_fork(cluster, "Paul",
	             &(cy_worker_options){.process = {.program = "/bin/false"},
	                                  .revive = CY_REVIVE_ON_FAILURE,
	                                  .revival = {.first = RX_NOW, .limit = 2}});
	event_log_await(&log, "exit Paul 1 failed");
	ck_assert_uint_eq(event_log_count(&log, "exit Paul 1 revives"), 2);
	ck_assert_uint_eq(event_log_count(&log, "online Paul"), 0);
	event_log_stop(&log);
	cluster_end(cluster);
}

TEST(an_id_is_never_used_again)
{
	cy_cluster *cluster = cluster_begin("worker", NULL);
	const uint32_t first = cluster_fork(cluster, "Paul", NULL);
	cluster_finish(rx_pipe(cy_shutdown(cluster, cy_worker(first), 0), rx_ignore_elements()));
	ck_assert_uint_gt(cluster_fork(cluster, "Paul", NULL), first);
	cluster_end(cluster);
}

TEST(many_that_die_together_are_each_reported_once)
{
	enum { MANY = TEST_MANY };
	event_log log;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	for (int i = 0; i < MANY; i++)
		cluster_fork(cluster, NULL, NULL);
	cluster_ready(cluster);
	event_log_start(&log, cluster, NULL);
	for (uint32_t id = 1; id <= MANY; id++)
		cy_kill(cluster, cy_worker(id), SIGKILL);
	for (uint32_t id = 1; id <= MANY; id++) {
		char line[64];
		snprintf(line, sizeof line, "exit %" PRIu32 " signal 9 gone", id);
		event_log_await(&log, line);
		ck_assert_uint_eq(event_log_count(&log, line), 1);
		snprintf(line, sizeof line, "disconnect %" PRIu32, id);
		ck_assert_uint_eq(event_log_count(&log, line), 1);
	}
	event_log_stop(&log);
	cluster_end(cluster);
}

TEST(the_primary_bears_no_mark_of_a_worker)
{
	cy_cluster *cluster = cluster_begin("worker", NULL);
	ck_assert_ptr_eq(cy_current(), cluster);
	ck_assert_uint_eq(cy_id(cluster), 0);
	ck_assert_ptr_null(cy_name(cluster));
	ck_assert_str_eq(cy_label(cluster), "Primary");
	ck_assert_int_eq(cy_set_status(cluster, CY_IDLE), -EPERM);
	cluster_end(cluster);
	ck_assert_ptr_null(cy_current());
}

static void decide_to_revive(const cy_event *event, void *ctx)
{
	ck_assert_int_eq(event->sequel, CY_UNDECIDED);
	ck_assert_int_eq(cy_fork(ctx, "Paul", NULL), -EEXIST);
	ck_assert_int_eq(cy_decide(ctx, event->worker, CY_UNDECIDED, 0), -EINVAL);
	ck_assert_int_eq(cy_decide(ctx, event->worker, event->incarnation == 1 ? CY_REVIVES : CY_GONE, RX_NOW), 0);
}
RX_CONSUMER(decide_to_revive, cy_event);

TEST(a_policy_of_ones_own_decides_and_the_name_is_held_until_it_has)
{
	event_log log;
	rx_subscription policy;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	event_log_start(&log, cluster, "Paul");
	rx_subscribe(cy_events_of(cluster, CY_EVENT_EXIT), &(rx_observer){RX_NEXT(decide_to_revive), .ctx = cluster},
	             &policy);
	const uint32_t id = cluster_fork(cluster, "Paul", &(cy_worker_options){.revive = CY_REVIVE_DECIDE});
	ck_assert_int_eq(cy_decide(cluster, id, CY_REVIVES, 0), -EALREADY);
	cluster_code(cluster, cy_named("Paul"), "exit", cy_int(3));
	event_log_await(&log, "exit Paul 3 undecided");
	ck_assert_int_eq(cluster_number(cluster, cy_worker(id), "square", cy_int(3)), 9);
	cluster_code(cluster, cy_named("Paul"), "exit", cy_int(4));
	event_log_await(&log, "exit Paul 4 undecided");
	ck_assert_int_eq(cy_status_of(cluster, cy_named("Paul")), -ENOENT);
	rx_unsubscribe(&policy);
	event_log_stop(&log);
	cluster_end(cluster);
}
