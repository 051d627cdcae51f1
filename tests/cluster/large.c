/*
 * Large bodies of others: they are looked at in slices; a worker's message is overtaken by nothing that it says, nor by its
 * end, and brings its descriptors.
 */
#include <ev.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/cluster/cluster.h"
#include "tests/support/cluster.h"
#include "tests/support/liar.h"

enum { ELEMENTS = 4 << 20 };

/* ---- The worker ------------------------------------------------------------------------------------------------------ */

static void put_all(const void *bytes, size_t size)
{
	for (ssize_t part; size; bytes = (const uint8_t *)bytes + part, size -= (size_t)part)
		if ((part = write(channel, bytes, size)) <= 0)
			_exit(CAUGHT);
}

/* [nil, "large", [1, 1, 1, ...]] */
enum { OPENING = 8 };
static uint8_t large[OPENING + 5 + ELEMENTS] = {0x93, 0xc0, 0xa5, 'l', 'a', 'r', 'g', 'e', 0xdd};

/* From one of its places on. */
static void say_large(cy__frame frame, size_t at)
{
	for (int i = 0; i < 4; i++)
		large[OPENING + 1 + i] = (uint8_t)(ELEMENTS >> (24 - 8 * i));
	memset(large + OPENING + 5, 1, ELEMENTS);
	frame.body = large + at;
	frame.body_size = sizeof large - at;
	say(frame, NULL, put_all);
}

/* One, and at once a small one, a call, and its end. */
PROGRAM(large_sayer)
{
	channel = cy__inherited_channel();
	say_hello(put);
	say_large((cy__frame){.kind = CY__MESSAGE}, 0);
	say_done();
	say((cy__frame){.kind = CY__CALL, .call = CALL}, cy_pack("[n, s, n]", "after"), put);
	say((cy__frame){.kind = CY__GOODBYE}, NULL, put);
	return 0;
}

static cy_value *many_small(void)
{
	uint8_t *bytes = malloc(5 + ELEMENTS);
	bytes[0] = 0xdd;
	for (int i = 0; i < 4; i++)
		bytes[1 + i] = (uint8_t)(ELEMENTS >> (24 - 8 * i));
	memset(bytes + 5, 1, ELEMENTS);
	cy_value *value = cy_value_from_bytes(bytes, 5 + ELEMENTS, NULL);
	free(bytes);
	return value;
}

/* Answers with a large item, a small one, the end, and ends itself. */
PROGRAM(large_answerer)
{
	channel = cy__inherited_channel();
	say_hello(put);
	cy_value_unref(hear(CY__CALL));
	say_large((cy__frame){.kind = CY__ITEM, .call = heard_call}, OPENING);
	say((cy__frame){.kind = CY__ITEM, .call = heard_call}, cy_int(7), put);
	say((cy__frame){.kind = CY__END, .call = heard_call}, NULL, put);
	say((cy__frame){.kind = CY__GOODBYE}, NULL, put);
	return 0;
}

/* Turns of the loop in which it looked at what is called with. */
static uint64_t looks;

static void look(struct ev_loop *ev, ev_prepare *prepare, int events)
{
	const cy_cluster *cluster = prepare->data;
	for (uint32_t origin = 0; origin <= 2; origin++) {
		const cy__account *account = cy__ledger_find(cluster->ledger, origin);
		looks += account && cy__account_held(account, CY__BYTES) > ELEMENTS;
	}
}

static rx_observable *count_looks(const cy_request *request, void *ctx)
{
	return cy_answer(cy_int((int64_t)looks));
}

/* By way of another worker. */
static rx_observable *pass(const cy_request *request, void *ctx)
{
	return rx_pipe(cy_call(request->cluster, cy_worker(1), "examine", cy_value_ref(request->arguments)),
	               cy_values());
}

PROGRAM(examiner)
{
	cy_cluster *cluster = cy_join(NULL);
	if (!cluster)
		return 99;
	ev_prepare prepare;
	ev_prepare_init(&prepare, look);
	prepare.data = cluster;
	ev_prepare_start(ev_default_loop(0), &prepare);
	ev_unref(ev_default_loop(0));
	cy_register(cluster, &(cy_command){.name = "examine", .run = count_looks});
	cy_register(cluster, &(cy_command){.name = "pass", .run = pass});
	return cy_run(cluster);
}

PROGRAM(large_killed)
{
	channel = cy__inherited_channel();
	say_hello(put);
	say_large((cy__frame){.kind = CY__MESSAGE}, 0);
	say_done();
	raise(SIGKILL);
	return 94;
}

/* Sends the worker of that id a large message, with a pipe to read from. Answers with its code. */
static rx_observable *hand_on(const cy_request *request, void *ctx)
{
	int64_t to = 0;
	int ends[2];
	cy_get_int(request->arguments, NULL, &to);
	if (pipe(ends) < 0 || write(ends[1], "p", 1) != 1)
		return cy_refuse(-errno, "no pipe");
	close(ends[1]);
	const cy_target target = to ? cy_worker((uint32_t)to) : cy_primary();
	const int code = cy_send_descriptors(request->cluster, target, "large", many_small(), ends, 1);
	close(ends[0]);
	return cy_answer(cy_int(code));
}

