/*
 * Frames of one worker for a great many: their number is not the length of a turn.
 */
#include <ev.h>
#include <stdio.h>

#include "lib/primary/workers.h"
#include "tests/support/liar.h"
#include "tests/support/turns.h"

enum { CROWD = 8000, GRANTS = 20000 };

/* ---- The liar -------------------------------------------------------------------------------------------------------- */

static void call_all(void)
{
	say((cy__frame){.kind = CY__CALL, .call = CALL, .to = CY__TO_OTHERS, .credit = 100},
	    cy_pack("[n, s, n]", "wait"), put);
}

static void cancel_it(void)
{
	call_all();
	cy_value_unref(hear(CY__MESSAGE));
	say((cy__frame){.kind = CY__CANCEL, .call = CALL}, NULL, put);
}

static void message_all(void)
{
	say((cy__frame){.kind = CY__MESSAGE, .to = CY__TO_OTHERS}, cy_pack("[n, s, n]", "news"), put);
}

static void call_refused(void)
{
	call_all();
	hear_refusal(-EDQUOT);
}

/* Many at a time, as they would otherwise be more turns than work. */
static void grant_to(uint32_t worker)
{
	static uint8_t frames[64 << 10];
	const size_t one = CY__FRAME_HEAD + 1;
	size_t size = 0;
	for (int i = 0; i < GRANTS; i++) {
		cy__frame_encode(
			&(cy__frame){.kind = CY__CREDIT, .call = CALL, .to = worker, .credit = 1, .body_size = 1},
			frames + size);
		frames[size + CY__FRAME_HEAD] = 0xc0;
		size += one;
		if (size + one > sizeof frames || i == GRANTS - 1) {
			for (size_t sent = 0; sent < size;) {
				const ssize_t part = write(channel, frames + sent, size - sent);
				if (part <= 0)
					_exit(CAUGHT);
				sent += (size_t)part;
			}
			size = 0;
		}
	}
}

/* Those that were added first and last: where a list has its ends. */
static void grant_to_first(void)
{
	call_all();
	grant_to(1);
}

static void grant_to_last(void)
{
	call_all();
	grant_to(CROWD);
}

PROGRAM(crowd_caller)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} floods[] = {{"call", call_all},        {"cancel", cancel_it},     {"message", message_all},
	              {"refused", call_refused}, {"first", grant_to_first}, {"last", grant_to_last}};
	channel = cy__inherited_channel();
	signal(SIGPIPE, SIG_IGN);
	say_hello(put);
	for (size_t i = 0; i < sizeof floods / sizeof *floods; i++)
		if (strcmp(floods[i].name, argv[1]) == 0)
			floods[i].run();
	say_done();
	hear_no_more();
	return 94;
}

/* ---- The primary ------------------------------------------------------------------------------------------------------ */

static size_t done;

static void count_done(const cy_event *event, void *ctx)
{
	done += event->type == CY_EVENT_MESSAGE;
}
RX_CONSUMER(count_done, cy_event);

/* Workers that await a revival which does not come: calls and messages to them wait. */
static void gather_crowd(cy_cluster *cluster)
{
	const cy_worker_options options = {.revive = CY_REVIVE_ALWAYS};
	const rx_nsec now = rx_now(rx_loop(NULL));
	for (int i = 0; i < CROWD; i++) {
		cy__worker *worker;
		cy__end end;
		ck_assert_int_eq(cy__workers_create(cluster, NULL, &options, &worker), 0);
		ck_assert_int_eq(cy__supervisor_start(&worker->supervisor, now), 0);
		ck_assert_int_ge(cy__supervisor_not_started(&worker->supervisor, now, 0, &end), 0);
	}
}

