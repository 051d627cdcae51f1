/*
 * Chaos: a primary and eight workers under random calls in all directions and of all sizes, storage traffic and
 * cancellations, while workers are killed, stopped, continued, asked to leave and told to lie.
 *
 *     chaos [SECONDS] [SEED]
 *     chaos --adversary [SECONDS] [SEED]      one of the workers means harm, see adversary.c
 *     chaos --flood NAME [SECONDS] [SEED]     with one flood only, for debugging
 *     chaos --list                            their names
 *
 * What must hold, while it runs and at the end: every call ends exactly once, with its own reply or an error that a fault
 * explains; no acknowledged save is lost; the counters add up; no descriptor, process or byte is left; the primary's loop
 * keeps turning. The longest stall is reported; only a watchdog ends the run for it.
 */
#include "tests/faults/adversary.h"
#include "tests/faults/chaos.h"
#include "tests/faults/flood.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { KEYS = 32, WATCHDOG = 60, SECONDS_TO_SETTLE = 60 };

const char *const chaos_names[CHAOS_WORKERS] = {"a", "b", "c", "d", "e", "f", "g", "h"};

/* A key of the storage: one save of it at a time, each of a larger number. */
struct key {
	char path[16];
	int64_t issued, acknowledged;
	bool busy;
};

/* A look at a key: what it must be at least. */
struct look {
	struct key *key;
	int64_t least;
};

static struct {
	struct ledger book;
	rx_nsec end, last_turn, longest_stall;
	rx_subscription ticking, breaking, events;
	rx_task settle, wake[CHAOS_WORKERS];
	struct key keys[KEYS];
	int64_t added_at_least, added_at_most;
	size_t adding;
	uint64_t saves, looks, kills, stops, lies, exits, commands, results;
	bool over;
} chaos;

static cy_cluster *cluster(void)
{
	return chaos.book.cluster;
}

static uint64_t pick(uint64_t bound)
{
	return ledger_random(&chaos.book, bound);
}

static cy_target somebody(void)
{
	return cy_named(chaos_names[pick(CHAOS_WORKERS)]);
}

/* ---- Storage ------------------------------------------------------------------------------------------------------- */

static void note_error(const rx_error *error, void *ctx)
{
	(void)ctx;
	if (!ledger_explains(&chaos.book, error->code))
		ledger_violation(&chaos.book, "storage: %s (%d)", error->message, error->code);
}

static void save_failed(const rx_error *error, void *ctx)
{
	((struct key *)ctx)->busy = false;
	note_error(error, NULL);
}

static void saved(void *ctx)
{
	struct key *key = ctx;
	key->busy = false;
	key->acknowledged = key->issued;
	chaos.saves++;
}

/* From here, or from a worker: the value is in the storage, or was never acknowledged. */
static void save(void)
{
	struct key *key = &chaos.keys[pick(KEYS)];
	if (key->busy)
		return;
	key->busy = true;
	cy_value *value = cy_int(++key->issued);
	rx_observable *saving =
		pick(2) ? rx_pipe(cy_save(cluster(), key->path, value), rx_ignore_elements())
			: rx_pipe(cy_call(cluster(), somebody(), "save", cy_array(cy_string(key->path), value)),
	                          rx_ignore_elements());
	rx_subscribe(saving, &(rx_observer){.error = save_failed, .complete = saved, .ctx = key}, NULL);
}

static void check_value(const cy_body *body, void *ctx)
{
	const struct look *look = ctx;
	int64_t n = -1;
	cy_get_int(*body, NULL, &n);
	if (n < look->least || n > look->key->issued)
		ledger_violation(&chaos.book, "%s is %" PRId64 ", of %" PRId64 " acknowledged and %" PRId64 " issued",
		                 look->key->path, n, look->least, look->key->issued);
	chaos.looks++;
}
RX_CONSUMER(check_value, cy_body);

static void look_at(struct key *key)
{
	struct look *look = rx_alloc_zero(sizeof *look);
	*look = (struct look){key, key->acknowledged};
	rx_subscribe(cy_retrieve(cluster(), key->path),
	             &(rx_observer){RX_NEXT(check_value), .error = note_error, .ctx = look, .drop = rx_free}, NULL);
}

