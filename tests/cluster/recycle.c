/*
 * Processes that take the place of others: by memory, age, number of calls, or one worker after the other; not a call is
 * lost.
 */
#include <stdio.h>

#include "lib/primary/worker.h"
#include "lib/statistics/usage.h"
#include "tests/support/cluster.h"

/* ---- The worker -------------------------------------------------------------------------------------------------------- */

static rx_observable *tell_incarnation(const cy_request *request, void *ctx)
{
	(void)ctx;
	return cy_answer(cy_int(cy_incarnation(request->cluster)));
}

static int incarnation(const int64_t *n, cy_body *body, void *ctx)
{
	(void)n;
	*body = cy_int(cy_incarnation(ctx));
	return 0;
}
RX_MAPPER(incarnation, cy_body, int64_t);

/* After so many milliseconds. */
static rx_observable *tell_later(const cy_request *request, void *ctx)
{
	(void)ctx;
	int64_t delay = 0;
	cy_get_int(request->arguments, NULL, &delay);
	cy_send(request->cluster, cy_primary(), "begun", NULL);
	return rx_pipe(rx_timer(RX_MS(delay)), rx_map(incarnation, request->cluster));
}

static rx_observable *never_tell(const cy_request *request, void *ctx)
{
	(void)ctx;
	cy_send(request->cluster, cy_primary(), "begun", NULL);
	return rx_never();
}

static rx_observable *ask_another(const cy_request *request, void *ctx)
{
	(void)ctx;
	return rx_pipe(cy_call(request->cluster, cy_named("Paul"), "tell", NULL), cy_values());
}

static char *grown;

static rx_observable *grow(const cy_request *request, void *ctx)
{
	(void)ctx;
	int64_t size = 0;
	cy_get_int(request->arguments, NULL, &size);
	free(grown);
	grown = malloc((size_t)size);
	for (int64_t i = 0; grown && i < size; i += 512)
		grown[i] = (char)i;
	return NULL;
}

/* Its metadata: from which incarnation on it fails to start. */
PROGRAM(fresh)
{
	int64_t broken = 0;
	cy_cluster *cluster = cy_join(&(cy_options){.graceful_signals = {SIGTERM}});
	if (!cluster)
		return 99;
	if (cy_get_int(cy_metadata(cluster), NULL, &broken) == 0 && cy_incarnation(cluster) >= broken)
		_Exit(3);
	cy_register(cluster, &(cy_command){.name = "tell", .run = tell_incarnation});
	cy_register(cluster, &(cy_command){.name = "later", .run = tell_later});
	cy_register(cluster, &(cy_command){.name = "never", .run = never_tell});
	cy_register(cluster, &(cy_command){.name = "ask", .run = ask_another});
	cy_register(cluster, &(cy_command){.name = "grow", .run = grow});
	const int status = cy_run(cluster);
	free(grown);
	return status;
}

/* ---- Recycling ----------------------------------------------------------------------------------------------------------- */

static cy_cluster *begin(event_log *log, cy_recycle recycle, cy_value *metadata)
{
	cy_cluster *cluster =
		cluster_begin("fresh", &(cy_options){.shutdown_timeout = RX_S(1), .kill_after = RX_MS(100)});
	event_log_start(log, cluster, "Paul");
	cluster_fork(cluster, "Paul",
	             &(cy_worker_options){.revive = CY_REVIVE_ON_FAILURE,
	                                  .revival = {.first = RX_NOW},
	                                  .recycle = recycle,
	                                  .metadata = metadata});
	cluster_ready(cluster);
	return cluster;
}

static int64_t tell(cy_cluster *cluster)
{
	return cluster_number(cluster, cy_worker_named(1, "Paul"), "tell", NULL);
}

static void finish(cy_cluster *cluster, event_log *log)
{
	event_log_stop(log);
	cluster_end(cluster);
}

