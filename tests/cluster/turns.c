/*
 * Turns of the primary's loop: whatever a worker sends, none takes long; and what took longest is known.
 */
#include <stdio.h>
#include <sys/resource.h>

#include "tests/support/liar.h"
#include "tests/support/turns.h"

/* ---- Workers --------------------------------------------------------------------------------------------------------- */

static rx_observable *wait(const cy_request *request, void *ctx)
{
	return rx_never();
}

static rx_observable *square(const cy_request *request, void *ctx)
{
	int64_t n = 0;
	const int code = cy_get_int(request->arguments, NULL, &n);
	return code < 0 ? cy_refuse(code, "square takes a number") : cy_answer(cy_int(n * n));
}

PROGRAM(patient)
{
	cy_cluster *cluster = cy_join(NULL);
	if (!cluster)
		return 99;
	cy_register(cluster, &(cy_command){.name = "wait", .run = wait});
	cy_register(cluster, &(cy_command){.name = "square", .run = square});
	return cy_run(cluster);
}

/* Frames that go out many at a time. */
static uint8_t packed[64 << 10];
static size_t packed_size;

static void send_packed(void)
{
	for (size_t sent = 0; sent < packed_size;) {
		const ssize_t part = write(channel, packed + sent, packed_size - sent);
		if (part <= 0)
			_exit(CAUGHT);
		sent += (size_t)part;
	}
	packed_size = 0;
}

static void pack(const void *bytes, size_t size)
{
	for (size_t part; size; bytes = (const uint8_t *)bytes + part, size -= part) {
		if (packed_size == sizeof packed)
			send_packed();
		part = size < sizeof packed - packed_size ? size : sizeof packed - packed_size;
		memcpy(packed + packed_size, bytes, part);
		packed_size += part;
	}
}

static void pack_call(uint64_t call, uint32_t to, const char *command)
{
	say((cy__frame){.kind = CY__CALL, .call = call, .to = to, .credit = 1}, cy_pack("[n, s, n]", command), pack);
}

static void pack_cancel(uint64_t call)
{
	say((cy__frame){.kind = CY__CANCEL, .call = call}, NULL, pack);
}

static void pack_done(void)
{
	say((cy__frame){.kind = CY__MESSAGE}, cy_pack("[n, s, n]", "done"), pack);
	send_packed();
}

/* The inverse of an odd number modulo 2^64. */
static uint64_t inverse(uint64_t odd)
{
	uint64_t found = odd;
	for (int i = 0; i < 6; i++)
		found *= 2 - odd * found;
	return found;
}

enum { CALLS = 8000, CANCELS = 30000 };

/* Calls that are not answered, and cancels of others. What is left when it ends is the primary's to end. */
static void flood(uint64_t factor)
{
	for (uint64_t i = 1; i <= CALLS; i++)
		pack_call(factor * i, 1, "wait");
	for (uint64_t i = 1; i <= CANCELS; i++)
		pack_cancel(factor * (CALLS + i));
	pack_done();
}

/* Numbers that a multiplication with the constant in the source of an earlier table sent to one place. */
static void collide(void)
{
	flood(inverse(UINT64_C(0x9e3779b97f4a7c15)));
}

static void not_collide(void)
{
	flood(1);
}

static void call_one(void)
{
	for (uint64_t i = 1; i <= 2 * CALLS; i++)
		pack_call(i, 1, "wait");
	pack_done();
}

/* Whoever has the second place. */
static void call_second(void)
{
	for (uint64_t i = 1; i <= 2 * CALLS; i++)
		pack_call(i, 2, "wait");
	pack_done();
}

static void call_all(void)
{
	for (uint64_t i = 1; i <= CALLS; i++)
		pack_call(i, CY__TO_OTHERS, "wait");
	pack_done();
}

