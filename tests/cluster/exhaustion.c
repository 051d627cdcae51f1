/*
 * Memory that runs out under the cluster: each allocation in turn, that one alone or all until the operation has ended,
 * in the primary or in the worker. The operation succeeds or says why not, in time; nothing is left, and the cluster
 * works afterwards, with the worker revived if it was that one's end.
 */
#include <stdio.h>
#include <unistd.h>

#include "tests/support/cluster.h"
#include "tests/support/memory.h"

/* An answer that does not come within this is one that never comes. */
#define HANGS RX_S(20)

enum { MODES = 2 };
static void (*const modes[MODES])(size_t count) = {memory_fail_once_after, memory_fail_after};
static const char *const mode_names[MODES] = {"once", "from there on"};

/* ---- The worker: starves when it is told to ---------------------------------------------------------------------------- */

static rx_observable *square(const cy_request *request, void *ctx)
{
	(void)ctx;
	int64_t n = 0;
	const int code = cy_get_int(request->arguments, NULL, &n);
	return code < 0 ? cy_refuse(code, "square takes a number") : cy_answer(cy_int(n * n));
}

static rx_observable *many(const cy_request *request, void *ctx)
{
	(void)ctx;
	cy_value *item = request->arguments;
	return rx_from(&rx_type_cy_body, (cy_body[]){item, item, item}, 3);
}

static rx_observable *ask(const cy_request *request, void *ctx)
{
	(void)ctx;
	return rx_pipe(cy_call(request->cluster, cy_named("Sarah"), "square", cy_value_ref(request->arguments)),
	               cy_values());
}

static rx_observable *store(const cy_request *request, void *ctx)
{
	(void)ctx;
	return rx_concat(cy_save(request->cluster, "shelf", cy_value_ref(request->arguments)),
	                 cy_retrieve(request->cluster, "shelf"), cy_delete(request->cluster, "shelf"));
}

static int number_of(const cy_listener *listener, cy_body *body, void *ctx)
{
	(void)ctx;
	*body = cy_int(listener->port);
	return cy_value_error(*body);
}
RX_MAPPER(number_of, cy_body, cy_listener);

static rx_observable *open_port(const cy_request *request, void *ctx)
{
	(void)ctx;
	return rx_pipe(cy_listen(request->cluster, "127.0.0.1:0", NULL), rx_map(number_of), rx_take(1));
}

static rx_observable *tell(const cy_request *request, void *ctx)
{
	(void)ctx;
	const int code = cy_send(request->cluster, cy_primary(), "told", cy_value_ref(request->arguments));
	return code < 0 ? cy_refuse(code, "%s", rx_words(code)) : NULL;
}

/* [after, mode]: as soon as this reply has been written. */
static void starve(rx_task *task);
static struct {
	rx_task task;
	int64_t after, mode;
} famine = {.task.run = starve};

static void starve(rx_task *task)
{
	(void)task;
	modes[famine.mode](famine.after);
}

static rx_observable *plan(const cy_request *request, void *ctx)
{
	(void)ctx;
	if (cy_unpack(request->arguments, "[I, I]", &famine.after, &famine.mode) < 0)
		return cy_refuse(-EINVAL, "plan takes [after, mode]");
	rx_schedule(rx_scheduler_current(), &famine.task, 0);
	return NULL;
}

static rx_observable *refused(const cy_request *request, void *ctx)
{
	(void)request, (void)ctx;
	return cy_answer(cy_uint(memory_refused()));
}

static void feed(int signal)
{
	(void)signal;
	memory_recover();
}

static void unheard(const rx_error *error, void *ctx)
{
	(void)error, (void)ctx;
}

PROGRAM(starved)
{
	static const struct {
		const char *name;
		rx_observable *(*run)(const cy_request *request, void *ctx);
	} commands[] = {{"square", square},  {"many", many}, {"ask", ask},   {"store", store},
	                {"open", open_port}, {"tell", tell}, {"plan", plan}, {"refused", refused}};
	signal(SIGUSR1, feed);
	rx_on_unhandled_error(unheard, NULL);
	cy_cluster *cluster = cy_join(NULL);
	if (!cluster)
		return 99;
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (cy_register(cluster, &(cy_command){.name = commands[i].name, .run = commands[i].run}) < 0)
			return 98;
	return cy_run(cluster);
}

/* ---- Operations -------------------------------------------------------------------------------------------------------- */

static int call(cy_cluster *cluster, cy_target target, const char *command, cy_value *arguments)
{
	return cluster_finish(
		rx_pipe(cy_call_with(cluster, target, command, arguments, &(cy_call_options){.timeout = HANGS}),
	                cy_values(), rx_ignore_elements()));
}

