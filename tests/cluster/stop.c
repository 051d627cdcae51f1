/*
 * Stopping: in order, bounded, and told truthfully.
 */
#include "tests/support/cluster.h"

static cy_options quick = {.shutdown_timeout = RX_MS(100), .kill_after = RX_MS(100)};

static void expect_reset(const rx_error *error, void *ctx)
{
	(void)ctx;
	ck_assert_int_eq(error->code, -ECONNRESET);
}

TEST(a_worker_that_ignores_everything_is_gone_by_sigkill)
{
	event_log log;
	cy_cluster *cluster = cluster_begin("worker", &quick);
	cluster_fork(cluster, "Paul", NULL);
	cluster_ready(cluster);
	event_log_start(&log, cluster, "Paul");
	rx_subscribe(cy_call(cluster, cy_named("Paul"), "spin", NULL), &(rx_observer){.error = expect_reset}, NULL);
	cluster_finish(rx_pipe(cy_shutdown(cluster, cy_all(), 0), rx_ignore_elements()));
	ck_assert_uint_eq(event_log_count(&log, "exit Paul signal 9 gone"), 1);
	event_log_stop(&log);
	cluster_end(cluster);
}

TEST(stopping_survives_processing_and_the_worker_stops_when_it_is_idle)
{
	event_log log;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	cluster_fork(cluster, "Paul", NULL);
	cluster_ready(cluster);
	event_log_start(&log, cluster, "Paul");
	ck_assert_int_eq(cluster_code(cluster, cy_named("Paul"), "status", cy_int(CY_PROCESSING)), 0);
	event_log_await(&log, "status Paul PROCESSING");
	ck_assert_int_eq(cluster_code(cluster, cy_named("Paul"), "status", cy_int(CY_IDLE)), 0);
	event_log_await(&log, "status Paul IDLE");
	ck_assert_uint_eq(event_log_count(&log, "status Paul PROCESSING"), 1);
	ck_assert_int_eq(cluster_code(cluster, cy_named("Paul"), "status", cy_int(CY_LOADED)), -EINVAL);
	cluster_finish(rx_pipe(cy_shutdown(cluster, cy_named("Paul"), 0), rx_ignore_elements()));
	ck_assert_uint_eq(event_log_count(&log, "exit Paul 0 gone"), 1);
	event_log_stop(&log);
	cluster_end(cluster);
}

TEST(new_calls_are_refused_while_it_stops_and_running_ones_are_finished)
{
	event_log log;
	rx_subscription running;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	cluster_fork(cluster, "Paul", NULL);
	cluster_ready(cluster);
	event_log_start(&log, cluster, "Paul");
	rx_subscribe(cy_call(cluster, cy_named("Paul"), "never", NULL), NULL, &running);
	event_log_await(&log, "message Paul begun");
	rx_subscription stopping;
	rx_subscribe(cy_shutdown(cluster, cy_named("Paul"), RX_NEVER), NULL, &stopping);
	ck_assert_int_eq(cluster_code(cluster, cy_named("Paul"), "square", cy_int(1)), -EHOSTUNREACH);
	rx_unsubscribe(&running);
	event_log_await(&log, "exit Paul 0 gone");
	ck_assert(rx_is_closed(&stopping));
	event_log_stop(&log);
	cluster_end(cluster);
}

TEST(sigterm_to_one_worker_stops_that_worker_in_order)
{
	event_log log;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	event_log_start(&log, cluster, "Paul");
	cluster_fork(cluster, "Paul", &(cy_worker_options){.revive = CY_REVIVE_ON_FAILURE});
	cluster_ready(cluster);
	cy_kill(cluster, cy_named("Paul"), SIGTERM);
	event_log_await(&log, "exit Paul 0 gone");
	ck_assert_uint_eq(event_log_count(&log, "message Paul tidied"), 1);
	event_log_stop(&log);
	cluster_end(cluster);
}

TEST(a_worker_lets_sigint_pass)
{
	cy_cluster *cluster = cluster_begin("worker", NULL);
	cluster_fork(cluster, "Paul", NULL);
	cluster_ready(cluster);
	cy_kill(cluster, cy_named("Paul"), SIGINT);
	ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "square", cy_int(4)), 16);
	cluster_end(cluster);
}

static rx_observable *note_method(int signal, void *ctx)
{
	*(int *)ctx = signal ? signal : -1;
	return NULL;
}

static rx_observable *failing_method(int signal, void *ctx)
{
	(void)signal, (void)ctx;
	return rx_throw_error(-EIO, "on purpose");
}

TEST(a_graceful_signal_to_the_primary_stops_everything_and_exits_with_0)
{
	int signal = 0;
	event_log log;
	cy_cluster *cluster = cluster_begin("worker", &(cy_options){.graceful_signals = {SIGINT, SIGTERM}});
	event_log_start(&log, cluster, NULL);
	cluster_fork(cluster, "Paul", NULL);
	cluster_fork(cluster, "Sarah", NULL);
	cluster_ready(cluster);
	cy_on_shutdown(cluster, "fails", failing_method, NULL, NULL);
	cy_on_shutdown(cluster, "notes", note_method, &signal, NULL);
	ck_assert_int_eq(cy_on_shutdown(cluster, "notes", note_method, &signal, NULL), -EEXIST);
	ck_assert_int_eq(cy_off_shutdown(cluster, "nothing"), -ENOENT);
	raise(SIGTERM);
	raise(SIGTERM);
	ck_assert_int_eq(cy_run(cluster), 0);
	ck_assert_int_eq(signal, SIGTERM);
	ck_assert_uint_eq(event_log_count(&log, "exit Paul 0 gone"), 1);
	ck_assert_uint_eq(event_log_count(&log, "exit Sarah 0 gone"), 1);
	ck_assert_uint_eq(event_log_count(&log, "message Paul tidied"), 1);
	ck_assert_uint_eq(event_log_count(&log, "error Primary -5"), 1);
}

