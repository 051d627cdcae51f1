/*
 * Groups of real processes. Their logic is tested without any in tests/primary/strategy.c.
 */
#include <stdio.h>

#include "tests/support/cluster.h"

#define AT_ONCE                                                                                                        \
	{                                                                                                              \
		.first = RX_NOW                                                                                        \
	}

static const cy_member site[] = {
	{"database", {.revive = CY_REVIVE_ON_FAILURE}},
	{"cache", {.revive = CY_REVIVE_ON_FAILURE}},
	{"web", {.revive = CY_REVIVE_ON_FAILURE}},
};

/* Beside the group stands one that nothing of this may touch. */
static cy_cluster *begin(event_log *log, cy_strategy strategy, uint32_t limit)
{
	cy_cluster *cluster = cluster_begin("worker", NULL);
	cluster_fork(cluster, "bystander", NULL);
	event_log_start(log, cluster, NULL);
	const cy_group_options options = {.strategy = strategy, .revival = {.first = RX_NOW, .limit = limit}};
	ck_assert_int_eq(cy_group_start(cluster, "site", site, 3, &options), 0);
	return cluster;
}

static void await_ready(cy_cluster *cluster)
{
	const int code = cluster_finish(cy_group_ready(cluster, "site"));
	ck_assert_msg(code == 0, "%s", rx_words(code));
}

static void finish(cy_cluster *cluster, event_log *log)
{
	ck_assert_int_eq(cluster_number(cluster, cy_named("bystander"), "square", cy_int(5)), 25);
	event_log_stop(log);
	cluster_end(cluster);
	ck_assert_uint_eq(event_log_count(log, "exit bystander 0 gone"), 0);
}

static const char *find(const event_log *log, const char *words)
{
	const char *found = strstr(log->text, words);
	ck_assert_msg(found != NULL, "no \"%s\" in\n%s", words, log->text);
	return found;
}

/* Lines that begin with these words come in this order, first occurrences counted. */
#define ORDER(log, ...) expect_order((log), (const char *const[]){__VA_ARGS__, NULL})
static void expect_order(const event_log *log, const char *const *words)
{
	for (; words[1]; words++)
		ck_assert_msg(find(log, words[0]) < find(log, words[1]), "\"%s\" before \"%s\" in\n%s", words[0],
		              words[1], log->text);
}

TEST(they_start_in_order_and_stop_in_reverse)
{
	event_log log;
	uint32_t ids[4];
	cy_cluster *cluster = begin(&log, CY_ONE_FOR_ONE, 0);
	ck_assert_int_eq(cy_group_members(cluster, "site", ids, 4), 3);
	ck_assert_uint_lt(ids[0], ids[1]);
	/* It waits for its turn, and so do calls to it. */
	ck_assert_int_eq(cluster_number(cluster, cy_named("web"), "square", cy_int(3)), 9);
	await_ready(cluster);
	ORDER(&log, "ready database", "status cache INITIALIZING", "ready cache", "status web INITIALIZING",
	      "ready web");
	ck_assert_int_eq(cluster_finish(cy_group_stop(cluster, "site", 0)), 0);
	ORDER(&log, "exit web 0 gone", "status cache STOPPING", "exit cache 0 gone", "status database STOPPING",
	      "exit database 0 gone");
	ck_assert_int_eq(cluster_finish(cy_group_stop(cluster, "site", 0)), -ENOENT);
	ck_assert_int_eq(cy_status_of(cluster, cy_named("web")), -ENOENT);
	ck_assert_int_eq(cy_group_members(cluster, "site", NULL, 0), -ENOENT);
	finish(cluster, &log);
}

/* The second of three crashes: those that the strategy takes with it, and nobody else, are started again in order. */
TEST(the_strategy_says_who_is_started_again, .to = 3)
{
	event_log log;
	cy_cluster *cluster = begin(&log, (cy_strategy)_i, 0);
	await_ready(cluster);
	cy_kill(cluster, cy_named("cache"), SIGKILL);
	event_log_await(&log, "exit cache signal 9 revives");
	event_log_await(&log, "group cache revives");
	await_ready(cluster);
	const bool first = _i == CY_ALL_FOR_ONE, last = _i != CY_ONE_FOR_ONE;
	ck_assert_uint_eq(event_log_count(&log, "ready database"), first ? 2 : 1);
	ck_assert_uint_eq(event_log_count(&log, "exit database 0 revives"), first ? 1 : 0);
	ck_assert_uint_eq(event_log_count(&log, "ready cache"), 2);
	ck_assert_uint_eq(event_log_count(&log, "ready web"), last ? 2 : 1);
	ck_assert_uint_eq(event_log_count(&log, "exit web 0 revives"), last ? 1 : 0);
	if (first)
		ORDER(&log, "exit web 0 revives", "status database STOPPING");
	finish(cluster, &log);
}