static void added(void *ctx)
{
	(void)ctx;
	chaos.added_at_least++;
}

static void add_over(void *ctx)
{
	(void)ctx;
	chaos.adding--;
}

static void add(void)
{
	chaos.added_at_most++;
	chaos.adding++;
	rx_observable *adding = rx_pipe(cy_call(cluster(), somebody(), "add", cy_array(cy_string("sum"), cy_int(1))),
	                                rx_ignore_elements());
	rx_subscribe(adding, &(rx_observer){.error = note_error, .complete = added, .drop = add_over}, NULL);
}

static void check_sum(void)
{
	cy_value *value = NULL;
	int64_t sum = 0;
	if (cy_storage_retrieve(cy_cluster_storage(cluster()), "sum", &value) == 1)
		cy_get_int(value, NULL, &sum);
	cy_value_unref(value);
	if (sum < chaos.added_at_least || sum > chaos.added_at_most)
		ledger_violation(&chaos.book,
		                 "the sum is %" PRId64 ", of %" PRId64 " acknowledged and %" PRId64 " issued", sum,
		                 chaos.added_at_least, chaos.added_at_most);
}

/* ---- What goes wrong ----------------------------------------------------------------------------------------------- */

static void ignore(const rx_error *error, void *ctx)
{
	(void)error, (void)ctx; /* that it could not be told, or died of it */
}

static void command(const char *name, cy_value *arguments)
{
	rx_subscribe(rx_pipe(cy_call(cluster(), somebody(), name, arguments), rx_ignore_elements()),
	             &(rx_observer){.error = ignore}, NULL);
}

static void wake(rx_task *task)
{
	cy_kill(cluster(), cy_named(chaos_names[task - chaos.wake]), SIGCONT);
}

static void stop_for_a_while(void)
{
	const size_t index = (size_t)pick(CHAOS_WORKERS);
	if (cy_kill(cluster(), cy_named(chaos_names[index]), SIGSTOP) < 0)
		return;
	chaos.stops++;
	chaos.wake[index].run = wake;
	rx_schedule(rx_scheduler_current(), &chaos.wake[index], RX_MS((rx_nsec)pick(300)));
}

static void start(const char *name)
{
	const cy_worker_options options = {
		.revive = CY_REVIVE_ALWAYS,
		.revival = {.first = RX_MS(5), .ceiling = RX_MS(50), .limit = CY_UNLIMITED},
		.metadata = cy_uint(1 + pick(UINT32_MAX)),
	};
	const int64_t id = cy_fork(cluster(), name, &options);
	if (id < 0)
		ledger_violation(&chaos.book, "fork: %s", rx_words((int)id));
}

static void break_something(const int64_t *n, void *ctx)
{
	(void)n, (void)ctx;
	switch (pick(10)) {
	case 0:
	case 1:
		chaos.kills += cy_kill(cluster(), somebody(), SIGKILL) == 0;
		break;
	case 2:
		chaos.kills += cy_kill(cluster(), somebody(), SIGTERM) == 0;
		break;
	case 3:
	case 4:
		stop_for_a_while();
		break;
	case 5:
		chaos.lies++;
		command("lie", NULL);
		break;
	case 6:
		command("leave", NULL);
		break;
	case 7:
		command("spin", cy_int((int64_t)pick(200)));
		break;
	case 8:
		rx_subscribe(
			rx_pipe(cy_shutdown(cluster(), somebody(), RX_MS((rx_nsec)pick(500))), rx_ignore_elements()),
			&(rx_observer){.error = ignore}, NULL);
		break;
	default:
		cy_disconnect(cluster(), somebody());
	}
}
RX_CONSUMER(break_something, int64_t);

/* Who is gone for good comes back as another worker of that name. */
static void take_event(const cy_event *event, void *ctx)
{
	(void)ctx;
	chaos.commands += event->type == CY_EVENT_COMMAND && event->origin == 0;
	chaos.results += event->type == CY_EVENT_RESULT && event->origin == 0;
	if (event->type != CY_EVENT_EXIT)
		return;
	chaos.exits++;
	if (event->code == LEDGER_VIOLATION)
		ledger_violation(&chaos.book, "%s has seen one", cy_label_of(cluster(), event->worker));
	if (event->code == 1 && event->core)
		ledger_violation(&chaos.book, "%s left a core", cy_label_of(cluster(), event->worker));
}
RX_CONSUMER(take_event, cy_event);

