/*
 * Error events that a worker causes with its frames: a few of them come, the others are counted, and nothing else is held back.
 */
#include <ev.h>
#include <stdio.h>

#include "lib/event/trouble.h"
#include "tests/support/liar.h"

enum { LIES = 1000 };

/* ---- Workers --------------------------------------------------------------------------------------------------------- */

/* What this process has heard of. */
typedef struct tally {
	size_t told, counted; /* one by one, and in an event that says how many more there were */
	size_t sums, done;
	size_t lost, exits;
} tally;

static tally heard_of;

static void count_event(const cy_event *event, void *ctx)
{
	static const char and[] = "and ";
	char *rest = NULL;
	heard_of.done += event->type == CY_EVENT_MESSAGE && strcmp(event->name, "done") == 0;
	heard_of.exits += event->type == CY_EVENT_EXIT;
	if (event->type != CY_EVENT_ERROR)
		return;
	const bool sum = strncmp(event->words, and, sizeof and-1) == 0;
	const size_t more = sum ? strtoul(event->words + sizeof and-1, &rest, 10) : 0;
	if (sum && strncmp(rest, " more errors of", sizeof " more errors of" - 1) == 0) {
		heard_of.counted += more;
		heard_of.sums++;
		if (event->code != -EBADMSG)
			abort(); /* in a worker too */
	} else {
		heard_of.told += event->code == -EBADMSG && !strstr(event->words, "channel");
		heard_of.lost += strstr(event->words, "loses its channel") != NULL;
	}
}
RX_CONSUMER(count_event, cy_event);

static rx_observable *told(const cy_request *request, void *ctx)
{
	return cy_answer(cy_int((int64_t)heard_of.told));
}

static rx_observable *wait(const cy_request *request, void *ctx)
{
	return rx_never();
}

PROGRAM(troubled)
{
	cy_cluster *cluster = cy_join(NULL);
	if (!cluster)
		return 99;
	rx_subscribe(cy_events(cluster), &(rx_observer){RX_NEXT(count_event)}, NULL);
	cy_register(cluster, &(cy_command){.name = "told", .run = told});
	cy_register(cluster, &(cy_command){.name = "wait", .run = wait});
	return cy_run(cluster);
}

static void say_lies(cy__kind kind, uint32_t to, const void *body, size_t size)
{
	for (uint64_t i = 1; i <= LIES; i++)
		say((cy__frame){.kind = (uint8_t)kind,
		                .call = kind == CY__CALL ? i : 0,
		                .to = to,
		                .body = body,
		                .body_size = size},
		    NULL, put);
}

static void messages(void)
{
	say_lies(CY__MESSAGE, 0, "\xc1", 1);
}

/* Its keys are there twice. */
static void calls(void)
{
	say_lies(CY__CALL, 0,
	         "\x93\xc0\xaf"
	         "cy_storage_save\x92\xa1n\x82\xa1k\x01\xa1k\x02",
	         28);
}

static void messages_to_another(void)
{
	say_lies(CY__MESSAGE, 1, "\xc1", 1);
}

PROGRAM(troublemaker)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} lies[] = {{"messages", messages}, {"calls", calls}, {"messages to another", messages_to_another}};
	channel = cy__inherited_channel();
	signal(SIGPIPE, SIG_IGN);
	say_hello(put);
	for (size_t i = 0; i < sizeof lies / sizeof *lies; i++)
		if (strcmp(lies[i].name, argv[1]) == 0)
			lies[i].run();
	say_done();
	cy_value_unref(hear(CY__MESSAGE)); /* it may go on */
	put("\xff\xff\xff\xff", 4);
	hear_no_more();
	return 94;
}

/* ---- The primary ------------------------------------------------------------------------------------------------------ */

static void await(const size_t *counter, size_t count)
{
	while (*counter < count)
		ck_assert(ev_run(ev_default_loop(0), EVRUN_ONCE));
}

static cy_cluster *begin(const char *what)
{
	cy_cluster *cluster = cluster_begin("troubled", NULL);
	cluster_fork(cluster, "Honest", NULL);
	cluster_ready(cluster);
	rx_subscribe(cy_events(cluster), &(rx_observer){RX_NEXT(count_event)}, NULL);
	program_select("troublemaker");
	cluster_fork(
		cluster, "Liar",
		&(cy_worker_options){.process.arguments = (const char *[]){what, NULL}, .revive = CY_REVIVE_NEVER});
	await(&heard_of.done, 1);
	return cluster;
}

/* The first, and some for each second that has passed, of which a sum tells. */
static size_t most(void)
{
	return CY__TROUBLE_BURST + CY__TROUBLE_MORE * heard_of.sums;
}

/* All of them are told or counted, and the loss of its channel is told although it may cause no more such events. */
static void count_all(cy_cluster *cluster)
{
	ck_assert_uint_ge(heard_of.told, CY__TROUBLE_BURST);
	ck_assert_uint_le(heard_of.told, most());
	ck_assert_int_eq(cy_send(cluster, cy_named("Liar"), "go on", NULL), 0);
	await(&heard_of.exits, 1);
	ck_assert_uint_ge(heard_of.lost, 1);
	while (heard_of.told + heard_of.counted < LIES)
		ck_assert(ev_run(ev_default_loop(0), EVRUN_ONCE));
	ck_assert_uint_eq(heard_of.told + heard_of.counted, LIES);
	ck_assert_uint_le(heard_of.told, most());
	cluster_end(cluster);
}

TEST(error_events_for_malformed_messages_are_a_few_and_a_count)
{
	count_all(begin("messages"));
}

TEST(error_events_for_malformed_calls_are_a_few_and_a_count)
{
	count_all(begin("calls"));
}

/* It reads them before the question. */
TEST(a_worker_is_not_flooded_with_error_events_by_another)
{
	cy_cluster *cluster = begin("messages to another");
	const int64_t count = cluster_number(cluster, cy_named("Honest"), "told", NULL);
	ck_assert_int_ge(count, CY__TROUBLE_BURST);
	ck_assert_int_lt(count, LIES / 2);
	ck_assert_uint_eq(heard_of.told, 0);
	cy_send(cluster, cy_named("Liar"), "go on", NULL);
	await(&heard_of.exits, 1);
	cluster_end(cluster);
}

/* It ends at once, and not only after the second in which a sum would be told anyhow. */
TEST(what_was_counted_is_told_before_the_cluster_ends)
{
	cy_cluster *cluster = begin("messages");
	cy_kill(cluster, cy_named("Liar"), SIGKILL);
	cluster_end(cluster);
	ck_assert_uint_eq(heard_of.told + heard_of.counted, LIES);
}