/* Messages for one that is named, in a body of many small elements: ["H1", "note", [1, 1, 1, ...]]. */
static void name_one(void)
{
	enum { ELEMENTS = 12 << 20, HEAD = 14 };
	static uint8_t body[HEAD + ELEMENTS];
	static const uint8_t opening[] = {0x93, 0xa2, 'H', '1', 0xa4, 'n', 'o', 't', 'e', 0xdd};
	memcpy(body, opening, sizeof opening);
	for (int i = 0; i < 4; i++)
		body[sizeof opening + (size_t)i] = (uint8_t)(ELEMENTS >> (24 - 8 * i));
	memset(body + HEAD, 1, ELEMENTS);
	for (int i = 0; i < 2; i++)
		say((cy__frame){.kind = CY__MESSAGE,
		                .flags = CY__FRAME_NAMED,
		                .to = CY__TO_UNKNOWN,
		                .body = body,
		                .body_size = sizeof body},
		    NULL, pack);
	pack_done();
}

/* Many small elements: as the answer to a call, the only one; and as its error. */
static void answer_much(cy__kind kind)
{
	enum { ELEMENTS = 12 << 20, HEAD = 5 };
	static uint8_t body[HEAD + ELEMENTS];
	body[0] = 0xdd;
	for (int i = 0; i < 4; i++)
		body[1 + i] = (uint8_t)(ELEMENTS >> (24 - 8 * i));
	memset(body + HEAD, 1, ELEMENTS);
	cy_value_unref(hear(CY__CALL));
	say((cy__frame){.kind = kind,
	                .flags = kind == CY__ITEM ? CY__FRAME_LAST : 0,
	                .call = heard_call,
	                .body = body,
	                .body_size = sizeof body},
	    NULL, pack);
	pack_done();
}

static void answer_with_an_item(void)
{
	answer_much(CY__ITEM);
}

static void answer_with_an_error(void)
{
	answer_much(CY__ERROR);
}

static void burn_there(void)
{
	pack_call(1, 0, "burn");
	pack_done();
}

/* It never says hello. */
PROGRAM(never_coming)
{
	channel = cy__inherited_channel();
	hear_no_more();
	return 94;
}

PROGRAM(turn_flooder)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} floods[] = {{"collide", collide},          {"not collide", not_collide},    {"call one", call_one},
	              {"call second", call_second},  {"call all", call_all},          {"name one", name_one},
	              {"item", answer_with_an_item}, {"error", answer_with_an_error}, {"burn", burn_there}};
	channel = cy__inherited_channel();
	signal(SIGPIPE, SIG_IGN);
	say_hello(put);
	for (size_t i = 0; i < sizeof floods / sizeof *floods; i++)
		if (strcmp(floods[i].name, argv[1]) == 0)
			floods[i].run();
	hear_no_more();
	return 94;
}

/* ---- The primary ------------------------------------------------------------------------------------------------------ */

static size_t done, exits, long_turns; /* events that have come since the last await() of theirs */
static char said[256];                 /* of the last long turn */

static void count_event(const cy_event *event, void *ctx)
{
	if (event->type == CY_EVENT_ERROR && event->code == -ETIME) {
		long_turns++;
		snprintf(said, sizeof said, "%s", event->words);
	}
	done += event->type == CY_EVENT_MESSAGE;
	exits += event->type == CY_EVENT_EXIT;
}
RX_CONSUMER(count_event, cy_event);

static void watch(cy_cluster *cluster)
{
	rx_subscribe(cy_events(cluster), &(rx_observer){RX_NEXT(count_event)}, NULL);
}

static void await(size_t *counter, size_t count)
{
	while (*counter < count)
		ck_assert(ev_run(ev_default_loop(0), EVRUN_ONCE));
	*counter = 0;
}

static cy_cluster *begin(size_t honest, const cy_options *options)
{
	char name[32];
	cy_cluster *cluster = cluster_begin("patient", options);
	for (size_t i = 0; i < honest; i++) {
		snprintf(name, sizeof name, "H%zu", i + 1);
		cluster_fork(cluster, name, NULL);
	}
	cluster_ready(cluster);
	watch(cluster);
	program_select("turn_flooder");
	return cluster;
}

