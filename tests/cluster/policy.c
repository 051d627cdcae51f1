/*
 * Policies of one's own: a chain from the observable of exits to that of starts.
 */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/cluster.h"
#include "tests/support/memory.h"
#include "tests/support/scratch.h"

static const cy_process_options false_program = {.program = "/bin/false"};

static int has_failed(const cy_event *exit, void *ctx)
{
	(void)ctx;
	return exit->reason != CY_ENDED_NORMAL;
}
RX_PREDICATE(has_failed, cy_event);

/* "2 undecided gone": of each end the incarnation; and the worker's name is held, or free. */
struct ends {
	cy_cluster *cluster;
	char text[1024];
	rx_subscription subscription;
};

static void note_end(const cy_event *exit, void *ctx)
{
	static const char *const sequels[] = {"", "revives", "gone", "failed", "undecided", "replaced"};
	struct ends *ends = ctx;
	const size_t length = strlen(ends->text);
	const bool held = cy_status_of(ends->cluster, cy_named("Paul")) > 0;
	snprintf(ends->text + length, sizeof ends->text - length, "%u %s%s\n", exit->incarnation, sequels[exit->sequel],
	         held ? " held" : "");
}
RX_CONSUMER(note_end, cy_event);

static cy_cluster *begin(event_log *log, struct ends *ends)
{
	cy_cluster *cluster = cluster_begin("worker", NULL);
	*ends = (struct ends){.cluster = cluster};
	event_log_start(log, cluster, "Paul");
	rx_subscribe(cy_events_of(cluster, CY_EVENT_EXIT), &(rx_observer){RX_NEXT(note_end), .ctx = ends},
	             &ends->subscription);
	return cluster;
}

static void finish(cy_cluster *cluster, event_log *log, struct ends *ends)
{
	rx_unsubscribe(&ends->subscription);
	event_log_stop(log);
	cluster_end(cluster);
}

/* With a code of its own each time. */
static void leave_with(int code, event_log *log, const char *sequel)
{
	char line[64];
	snprintf(line, sizeof line, "exit Paul %d %s", code, sequel);
	cluster_ready(log->cluster);
	cluster_code(log->cluster, cy_named("Paul"), "exit", cy_int(code));
	event_log_await(log, line);
}

/* ---- Delay, take, filter -------------------------------------------------------------------------------------------- */

static rx_observable *twice(rx_observable *exits, void *ctx)
{
	(void)ctx;
	return rx_pipe(exits, rx_take(2), rx_delay(RX_MS(1)));
}

TEST(of_delay_and_take_until_it_has_decided_the_name_is_held)
{
	event_log log;
	struct ends ends;
	cy_cluster *cluster = begin(&log, &ends);
	cluster_fork(cluster, "Paul", &(cy_worker_options){.process = false_program, .policy = twice});
	event_log_await(&log, "exit Paul 1 gone");
	ck_assert_str_eq(ends.text, "1 undecided held\n2 undecided held\n3 gone\n");
	cluster_fork(cluster, "Paul", NULL);
	finish(cluster, &log, &ends);
}

static rx_observable *while_it_fails(rx_observable *exits, void *ctx)
{
	return rx_pipe(exits, rx_take_while(has_failed, ctx), rx_delay(RX_MS(1)));
}

TEST(take_while_lets_it_go)
{
	event_log log;
	struct ends ends;
	cy_cluster *cluster = begin(&log, &ends);
	const uint32_t id = cluster_fork(cluster, "Paul", &(cy_worker_options){.policy = while_it_fails});
	leave_with(3, &log, "undecided");
	leave_with(0, &log, "undecided");
	cluster_code(cluster, cy_named("Paul"), "square", cy_int(1)); /* after that turn */
	ck_assert_int_eq(cy_status_of(cluster, cy_named("Paul")), -ENOENT);
	ck_assert_int_eq(cy_decide(cluster, id, CY_REVIVES, 0), -ENOENT);
	finish(cluster, &log, &ends);
}

static rx_observable *only_failures(rx_observable *exits, void *ctx)
{
	return rx_pipe(exits, rx_filter(has_failed, ctx));
}

TEST(what_a_filter_leaves_out_stays_undecided_until_somebody_decides)
{
	event_log log;
	struct ends ends;
	cy_cluster *cluster = begin(&log, &ends);
	const uint32_t id = cluster_fork(cluster, "Paul", &(cy_worker_options){.policy = only_failures});
	leave_with(0, &log, "undecided");
	ck_assert_int_eq(cy_fork(cluster, "Paul", NULL), -EEXIST);
	ck_assert_int_eq(cy_decide(cluster, id, CY_REVIVES, 0), 0);
	leave_with(3, &log, "undecided");
	cluster_ready(cluster);
	ck_assert_int_eq(cluster_number(cluster, cy_worker(id), "square", cy_int(3)), 9);
	ck_assert_str_eq(ends.text, "1 undecided held\n2 undecided held\n");
	finish(cluster, &log, &ends);
}

