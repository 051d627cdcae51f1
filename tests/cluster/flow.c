/*
 * Flow: what happens where a queue is full, whom it is told, and that nobody else is hurt by it.
 *
 * What is sent within one turn of the loop stays in the queue until that turn ends, so that a queue is filled without
 * anybody having to be slow.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/primary/workers.h"
#include "tests/support/memory.h"
#include "tests/support/cluster.h"

enum { FRAMES = 16, MANY = 100 };

/* ---- A worker that remembers ------------------------------------------------------------------------------------- */

static struct item {
	char name;
	int64_t number;
} heard[1 << 16];
static size_t heard_count;
static char troubles[4096];

static void hear(const cy_event *event, void *ctx)
{
	(void)ctx;
	const size_t length = strlen(troubles);
	if (event->type == CY_EVENT_ERROR) {
		snprintf(troubles + length, sizeof troubles - length, " %d", event->code);
	} else if (event->type == CY_EVENT_MESSAGE) {
		struct item *item = &heard[heard_count++];
		item->name = event->name[0];
		if (cy_get_int(event->body, NULL, &item->number) < 0)
			cy_get_int(event->body, "0", &item->number);
	}
}
RX_CONSUMER(hear, cy_event);

/* "a0-a15 b3" */
static rx_observable *tell_heard(const cy_request *request, void *ctx)
{
	(void)request, (void)ctx;
	static char text[4096];
	size_t length = 0;
	text[0] = '\0';
	for (size_t i = 0, first; i < heard_count && length < sizeof text - 64; i++) {
		const struct item *item = &heard[i];
		for (first = i;
		     i + 1 < heard_count && item[1].name == item->name && item[1].number == item->number + 1;)
			item = &heard[++i];
		length += (size_t)snprintf(text + length, sizeof text - length, "%s%c%d", length ? " " : "", item->name,
		                           (int)heard[first].number);
		if (first < i)
			length += (size_t)snprintf(text + length, sizeof text - length, "-%c%d", item->name,
			                           (int)item->number);
	}
	return cy_answer(cy_string(text));
}

static rx_observable *tell_count(const cy_request *request, void *ctx)
{
	(void)request, (void)ctx;
	return cy_answer(cy_uint(heard_count));
}

static rx_observable *tell_troubles(const cy_request *request, void *ctx)
{
	(void)request, (void)ctx;
	return cy_answer(cy_string(troubles));
}

/* @returns how many were refused */
static int64_t send_many(cy_cluster *cluster, cy_target target, cy_when_full full, int first, int count, size_t size)
{
	static const char filling[1 << 20];
	int64_t refused = 0;
	for (int i = first; i < first + count; i++) {
		cy_value *body = size ? cy_array(cy_int(i), cy_binary(filling, size)) : cy_int(i);
		const int code = cy_send_with(cluster, target, "x", body, &(cy_send_options){.full = full});
		if (code < 0 && code != -EAGAIN)
			return code;
		refused += code == -EAGAIN;
	}
	return refused;
}

static rx_observable *send_on(const cy_request *request, void *ctx)
{
	(void)ctx;
	const char *name;
	int full, count, size;
	if (cy_unpack(request->arguments, "[s, i, i, i]", &name, &full, &count, &size) < 0)
		return cy_refuse(-EINVAL, "send takes [name, policy, count, size]");
	return cy_answer(
		cy_int(send_many(request->cluster, cy_named(name), (cy_when_full)full, 0, count, (size_t)size)));
}

static rx_observable *echo(const cy_request *request, void *ctx)
{
	(void)ctx;
	return cy_answer(cy_value_ref(request->arguments));
}

/* Fill the queue to the primary, and answer when there is room again. */
static rx_observable *fill(const cy_request *request, void *ctx)
{
	(void)ctx;
	while (cy_send(request->cluster, cy_primary(), "x", NULL) != -EAGAIN)
		;
	return rx_pipe(cy_room(request->cluster, cy_primary()), rx_ignore_elements(),
	               rx_concat_with(cy_answer(cy_int(cy_send(request->cluster, cy_primary(), "x", NULL)))));
}

static int measure(const cy_reply *reply, cy_body *size, void *ctx)
{
	(void)ctx;
	size_t bytes;
	cy_value_bytes(reply->value, &bytes);
	*size = cy_uint(bytes);
	return 0;
}
RX_MAPPER(measure, cy_body, cy_reply);