TEST(by_calls_the_new_one_is_ready_before_the_old_one_is_asked_to_stop)
{
	event_log log;
	cy_cluster *cluster = begin(&log, (cy_recycle){.calls = 3, .jitter = -1}, NULL);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(tell(cluster), 1);
	event_log_await(&log, "exit Paul 0 replaced");
	ck_assert_int_eq(tell(cluster), 2);
	const char *ready = strstr(strstr(log.text, "ready Paul") + 1, "ready Paul");
	ck_assert_ptr_nonnull(ready);
	ck_assert(ready < strstr(log.text, "status Paul STOPPING"));
	ck_assert_int_eq(cy_status_of(cluster, cy_named("Paul")), CY_IDLE);
	while (event_log_count(&log, "exit Paul 0 replaced") < 3)
		tell(cluster);
	finish(cluster, &log);
}

TEST(by_age)
{
	event_log log;
	cy_cluster *cluster = begin(&log, (cy_recycle){.age = RX_MS(100)}, NULL);
	event_log_await(&log, "exit Paul 0 replaced");
	ck_assert_int_ge(tell(cluster), 2);
	finish(cluster, &log);
}

static pid_t pid_of_the_first(cy_cluster *cluster)
{
	cy_statistics statistics;
	ck_assert_int_eq(cy_statistics_take(cluster, &statistics), 0);
	const pid_t pid = statistics.workers[0].pid;
	cy_statistics_finish(&statistics);
	return pid;
}

TEST(by_resident_memory)
{
	enum { MORE = 64 << 20 };
	event_log log;
	cy_cluster *cluster = cluster_begin("fresh", NULL);
	cluster_fork(cluster, NULL, NULL);
	cluster_ready(cluster);
	const size_t usual = cy__usage_of(pid_of_the_first(cluster)).memory;
	ck_assert_uint_gt(usual, 0);
	event_log_start(&log, cluster, "Paul");
	cluster_fork(
		cluster, "Paul",
		&(cy_worker_options){.recycle = {.memory = usual + MORE / 2, .interval = RX_MS(10), .jitter = -1}});
	cluster_ready(cluster);
	ck_assert_int_eq(cluster_code(cluster, cy_named("Paul"), "grow", cy_int(MORE)), 0);
	event_log_await(&log, "exit Paul 0 replaced");
	ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "tell", NULL), 2);
	ck_assert_uint_eq(event_log_count(&log, "exit Paul 0 replaced"), 1);
	finish(cluster, &log);
}

TEST(one_whose_successor_does_not_start_goes_on)
{
	event_log log;
	cy_cluster *cluster = begin(&log, (cy_recycle){.calls = 1}, cy_int(2));
	ck_assert_int_eq(tell(cluster), 1);
	event_log_await(&log, "exit Paul 3 replaced");
	ck_assert_int_eq(tell(cluster), 1);
	ck_assert_int_eq(cy_status_of(cluster, cy_named("Paul")), CY_IDLE);
	finish(cluster, &log);
}

TEST(nonsense_is_refused)
{
	cy_cluster *cluster = cluster_begin("fresh", NULL);
	ck_assert_int_eq(cy_fork(cluster, NULL, &(cy_worker_options){.recycle = {.jitter = 2}}), -EINVAL);
	cluster_end(cluster);
}

/* ---- While there are two ------------------------------------------------------------------------------------------------- */

static void ignore(const rx_error *error, void *ctx)
{
	(void)error, (void)ctx;
}

static void reload_paul(cy_cluster *cluster)
{
	rx_subscribe(cy_reload(cluster, (uint32_t[]){1}, 1), &(rx_observer){.error = ignore}, NULL);
}

static void take_number(const cy_reply *reply, void *ctx)
{
	cy_get_int(reply->value, NULL, ctx);
}
RX_CONSUMER(take_number, cy_reply);