static void note_code(const rx_error *error, void *ctx)
{
	*(int *)ctx = error->code;
}

TEST(who_waits_for_one_that_is_undecided_hears_that_it_has_failed)
{
	event_log log;
	struct ends ends;
	int code = 0;
	cy_cluster *cluster = begin(&log, &ends);
	const uint32_t id = cluster_fork(cluster, "Paul", &(cy_worker_options){.policy = only_failures});
	leave_with(0, &log, "undecided");
	rx_subscribe(cy_wait_status(cluster, cy_worker(id), CY_IDLE), &(rx_observer){.error = note_code, .ctx = &code},
	             NULL);
	ck_assert_int_eq(cy_decide(cluster, id, CY_REVIVES, RX_NOW - 1), -EINVAL);
	ck_assert_int_eq(code, 0);
	ck_assert_int_eq(cy_decide(cluster, id, CY_FAILED, 0), 0);
	ck_assert_int_eq(code, -ESRCH);
	finish(cluster, &log, &ends);
}

/* Three items for each end: what is too much starts nothing. */
static rx_observable *thrice_each(rx_observable *exits, void *ctx)
{
	(void)ctx;
	rx_observable *again = rx_observable_ref(exits), *once_more = rx_observable_ref(exits);
	return rx_merge(exits, again, once_more);
}

TEST(an_end_is_followed_by_one_start_however_many_items_there_are)
{
	event_log log;
	struct ends ends;
	cy_cluster *cluster = begin(&log, &ends);
	const uint32_t id = cluster_fork(cluster, "Paul", &(cy_worker_options){.policy = thrice_each});
	for (int code = 1; code <= 3; code++)
		leave_with(code, &log, "undecided");
	cluster_ready(cluster);
	ck_assert_int_eq(cluster_number(cluster, cy_worker(id), "square", cy_int(3)), 9);
	ck_assert_str_eq(ends.text, "1 undecided held\n2 undecided held\n3 undecided held\n");
	finish(cluster, &log, &ends);
}

/* ---- Errors --------------------------------------------------------------------------------------------------------- */

static int refuse_the_third(const cy_event *exit, void *ctx)
{
	(void)ctx;
	return exit->incarnation % 3 ? 1 : rx_raise(-EDOM, "three are enough");
}
RX_PREDICATE(refuse_the_third, cy_event);

static rx_observable *up_to_three(rx_observable *exits, void *ctx)
{
	return rx_pipe(exits, rx_filter(refuse_the_third, ctx));
}

TEST(an_error_means_failed_is_told_and_by_hand_it_begins_anew)
{
	event_log log;
	struct ends ends;
	cy_cluster *cluster = begin(&log, &ends);
	const uint32_t id =
		cluster_fork(cluster, "Paul", &(cy_worker_options){.process = false_program, .policy = up_to_three});
	event_log_await(&log, "error Paul -33");
	ck_assert_int_eq(cy_status_of(cluster, cy_named("Paul")), -ENOENT);
	ck_assert_int_eq(cluster_code(cluster, cy_worker(id), "square", cy_int(3)), -EHOSTUNREACH);
	ck_assert_int_eq(cy_restart(cluster, id), 0);
	*log.text = '\0';
	event_log_await(&log, "error Paul -33");
	ck_assert_str_eq(ends.text, "1 undecided held\n2 undecided held\n3 undecided held\n4 undecided held\n"
	                            "5 undecided held\n6 undecided held\n");
	finish(cluster, &log, &ends);
}

static rx_observable *fail_meanwhile(rx_observable *exits, void *ctx)
{
	(void)ctx;
	return rx_merge(exits, rx_pipe(rx_timer(RX_MS(1)), rx_concat_with(rx_throw_error(-EDOM, "enough")),
	                               rx_ignore_elements()));
}

TEST(one_whose_policy_has_failed_while_it_ran_has_failed_with_its_end)
{
	event_log log;
	struct ends ends;
	cy_event exit;
	cy_cluster *cluster = begin(&log, &ends);
	cluster_fork(cluster, "Paul", &(cy_worker_options){.policy = fail_meanwhile});
	cluster_ready(cluster);
	event_log_await(&log, "error Paul -33");
	ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "square", cy_int(3)), 9);
	cy_kill(cluster, cy_named("Paul"), SIGKILL);
	ck_assert_int_eq(rx_await_first(cy_event, cy_events_of(cluster, CY_EVENT_EXIT), &exit), 0);
	ck_assert_int_eq(exit.sequel, CY_FAILED);
	ck_assert_str_eq(exit.words, "ended by a signal: signal 9 (Killed); its policy has failed");
	rx_type_cy_event.drop(&exit);
	finish(cluster, &log, &ends);
}