enum { HUGE_BODY = 4 << 20, SMALL_BODY = 100 };

/* A large call, and after it a small one: the sizes of the answers, in the order in which they come. */
static rx_observable *race(cy_cluster *cluster, const char *name)
{
	static char bytes[HUGE_BODY];
	return rx_pipe(rx_merge(cy_call(cluster, cy_named(name), "echo", cy_binary(bytes, HUGE_BODY)),
	                        cy_call(cluster, cy_named(name), "echo", cy_binary(bytes, SMALL_BODY))),
	               rx_map(measure));
}

static rx_observable *race_there(const cy_request *request, void *ctx)
{
	(void)ctx;
	return race(request->cluster, "Sarah");
}

static void flood_on(const int64_t *turn, void *ctx)
{
	(void)turn;
	while (cy_send(ctx, cy_primary(), "flood", NULL) == 0)
		;
}
RX_CONSUMER(flood_on, int64_t);

static rx_subscription flooding;

static rx_observable *flood(const cy_request *request, void *ctx)
{
	(void)ctx;
	rx_subscribe(rx_timer_with(&(rx_timer_options){.period = RX_NOW}),
	             &(rx_observer){RX_NEXT(flood_on), .ctx = request->cluster}, &flooding);
	return NULL;
}

static int remember(const cy_options *options)
{
	rx_subscription events;
	cy_cluster *cluster = cy_join(options);
	if (!cluster)
		return 99;
	rx_subscribe(cy_events(cluster), &(rx_observer){RX_NEXT(hear)}, &events);
	cy_register(cluster, &(cy_command){.name = "heard", .run = tell_heard});
	cy_register(cluster, &(cy_command){.name = "count", .run = tell_count});
	cy_register(cluster, &(cy_command){.name = "troubles", .run = tell_troubles});
	cy_register(cluster, &(cy_command){.name = "send", .run = send_on});
	cy_register(cluster, &(cy_command){.name = "fill", .run = fill});
	cy_register(cluster, &(cy_command){.name = "echo", .run = echo});
	cy_register(cluster, &(cy_command){.name = "race", .run = race_there});
	cy_register(cluster, &(cy_command){.name = "flood", .run = flood});
	const int status = cy_run(cluster);
	rx_unsubscribe(&flooding);
	return status;
}

PROGRAM(rememberer)
{
	return remember(NULL);
}

PROGRAM(narrow_rememberer)
{
	return remember(&(cy_options){.queue_frames = FRAMES});
}

/* ---- The primary of it ---------------------------------------------------------------------------------------------- */

static const cy_options narrow = {.queue_frames = FRAMES};

static void expect(cy_cluster *cluster, const char *worker, const char *command, const char *answer)
{
	cy_value *value;
	const char *text = NULL;
	const int code = cluster_call(cluster, cy_named(worker), command, NULL, &value);
	ck_assert_msg(code == 0, "%s: %d, %s", command, code, rx_words(code));
	ck_assert_int_eq(cy_get_string(value, NULL, &text), 0);
	ck_assert_str_eq(text, answer);
	cy_value_unref(value);
}

static cy_cluster *begin(event_log *log, const char *program, const cy_options *options)
{
	cy_cluster *cluster = cluster_begin(program, options);
	event_log_start(log, cluster, NULL);
	cluster_fork(cluster, "Paul", NULL);
	return cluster;
}

static void end(cy_cluster *cluster, event_log *log)
{
	event_log_stop(log);
	cluster_end(cluster);
}

static int await_room(cy_cluster *cluster, cy_target target)
{
	uint32_t id;
	return rx_await_first(uint32_t, cy_room(cluster, target), &id);
}

static const cy__gauge *gauge_of(cy_cluster *cluster, const char *name)
{
	return &cy__workers_named(cluster, name)->peer.gauge;
}