static int square_it(cy_cluster *cluster)
{
	return call(cluster, cy_named("Paul"), "square", cy_int(3));
}

static int square_all(cy_cluster *cluster)
{
	return call(cluster, cy_all(), "square", cy_int(3));
}

static int square_here(cy_cluster *cluster)
{
	return call(cluster, cy_self(cluster), "square", cy_int(3));
}

static int get_many(cy_cluster *cluster)
{
	char text[40000] = "";
	memset(text, 'x', sizeof text - 1);
	return call(cluster, cy_named("Paul"), "many", cy_string(text));
}

static int ask_it(cy_cluster *cluster)
{
	return call(cluster, cy_named("Paul"), "ask", cy_int(3));
}

static int store_there(cy_cluster *cluster)
{
	return call(cluster, cy_named("Paul"), "store", cy_pack("{'a': [i, i], 'b': s}", 1, 2, "three"));
}

static int store_here(cy_cluster *cluster)
{
	rx_observable *all =
		rx_concat(cy_save(cluster, "shelf", cy_map("a", cy_int(1), "b", cy_string("two"))),
	                  cy_save(cluster, "shelf.c", cy_double(0.5)), cy_add(cluster, "shelf.a", cy_int(2)),
	                  cy_keys(cluster, "shelf"), cy_retrieve_all(cluster),
	                  cy_compare_and_set(cluster, "shelf.a", cy_int(3), cy_int(4)), cy_retrieve(cluster, "shelf.a"),
	                  cy_delete(cluster, "shelf"));
	return cluster_finish(rx_pipe(all, rx_timeout(HANGS), rx_ignore_elements()));
}

static int listen_there(cy_cluster *cluster)
{
	return call(cluster, cy_named("Paul"), "open", NULL);
}

/* A message has no answer: what follows it shows that it has come, or was lost with an error. */
static int send_there(cy_cluster *cluster)
{
	const int code = cy_send(cluster, cy_named("Paul"), "note", cy_string("to you"));
	const int other = cy_send(cluster, cy_all(), "note", NULL);
	return code < 0 ? code : other;
}

static int send_and_square(cy_cluster *cluster)
{
	const int code = send_there(cluster);
	return code < 0 ? code : square_it(cluster);
}

static int has_come_or_not(const cy_event *event, void *ctx)
{
	(void)ctx;
	return event->type == CY_EVENT_MESSAGE || event->type == CY_EVENT_ERROR;
}
RX_PREDICATE(has_come_or_not, cy_event);

static int send_here(cy_cluster *cluster)
{
	cy_event event = {.code = 0};
	int code = cy_send(cluster, cy_self(cluster), "note", cy_string("to me"));
	if (code >= 0)
		code = rx_await_first(
			cy_event, rx_pipe(cy_events(cluster), rx_filter(has_come_or_not), rx_timeout(HANGS)), &event);
	if (code >= 0) {
		code = event.code;
		rx_type_drop(&rx_type_cy_event, &event);
	}
	return code;
}

static int tell_here(cy_cluster *cluster)
{
	return call(cluster, cy_named("Paul"), "tell", cy_pack("{'a': i}", 1));
}

static int emit(cy_cluster *cluster)
{
	rx_subscription kept;
	rx_subscribe(rx_pipe(cy_events_of(cluster, CY_EVENT_CUSTOM), rx_delay(RX_NOW), rx_to_array()), NULL, &kept);
	const int code = cy_emit(cluster, "mine", cy_array(cy_int(1)));
	rx_unsubscribe(&kept);
	return code;
}

static int count(cy_cluster *cluster)
{
	cy_statistics statistics;
	const int code = cy_statistics_take(cluster, &statistics);
	if (code >= 0)
		cy_statistics_finish(&statistics);
	return code;
}

static int wait_for(cy_cluster *cluster)
{
	return cluster_finish(rx_pipe(rx_concat(cy_wait_status(cluster, cy_named("Paul"), CY_IDLE)), rx_timeout(HANGS),
	                              rx_ignore_elements()));
}

static int register_it(cy_cluster *cluster)
{
	int code = cy_register(cluster, &(cy_command){.name = "fresh", .run = square});
	if (code >= 0)
		code = call(cluster, cy_primary(), "fresh", cy_int(2));
	cy_unregister(cluster, "fresh");
	return code;
}

struct operation {
	const char *name;
	int (*run)(cy_cluster *cluster);
};