static rx_observable *fail_at_once(rx_observable *exits, void *ctx)
{
	(void)ctx;
	rx_observable_unref(exits);
	return rx_throw_error(-EDOM, "not today");
}

static rx_observable *nothing(rx_observable *exits, void *ctx)
{
	(void)ctx;
	rx_observable_unref(exits);
	return NULL;
}

static int is_even(const int64_t *n, void *ctx)
{
	(void)ctx;
	return *n % 2 == 0;
}
RX_PREDICATE(is_even, int64_t);

static rx_observable *misfit(rx_observable *exits, void *ctx)
{
	return rx_pipe(exits, rx_filter(is_even, ctx));
}

TEST(what_fails_at_once_or_makes_no_sense_is_forks_error_and_nothing_is_left)
{
	static const cy_member members[] = {{"one", {.policy = twice}}};
	cy_cluster *cluster = cluster_begin("worker", NULL);
	ck_assert_int_eq(cy_fork(cluster, "Paul", &(cy_worker_options){.policy = fail_at_once}), -EDOM);
	ck_assert_str_eq(rx_words(-EDOM), "the policy of Paul (1): not today");
	ck_assert_int_eq(cy_fork(cluster, "Paul", &(cy_worker_options){.policy = nothing}), -EINVAL);
	ck_assert_int_eq(cy_fork(cluster, "Paul", &(cy_worker_options){.policy = misfit}), -EINVAL);
	ck_assert_int_eq(cy_fork(cluster, "Paul", &(cy_worker_options){.revive = CY_REVIVE_ALWAYS, .policy = twice}),
	                 -EINVAL);
	ck_assert_int_eq(cy_group_start(cluster, "group", members, 1, NULL), -EINVAL);
	ck_assert_int_eq(cy_status_of(cluster, cy_named("Paul")), -ENOENT);
	cluster_end(cluster);
}

TEST(without_memory_there_is_no_worker)
{
	size_t refused = 1;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	for (size_t n = 0; refused; n++) {
		rx_trim();
		memory_fail_once_after(n);
		const int64_t id =
			cy_fork(cluster, NULL, &(cy_worker_options){.process = false_program, .policy = twice});
		refused = memory_refused();
		memory_recover();
		ck_assert(id > 0 || id == -ENOMEM);
		if (id > 0)
			cluster_finish(rx_pipe(cy_shutdown(cluster, cy_worker((uint32_t)id), 0), rx_ignore_elements()));
	}
	cluster_end(cluster);
}

/* ---- The worker's life ------------------------------------------------------------------------------------------------ */

static rx_observable *later(rx_observable *exits, void *ctx)
{
	(void)ctx;
	return rx_pipe(exits, rx_delay(RX_S(3600)));
}

TEST(one_that_is_asked_to_end_while_its_policy_waits_is_gone)
{
	event_log log;
	struct ends ends;
	cy_cluster *cluster = begin(&log, &ends);
	cluster_fork(cluster, "Paul", &(cy_worker_options){.process = false_program, .policy = later});
	event_log_await(&log, "exit Paul 1 undecided");
	cluster_finish(rx_pipe(cy_shutdown(cluster, cy_named("Paul"), 0), rx_ignore_elements()));
	ck_assert_int_eq(cy_status_of(cluster, cy_named("Paul")), -ENOENT);
	cluster_fork(cluster, "Paul", &(cy_worker_options){.process = false_program, .policy = later});
	*log.text = '\0';
	event_log_await(&log, "exit Paul 1 undecided");
	finish(cluster, &log, &ends); /* nor does it hold up the stop */
}

TEST(an_end_that_was_asked_for_is_not_its_affair)
{
	event_log log;
	struct ends ends;
	cy_cluster *cluster = begin(&log, &ends);
	cluster_fork(cluster, "Paul", &(cy_worker_options){.policy = thrice_each});
	cluster_ready(cluster);
	cluster_finish(rx_pipe(cy_shutdown(cluster, cy_named("Paul"), 0), rx_ignore_elements()));
	ck_assert_str_eq(ends.text, "1 gone\n");
	finish(cluster, &log, &ends);
}