TEST(a_full_queue_refuses_is_told_once_and_says_when_there_is_room)
{
	event_log log;
	cy_cluster *cluster = begin(&log, "rememberer", &narrow);
	cluster_ready(cluster);
	ck_assert_int_eq(await_room(cluster, cy_named("Paul")), 0);
	ck_assert_int_eq(send_many(cluster, cy_named("Paul"), CY_REFUSE, 0, MANY, 0), MANY - FRAMES);
	ck_assert_uint_eq(gauge_of(cluster, "Paul")->refused, MANY - FRAMES);
	ck_assert_int_eq(await_room(cluster, cy_named("Paul")), 0);
	ck_assert_int_eq(send_many(cluster, cy_named("Paul"), CY_REFUSE, MANY, 1, 0), 0);
	expect(cluster, "Paul", "heard", "x0-x15 x100");
	ck_assert_uint_eq(event_log_count(&log, "error Paul -11"), 1);
	/* Another fullness is told again. */
	ck_assert_int_gt(send_many(cluster, cy_named("Paul"), CY_REFUSE, 0, MANY, 0), 0);
	ck_assert_int_eq(await_room(cluster, cy_named("Paul")), 0);
	expect(cluster, "Paul", "troubles", "");
	ck_assert_uint_eq(event_log_count(&log, "error Paul -11"), 2);
	end(cluster, &log);
}

static const struct policy {
	cy_when_full full;
	const char *behind, *before; /* what is heard: of a worker that has joined, of one that has not */
	size_t dropped, dropped_before;
} policies[] = {
	/* Half of what may wait is in the channel by then, and stays. */
	{CY_DROP_OLDEST, "x0-x7 x92-x99", "x84-x99", MANY - FRAMES, MANY - FRAMES},
	{CY_DROP_NEWEST, "x0-x15", "x0-x15", MANY - FRAMES, MANY - FRAMES},
	{CY_KEEP_LATEST, "x0-x14 x99", "x0-x14 x99", MANY - FRAMES, MANY - FRAMES},
};

TEST(what_is_dropped_is_by_the_senders_choice_counted_and_told_once, .to = sizeof policies / sizeof *policies)
{
	event_log log;
	const struct policy *policy = &policies[_i];
	cy_cluster *cluster = begin(&log, "rememberer", &narrow);
	cluster_ready(cluster);
	ck_assert_int_eq(send_many(cluster, cy_named("Paul"), policy->full, 0, MANY, 0), 0);
	ck_assert_int_eq(await_room(cluster, cy_named("Paul")), 0);
	expect(cluster, "Paul", "heard", policy->behind);
	ck_assert_uint_eq(gauge_of(cluster, "Paul")->dropped, policy->dropped);
	ck_assert_uint_eq(gauge_of(cluster, "Paul")->refused, 0);
	ck_assert_uint_eq(event_log_count(&log, "error Paul -105"), 1);
	end(cluster, &log);
}

TEST(the_queue_before_a_hello_has_the_same_choice, .to = sizeof policies / sizeof *policies)
{
	event_log log;
	const struct policy *policy = &policies[_i];
	cy_cluster *cluster = begin(&log, "rememberer", &narrow);
	ck_assert_int_eq(send_many(cluster, cy_named("Paul"), policy->full, 0, MANY, 0), 0);
	ck_assert_uint_eq(gauge_of(cluster, "Paul")->dropped, policy->dropped_before);
	ck_assert_int_eq(await_room(cluster, cy_named("Paul")), 0);
	expect(cluster, "Paul", "heard", policy->before);
	ck_assert_uint_eq(event_log_count(&log, "error Paul -105"), 1);
	end(cluster, &log);
}

TEST(the_queue_before_a_hello_refuses_by_bytes_and_by_frames)
{
	event_log log;
	cy_cluster *cluster = begin(&log, "rememberer", &(cy_options){.queue_bytes = 1000});
	ck_assert_int_eq(send_many(cluster, cy_named("Paul"), CY_REFUSE, 0, MANY, 300), MANY - 2);
	ck_assert_int_eq(send_many(cluster, cy_named("Paul"), CY_DROP_OLDEST, MANY, 1, 900), 0);
	/* Of those that may be dropped one is always kept. */
	ck_assert_int_eq(send_many(cluster, cy_named("Paul"), CY_DROP_OLDEST, MANY + 1, 1, 900), 0);
	ck_assert_int_eq(await_room(cluster, cy_named("Paul")), 0);
	expect(cluster, "Paul", "heard", "x0-x1 x101");
	ck_assert_uint_eq(event_log_count(&log, "error Paul -105"), 1);
	end(cluster, &log);
}

