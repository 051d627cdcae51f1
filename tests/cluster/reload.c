/*
 * Rolling reload: one worker after the other, while calls go on all the time; the program is PROGRAM(fresh) of recycle.c.
 */
#include <stdio.h>

#include "lib/primary/worker.h"
#include "tests/support/cluster.h"

/* ---- Calls all the time --------------------------------------------------------------------------------------------------- */

struct load {
	cy_cluster *cluster;
	cy_target target;
	const char *command;
	int64_t argument;
	size_t running, answered, failed;
	int code; /* of the last that failed */
	bool stopping;
};

static void call_once(struct load *load);

static void call_answered(void *ctx)
{
	struct load *load = ctx;
	load->running--;
	load->answered++;
	if (!load->stopping)
		call_once(load);
}

static void call_failed(const rx_error *error, void *ctx)
{
	struct load *load = ctx;
	load->running--;
	load->failed++;
	load->code = error->code;
}

static void call_once(struct load *load)
{
	load->running++;
	rx_subscribe(cy_call(load->cluster, load->target, load->command, cy_int(load->argument)),
	             &(rx_observer){.error = call_failed, .complete = call_answered, .ctx = load}, NULL);
}

/* As soon as one has been answered, the next one is made: so many at once. */
static void load_start(struct load *load, cy_cluster *cluster, cy_target target, const char *command, int64_t argument)
{
	*load = (struct load){.cluster = cluster, .target = target, .command = command, .argument = argument};
	for (int i = 0; i < 8; i++)
		call_once(load);
}

static int is_reached(const int64_t *n, void *ctx)
{
	(void)n;
	const struct load *load = ctx;
	return load->failed > 0 || load->running == 0;
}
RX_PREDICATE(is_reached, int64_t);

static void load_finish(struct load *load)
{
	int64_t n;
	load->stopping = true;
	if (load->running)
		ck_assert_int_eq(
			rx_await_first(int64_t, rx_pipe(rx_interval(RX_MS(1)), rx_filter(is_reached, load)), &n), 0);
	ck_assert_msg(load->failed == 0, "%s: %zu failed, %s", load->command, load->failed, rx_words(load->code));
	ck_assert_uint_ge(load->answered, 8);
}

/* ---- Reloading -------------------------------------------------------------------------------------------------------------- */

/* "2:2 1:2": whom, and his new incarnation. */
static void note(const cy_replacement *replacement, void *ctx)
{
	char *text = ctx;
	sprintf(text + strlen(text), "%s%u:%u", *text ? " " : "", replacement->worker, replacement->incarnation);
}
RX_CONSUMER(note, cy_replacement);

struct outcome {
	char text[256];
	char words[256];
	int code;
	rx_subject *end;
};

static void ended(struct outcome *outcome)
{
	rx_subject_complete(outcome->end);
}

static void completed(void *ctx)
{
	ended(ctx);
}

static void refused(const rx_error *error, void *ctx)
{
	struct outcome *outcome = ctx;
	outcome->code = error->code;
	snprintf(outcome->words, sizeof outcome->words, "%s", error->message);
	ended(outcome);
}

static void reload(rx_observable *reloading, struct outcome *outcome)
{
	*outcome = (struct outcome){.end = rx_subject_create(&rx_type_int)};
	rx_subscribe(reloading, &(rx_observer){RX_NEXT(note), .complete = completed, .error = refused, .ctx = outcome},
	             NULL);
	cluster_finish(rx_subject_observe(outcome->end));
	rx_subject_unref(outcome->end);
}

static void fork_three(cy_cluster *cluster, int64_t broken)
{
	cluster_fork(cluster, "Paul", NULL);
	cluster_fork(cluster, "Sarah", &(cy_worker_options){.metadata = broken ? cy_int(broken) : NULL});
	cluster_fork(cluster, "Ada", NULL);
	cluster_ready(cluster);
}