static cy_cluster *begin(const char *what, const cy_quota *quota)
{
	cy_worker_options options = {.process.arguments = (const char *[]){what, NULL}};
	cy_cluster *cluster = cluster_begin("crowd_caller", NULL);
	if (quota)
		options.quota = *quota;
	gather_crowd(cluster);
	rx_subscribe(cy_events(cluster), &(rx_observer){RX_NEXT(count_done)}, NULL);
	cluster_fork(cluster, "Caller", &options);
	return cluster;
}

static size_t held_by_caller(cy_cluster *cluster, cy__resource resource)
{
	const cy__account *account = cy__ledger_find(cluster->ledger, CROWD + 1);
	return account ? cy__account_held(account, resource) : 0;
}

/* Until it holds as many. @returns the greatest change in a turn */
static size_t await_held(cy_cluster *cluster, cy__resource resource, size_t count)
{
	size_t most = 0;
	for (size_t before = held_by_caller(cluster, resource); before != count;) {
		ck_assert(ev_run(ev_default_loop(0), EVRUN_ONCE));
		const size_t now = held_by_caller(cluster, resource),
			     change = now > before ? now - before : before - now;
		most = change > most ? change : most;
		before = now;
	}
	return most;
}

static void await_done(void)
{
	while (!done)
		ck_assert(ev_run(ev_default_loop(0), EVRUN_ONCE));
}

TEST(a_call_to_all_others_is_sent_in_slices)
{
	cy_cluster *cluster = begin("call", NULL);
	ck_assert_uint_lt(await_held(cluster, CY__CALLS, CROWD), CROWD);
	await_done();
	cluster_end(cluster);
}

TEST(a_call_to_all_others_is_cancelled_in_slices)
{
	cy_cluster *cluster = begin("cancel", NULL);
	await_held(cluster, CY__CALLS, CROWD);
	ck_assert_int_eq(cy_send(cluster, cy_named("Caller"), "go on", NULL), 0);
	ck_assert_uint_lt(await_held(cluster, CY__CALLS, 0), CROWD);
	await_done();
	cluster_end(cluster);
}

TEST(a_call_to_all_others_that_is_cancelled_before_all_have_it_ends)
{
	cy_cluster *cluster = begin("call", NULL);
	while (!held_by_caller(cluster, CY__CALLS))
		ck_assert(ev_run(ev_default_loop(0), EVRUN_ONCE));
	cy_kill(cluster, cy_named("Caller"), SIGKILL);
	await_held(cluster, CY__CALLS, 0);
	cluster_end(cluster);
}

TEST(a_cluster_ends_in_the_middle_of_a_call_to_all_others)
{
	cy_cluster *cluster = begin("call", NULL);
	while (!held_by_caller(cluster, CY__CALLS))
		ck_assert(ev_run(ev_default_loop(0), EVRUN_ONCE));
	cy_leave(cluster);
}

TEST(a_call_to_more_than_an_account_allows_is_refused_as_a_whole)
{
	cy_cluster *cluster = begin("refused", &(cy_quota){.calls = CROWD - 1});
	event_log log;
	event_log_start(&log, cluster, "Caller");
	event_log_await(&log, "exit Caller 0 gone");
	event_log_stop(&log);
	ck_assert_uint_eq(held_by_caller(cluster, CY__CALLS), 0);
	cluster_end(cluster);
}

TEST(a_message_to_all_others_is_sent_in_slices)
{
	cy_cluster *cluster = begin("message", NULL);
	ck_assert_uint_lt(await_held(cluster, CY__FRAMES, CROWD), CROWD);
	await_done();
	cluster_end(cluster);
}

static rx_nsec cost_of(const char *what)
{
	cy_cluster *cluster = begin(what, NULL);
	const rx_nsec before = turn_probe_processor();
	await_done();
	const rx_nsec cost = turn_probe_processor() - before;
	cluster_end(cluster);
	done = 0;
	return cost;
}

TEST(what_is_granted_to_one_of_many_is_found_without_a_search, .timeout = 20)
{
	const rx_nsec last = cost_of("last");
	ck_assert_int_lt(cost_of("first"), 2 * last + RX_MS(50));
}