TEST(one_of_each_name_is_kept_where_the_latest_is)
{
	event_log log;
	const cy_send_options latest = {.full = CY_KEEP_LATEST};
	cy_cluster *cluster = begin(&log, "rememberer", &narrow);
	cluster_ready(cluster);
	ck_assert_int_eq(send_many(cluster, cy_named("Paul"), CY_REFUSE, 0, FRAMES, 0), 0);
	for (int i = 0; i < 5; i++) {
		ck_assert_int_eq(cy_send_with(cluster, cy_named("Paul"), "a", cy_int(i), &latest), 0);
		ck_assert_int_eq(cy_send_with(cluster, cy_named("Paul"), "b", cy_int(i), &latest), 0);
	}
	/* No room for a third: the oldest goes. Nor does one that may not be dropped pass them. */
	ck_assert_int_eq(cy_send_with(cluster, cy_named("Paul"), "c", cy_int(7), &latest), 0);
	ck_assert_int_eq(cy_send(cluster, cy_named("Paul"), "x", cy_int(8)), -EAGAIN);
	ck_assert_int_eq(await_room(cluster, cy_named("Paul")), 0);
	expect(cluster, "Paul", "heard", "x0-x15 b4 c7");
	end(cluster, &log);
}

TEST(what_gives_way_keeps_its_descriptors_or_closes_them)
{
	event_log log;
	int ends[2];
	cy_cluster *cluster = begin(&log, "rememberer", &narrow);
	cluster_ready(cluster);
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	for (int i = 0; i < MANY; i++)
		ck_assert_int_eq(
			cy_send_with(
				cluster, cy_named("Paul"), "x", cy_int(i),
				&(cy_send_options){.full = CY_DROP_OLDEST, .descriptors = ends, .descriptor_count = 2}),
			0);
	close(ends[0]);
	close(ends[1]);
	ck_assert_int_eq(await_room(cluster, cy_named("Paul")), 0);
	expect(cluster, "Paul", "heard", "x0-x7 x92-x99");
	end(cluster, &log);
}

static int count_item(const cy_event *event, void *ctx)
{
	(void)event;
	return ++*(int *)ctx, 1;
}
RX_PREDICATE(count_item, cy_event);

TEST(what_one_sends_to_itself_has_a_bound, .to = 2)
{
	event_log log;
	rx_subscription messages;
	int count = 0;
	cy_cluster *cluster = begin(&log, "rememberer", &narrow);
	cluster_ready(cluster);
	rx_subscribe(rx_pipe(cy_messages(cluster, "x"), rx_filter(count_item, &count)), NULL, &messages);
	if (_i)
		ck_assert_int_eq(send_many(cluster, cy_primary(), CY_DROP_OLDEST, 0, MANY, 0), 0);
	else
		ck_assert_int_eq(send_many(cluster, cy_primary(), CY_REFUSE, 0, MANY, 0), MANY - FRAMES);
	event_log_await(&log, _i ? "error Primary -105" : "error Primary -11");
	ck_assert_int_eq(await_room(cluster, cy_primary()), 0);
	expect(cluster, "Paul", "heard", "");
	ck_assert_int_eq(cluster_code(cluster, cy_named("Paul"), "echo", NULL), 0);
	while (count < FRAMES)
		ck_assert_int_eq(cy_poll(cluster), 0);
	ck_assert_int_eq(count, FRAMES);
	rx_unsubscribe(&messages);
	end(cluster, &log);
}

TEST(room_in_a_worker_is_that_of_its_queue_to_the_primary)
{
	event_log log;
	cy_cluster *cluster = begin(&log, "narrow_rememberer", NULL);
	ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "fill", NULL), -EAGAIN);
	expect(cluster, "Paul", "troubles", " -11");
	end(cluster, &log);
}

enum { LARGE = 8000, FLOOD = 400 };

/* Stop a worker, and send to it until the queue stays full; returns how many messages it will hear. */
static size_t stop_and_fill(cy_cluster *cluster, const char *name)
{
	size_t sent = 0;
	const cy__gauge *gauge = gauge_of(cluster, name);
	cy_kill(cluster, cy_named(name), SIGSTOP);
	do {
		sent += FRAMES - (size_t)send_many(cluster, cy_named(name), CY_REFUSE, (int)sent, FRAMES, LARGE);
		ck_assert_int_eq(cy_poll(cluster), 0);
	} while (!gauge->full);
	return sent;
}