static const struct operation operations[] = {
	{"a call", square_it},
	{"a call to all", square_all},
	{"a call to oneself", square_here},
	{"a reply of many", get_many},
	{"a call from worker to worker", ask_it},
	{"a worker's use of the storage", store_there},
	{"the primary's use of the storage", store_here},
	{"a worker's listening", listen_there},
	{"messages", send_there},
	{"a message to oneself", send_here},
	{"a worker's message", tell_here},
	{"an event", emit},
	{"statistics", count},
	{"waiting for a status", wait_for},
	{"registering", register_it},
};

enum { OPERATIONS = sizeof operations / sizeof *operations };

static cy_cluster *begin(void)
{
	const cy_worker_options options = {.revive = CY_REVIVE_ALWAYS, .revival = {.first = RX_NOW}};
	cy_cluster *cluster = cluster_begin("starved", &(cy_options){.shutdown_timeout = RX_MS(500)});
	cy_register(cluster, &(cy_command){.name = "square", .run = square});
	cluster_fork(cluster, "Paul", &options);
	cluster_fork(cluster, "Sarah", &options);
	cluster_ready(cluster);
	rx_on_unhandled_error(unheard, NULL);
	return cluster;
}

/* An operation may have cost a worker its channel: then that one's successor answers. */
static void works(cy_cluster *cluster, const struct operation *operation, size_t n)
{
	const cy_target targets[] = {cy_named("Paul"), cy_named("Sarah")};
	for (size_t i = 0; i < 2; i++) {
		int code = -ECONNRESET;
		for (int turn = 0; turn < 50 && (code == -ECONNRESET || code == -EHOSTUNREACH || code == -ESRCH);
		     turn++) {
			cluster_finish(rx_pipe(cy_ready(cluster, NULL, 0), rx_timeout(HANGS)));
			code = call(cluster, targets[i], "square", cy_int(4));
			if (code == -EHOSTUNREACH)
				cluster_finish(rx_pipe(cy_wait_status(cluster, targets[i], CY_INITIALIZING),
				                       rx_timeout(HANGS)));
		}
		ck_assert_msg(code == 0, "after %s without allocation %zu %s does not answer: %s", operation->name, n,
		              targets[i].name, rx_words(code));
	}
	int code = store_here(cluster);
	ck_assert_msg(code == 0, "after %s without allocation %zu the storage fails: %s", operation->name, n,
	              rx_words(code));
}

/* ---- In the primary ---------------------------------------------------------------------------------------------------- */

static void exhaust(int mode, const struct operation *operation)
{
	size_t refusals = 1;
	cy_cluster *cluster = begin();
	ck_assert_int_eq(operation->run(cluster), 0);
	for (size_t n = 0; refusals; n++) {
		rx_trim();
		modes[mode](n);
		const int code = operation->run(cluster);
		refusals = memory_refused();
		memory_recover();
		ck_assert_msg(code == 0 || refusals, "%s fails without need: %s", operation->name, rx_words(code));
		ck_assert_msg(code != -ETIMEDOUT, "%s without allocation %zu (%s) hangs", operation->name, n,
		              mode_names[mode]);
		if (refusals)
			works(cluster, operation, n);
	}
	rx_on_unhandled_error(NULL, NULL);
	cluster_end(cluster);
}

TEST(the_primary_survives_each_allocation_that_fails, .to = MODES * OPERATIONS, .timeout = 120)
{
	exhaust(_i % MODES, &operations[_i / MODES]);
}

TEST(joining_without_memory_says_so_or_works, .to = MODES)
{
	size_t refusals = 1;
	rx_loop(NULL);
	rx_on_unhandled_error(unheard, NULL);
	for (size_t n = 0; refusals; n++) {
		rx_trim();
		modes[_i](n);
		program_select("starved");
		cy_cluster *cluster = cy_join(&(cy_options){.graceful_signals = {SIGTERM}});
		refusals = memory_refused();
		memory_recover();
		ck_assert(cluster || refusals);
		if (!cluster)
			continue;
		cy_start(cluster);
		cluster_fork(cluster, "Paul", NULL);
		ck_assert_int_eq(square_it(cluster), 0);
		raise(SIGTERM);
		ck_assert_int_eq(cy_run(cluster), 0);
	}
}

static int fork_one(cy_cluster *cluster)
{
	const int64_t id = cy_fork(cluster, "John", &(cy_worker_options){.metadata = cy_pack("{'a': i}", 1)});
	if (id < 0)
		return (int)id;
	const int code = call(cluster, cy_worker((uint32_t)id), "square", cy_int(3));
	if (code < 0)
		return code;
	return cluster_finish(
		rx_pipe(cy_shutdown(cluster, cy_named("John"), 0), rx_timeout(HANGS), rx_ignore_elements()));
}