static rx_observable *add_another(int signal, void *ctx)
{
	(void)signal;
	*(int *)ctx = cy_on_shutdown(cy_current(), "another", add_another, ctx, NULL);
	return NULL;
}

TEST(a_method_that_comes_when_they_have_begun_is_refused)
{
	int code = 0;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	ck_assert_int_eq(cy_on_shutdown(cluster, "one", add_another, &code, NULL), 0);
	cluster_end(cluster);
	ck_assert_int_eq(code, -ESHUTDOWN);
}

TEST(a_second_sigint_forces)
{
	cy_cluster *cluster = cluster_begin("worker", &(cy_options){.graceful_signals = {SIGINT}});
	cluster_fork(cluster, "Paul", NULL);
	cluster_ready(cluster);
	event_log log;
	event_log_start(&log, cluster, NULL);
	cy_kill(cluster, cy_named("Paul"), SIGSTOP);
	raise(SIGINT);
	event_log_await(&log, "status Paul STOPPING");
	raise(SIGINT);
	ck_assert_int_eq(cy_run(cluster), 128 + SIGINT);
}

TEST(waiting_for_a_status_is_for_that_worker_and_ends_when_it_cannot_come)
{
	cy_cluster *cluster = cluster_begin("worker", NULL);
	cluster_fork(cluster, "Paul", NULL);
	cluster_fork(cluster, "Sarah", NULL);
	ck_assert_int_eq(cluster_finish(cy_wait_status(cluster, cy_named("Paul"), CY_IDLE)), 0);
	ck_assert_int_eq(cluster_finish(cy_wait_status(cluster, cy_named("Paul"), CY_LOADED)), -ESRCH);
	ck_assert_int_eq(cluster_finish(cy_wait_status(cluster, cy_named("Nobody"), CY_IDLE)), -ENOENT);
	ck_assert_int_eq(cluster_finish(cy_wait_status(cluster, cy_named("Paul"), CY_EXITED + 1)), -EINVAL);
	ck_assert_int_eq(cluster_finish(cy_wait_status(cluster, cy_named("Paul"), 0)), -EINVAL);
	rx_subscription stopping;
	rx_subscribe(cy_shutdown(cluster, cy_named("Sarah"), 0), NULL, &stopping);
	ck_assert_int_eq(cluster_finish(cy_wait_status(cluster, cy_named("Sarah"), CY_PROCESSING)), -ESRCH);
	ck_assert_int_eq(cluster_finish(cy_wait_status(cluster, cy_named("Sarah"), CY_EXITED)), 0);
	cluster_end(cluster);
}

static void note_code(const rx_error *error, void *ctx)
{
	*(int *)ctx = error->code;
}

TEST(who_waits_when_the_cluster_ends_at_once_hears_it)
{
	int status = 0, exit = 0;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	cluster_fork(cluster, "Paul", NULL);
	rx_subscribe(cy_wait_status(cluster, cy_named("Paul"), CY_EXITED),
	             &(rx_observer){.error = note_code, .ctx = &status}, NULL);
	rx_subscribe(cy_shutdown(cluster, cy_all(), 0), &(rx_observer){.error = note_code, .ctx = &exit}, NULL);
	cy_leave(cluster);
	ck_assert_int_eq(status, -ECANCELED);
	ck_assert_int_eq(exit, -ECANCELED);
}

TEST(who_is_ready_for_none_when_the_cluster_ends_at_once_hears_it)
{
	int ready = 0;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	cluster_fork(cluster, "Paul", &(cy_worker_options){.revive = CY_REVIVE_ALWAYS});
	rx_subscribe(cy_ready(cluster, NULL, 0), &(rx_observer){.error = note_code, .ctx = &ready}, NULL);
	cy_leave(cluster);
	ck_assert_int_eq(ready, -ECANCELED);
}

TEST(without_a_sigkill_a_stop_has_no_deadline)
{
	event_log log;
	cy_cluster *cluster = cluster_begin("worker", &(cy_options){.kill_after = RX_NEVER});
	cluster_fork(cluster, "Paul", NULL);
	cluster_ready(cluster);
	event_log_start(&log, cluster, NULL);
	cluster_end(cluster);
	ck_assert_uint_eq(event_log_count(&log, "exit Paul 0 gone"), 1);
	ck_assert_uint_eq(event_log_count(&log, "error Primary -110"), 0);
}

TEST(disconnecting_counts_as_intended)
{
	event_log log;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	event_log_start(&log, cluster, "Paul");
	cluster_fork(cluster, "Paul", &(cy_worker_options){.revive = CY_REVIVE_ALWAYS});
	cluster_ready(cluster);
	ck_assert_int_eq(cy_disconnect(cluster, cy_named("Paul")), 0);
	ck_assert_int_eq(cy_disconnect(cluster, cy_named("Paul")), 0);
	event_log_await(&log, "exit Paul 0 gone");
	ck_assert_uint_eq(event_log_count(&log, "disconnect Paul"), 1);
	event_log_stop(&log);
	cluster_end(cluster);
}

TEST(what_was_sent_arrives_before_the_disconnect)
{
	event_log log;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	event_log_start(&log, cluster, "Paul");
	cluster_fork(cluster, "Paul", NULL);
	cluster_ready(cluster);
	cluster_finish(rx_pipe(cy_shutdown(cluster, cy_named("Paul"), 0), rx_ignore_elements()));
	ck_assert(strstr(log.text, "message Paul tidied") < strstr(log.text, "disconnect Paul"));
	event_log_stop(&log);
	cluster_end(cluster);
}