TEST(a_member_that_leaves_as_it_may_rests_and_one_that_is_to_live_always_does_not)
{
	static const cy_member pair[] = {
		{"always", {.revive = CY_REVIVE_ALWAYS}},
		{"rests", {.revive = CY_REVIVE_ON_FAILURE}},
		{"never", {.revive = CY_REVIVE_NEVER}},
	};
	event_log log;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	event_log_start(&log, cluster, NULL);
	cy_group_start(cluster, "site", pair, 3, &(cy_group_options){.revival = AT_ONCE});
	await_ready(cluster);
	cluster_code(cluster, cy_named("rests"), "exit", cy_int(0));
	event_log_await(&log, "exit rests 0 gone");
	cluster_finish(rx_pipe(cy_shutdown(cluster, cy_named("never"), 0), rx_ignore_elements()));
	ck_assert_uint_eq(event_log_count(&log, "exit never 0 gone"), 1);
	cluster_finish(rx_pipe(cy_shutdown(cluster, cy_named("always"), 0), rx_ignore_elements()));
	event_log_await(&log, "exit always 0 revives");
	ck_assert_int_eq(cluster_number(cluster, cy_named("always"), "square", cy_int(2)), 4);
	ck_assert_int_eq(cy_group_members(cluster, "site", NULL, 0), 2);
	ck_assert_int_eq(cluster_code(cluster, cy_named("rests"), "square", cy_int(2)), -ENOENT);
	event_log_stop(&log);
	cluster_end(cluster);
}

TEST(beyond_the_limit_the_group_has_failed_and_can_be_started_by_hand)
{
	event_log log;
	uint32_t ids[3];
	cy_cluster *cluster = begin(&log, CY_ONE_FOR_ONE, 1);
	await_ready(cluster);
	cy_group_members(cluster, "site", ids, 3);
	ck_assert_int_eq(cy_group_restart(cluster, "site"), -EBUSY);
	cy_kill(cluster, cy_named("cache"), SIGKILL);
	event_log_await(&log, "exit cache signal 9 revives");
	await_ready(cluster);
	cy_kill(cluster, cy_named("cache"), SIGKILL);
	event_log_await(&log, "exit cache signal 9 failed");
	event_log_await(&log, "group cache failed");
	ORDER(&log, "exit cache signal 9 failed", "exit web 0 failed", "exit database 0 failed", "group cache failed");
	ck_assert_int_eq(cluster_finish(cy_group_ready(cluster, "site")), -ESRCH);
	ck_assert_int_eq(cluster_code(cluster, cy_worker(ids[2]), "square", cy_int(2)), -EHOSTUNREACH);
	ck_assert_int_eq(cy_restart(cluster, ids[2]), -EBUSY);
	const uint32_t other = cluster_fork(cluster, "web", NULL);
	ck_assert_int_eq(cy_group_restart(cluster, "site"), -EEXIST);
	cluster_finish(rx_pipe(cy_shutdown(cluster, cy_worker(other), 0), rx_ignore_elements()));
	ck_assert_int_eq(cy_group_restart(cluster, "site"), 0);
	await_ready(cluster);
	ck_assert_int_eq(cluster_number(cluster, cy_worker_named(ids[2], "web"), "square", cy_int(2)), 4);
	finish(cluster, &log);
}