static void fill_up(void)
{
	for (size_t i = 0; i < CHAOS_WORKERS; i++)
		if (cy_status_of(cluster(), cy_named(chaos_names[i])) < 0)
			start(chaos_names[i]);
}

/* ---- Time ---------------------------------------------------------------------------------------------------------- */

static cy_target anybody(void)
{
	switch (pick(12)) {
	case 0:
		return cy_all();
	case 1:
		return cy_primary();
	case 2:
	case 3:
		return cy_any();
	case 4:
		return cy_named("nobody");
	default:
		return somebody();
	}
}

/* How much has begun and not ended. */
static size_t count_open(void)
{
	size_t open = chaos.book.open + chaos.adding;
	for (size_t i = 0; i < KEYS; i++)
		open += chaos.keys[i].busy;
	return open;
}

static void finish(rx_task *task)
{
	const size_t open = count_open();
	if (open > 0 && rx_now(NULL) < chaos.end + RX_S(SECONDS_TO_SETTLE)) {
		rx_schedule(rx_scheduler_current(), task, RX_MS(20));
		return;
	}
	if (open > 0)
		ledger_violation(&chaos.book, "%zu calls and saves have not ended long after the last fault", open);
	for (size_t i = 0; i < KEYS; i++)
		if (chaos.keys[i].issued)
			look_at(&chaos.keys[i]);
	check_sum();
	rx_unsubscribe(&chaos.ticking);
	chaos.over = true;
	cy_stop(cluster(), 0);
}

static void settle(void)
{
	rx_unsubscribe(&chaos.breaking);
	for (size_t i = 0; i < CHAOS_WORKERS; i++) {
		rx_cancel(&chaos.wake[i]);
		cy_kill(cluster(), cy_named(chaos_names[i]), SIGCONT);
	}
	chaos.settle.run = finish;
	rx_schedule(rx_scheduler_current(), &chaos.settle, 0);
}

static void tick(const int64_t *n, void *ctx)
{
	(void)ctx;
	const rx_nsec now = rx_now(NULL);
	if (now - chaos.last_turn > chaos.longest_stall)
		chaos.longest_stall = now - chaos.last_turn;
	chaos.last_turn = now;
	if (*n % 100 == 0)
		alarm(WATCHDOG);
	if (chaos.settle.run)
		return;
	if (now >= chaos.end) {
		settle();
		return;
	}
	fill_up();
	for (uint64_t i = pick(4); i > 0 && chaos.book.open < 512; i--)
		ledger_call(&chaos.book, anybody(), chaos_names, CHAOS_WORKERS);
	save();
	look_at(&chaos.keys[pick(KEYS)]);
	if (pick(2))
		add();
}
RX_CONSUMER(tick, int64_t);

static void begin(double seconds)
{
	cy_storage_init(cluster(), cy_map("key", cy_map()));
	for (size_t i = 0; i < KEYS; i++)
		snprintf(chaos.keys[i].path, sizeof chaos.keys[i].path, "key.%zu", i);
	for (size_t i = 0; i < KEYS; i++)
		cy_storage_save(cy_cluster_storage(cluster()), chaos.keys[i].path, cy_int(0));
	chaos.last_turn = rx_now(NULL);
	chaos.end = chaos.last_turn + (rx_nsec)(seconds * 1e9);
	rx_subscribe(cy_events(cluster()), &(rx_observer){RX_NEXT(take_event)}, &chaos.events);
	rx_subscribe(rx_interval(RX_MS(2)), &(rx_observer){RX_NEXT(tick)}, &chaos.ticking);
	rx_subscribe(rx_interval(RX_MS(100)), &(rx_observer){RX_NEXT(break_something)}, &chaos.breaking);
}

/* ---- The end ------------------------------------------------------------------------------------------------------- */

static size_t count_descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	size_t count = 0;
	while (directory && readdir(directory))
		count++;
	closedir(directory);
	return count;
}