/* There is never more than one process beside those that serve. */
static void count_spares(const cy_event *event, void *ctx)
{
	(void)event;
	const cy_cluster *cluster = ctx;
	size_t count = 0;
	for (const cy__worker *worker = cluster->spares; worker; worker = worker->next_spare)
		count += worker->current.running;
	ck_assert_uint_le(count, 1);
}
RX_CONSUMER(count_spares, cy_event);

TEST(all_workers_are_replaced_in_order_and_not_a_call_is_lost)
{
	rx_subscription spares;
	struct load named, any, through, slow, all;
	struct outcome outcome;
	cy_cluster *cluster = cluster_begin("fresh", NULL);
	fork_three(cluster, 0);
	rx_subscribe(cy_events(cluster), &(rx_observer){RX_NEXT(count_spares), .ctx = cluster}, &spares);
	load_start(&named, cluster, cy_named("Paul"), "tell", 0);
	load_start(&any, cluster, cy_any(), "tell", 0);
	load_start(&through, cluster, cy_named("Sarah"), "ask", 0);
	load_start(&slow, cluster, cy_named("Ada"), "later", 20);
	load_start(&all, cluster, cy_all(), "tell", 0);
	reload(cy_reload(cluster, NULL, 0), &outcome);
	ck_assert_msg(outcome.code == 0, "%s", outcome.words);
	ck_assert_str_eq(outcome.text, "1:2 2:2 3:2");
	load_finish(&named);
	load_finish(&any);
	load_finish(&through);
	load_finish(&slow);
	load_finish(&all);
	rx_unsubscribe(&spares);
	cluster_end(cluster);
}

TEST(some_workers_in_the_order_given)
{
	struct outcome outcome;
	cy_cluster *cluster = cluster_begin("fresh", NULL);
	fork_three(cluster, 0);
	reload(cy_reload(cluster, (uint32_t[]){3, 1, 3}, 3), &outcome);
	ck_assert_str_eq(outcome.text, "3:2 1:2 3:3");
	reload(cy_reload(cluster, (uint32_t[]){9}, 0), &outcome);
	ck_assert_int_eq(outcome.code, 0);
	ck_assert_str_eq(outcome.text, "");
	cluster_end(cluster);
}

TEST(the_first_failure_ends_it_and_names_the_worker_and_the_others_are_not_touched)
{
	struct outcome outcome;
	cy_cluster *cluster = cluster_begin("fresh", NULL);
	fork_three(cluster, 2);
	reload(cy_reload(cluster, NULL, 0), &outcome);
	ck_assert_str_eq(outcome.text, "1:2");
	ck_assert_int_eq(outcome.code, -ECHILD);
	ck_assert_msg(strstr(outcome.words, "Sarah (2)") != NULL, "%s", outcome.words);
	ck_assert_int_eq(cluster_number(cluster, cy_named("Sarah"), "tell", NULL), 1);
	ck_assert_int_eq(cluster_number(cluster, cy_named("Ada"), "tell", NULL), 1);
	cluster_end(cluster);
}

TEST(one_that_is_not_there_or_not_ready_is_an_error)
{
	struct outcome outcome;
	cy_cluster *cluster = cluster_begin("fresh", NULL);
	fork_three(cluster, 0);
	reload(cy_reload(cluster, (uint32_t[]){7}, 1), &outcome);
	ck_assert_int_eq(outcome.code, -ENOENT);
	ck_assert_ptr_nonnull(strstr(outcome.words, "7"));
	cluster_fork(cluster, "Late", NULL);
	reload(cy_reload(cluster, (uint32_t[]){4}, 1), &outcome);
	ck_assert_int_eq(outcome.code, -EAGAIN);
	ck_assert_ptr_nonnull(strstr(outcome.words, "Late"));
	reload(cy_group_reload(cluster, "nobody"), &outcome);
	ck_assert_int_eq(outcome.code, -ENOENT);
	cluster_end(cluster);
}