TEST(room_that_cannot_come_is_an_error)
{
	event_log log;
	cy_cluster *cluster = begin(&log, "rememberer", &narrow);
	cluster_ready(cluster);
	ck_assert_int_eq(await_room(cluster, cy_all()), -EINVAL);
	ck_assert_int_eq(await_room(cluster, cy_named("Nobody")), -ENOENT);
	stop_and_fill(cluster, "Paul");
	cy_kill(cluster, cy_named("Paul"), SIGKILL);
	ck_assert_int_eq(await_room(cluster, cy_named("Paul")), -EHOSTUNREACH);
	event_log_await(&log, "exit Paul signal 9 gone");
	end(cluster, &log);
}

TEST(a_policy_that_does_not_exist_is_refused)
{
	event_log log;
	cy_cluster *cluster = begin(&log, "rememberer", NULL);
	ck_assert_int_eq(send_many(cluster, cy_named("Paul"), (cy_when_full)4, 0, 1, 0), -EINVAL);
	end(cluster, &log);
}

/* ---- One that is stopped --------------------------------------------------------------------------------------------- */

/* Paul sends to Sarah, who reads nothing: the primary's queue to her fills, and Paul is told. */
TEST(what_the_primary_refuses_or_drops_is_told_to_the_sender_once, .to = CY_KEEP_LATEST + 1)
{
	event_log log;
	cy_cluster *cluster = begin(&log, "rememberer", &narrow);
	cluster_fork(cluster, "Sarah", NULL);
	cluster_ready(cluster);
	size_t sent = stop_and_fill(cluster, "Sarah");
	const cy__gauge before = *gauge_of(cluster, "Sarah"), *gauge = gauge_of(cluster, "Sarah");
	const size_t refusals = event_log_count(&log, "error Sarah -11");
	ck_assert_int_eq(
		cluster_number(cluster, cy_named("Paul"), "send", cy_pack("[s, i, i, i]", "Sarah", _i, FLOOD, LARGE)),
		0);
	/* What Paul has sent has come before his answer to this, and what he is told before this comes. */
	ck_assert_int_eq(cluster_code(cluster, cy_named("Paul"), "echo", NULL), 0);
	expect(cluster, "Paul", "troubles", _i == CY_REFUSE ? " -11" : " -105");
	ck_assert_uint_eq(event_log_count(&log, "error Sarah -105"), _i != CY_REFUSE);
	ck_assert_uint_eq(event_log_count(&log, "error Sarah -11"), refusals);
	ck_assert(_i == CY_REFUSE ? gauge->dropped == 0 : gauge->refused == before.refused);
	sent += FLOOD - (gauge->refused - before.refused) - gauge->dropped;
	cy_kill(cluster, cy_named("Sarah"), SIGCONT);
	ck_assert_int_eq(await_room(cluster, cy_named("Sarah")), 0);
	event_log_stop(&log);
	/* What two have sent keeps no order: a call of the primary's may pass what Paul has waiting. */
	while ((size_t)cluster_number(cluster, cy_named("Sarah"), "count", NULL) < sent)
		;
	ck_assert_uint_eq((size_t)cluster_number(cluster, cy_named("Sarah"), "count", NULL), sent);
	cluster_end(cluster);
}

static int64_t refused_in(cy_cluster *cluster, size_t *accepted, int count)
{
	const int64_t refused = send_many(cluster, cy_named("Paul"), CY_REFUSE, 0, count, LARGE);
	*accepted += (size_t)(count - refused);
	return refused;
}

/* How long, in seconds; the soak sets it. */
static rx_nsec stopped_for(void)
{
	const char *text = getenv("CLUSTERFY_TEST_STOPPED");
	return text ? RX_S(strtol(text, NULL, 10)) : 0;
}