TEST(the_old_one_finishes_what_it_serves)
{
	event_log log;
	int64_t number = 0;
	rx_subscription call;
	cy_cluster *cluster = begin(&log, (cy_recycle){0}, NULL);
	rx_subscribe(cy_call(cluster, cy_named("Paul"), "later", cy_int(300)),
	             &(rx_observer){RX_NEXT(take_number), .ctx = &number}, &call);
	event_log_await(&log, "message Paul begun");
	reload_paul(cluster);
	event_log_await(&log, "status Paul STOPPING");
	ck_assert_int_eq(tell(cluster), 2);
	event_log_await(&log, "exit Paul 0 replaced");
	ck_assert(rx_is_closed(&call));
	ck_assert_int_eq(number, 1);
	finish(cluster, &log);
}

TEST(the_old_one_has_its_time_for_that_and_no_more)
{
	event_log log;
	cy_cluster *cluster = begin(&log, (cy_recycle){.drain = RX_MS(50)}, NULL);
	rx_subscribe(cy_call(cluster, cy_named("Paul"), "never", NULL), &(rx_observer){.error = ignore}, NULL);
	event_log_await(&log, "message Paul begun");
	reload_paul(cluster);
	event_log_await(&log, "exit Paul signal 15 replaced");
	ck_assert_int_eq(tell(cluster), 2);
	finish(cluster, &log);
}

TEST(stopping_it_ends_both, .to = 3)
{
	event_log log;
	cy_cluster *cluster = begin(&log, (cy_recycle){.drain = RX_NEVER}, NULL);
	rx_subscribe(cy_call(cluster, cy_named("Paul"), "never", NULL), &(rx_observer){.error = ignore}, NULL);
	event_log_await(&log, "message Paul begun");
	reload_paul(cluster);
	if (_i > 0)
		event_log_await(&log, "status Paul STOPPING"); /* of the old one, which cannot */
	if (_i < 2)
		cluster_finish(rx_pipe(cy_shutdown(cluster, cy_named("Paul"), RX_MS(100)), rx_ignore_elements()));
	event_log_await(&log, _i < 2 ? "status Paul EXITED" : "status Paul STOPPING");
	finish(cluster, &log);
	if (_i < 2)
		ck_assert_int_eq(strstr(log.text, " gone\n") != NULL, true);
}

TEST(one_that_crashes_meanwhile_is_revived_and_its_successor_is_not_wanted)
{
	event_log log;
	cy_cluster *cluster = begin(&log, (cy_recycle){0}, NULL);
	reload_paul(cluster);
	cy__process_signal(&cluster->spares->process, SIGSTOP); /* lest it be ready too soon */
	cy_kill(cluster, cy_named("Paul"), SIGKILL);
	event_log_await(&log, "exit Paul signal 9 revives");
	event_log_await(&log, "exit Paul signal 9 replaced");
	cluster_ready(cluster);
	ck_assert_int_eq(tell(cluster), 3); /* no incarnation is used twice */
	finish(cluster, &log);
}

TEST(its_limit_of_revivals_goes_on_through_a_replacement)
{
	event_log log;
	cy_cluster *cluster = cluster_begin("fresh", NULL);
	event_log_start(&log, cluster, "Paul");
	const uint32_t id = cluster_fork(
		cluster, "Paul",
		&(cy_worker_options){.revive = CY_REVIVE_ON_FAILURE, .revival = {.first = RX_NOW, .limit = 1}});
	cluster_ready(cluster);
	cy_kill(cluster, cy_worker(id), SIGKILL);
	event_log_await(&log, "exit Paul signal 9 revives");
	cluster_ready(cluster);
	ck_assert_int_eq(cluster_finish(rx_pipe(cy_reload(cluster, NULL, 0), rx_ignore_elements())), 0);
	cy_kill(cluster, cy_worker(id), SIGKILL);
	event_log_await(&log, "exit Paul signal 9 failed");
	ck_assert_int_eq(cy_restart(cluster, id), 0);
	cluster_ready(cluster);
	ck_assert_int_eq(cluster_number(cluster, cy_worker(id), "tell", NULL), 4);
	finish(cluster, &log);
}