TEST(a_crash_loop_while_starting_fails_the_group_and_those_after_it_never_start)
{
	static const cy_member members[] = {
		{"database", {.revive = CY_REVIVE_ALWAYS}},
		{"broken", {.revive = CY_REVIVE_ALWAYS, .process = {.program = "/bin/false"}}},
		{"web", {.revive = CY_REVIVE_ALWAYS}},
	};
	event_log log;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	event_log_start(&log, cluster, NULL);
	cy_group_start(cluster, "site", members, 3,
	               &(cy_group_options){.strategy = CY_REST_FOR_ONE, .revival = {.first = RX_NOW, .limit = 2}});
	ck_assert_int_eq(cluster_finish(cy_group_ready(cluster, "site")), -ESRCH);
	ck_assert_uint_eq(event_log_count(&log, "exit broken 1 revives"), 2);
	ck_assert_uint_eq(event_log_count(&log, "exit broken 1 failed"), 1);
	ck_assert_uint_eq(event_log_count(&log, "exit database 0 failed"), 1);
	ck_assert_ptr_null(strstr(log.text, "status web INITIALIZING"));
	event_log_stop(&log);
	cluster_end(cluster);
}

static void note_code(const rx_error *error, void *ctx)
{
	*(int *)ctx = error->code;
}

TEST(who_waits_for_a_member_that_will_never_start_hears_that_the_group_has_failed)
{
	static const cy_member members[] = {
		{"broken", {.revive = CY_REVIVE_ALWAYS, .process = {.program = "/bin/false"}}},
		{"web", {.revive = CY_REVIVE_ALWAYS}},
	};
	event_log log;
	uint32_t ids[2];
	int status = 0, ready = 0;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	event_log_start(&log, cluster, NULL);
	cy_group_start(cluster, "site", members, 2, &(cy_group_options){.revival = {.first = RX_NOW, .limit = 1}});
	ck_assert_int_eq(cy_group_members(cluster, "site", ids, 2), 2);
	rx_subscribe(cy_wait_status(cluster, cy_worker(ids[1]), CY_IDLE),
	             &(rx_observer){.error = note_code, .ctx = &status}, NULL);
	rx_subscribe(cy_ready(cluster, ids + 1, 1), &(rx_observer){.error = note_code, .ctx = &ready}, NULL);
	event_log_await(&log, "group broken failed");
	ck_assert_int_eq(status, -ESRCH);
	ck_assert_int_eq(ready, -ESRCH);
	event_log_stop(&log);
	cluster_end(cluster);
}

TEST(a_program_that_is_not_there_fails_the_group)
{
	static const cy_member members[] = {
		{"broken", {.revive = CY_REVIVE_ALWAYS, .process = {.program = "/nowhere"}}}};
	event_log log;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	event_log_start(&log, cluster, NULL);
	cy_group_start(cluster, "site", members, 1, &(cy_group_options){.revival = {.first = RX_NOW, .limit = 1}});
	ck_assert_int_eq(cluster_finish(cy_group_ready(cluster, "site")), -ESRCH);
	ck_assert_uint_eq(event_log_count(&log, "error broken -2"), 2);
	event_log_stop(&log);
	cluster_end(cluster);
}

/* With the first one about to come again after a delay, and the others being stopped for it. */
TEST(it_is_stopped_during_a_restart)
{
	event_log log;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	event_log_start(&log, cluster, NULL);
	cy_group_start(cluster, "site", site, 3,
	               &(cy_group_options){.strategy = CY_ALL_FOR_ONE, .revival = {.first = RX_S(1000)}});
	await_ready(cluster);
	cy_kill(cluster, cy_named("database"), SIGKILL);
	event_log_await(&log, "exit database signal 9 revives");
	ck_assert_int_eq(cluster_finish(cy_group_stop(cluster, "site", 0)), 0);
	ck_assert_uint_eq(event_log_count(&log, "ready web"), 1);
	ck_assert_uint_eq(event_log_count(&log, "exit web 0 gone") + event_log_count(&log, "exit web 0 revives"), 1);
	ck_assert_uint_eq(event_log_count(&log, "group Primary gone"), 1);
	event_log_stop(&log);
	cluster_end(cluster);
}

TEST(the_cluster_stops_it_in_reverse_whatever_it_does, .to = 3)
{
	event_log log;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	event_log_start(&log, cluster, NULL);
	cy_group_start(cluster, "site", site, 3, &(cy_group_options){.strategy = CY_ALL_FOR_ONE});
	if (_i > 0)
		await_ready(cluster);
	if (_i == 2) {
		cy_kill(cluster, cy_named("database"), SIGKILL);
		event_log_await(&log, "exit database signal 9 revives");
	}
	cluster_end(cluster);
	if (_i == 1)
		ORDER(&log, "exit web 0 gone", "exit cache 0 gone", "exit database 0 gone", "group Primary gone");
	ck_assert_uint_eq(event_log_count(&log, "group Primary gone"), 1);
}