static void fork_flooder(cy_cluster *cluster, const char *what)
{
	cluster_fork(cluster, "Flooder", &(cy_worker_options){.process.arguments = (const char *[]){what, NULL}});
}

static int failure; /* of a call */

static void note_failure(const rx_error *error, void *ctx)
{
	failure = error->code;
}

static void count_answer(const cy_reply *reply, void *ctx)
{
	++*(size_t *)ctx;
}
RX_CONSUMER(count_answer, cy_reply);

/* @returns the processor's time that the primary has spent until all of it was taken */
static rx_nsec take_flood(cy_cluster *cluster, const char *what)
{
	const rx_nsec before = turn_probe_processor();
	fork_flooder(cluster, what);
	await(&done, 1);
	ck_assert_int_eq(cluster_number(cluster, cy_named("H1"), "square", cy_int(7)), 49);
	return turn_probe_processor() - before;
}

static void end_flooder(cy_cluster *cluster)
{
	cy_kill(cluster, cy_named("Flooder"), SIGKILL);
	await(&exits, 1);
	ck_assert_int_eq(cluster_number(cluster, cy_named("H1"), "square", cy_int(8)), 64);
}

TEST(cancels_whose_numbers_collide_cost_what_others_cost)
{
	cy_cluster *cluster = begin(1, NULL);
	const rx_nsec usual = take_flood(cluster, "not collide");
	end_flooder(cluster);
	const rx_nsec cost = take_flood(cluster, "collide");
	ck_assert_int_lt(cost, 3 * usual + RX_MS(50));
	end_flooder(cluster);
	cluster_end(cluster);
}

/* Each flood as it comes, and what it leaves when its worker dies. */
static void survive(const char *what, size_t honest)
{
	turn_probe probe;
	cy_cluster *cluster = begin(honest, NULL);
	turn_probe_start(&probe);
	take_flood(cluster, what);
	end_flooder(cluster);
	ck_assert_int_lt(turn_probe_stop(&probe), TURN_MOST);
	cluster_end(cluster);
}

TEST(no_turn_is_long_when_cancels_collide)
{
	survive("collide", 1);
}

TEST(no_turn_is_long_when_a_worker_dies_with_thousands_of_calls)
{
	survive("call one", 1);
}

TEST(no_turn_is_long_when_a_worker_calls_all_others_thousands_of_times_and_dies)
{
	survive("call all", 8);
}

TEST(no_turn_is_long_when_a_worker_names_whom_a_large_message_is_for)
{
	survive("name one", 1);
}

/* What the primary has asked for: looked at in slices, whatever is the matter with it, and nothing of it is lost. */
static void ask(const char *what, int code)
{
	turn_probe probe;
	size_t answers = 0;
	cy_cluster *cluster = begin(1, NULL);
	fork_flooder(cluster, what);
	turn_probe_start(&probe);
	rx_subscribe(cy_call(cluster, cy_named("Flooder"), "much", NULL),
	             &(rx_observer){RX_NEXT(count_answer), .error = note_failure, .ctx = &answers}, NULL);
	await(&done, 1);
	ck_assert_int_lt(turn_probe_stop(&probe), TURN_MOST);
	ck_assert_uint_eq(answers, code == 0);
	ck_assert_int_eq(failure, code);
	ck_assert_int_eq(cluster_number(cluster, cy_named("H1"), "square", cy_int(7)), 49);
	end_flooder(cluster);
	cluster_end(cluster);
}

TEST(no_turn_is_long_when_a_worker_answers_the_primary_with_many_small_elements)
{
	ask("item", 0);
}

TEST(no_turn_is_long_when_the_error_that_a_worker_answers_with_is_large)
{
	ask("error", -EBADMSG);
}