/* Paul is stopped, and sent to without end: memory stays flat, Sarah is served, and what was accepted arrives. */
TEST(a_stopped_worker_costs_bounded_memory_and_nobody_else_anything, .timeout = 600)
{
	enum { BOUND = 1 << 20, ROUNDS = 200, EACH = 64, FLAT = 128 << 10 };
	event_log log;
	size_t accepted = 0, memory = 0;
	int64_t refused = 0;
	cy_cluster *cluster = begin(&log, "rememberer", &(cy_options){.queue_bytes = BOUND});
	cluster_fork(cluster, "Sarah", NULL);
	cluster_ready(cluster);
	event_log_stop(&log); /* it has room for a few rounds only */
	cy_kill(cluster, cy_named("Paul"), SIGSTOP);
	while (refused == 0)
		refused += refused_in(cluster, &accepted, EACH);
	const rx_nsec until = rx_now(NULL) + stopped_for();
	for (int i = 0; i < ROUNDS || rx_now(NULL) < until; i++) {
		refused += refused_in(cluster, &accepted, EACH);
		ck_assert_int_eq(cluster_number(cluster, cy_named("Sarah"), "echo", cy_int(i)), i);
		if (i == ROUNDS / 2)
			memory = memory_bytes();
	}
	ck_assert_uint_lt(memory_bytes(), memory + FLAT);
	ck_assert_uint_lt(cy__channel_pending(cy__workers_named(cluster, "Paul")->peer.channel, NULL), BOUND + LARGE);
	ck_assert_uint_eq(gauge_of(cluster, "Paul")->refused, (uint64_t)refused);
	cy_kill(cluster, cy_named("Paul"), SIGCONT);
	ck_assert_int_eq(await_room(cluster, cy_named("Paul")), 0);
	ck_assert_uint_eq((size_t)cluster_number(cluster, cy_named("Paul"), "count", NULL), accepted);
	cluster_end(cluster);
}

/* Paul is stopped with both directions full; then both go on. */
TEST(both_directions_full_go_on)
{
	event_log log;
	int64_t refused = -1;
	cy_cluster *cluster = begin(&log, "rememberer", &narrow);
	cluster_ready(cluster);
	cy_value *arguments = cy_pack("[s, i, i, i]", "Sarah", CY_REFUSE, FLOOD, LARGE);
	size_t accepted = 0;
	rx_subscription sending;
	/* He sends to her, who is not there: that comes back to him as an event for each, while he is sent to. */
	rx_subscribe(cy_call(cluster, cy_named("Paul"), "send", arguments), NULL, &sending);
	for (int i = 0; i < 20; i++) {
		refused = refused_in(cluster, &accepted, FRAMES);
		ck_assert_int_eq(cy_poll(cluster), 0);
	}
	ck_assert_int_ge(refused, 0);
	ck_assert_int_eq(await_room(cluster, cy_named("Paul")), 0);
	ck_assert_uint_eq((size_t)cluster_number(cluster, cy_named("Paul"), "count", NULL), accepted);
	rx_unsubscribe(&sending);
	end(cluster, &log);
}

TEST(others_are_served_while_one_floods, .timeout = 300)
{
	enum { ROUNDS = 10 };
	event_log log;
	int floods = 0;
	rx_subscription messages;
	cy_cluster *cluster = begin(&log, "rememberer", NULL);
	cluster_fork(cluster, "Sarah", NULL);
	cluster_ready(cluster);
	event_log_stop(&log);
	rx_subscribe(rx_pipe(cy_messages(cluster, "flood"), rx_filter(count_item, &floods)), NULL, &messages);
	ck_assert_int_eq(cluster_code(cluster, cy_named("Paul"), "flood", NULL), 0);
	for (int i = 0; i < ROUNDS || floods < ROUNDS; i++) {
		ck_assert_int_eq(cluster_number(cluster, cy_named("Sarah"), "echo", cy_int(i)), i);
		ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "echo", cy_int(i)), i);
	}
	rx_unsubscribe(&messages);
	cluster_end(cluster);
}

/* ---- What is large --------------------------------------------------------------------------------------------------- */

static void expect_small_first(rx_observable *answers)
{
	cy_body first = NULL;
	uint64_t size = 0;
	ck_assert_int_eq(rx_await_first(cy_body, answers, &first), 0);
	ck_assert_int_eq(cy_get_uint(first, NULL, &size), 0);
	ck_assert_uint_lt(size, 2 * SMALL_BODY);
	cy_value_unref(first);
}