/* The handle is gone by now. */
static void violation(const char *words)
{
	chaos.book.violated = true;
	fprintf(stderr, "violation: %s\n", words);
}

static void check_sums(void)
{
	const struct ledger *book = &chaos.book;
	if (book->begun != book->answered + book->failed + book->cancelled)
		violation("the calls that began are not those that have ended");
	if (chaos.commands != chaos.results)
		violation("there are not as many `result` events as `command` events");
}

static void report(uint64_t seed)
{
	const struct ledger *book = &chaos.book;
	printf("chaos: seed %" PRIu64 ": %" PRIu64 " calls: %" PRIu64 " answered, %" PRIu64 " failed, %" PRIu64
	       " cancelled; %" PRIu64 " items\n",
	       seed, book->begun, book->answered, book->failed, book->cancelled, book->items);
	printf("chaos: %" PRIu64 " saves, %" PRId64 " additions acknowledged, %" PRIu64 " looks\n", chaos.saves,
	       chaos.added_at_least, chaos.looks);
	printf("chaos: %" PRIu64 " killed, %" PRIu64 " stopped for a while, %" PRIu64 " lies, %" PRIu64
	       " exits; longest stall %.0f ms\n",
	       chaos.kills, chaos.stops, chaos.lies, chaos.exits, (double)chaos.longest_stall / 1e6);
	printf("chaos: errors:");
	for (size_t i = 0; i < LEDGER_ERRORS; i++)
		printf(" %" PRIu64 " %s%s", book->errors[i], ledger_error_names[i], i + 1 < LEDGER_ERRORS ? "," : "\n");
	printf("chaos: %s\n", book->violated ? "VIOLATED" : "no violation");
}

static int play_chaos(uint64_t seed, double seconds, size_t before)
{
	chaos.book.random = seed | 1;
	ledger_serve(&chaos.book);
	begin(seconds);
	cy_run(chaos.book.cluster);
	rx_loop_release(NULL);
	if (count_descriptors() > before + 2) /* libev keeps its own two */
		violation("a descriptor is left");
	if (waitpid(-1, NULL, WNOHANG) >= 0 || errno != ECHILD)
		violation("a child is left");
	check_sums();
	report(seed);
	return chaos.book.violated ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int list_floods(void)
{
	for (size_t i = 0; i < flood_count(); i++)
		puts(flood_at(i)->name);
	return EXIT_SUCCESS;
}

/* @returns the name of the flood that was asked for, "*" for all, or NULL; and takes it out of the arguments */
static const char *take_flood(int *argc, char ***argv)
{
	int taken = 1;
	const char *name = NULL;
	if (*argc > 1 && strcmp((*argv)[1], "--adversary") == 0)
		name = "*";
	else if (*argc > 2 && strcmp((*argv)[1], "--flood") == 0)
		name = (*argv)[++taken];
	if (!name)
		return NULL;
	*argc -= taken;
	*argv += taken;
	return name;
}

int main(int argc, char **argv)
{
	flood_play_if_asked(argc, argv);
	if (argc > 1 && strcmp(argv[1], "--list") == 0)
		return list_floods();
	char **all = argv;
	const bool honestly = is_honest(argc, argv);
	const char *flood = take_flood(&argc, &argv);
	if (flood && strcmp(flood, "*") != 0 && flood_find(flood) == flood_count()) {
		fprintf(stderr, "there is no flood \"%s\"\n", flood);
		return EXIT_FAILURE;
	}
	const double given = argc > 1 ? strtod(argv[1], NULL) : 60, seconds = given > 0 ? given : 60;
	const uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : (uint64_t)rx_now(NULL);
	const size_t before = count_descriptors();
	chaos_find_channel();
	if (flood)
		adversary_count_memory();
	chaos.book = (struct ledger){.random = seed | 1};
	chaos.book.cluster = cy_join(&(cy_options){.turn_limit = flood ? adversary_turn_limit() : 0});
	if (!chaos.book.cluster)
		return EXIT_FAILURE;
	if (!cy_is_primary(chaos.book.cluster))
		return honestly ? honest(chaos.book.cluster, all) : chaos_worker(chaos.book.cluster);
	return flood ? adversary(chaos.book.cluster, flood, seconds, seed) : play_chaos(seed, seconds, before);
}