/* What is read from the message's one descriptor; -1: it has none, or it is not what was sent. */
static int read_of(const cy_event *event)
{
	char byte = 0;
	const int fd = cy_event_descriptor(event, 0);
	const bool whole = cy_value_count(event->body) == ELEMENTS;
	const bool one = fd >= 0 && read(fd, &byte, 1) == 1;
	if (fd >= 0)
		close(fd);
	return whole && one && cy_event_descriptor(event, 1) < 0 ? byte : -1;
}

static int came;

static void look_at(const cy_event *event, void *ctx)
{
	if (event->type == CY_EVENT_MESSAGE)
		came = read_of(event);
}
RX_CONSUMER(look_at, cy_event);

static rx_observable *tell(const cy_request *request, void *ctx)
{
	return cy_answer(cy_int(came));
}

PROGRAM(large_friend)
{
	cy_cluster *cluster = cy_join(NULL);
	if (!cluster)
		return 99;
	rx_subscribe(cy_events(cluster), &(rx_observer){RX_NEXT(look_at)}, NULL);
	cy_register(cluster, &(cy_command){.name = "hand on", .run = hand_on});
	cy_register(cluster, &(cy_command){.name = "tell", .run = tell});
	return cy_run(cluster);
}

/* ---- The primary ------------------------------------------------------------------------------------------------------ */

static struct {
	char order[64];
	size_t between; /* turns of the loop in which it was looked at */
	bool end;
} seen;

static void append(const char *what)
{
	strncat(seen.order, what, sizeof seen.order - strlen(seen.order) - 1);
}

static void note_event(const cy_event *event, void *ctx)
{
	if (event->type == CY_EVENT_MESSAGE) {
		append(event->name);
		append(" ");
	}
	if (event->type == CY_EVENT_DISCONNECT) {
		append("disconnect");
		seen.end = true;
	}
}
RX_CONSUMER(note_event, cy_event);

static rx_observable *after(const cy_request *request, void *ctx)
{
	append("call ");
	return rx_empty();
}

static bool is_being_looked_at(cy_cluster *cluster)
{
	const cy__account *account = cy__ledger_find(cluster->ledger, 1);
	return account && cy__account_held(account, CY__BYTES) > ELEMENTS;
}

TEST(a_large_message_is_looked_at_in_slices_and_nothing_overtakes_it)
{
	cy_cluster *cluster = cluster_begin("large_sayer", NULL);
	cy_register(cluster, &(cy_command){.name = "after", .run = after});
	rx_subscribe(cy_events(cluster), &(rx_observer){RX_NEXT(note_event)}, NULL);
	cluster_fork(cluster, "Sayer", NULL);
	while (!seen.end) {
		ck_assert(ev_run(ev_default_loop(0), EVRUN_ONCE));
		seen.between += is_being_looked_at(cluster);
	}
	ck_assert_str_eq(seen.order, "large done call disconnect");
	ck_assert_uint_ge(seen.between, 2);
	cluster_end(cluster);
}

/* Its own loop turns meanwhile, whoever calls. */
TEST(a_worker_looks_at_the_large_arguments_of_a_call_in_slices, .timeout = 60)
{
	cy_cluster *cluster = cluster_begin("examiner", NULL);
	cluster_fork(cluster, "Examiner", NULL);
	cluster_fork(cluster, "Passer", NULL);
	const int64_t from_primary = cluster_number(cluster, cy_worker(1), "examine", many_small());
	ck_assert_int_ge(from_primary, 2);
	const int64_t from_worker = cluster_number(cluster, cy_worker(2), "pass", many_small());
	ck_assert_int_ge(from_worker, from_primary + 2);
	cluster_end(cluster);
}

static void note_reply(const cy_reply *reply, void *ctx)
{
	append(cy_value_count(reply->value) == ELEMENTS ? "large " : "small ");
}
RX_CONSUMER(note_reply, cy_reply);

static void note_end(void *ctx)
{
	append("end ");
}

static cy_cluster *ask_for_large(rx_subscription *subscription)
{
	cy_cluster *cluster = cluster_begin("large_answerer", NULL);
	rx_subscribe(cy_events(cluster), &(rx_observer){RX_NEXT(note_event)}, NULL);
	cluster_fork(cluster, "Answerer", NULL);
	rx_subscribe(cy_call(cluster, cy_worker(1), "large", NULL),
	             &(rx_observer){RX_NEXT(note_reply), .complete = note_end}, subscription);
	while (!is_being_looked_at(cluster))
		ck_assert(ev_run(ev_default_loop(0), EVRUN_ONCE));
	return cluster;
}