/* What is still there of it is ended, so that its name is free. */
static void end_john(cy_cluster *cluster)
{
	for (int turn = 0; turn < 50 && cy_status_of(cluster, cy_named("John")) >= 0; turn++)
		cluster_finish(rx_pipe(cy_shutdown(cluster, cy_named("John"), RX_NOW), rx_timeout(HANGS),
		                       rx_ignore_elements()));
	ck_assert_int_eq(cy_status_of(cluster, cy_named("John")), -ENOENT);
}

TEST(a_worker_is_started_or_not_without_each_allocation, .to = MODES, .timeout = 240)
{
	const struct operation operation = {"forking", fork_one};
	size_t refusals = 1;
	cy_cluster *cluster = begin();
	for (size_t n = 0; refusals; n++) {
		rx_trim();
		modes[_i](n);
		const int code = fork_one(cluster);
		refusals = memory_refused();
		memory_recover();
		ck_assert_msg(code != -ETIMEDOUT, "forking without allocation %zu (%s) hangs", n, mode_names[_i]);
		end_john(cluster);
		if (refusals)
			works(cluster, &operation, n);
	}
	cluster_end(cluster);
}

static int is_second_readiness(const cy_event *event, void *ctx)
{
	(void)ctx;
	return event->type == CY_EVENT_READY && event->incarnation > 1;
}
RX_PREDICATE(is_second_readiness, cy_event);

TEST(a_revival_without_an_allocation_is_tried_again, .timeout = 240)
{
	const struct operation operation = {"reviving", square_it};
	size_t refusals = 1;
	for (size_t n = 0; refusals; n++) {
		cy_event event;
		cy_cluster *cluster = begin();
		rx_observable *revived = rx_pipe(cy_events(cluster), rx_filter(is_second_readiness), rx_timeout(HANGS));
		cy_kill(cluster, cy_named("Paul"), SIGKILL);
		rx_trim();
		memory_fail_once_after(n);
		const int code = rx_await_first(cy_event, revived, &event);
		refusals = memory_refused();
		memory_recover();
		if (code >= 0)
			rx_type_drop(&rx_type_cy_event, &event);
		ck_assert_msg(code == 0 || code == -ENOMEM, "reviving without allocation %zu: %s", n, rx_words(code));
		works(cluster, &operation, n);
		cluster_end(cluster);
	}
}

TEST(stopping_without_an_allocation_leaves_nothing, .to = MODES, .timeout = 240)
{
	size_t refusals = 1;
	for (size_t n = 0; refusals; n++) {
		cy_cluster *cluster = begin();
		rx_trim();
		modes[_i](n);
		cy_stop(cluster, 0);
		const int status = cy_run(cluster);
		refusals = memory_refused();
		memory_recover();
		ck_assert_msg(status == 0 || refusals, "stopping fails without need");
	}
}

/* ---- In the worker ----------------------------------------------------------------------------------------------------- */

static const struct operation there[] = {
	{"a call", square_it},
	{"a reply of many", get_many},
	{"a call from worker to worker", ask_it},
	{"the storage", store_there},
	{"listening", listen_there},
	{"messages", send_and_square},
	{"a worker's message", tell_here},
};

enum { THERE = sizeof there / sizeof *there };

/* Whether an allocation was refused in it: one that did not survive it has a successor, which has had no famine. */
static bool went_hungry(cy_cluster *cluster)
{
	cy_statistics before;
	ck_assert_int_eq(cy_statistics_take(cluster, &before), 0);
	const uint32_t incarnation = before.workers[0].incarnation;
	cy_statistics_finish(&before);
	static uint32_t last;
	const bool died = last && incarnation != last;
	last = incarnation;
	return died || cluster_number(cluster, cy_named("Paul"), "refused", NULL) > 0;
}

TEST(a_worker_survives_each_allocation_that_fails_or_is_revived, .to = MODES * THERE, .timeout = 240)
{
	const struct operation *operation = &there[_i / MODES];
	const int mode = _i % MODES;
	bool hungry = true;
	cy_cluster *cluster = begin();
	went_hungry(cluster);
	for (size_t n = 0; hungry; n++) {
		ck_assert_int_eq(call(cluster, cy_named("Paul"), "plan", cy_array(cy_uint(n), cy_int(mode))), 0);
		const int code = operation->run(cluster);
		cy_kill(cluster, cy_named("Paul"), SIGUSR1);
		ck_assert_msg(code != -ETIMEDOUT, "%s without allocation %zu of the worker's (%s) hangs",
		              operation->name, n, mode_names[mode]);
		works(cluster, operation, n);
		hungry = went_hungry(cluster);
	}
	cluster_end(cluster);
}
