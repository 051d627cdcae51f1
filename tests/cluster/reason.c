/*
 * The event of an exit says why.
 */
#include <stdio.h>
#include <unistd.h>

#include "tests/support/cluster.h"

static void keep_exit(const cy_event *event, void *ctx)
{
	cy_event *kept = ctx;
	ck_assert_int_eq(kept->type, 0); /* once */
	ck_assert_int_eq(rx_type_copy(&rx_type_cy_event, kept, event), 0);
}
RX_CONSUMER(keep_exit, cy_event);

/* The next exit; to be released with drop(). */
struct exits {
	cy_event event;
	rx_subscription subscription;
};

static void watch(struct exits *exits, cy_cluster *cluster)
{
	*exits = (struct exits){.event = {0}};
	rx_subscribe(rx_pipe(cy_events_of(cluster, CY_EVENT_EXIT), rx_take(1)),
	             &(rx_observer){RX_NEXT(keep_exit), .ctx = &exits->event}, &exits->subscription);
}

static const cy_event *await_exit(struct exits *exits, cy_cluster *cluster)
{
	if (!exits->event.type)
		ck_assert_int_eq(rx_await_first(cy_event, cy_events_of(cluster, CY_EVENT_EXIT), (cy_event *)NULL), 0);
	ck_assert_int_eq(exits->event.type, CY_EVENT_EXIT);
	return &exits->event;
}

static void release(struct exits *exits)
{
	rx_unsubscribe(&exits->subscription);
	rx_type_cy_event.drop(&exits->event);
}

static void check(const cy_event *event, cy_reason reason, uint32_t origin, const char *words)
{
	ck_assert_int_eq(event->reason, reason);
	ck_assert_uint_eq(event->origin, origin);
	ck_assert_str_eq(event->words, words);
}

TEST(who_asked_the_primary_or_the_worker_itself)
{
	struct exits exits;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	cluster_fork(cluster, "Paul", NULL);
	const uint32_t id = cluster_fork(cluster, "Anne", NULL);
	cluster_ready(cluster);
	watch(&exits, cluster);
	cluster_finish(rx_pipe(cy_shutdown(cluster, cy_named("Paul"), 0), rx_ignore_elements()));
	check(await_exit(&exits, cluster), CY_ENDED_ASKED, 0, "asked to end by Primary: exit code 0");
	ck_assert(exits.event.intended);
	release(&exits);
	watch(&exits, cluster);
	cy_kill(cluster, cy_named("Anne"), SIGTERM); /* which it takes as a graceful one */
	check(await_exit(&exits, cluster), CY_ENDED_ASKED, id, "asked to end by itself: exit code 0");
	release(&exits);
	cluster_end(cluster);
}

TEST(an_exit_code_a_signal_or_neither)
{
	struct exits exits;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	for (int code = 0; code < 2; code++) {
		const uint32_t id = cluster_fork(cluster, "Paul", NULL);
		watch(&exits, cluster);
		cluster_code(cluster, cy_named("Paul"), "exit", cy_int(code));
		check(await_exit(&exits, cluster), code ? CY_ENDED_CODE : CY_ENDED_NORMAL, id,
		      code ? "failed: exit code 1" : "ended by itself: exit code 0");
		release(&exits);
	}
	const uint32_t id = cluster_fork(cluster, "Paul", NULL);
	cluster_ready(cluster);
	watch(&exits, cluster);
	cy_kill(cluster, cy_worker(id), SIGKILL);
	check(await_exit(&exits, cluster), CY_ENDED_SIGNAL, id, "ended by a signal: signal 9 (Killed)");
	release(&exits);
	cluster_end(cluster);
}

TEST(one_that_never_joins_and_one_that_is_never_ready)
{
	struct exits exits;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	watch(&exits, cluster);
	const uint32_t id = cluster_fork(cluster, NULL, &(cy_worker_options){.process = {.program = "/bin/false"}});
	check(await_exit(&exits, cluster), CY_ENDED_NO_HELLO, id, "ended before it had joined: exit code 1");
	release(&exits);
	watch(&exits, cluster);
	cluster_fork(cluster, NULL,
	             &(cy_worker_options){
			     .process = {.program = "/bin/sleep", .arguments = (const char *const[]){"1000", NULL}},
			     .revival = {.start = RX_MS(1)}});
	check(await_exit(&exits, cluster), CY_ENDED_NOT_READY, 0, "not ready in time: signal 9 (Killed)");
	release(&exits);
	cluster_end(cluster);
}

static int is_failed(const cy_event *event, void *ctx)
{
	return event->sequel == CY_FAILED;
}
RX_PREDICATE(is_failed, cy_event);

TEST(which_limit_was_passed)
{
	cy_event event = {0};
	cy_cluster *cluster = cluster_begin("worker", NULL);
	const uint32_t id = cluster_fork(cluster, "Paul",
	                                 &(cy_worker_options){.process = {.program = "/bin/false"},
	                                                      .revive = CY_REVIVE_ALWAYS,
	                                                      .revival = {.first = RX_NOW, .limit = 1}});
	ck_assert_int_eq(
		rx_await_first(cy_event, rx_pipe(cy_events_of(cluster, CY_EVENT_EXIT), rx_filter(is_failed)), &event),
		0);
	check(&event, CY_ENDED_NO_HELLO, id, "ended before it had joined: exit code 1; more than 1 revivals in 60 s");
	rx_type_cy_event.drop(&event);
	cluster_end(cluster);
}

/* ---- Last words ----------------------------------------------------------------------------------------------------- */

static const cy_event *exit_of_shell(struct exits *exits, cy_cluster *cluster, const char *command)
{
	const char *const arguments[] = {"-c", command, NULL};
	watch(exits, cluster);
	cluster_fork(cluster, NULL,
	             &(cy_worker_options){
			     .process = {.program = "/bin/sh", .arguments = arguments, .error = {CY_STREAM_CAPTURE}}});
	return await_exit(exits, cluster);
}