static uint64_t dropped(cy_cluster *cluster)
{
	cy_statistics statistics;
	ck_assert_int_eq(cy_statistics_take(cluster, &statistics), 0);
	const uint64_t count = statistics.sum.dropped;
	cy_statistics_finish(&statistics);
	return count;
}

/* What is sent to the next incarnation meanwhile is not among them. */
TEST(no_turn_is_long_when_a_worker_dies_for_which_hundreds_of_thousands_of_messages_wait)
{
	enum { COUNT = 300000 };
	turn_probe probe;
	cy_cluster *cluster = begin(1, &(cy_options){.queue_frames = 2 * COUNT, .queue_bytes = 64 << 20});
	program_select("patient");
	cluster_fork(cluster, "H2", &(cy_worker_options){.revive = CY_REVIVE_ALWAYS});
	ck_assert_int_eq(cluster_number(cluster, cy_named("H2"), "square", cy_int(7)), 49);
	ck_assert_int_eq(cy_kill(cluster, cy_named("H2"), SIGSTOP), 0);
	for (size_t i = 0; i < COUNT; i++)
		ck_assert_int_eq(cy_send(cluster, cy_named("H2"), "note", NULL), 0);
	ck_assert_int_eq(cluster_number(cluster, cy_named("H1"), "square", cy_int(7)), 49);
	turn_probe_start(&probe);
	cy_kill(cluster, cy_named("H2"), SIGKILL);
	await(&exits, 1);
	ck_assert_int_eq(cluster_number(cluster, cy_named("H2"), "square", cy_int(8)), 64);
	ck_assert_int_lt(turn_probe_stop(&probe), TURN_MOST);
	ck_assert_uint_gt(dropped(cluster), COUNT / 2);
	cluster_end(cluster);
}

static void count_failure(const rx_error *error, void *ctx)
{
	ck_assert_int_eq(error->code, -ECONNRESET);
	++*(size_t *)ctx;
}

static void count_unsent(const rx_error *error, void *ctx)
{
	ck_assert_int_eq(error->code, -EHOSTUNREACH);
	++*(size_t *)ctx;
}

/* One that is being failed may make calls, and those to others are answered meanwhile. */
TEST(no_turn_is_long_when_a_worker_dies_on_thousands_of_calls)
{
	enum { COUNT = 16000 };
	turn_probe probe;
	size_t failed = 0;
	cy_cluster *cluster = begin(2, NULL);
	for (size_t i = 0; i < COUNT; i++)
		rx_subscribe(cy_call(cluster, cy_named("H2"), "wait", NULL),
		             &(rx_observer){.error = count_failure, .ctx = &failed}, NULL);
	ck_assert_int_eq(cluster_number(cluster, cy_named("H2"), "square", cy_int(7)), 49);
	turn_probe_start(&probe);
	cy_kill(cluster, cy_named("H2"), SIGKILL);
	await(&exits, 1);
	while (failed < COUNT)
		ck_assert_int_eq(cluster_number(cluster, cy_named("H1"), "square", cy_int(8)), 64);
	ck_assert_int_lt(turn_probe_stop(&probe), TURN_MOST);
	cluster_end(cluster);
}

/* And never were sent: those of workers, and of the primary. */
TEST(no_turn_is_long_when_a_worker_that_has_never_come_dies_on_tens_of_thousands_of_calls, .timeout = 60)
{
	enum { FLOODERS = 2, COUNT = 16000 };
	turn_probe probe;
	size_t failed = 0;
	cy_cluster *cluster = begin(1, NULL);
	program_select("never_coming");
	cluster_fork(cluster, "Late", NULL);
	program_select("turn_flooder");
	for (size_t i = 0; i < FLOODERS; i++)
		cluster_fork(cluster, NULL,
		             &(cy_worker_options){.process.arguments = (const char *[]){"call second", NULL}});
	await(&done, FLOODERS);
	for (size_t i = 0; i < COUNT; i++)
		rx_subscribe(cy_call(cluster, cy_named("Late"), "wait", NULL),
		             &(rx_observer){.error = count_unsent, .ctx = &failed}, NULL);
	ck_assert_int_eq(cluster_number(cluster, cy_named("H1"), "square", cy_int(7)), 49);
	turn_probe_start(&probe);
	cy_kill(cluster, cy_named("Late"), SIGKILL);
	await(&exits, 1);
	while (failed < COUNT)
		ck_assert_int_eq(cluster_number(cluster, cy_named("H1"), "square", cy_int(8)), 64);
	ck_assert_int_lt(turn_probe_stop(&probe), TURN_MOST);
	cluster_end(cluster);
}