static rx_observable *disconnect_paul(void *ctx)
{
	cy_disconnect(ctx, cy_named("Paul"));
	return rx_empty();
}

TEST(one_that_is_disconnected_meanwhile_is_not_replaced)
{
	struct outcome outcome;
	cy_cluster *cluster = cluster_begin("fresh", NULL);
	cluster_fork(cluster, "Paul", NULL);
	cluster_ready(cluster);
	cy_kill(cluster, cy_named("Paul"), SIGSTOP); /* lest it end before the other is ready */
	reload(rx_merge(cy_reload(cluster, NULL, 0), rx_defer(&rx_type_cy_replacement, disconnect_paul, cluster)),
	       &outcome);
	ck_assert_str_eq(outcome.text, "");
	ck_assert_int_eq(outcome.code, -ECHILD);
	cy_kill(cluster, cy_named("Paul"), SIGCONT);
	cluster_end(cluster);
}

TEST(unsubscribing_ends_it_after_the_one_that_is_under_way)
{
	event_log log;
	rx_subscription reloading;
	cy_cluster *cluster = cluster_begin("fresh", NULL);
	fork_three(cluster, 0);
	event_log_start(&log, cluster, NULL);
	rx_subscribe(cy_reload(cluster, NULL, 0), NULL, &reloading);
	rx_unsubscribe(&reloading);
	event_log_await(&log, "exit Paul 0 replaced");
	ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "tell", NULL), 2);
	ck_assert_int_eq(cluster_number(cluster, cy_named("Sarah"), "tell", NULL), 1);
	event_log_stop(&log);
	cluster_end(cluster);
}

TEST(the_clusters_end_is_its_end)
{
	struct outcome outcome = {.end = rx_subject_create(&rx_type_int)};
	cy_cluster *cluster = cluster_begin("fresh", NULL);
	fork_three(cluster, 0);
	rx_subscribe(cy_reload(cluster, NULL, 0), &(rx_observer){.error = refused, .ctx = &outcome}, NULL);
	cluster_end(cluster);
	ck_assert_int_lt(outcome.code, 0);
	rx_subject_unref(outcome.end);
}

static const cy_member site[] = {
	{"Paul", {.revive = CY_REVIVE_ON_FAILURE}},
	{"Sarah", {.revive = CY_REVIVE_ON_FAILURE}},
	{"Ada", {.revive = CY_REVIVE_ON_FAILURE}},
};

TEST(a_group_is_reloaded_without_its_strategy_and_keeps_it)
{
	event_log log;
	struct load named, through;
	struct outcome outcome;
	cy_cluster *cluster = cluster_begin("fresh", NULL);
	event_log_start(&log, cluster, "Sarah");
	cy_group_start(cluster, "site", site, 3,
	               &(cy_group_options){.strategy = CY_ALL_FOR_ONE, .revival = {.first = RX_NOW}});
	ck_assert_int_eq(cluster_finish(cy_group_ready(cluster, "site")), 0);
	load_start(&named, cluster, cy_named("Paul"), "tell", 0);
	load_start(&through, cluster, cy_named("Ada"), "ask", 0);
	reload(cy_group_reload(cluster, "site"), &outcome);
	ck_assert_msg(outcome.code == 0, "%s", outcome.words);
	ck_assert_str_eq(outcome.text, "1:2 2:2 3:2");
	load_finish(&named);
	load_finish(&through);
	ck_assert_ptr_null(strstr(log.text, "revives"));
	cy_kill(cluster, cy_named("Sarah"), SIGKILL);
	event_log_await(&log, "group Sarah revives");
	ck_assert_int_eq(cluster_finish(cy_group_ready(cluster, "site")), 0);
	ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "tell", NULL), 3);
	ck_assert_int_eq(cluster_finish(cy_group_stop(cluster, "site", 0)), 0);
	event_log_stop(&log);
	cluster_end(cluster);
}