TEST(a_small_call_does_not_wait_behind_a_large_one)
{
	event_log log;
	cy_cluster *cluster = begin(&log, "rememberer", NULL);
	cluster_fork(cluster, "Sarah", NULL);
	cluster_ready(cluster);
	expect_small_first(race(cluster, "Paul"));
	expect_small_first(rx_pipe(cy_call(cluster, cy_named("Paul"), "race", NULL), cy_values()));
	end(cluster, &log);
}

TEST(messages_keep_their_order_whatever_their_size)
{
	event_log log;
	cy_cluster *cluster = begin(&log, "rememberer", NULL);
	cluster_fork(cluster, "Sarah", NULL);
	cluster_ready(cluster);
	for (int i = 0; i < 10; i++)
		ck_assert_int_eq(send_many(cluster, cy_named("Paul"), CY_REFUSE, i, 1, i % 3 ? 0 : (size_t)600000), 0);
	ck_assert_int_eq(await_room(cluster, cy_named("Paul")), 0);
	while (cluster_number(cluster, cy_named("Paul"), "count", NULL) < 10)
		;
	expect(cluster, "Paul", "heard", "x0-x9");
	end(cluster, &log);
}

static void take_size(const cy_reply *reply, void *ctx)
{
	cy_value_bytes(reply->value, ctx);
}
RX_CONSUMER(take_size, cy_reply);

TEST(what_was_asked_before_the_end_is_answered_however_large)
{
	event_log log;
	static char bytes[HUGE_BODY];
	size_t size = 0;
	rx_subscription call;
	cy_cluster *cluster = begin(&log, "rememberer", NULL);
	cluster_ready(cluster);
	rx_subscribe(cy_call(cluster, cy_named("Paul"), "echo", cy_binary(bytes, HUGE_BODY)),
	             &(rx_observer){RX_NEXT(take_size), .ctx = &size}, &call);
	ck_assert_int_eq(cluster_finish(rx_pipe(cy_shutdown(cluster, cy_named("Paul"), 0), rx_ignore_elements())), 0);
	ck_assert_uint_gt(size, HUGE_BODY);
	end(cluster, &log);
}

/* ---- What never becomes whole ------------------------------------------------------------------------------------------ */

static void put(int fd, const void *bytes, size_t size)
{
	if (write(fd, bytes, size) != (ssize_t)size)
		_exit(98);
}

/* Says hello, then the beginning of a frame (or of one that comes in pieces), and no more. */
PROGRAM(silent)
{
	static const uint8_t nil = 0xc0, piece[1000];
	uint8_t head[CY__FRAME_HEAD], part[CY__FRAME_PIECE], byte;
	const int fd = cy__inherited_channel();
	const bool pieces = strcmp(argv[1], "pieces") == 0;
	cy__frame_encode(&(cy__frame){.kind = CY__HELLO, .call = CY__FRAME_VERSION}, head);
	put(fd, head, sizeof head);
	put(fd, &nil, 1);
	cy__frame_encode(&(cy__frame){.kind = CY__MESSAGE,
	                              .flags = pieces ? CY__FRAME_BULK | CY__FRAME_MORE : 0,
	                              .body = piece,
	                              .body_size = CY__FRAME_PIECE + sizeof piece},
	                 head);
	cy__piece_encode(part, 1 << 20, sizeof piece);
	put(fd, head, sizeof head);
	if (pieces) {
		put(fd, part, sizeof part);
		put(fd, piece, sizeof piece);
	}
	while (read(fd, &byte, 1) > 0)
		;
	close(fd);
	return 7;
}

TEST(half_a_frame_and_then_silence_costs_the_channel, .to = 2)
{
	event_log log;
	cy_cluster *cluster = cluster_begin("silent", &(cy_options){.read_timeout = RX_MS(20)});
	event_log_start(&log, cluster, NULL);
	cluster_fork(cluster, "Silent",
	             &(cy_worker_options){.process.arguments = (const char *[]){_i ? "pieces" : "frame", NULL}});
	event_log_await(&log, "exit Silent 7 gone");
	ck_assert_uint_eq(event_log_count(&log, "error Silent -110"), 1);
	ck_assert_uint_eq(event_log_count(&log, "disconnect Silent"), 1);
	end(cluster, &log);
}