/* ---- The record ------------------------------------------------------------------------------------------------------ */

#define BURNT RX_MS(150)

static void burn(void)
{
	const rx_nsec end = turn_probe_processor() + BURNT;
	while (turn_probe_processor() < end)
		;
}

static rx_observable *burn_here(const cy_request *request, void *ctx)
{
	burn();
	return rx_empty();
}

static void burn_later(rx_task *task)
{
	burn();
}

static cy_turn longest(cy_cluster *cluster, cy_turn *of_others)
{
	cy_statistics statistics;
	ck_assert_int_eq(cy_statistics_take(cluster, &statistics), 0);
	const cy_turn turn = statistics.longest_turn;
	*of_others = statistics.longest_turn_of_others;
	cy_statistics_finish(&statistics);
	return turn;
}

TEST(the_longest_turn_is_in_the_statistics_and_past_the_limit_an_event)
{
	cy_turn of_others;
	cy_cluster *cluster = begin(1, &(cy_options){.turn_limit = BURNT - RX_MS(20)});
	cy_register(cluster, &(cy_command){.name = "burn", .run = burn_here});
	fork_flooder(cluster, "burn");
	await(&long_turns, 1);
	const cy_turn turn = longest(cluster, &of_others);
	ck_assert_int_ge(turn.time, BURNT);
	ck_assert_str_eq(turn.what, "call burn");
	ck_assert_uint_eq(turn.worker, 2);
	ck_assert_int_ge(of_others.time, BURNT);
	ck_assert_str_eq(of_others.what, "call burn");
	ck_assert_ptr_nonnull(strstr(said, "most of it for \"call burn\" of Flooder (2)"));
	end_flooder(cluster);
	cluster_end(cluster);
}

TEST(what_the_program_does_itself_is_told_apart)
{
	cy_turn of_others;
	rx_task task = {.run = burn_later};
	cy_cluster *cluster = begin(1, &(cy_options){.turn_limit = BURNT - RX_MS(20)});
	rx_schedule(rx_loop(NULL), &task, 0);
	await(&long_turns, 1);
	const cy_turn turn = longest(cluster, &of_others);
	ck_assert_int_ge(turn.time, BURNT);
	ck_assert_str_eq(turn.what, "");
	ck_assert_uint_eq(turn.worker, 0);
	ck_assert_int_lt(of_others.time, BURNT);
	ck_assert_ptr_nonnull(strstr(said, "the program's own"));
	cluster_end(cluster);
}

TEST(where_no_limit_is_wanted_no_event_comes)
{
	cy_turn of_others;
	rx_task task = {.run = burn_later};
	cy_cluster *cluster = begin(1, &(cy_options){.turn_limit = RX_NEVER});
	rx_schedule(rx_loop(NULL), &task, 0);
	while (longest(cluster, &of_others).time < BURNT)
		cluster_number(cluster, cy_named("H1"), "square", cy_int(1));
	ck_assert_int_eq(cluster_number(cluster, cy_named("H1"), "square", cy_int(7)), 49);
	ck_assert_uint_eq(long_turns, 0);
	cluster_end(cluster);
}

TEST(a_limit_below_zero_is_refused)
{
	ck_assert_ptr_null(cy_join(&(cy_options){.turn_limit = -5}));
}