/* The last one hangs: the others have no more time than it has. */
TEST(one_that_hangs_holds_up_nobody_past_the_deadline)
{
	static const cy_options quick = {.shutdown_timeout = RX_MS(200), .kill_after = RX_MS(100)};
	event_log log;
	cy_cluster *cluster = cluster_begin("worker", &quick);
	event_log_start(&log, cluster, NULL);
	cy_group_start(cluster, "site", site, 3, NULL);
	await_ready(cluster);
	cy_kill(cluster, cy_named("web"), SIGSTOP);
	cluster_end(cluster);
	ck_assert_uint_eq(event_log_count(&log, "exit web signal 9 gone"), 1);
	ck_assert_uint_eq(event_log_count(&log, "error Primary -110"), 0);
}

TEST(what_makes_no_sense_is_refused_and_leaves_nothing)
{
	static const cy_member twice[] = {{"same", {.revive = CY_REVIVE_NEVER}}, {"same", {.revive = CY_REVIVE_NEVER}}};
	static const cy_member decides[] = {{"one", {.revive = CY_REVIVE_DECIDE}}};
	cy_cluster *cluster = cluster_begin("worker", NULL);
	ck_assert_int_eq(cy_group_start(cluster, "site", site, 0, NULL), -EINVAL);
	ck_assert_int_eq(cy_group_start(cluster, "site", NULL, 3, NULL), -EINVAL);
	ck_assert_int_eq(cy_group_start(cluster, "", site, 3, NULL), -EINVAL);
	ck_assert_int_eq(cy_group_start(cluster, "site", twice, 2, NULL), -EEXIST);
	ck_assert_int_eq(cy_group_start(cluster, "site", decides, 1, NULL), -EINVAL);
	ck_assert_int_eq(cy_group_start(cluster, "site", site, 3, &(cy_group_options){.strategy = 7}), -EINVAL);
	ck_assert_int_eq(cy_status_of(cluster, cy_named("web")), -ENOENT);
	ck_assert_int_eq(cy_group_start(cluster, "site", site, 3, NULL), 0);
	ck_assert_int_eq(cy_group_start(cluster, "site", site, 3, NULL), -EEXIST);
	ck_assert_int_eq(cy_fork(cluster, "web", NULL), -EEXIST);
	ck_assert_int_eq(cluster_finish(cy_group_ready(cluster, "nobody")), -ENOENT);
	ck_assert_int_eq(cy_group_restart(cluster, NULL), -ENOENT);
	cluster_end(cluster);
}

static void ignore(const rx_error *error, void *ctx)
{
	(void)error, (void)ctx;
}

/* A listener to its events ends it, in the middle of whatever they tell of. */
static void stop_it(const cy_event *event, void *ctx)
{
	(void)event, (void)ctx;
	rx_subscribe(cy_group_stop(cy_current(), "site", 0), &(rx_observer){.error = ignore}, NULL);
}
RX_CONSUMER(stop_it, cy_event);

static const cy_event_type moments[] = {CY_EVENT_STATUS, CY_EVENT_ONLINE, CY_EVENT_READY, CY_EVENT_EXIT,
                                        CY_EVENT_GROUP};

TEST(it_may_be_stopped_from_inside_every_event, .to = 5)
{
	rx_subscription stopper;
	event_log log;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	event_log_start(&log, cluster, NULL);
	cy_group_start(cluster, "site", site, 3, &(cy_group_options){.revival = AT_ONCE});
	if (moments[_i] == CY_EVENT_EXIT)
		await_ready(cluster);
	rx_subscribe(cy_events_of(cluster, moments[_i]), &(rx_observer){RX_NEXT(stop_it)}, &stopper);
	if (moments[_i] == CY_EVENT_EXIT)
		cy_kill(cluster, cy_named("cache"), SIGKILL);
	event_log_await(&log, "group Primary gone");
	rx_unsubscribe(&stopper);
	event_log_stop(&log);
	cluster_end(cluster);
}