/* The second of the worker's own ends is the last, though a process has taken another's place in between. */
TEST(it_goes_on_through_a_replacement)
{
	event_log log;
	struct ends ends;
	cy_cluster *cluster = begin(&log, &ends);
	cluster_fork(cluster, "Paul", &(cy_worker_options){.policy = twice});
	leave_with(3, &log, "undecided");
	cluster_ready(cluster);
	ck_assert_int_eq(cluster_finish(rx_pipe(cy_reload(cluster, NULL, 0), rx_ignore_elements())), 0);
	leave_with(4, &log, "undecided");
	leave_with(5, &log, "gone");
	ck_assert_str_eq(ends.text, "1 undecided held\n2 replaced held\n3 undecided held\n4 gone\n");
	finish(cluster, &log, &ends);
}

static char program[SCRATCH_PATH];

static int remove_program(const cy_event *exit, void *ctx)
{
	(void)exit, (void)ctx;
	unlink(program);
	return 1;
}
RX_PREDICATE(remove_program, cy_event);

static rx_observable *without_program(rx_observable *exits, void *ctx)
{
	return rx_pipe(exits, rx_filter(remove_program, ctx), rx_take(3));
}

TEST(a_start_that_fails_is_an_end_too)
{
	event_log log;
	struct ends ends;
	scratch_file(program, "#!/bin/sh\nexit 9\n", 0700);
	cy_cluster *cluster = begin(&log, &ends);
	cluster_fork(cluster, "Paul", &(cy_worker_options){.process.program = program, .policy = without_program});
	event_log_await(&log, "exit Paul -2 gone");
	ck_assert_str_eq(ends.text, "1 undecided held\n2 undecided held\n3 undecided held\n4 gone\n");
	finish(cluster, &log, &ends);
}

/* ---- From inside of it ------------------------------------------------------------------------------------------------ */

struct act {
	void (*act)(cy_cluster *cluster, uint32_t id);
	int status; /* of "Paul", afterwards */
};

static void decide_it_is_gone(cy_cluster *cluster, uint32_t id)
{
	ck_assert_int_eq(cy_decide(cluster, id, CY_GONE, 0), 0);
}

static void shut_it_down(cy_cluster *cluster, uint32_t id)
{
	rx_subscribe(cy_shutdown(cluster, cy_worker(id), 0), NULL, NULL);
}

static void give_up_and_start_it_by_hand(cy_cluster *cluster, uint32_t id)
{
	ck_assert_int_eq(cy_decide(cluster, id, CY_FAILED, 0), 0);
	ck_assert_int_eq(cy_restart(cluster, id), 0);
}

static void stop_all(cy_cluster *cluster, uint32_t id)
{
	(void)id;
	cy_stop(cluster, 0);
}

static const struct act acts[] = {
	{decide_it_is_gone, -ENOENT},
	{shut_it_down, -ENOENT},
	{give_up_and_start_it_by_hand, CY_INITIALIZING},
	{stop_all, -ENOENT},
};

static int act_once(const cy_event *exit, void *ctx)
{
	if (exit->incarnation == 1)
		((const struct act *)ctx)->act(cy_current(), exit->worker);
	return 1;
}
RX_PREDICATE(act_once, cy_event);

static rx_observable *acting(rx_observable *exits, void *ctx)
{
	return rx_pipe(exits, rx_filter(act_once, ctx));
}

TEST(anything_may_be_done_from_inside_of_it, .to = sizeof acts / sizeof *acts)
{
	event_log log;
	struct ends ends;
	struct act act = acts[_i];
	cy_cluster *cluster = begin(&log, &ends);
	cluster_fork(cluster, "Paul", &(cy_worker_options){.policy = acting, .policy_ctx = &act});
	leave_with(3, &log, "undecided");
	ck_assert_int_eq(cy_status_of(cluster, cy_named("Paul")), act.status);
	finish(cluster, &log, &ends);
}

static void start_again(const cy_event *event, void *ctx)
{
	if (event->status == CY_EXITED && event->incarnation == 1 && cy_status_of(ctx, cy_named("Paul")) == -ENOENT)
		ck_assert_int_eq(cy_restart(ctx, event->worker), 0);
}
RX_CONSUMER(start_again, cy_event);

TEST(who_is_told_that_it_is_gone_may_start_it_again)
{
	event_log log;
	struct ends ends;
	rx_subscription watching;
	cy_cluster *cluster = begin(&log, &ends);
	const uint32_t id = cluster_fork(cluster, "Paul", &(cy_worker_options){.revive = CY_REVIVE_DECIDE});
	leave_with(3, &log, "undecided");
	rx_subscribe(cy_events_of(cluster, CY_EVENT_STATUS), &(rx_observer){RX_NEXT(start_again), .ctx = cluster},
	             &watching);
	ck_assert_int_eq(cy_decide(cluster, id, CY_GONE, 0), 0);
	cluster_ready(cluster);
	ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "square", cy_int(3)), 9);
	rx_unsubscribe(&watching);
	finish(cluster, &log, &ends);
}