static void await_disconnect(void)
{
	while (!seen.end)
		ck_assert(ev_run(ev_default_loop(0), EVRUN_ONCE));
}

TEST(what_follows_a_large_answer_comes_behind_it_although_the_worker_has_ended)
{
	cy_cluster *cluster = ask_for_large(NULL);
	await_disconnect();
	ck_assert_str_eq(seen.order, "large small end disconnect");
	cluster_end(cluster);
}

TEST(a_call_may_be_cancelled_while_its_large_answer_is_looked_at)
{
	rx_subscription call;
	cy_cluster *cluster = ask_for_large(&call);
	rx_unsubscribe(&call);
	await_disconnect();
	ck_assert_str_eq(seen.order, "disconnect");
	ck_assert(!is_being_looked_at(cluster));
	cluster_end(cluster);
}

/* Nothing of it is left: every test is asked for that. */
TEST(a_cluster_may_be_left_while_a_large_answer_is_looked_at)
{
	cy_cluster *cluster = ask_for_large(NULL);
	ck_assert_int_eq(cy_leave(cluster), 0);
	ck_assert_ptr_null(strstr(seen.order, "large"));
}

/* What it wrote is read to its end, in order, before its end is told. */
TEST(a_large_message_of_a_worker_that_is_killed_comes_before_its_end)
{
	cy_cluster *cluster = cluster_begin("large_killed", NULL);
	rx_subscribe(cy_events(cluster), &(rx_observer){RX_NEXT(note_event)}, NULL);
	cluster_fork(cluster, "Sayer", NULL);
	while (!seen.end) {
		ck_assert(ev_run(ev_default_loop(0), EVRUN_ONCE));
		seen.between += is_being_looked_at(cluster);
	}
	ck_assert_str_eq(seen.order, "large done disconnect");
	ck_assert_uint_ge(seen.between, 2);
	cluster_end(cluster);
}

/* It is dropped, with all that it holds. */
TEST(a_cluster_ends_while_a_large_message_is_looked_at)
{
	cy_cluster *cluster = cluster_begin("large_sayer", NULL);
	rx_subscribe(cy_events(cluster), &(rx_observer){RX_NEXT(note_event)}, NULL);
	cluster_fork(cluster, "Sayer", NULL);
	while (!is_being_looked_at(cluster))
		ck_assert(ev_run(ev_default_loop(0), EVRUN_ONCE));
	cy_leave(cluster);
	ck_assert_str_eq(seen.order, "");
}

/* Its channel ends under it: what is left to be looked at is looked at. */
TEST(a_worker_is_disconnected_and_killed_while_its_large_message_is_looked_at)
{
	event_log log;
	cy_cluster *cluster = cluster_begin("large_sayer", NULL);
	rx_subscribe(cy_events(cluster), &(rx_observer){RX_NEXT(note_event)}, NULL);
	event_log_start(&log, cluster, NULL);
	cluster_fork(cluster, "Sayer", NULL);
	while (!is_being_looked_at(cluster))
		ck_assert(ev_run(ev_default_loop(0), EVRUN_ONCE));
	ck_assert_int_eq(cy_disconnect(cluster, cy_named("Sayer")), 0);
	cy_kill(cluster, cy_named("Sayer"), SIGKILL);
	while (cy_status_of(cluster, cy_worker(1)) != CY_EXITED)
		ck_assert(ev_run(ev_default_loop(0), EVRUN_ONCE));
	ck_assert_uint_eq(event_log_count(&log, "disconnect Sayer"), 1);
	event_log_stop(&log);
	cluster_end(cluster);
}

TEST(a_large_message_brings_its_descriptors)
{
	cy_cluster *cluster = cluster_begin("large_friend", NULL);
	rx_subscribe(cy_events(cluster), &(rx_observer){RX_NEXT(look_at)}, NULL);
	cluster_fork(cluster, "Sarah", NULL);
	cluster_ready(cluster);
	ck_assert_int_eq(cluster_number(cluster, cy_named("Sarah"), "hand on", cy_int(0)), 0);
	while (!came)
		ck_assert(ev_run(ev_default_loop(0), EVRUN_ONCE));
	ck_assert_int_eq(came, 'p');
	cluster_end(cluster);
}

TEST(a_large_message_brings_its_descriptors_through_the_primary)
{
	int64_t told;
	cy_cluster *cluster = cluster_begin("large_friend", NULL);
	cluster_fork(cluster, "Paul", NULL);
	cluster_fork(cluster, "Sarah", NULL);
	cluster_ready(cluster);
	ck_assert_int_eq(cluster_number(cluster, cy_named("Sarah"), "hand on", cy_int(1)), 0);
	while ((told = cluster_number(cluster, cy_named("Paul"), "tell", NULL)) == 0)
		;
	ck_assert_int_eq(told, 'p');
	cluster_end(cluster);
}