TEST(the_last_words_on_standard_error_come_with_it)
{
	struct exits exits;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	ck_assert_str_eq(
		exit_of_shell(&exits, cluster, "echo help >&2; echo; printf 'I am\\000gone\\n' >&2")->last_words,
		"help\nI am gone");
	release(&exits);
	ck_assert_ptr_null(exit_of_shell(&exits, cluster, "exit 1")->last_words);
	release(&exits);
	cluster_end(cluster);
}

TEST(of_many_last_words_the_last_whole_lines)
{
	struct exits exits;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	const char *words = exit_of_shell(&exits, cluster, "seq 1 20000 >&2")->last_words;
	const size_t length = strlen(words);
	ck_assert_uint_le(length, 4096);
	ck_assert_uint_gt(length, 4096 - 8);
	ck_assert_str_eq(words + length - strlen("\n19999\n20000"), "\n19999\n20000");
	ck_assert_int_eq(words[5], '\n'); /* it begins with a whole number */
	release(&exits);
	cluster_end(cluster);
}

TEST(a_stream_that_is_not_captured_has_no_last_words)
{
	struct exits exits;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	watch(&exits, cluster);
	cluster_fork(cluster, NULL, &(cy_worker_options){.process = {.program = "/bin/false"}});
	ck_assert_ptr_null(await_exit(&exits, cluster)->last_words);
	release(&exits);
	cluster_end(cluster);
}

/* ---- For another's sake --------------------------------------------------------------------------------------------- */

struct other {
	const char *name;
	cy_event event; /* the last exit of this one */
	cy_cluster *cluster;
};

static void keep_exit_of(const cy_event *event, void *ctx)
{
	struct other *other = ctx;
	if (strncmp(cy_label_of(other->cluster, event->worker), other->name, strlen(other->name)) != 0)
		return;
	if (other->event.type)
		rx_type_cy_event.drop(&other->event);
	ck_assert_int_eq(rx_type_copy(&rx_type_cy_event, &other->event, event), 0);
}
RX_CONSUMER(keep_exit_of, cy_event);

TEST(one_that_was_stopped_with_its_group_says_for_whom)
{
	static const cy_member members[] = {{"cause", {.revive = CY_REVIVE_ALWAYS}},
	                                    {"other", {.revive = CY_REVIVE_ALWAYS}}};
	const cy_group_options options = {.strategy = CY_ALL_FOR_ONE, .revival = {.first = RX_NOW, .limit = 1}};
	rx_subscription watching;
	event_log log;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	struct other other = {.name = "other", .cluster = cluster};
	event_log_start(&log, cluster, NULL);
	rx_subscribe(cy_events_of(cluster, CY_EVENT_EXIT), &(rx_observer){RX_NEXT(keep_exit_of), .ctx = &other},
	             &watching);
	ck_assert_int_eq(cy_group_start(cluster, "group", members, 2, &options), 0);
	ck_assert_int_eq(cluster_finish(cy_group_ready(cluster, "group")), 0);
	cy_kill(cluster, cy_named("cause"), SIGKILL);
	event_log_await(&log, "exit other 0 revives");
	check(&other.event, CY_ENDED_WITH_GROUP, 1, "stopped with its group, for cause (1): exit code 0");
	ck_assert(other.event.intended);
	ck_assert_int_eq(cluster_finish(cy_group_ready(cluster, "group")), 0);
	cy_kill(cluster, cy_named("cause"), SIGKILL);
	event_log_await(&log, "exit other 0 failed");
	check(&other.event, CY_ENDED_WITH_GROUP, 1,
	      "stopped with its group, for cause (1): exit code 0; its group has failed");
	event_log_await(&log, "group cause failed");
	ck_assert_int_eq(cy_group_restart(cluster, "group"), 0);
	ck_assert_int_eq(cluster_finish(cy_group_ready(cluster, "group")), 0);
	ck_assert_int_eq(cluster_finish(cy_group_stop(cluster, "group", 0)), 0);
	check(&other.event, CY_ENDED_ASKED, 0, "asked to end by Primary: exit code 0");
	rx_unsubscribe(&watching);
	rx_type_cy_event.drop(&other.event);
	event_log_stop(&log);
	cluster_end(cluster);
}

TEST(one_that_was_replaced_says_so)
{
	struct exits exits;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	cluster_fork(cluster, "Paul", NULL);
	cluster_ready(cluster);
	watch(&exits, cluster);
	ck_assert_int_eq(cluster_finish(rx_pipe(cy_reload(cluster, NULL, 0), rx_ignore_elements())), 0);
	check(await_exit(&exits, cluster), CY_ENDED_REPLACED, 0, "another has taken its place: exit code 0");
	ck_assert(exits.event.intended);
	ck_assert_int_eq(exits.event.sequel, CY_REPLACED);
	release(&exits);
	watch(&exits, cluster);
	cluster_finish(rx_pipe(cy_shutdown(cluster, cy_named("Paul"), 0), rx_ignore_elements()));
	check(await_exit(&exits, cluster), CY_ENDED_ASKED, 0, "asked to end by Primary: exit code 0");
	release(&exits);
	cluster_end(cluster);
}

TEST(every_reason_has_words)
{
	for (int reason = CY_ENDED_ASKED; reason <= CY_ENDED_LIMIT; reason++)
		ck_assert_str_ne(cy_reason_words((cy_reason)reason), "unknown");
	ck_assert_str_eq(cy_reason_words((cy_reason)0), "unknown");
	ck_assert_str_eq(cy_reason_words((cy_reason)1000), "unknown");
}
