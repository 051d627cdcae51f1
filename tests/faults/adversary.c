/*
 * The chaos with an adversary: one worker plays every flood there is, at random, one after another, and is revived; seven
 * honest ones work, and are killed and stopped now and then; the primary works, too.
 *
 * What must hold:
 * - no honest call fails, but one to somebody who was killed; no honest worker ends or loses its channel by itself;
 * - whoever was killed comes back;
 * - no turn of the primary's loop takes longer than TURN_LIMIT of its thread's processor time;
 * - its memory and its descriptors stay within what the adversary's quota allows;
 * - it tells no more errors than a few for each playing;
 * - when the adversary is gone, so is what it made the primary hold;
 * - and floods have been played: in a run of half a minute and longer one in two seconds, until all of them have been.
 *
 * Floods and their order are the seed's; who of the processes runs when is the kernel's.
 */
#include "tests/faults/adversary.h"

#include <dirent.h>
#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "tests/faults/flood.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#define TURN_LIMIT (SANITIZED ? RX_MS(100) : RX_MS(20))
#define MIB ((size_t)1 << 20)

enum { WATCHDOG = 60, SECONDS_TO_SETTLE = 60 };

/*
 * What the adversary may make the primary hold. MEMORY_LIMIT is the sum: `bytes`; `stored` twice, for what was replaced and is
 * not freed yet; what waits for it of messages (the default of 8 MiB), of items (four times that) and in its channel (half
 * of it); and 8 MiB for the structs that hold it all.
 */
static const cy_quota quota = {
	.frames = 8192,
	.bytes = 8 * MIB,
	.descriptors = 64,
	.calls = 2048,
	.sockets = 16,
	.keys = 20000,
	.stored = 16 * MIB,
	.watches = 64,
};
/* Error events of the primary in one playing: it tells a few of each kind, and counts the others. */
enum { ERROR_LIMIT = 1000 };
/* In a run that is long enough so many are played: one in two seconds at least, and in a longer one all of them. */
enum { LONG_ENOUGH = 30, SECONDS_FOR_ONE = 2 };
enum { MEMORY_LIMIT = 92 << 20, RESIDENT_LIMIT = 192 << 20, DESCRIPTOR_LIMIT = 64 + 16 + 24, MEMORY_LEFT = 4 << 20 };

/* A worker's place: what was done to it, and what it has to do therefore. */
struct place {
	bool up, hit; /* it is online; its end was asked for */
	rx_task wake;
};

/* How often a flood was played, and the worst of what was seen meanwhile. */
struct played {
	uint64_t times;
	rx_nsec longest;
	size_t memory, descriptors;
	uint64_t errors;
};

static struct {
	struct ledger book;
	const char *name; /* of the only flood, or "*" */
	uint64_t seed;
	double seconds;
	struct tally *tallies;
	struct place places[HONEST_WORKERS + 1];
	struct played *played, *now; /* of the flood that plays */
	struct ev_prepare prepare;
	struct ev_check check;
	rx_nsec turn_began, longest_turn, turns_over;
	const char *longest_flood;
	size_t memory_before, memory_most, resident_before, resident_most, descriptors_before, descriptors_most;
	rx_subscription ticking, breaking, looking, events;
	rx_task end, settle, again;
	rx_nsec settle_until;
	uint64_t kills, stops, back, turns;
	uint32_t id; /* the adversary's now: one that has ended because it wanted to is another worker afterwards */
	uint32_t incarnation, before; /* what plays; the sum of those of the workers before it */
	int state;
	char scratch[64];
} run;

enum { STARTING, PLAYING, SETTLING, OVER };

static cy_cluster *cluster(void)
{
	return run.book.cluster;
}

/* ---- What is measured ---------------------------------------------------------------------------------------------------- */

static size_t live;

static void *count_memory(void *memory, size_t size, void *ctx)
{
	(void)ctx;
	const size_t before = memory ? malloc_usable_size(memory) : 0;
	if (size == 0) {
		live -= before;
		free(memory);
		return NULL;
	}
	void *moved = realloc(memory, size);
	if (moved)
		live += malloc_usable_size(moved) - before;
	return moved;
}

static rx_nsec processor_time(void)
{
	struct timespec time;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return (rx_nsec)time.tv_sec * 1000000000 + time.tv_nsec;
}

static size_t count_descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	size_t count = 0;
	while (directory && readdir(directory))
		count++;
	closedir(directory);
	return count;
}

static size_t resident(void)
{
	char text[128] = "";
	FILE *file = fopen("/proc/self/statm", "re");
	if (file && !fgets(text, sizeof text, file))
		text[0] = '\0';
	if (file)
		fclose(file);
	const char *second = strchr(text, ' ');
	const unsigned long pages = second ? strtoul(second, NULL, 10) : 0;
	return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static size_t above(size_t now, size_t before)
{
	return now > before ? now - before : 0;
}

static void keep_most(size_t *most, size_t value)
{
	if (value > *most)
		*most = value;
}

static void begin_turn(struct ev_loop *loop, ev_check *check, int events)
{
	(void)loop, (void)check, (void)events;
	run.turn_began = processor_time();
}

static void end_turn(struct ev_loop *loop, ev_prepare *prepare, int events)
{
	(void)loop, (void)prepare, (void)events;
	if (!run.turn_began || run.state == STARTING)
		return;
	const rx_nsec time = processor_time() - run.turn_began;
	run.turn_began = 0;
	run.turns++;
	run.turns_over += time > TURN_LIMIT;
	if (time > run.longest_turn) {
		run.longest_turn = time;
		run.longest_flood = run.now ? flood_at((size_t)(run.now - run.played))->name : "none";
	}
	const size_t memory = above(live, run.memory_before);
	keep_most(&run.memory_most, memory);
	if (!run.now)
		return;
	run.now->longest = time > run.now->longest ? time : run.now->longest;
	keep_most(&run.now->memory, memory);
}

static void look(const int64_t *n, void *ctx)
{
	(void)n, (void)ctx;
	const size_t descriptors = above(count_descriptors(), run.descriptors_before);
	keep_most(&run.descriptors_most, descriptors);
	keep_most(&run.resident_most, above(resident(), run.resident_before));
	if (run.now)
		keep_most(&run.now->descriptors, descriptors);
	alarm(WATCHDOG);
}
RX_CONSUMER(look, int64_t);

/* ---- Workers ------------------------------------------------------------------------------------------------------------- */

static int64_t start(const char *name, const char *const *arguments, const cy_quota *limits, cy_stream output)
{
	const cy_descriptor tally = {.fd = HONEST_TALLY, .number = HONEST_TALLY};
	const cy_worker_options options = {
		.process = {.arguments = arguments,
	                    .output = output,
	                    .descriptors = &tally,
	                    .descriptor_count = limits ? 0 : 1},
		.revive = CY_REVIVE_ALWAYS,
		.revival = {.first = RX_MS(5), .ceiling = RX_MS(20), .limit = CY_UNLIMITED},
		.quota = limits ? *limits : (cy_quota){0},
	};
	const int64_t id = cy_fork(cluster(), name, &options);
	if (id < 0)
		ledger_violation(&run.book, "fork: %s", rx_words((int)id));
	return id;
}

static void forget_line(const cy_line *line, void *ctx)
{
	(void)line, (void)ctx;
}
RX_CONSUMER(forget_line, cy_line);

static void ignore_error(const rx_error *error, void *ctx)
{
	(void)error, (void)ctx;
}

static void start_adversary(void)
{
	struct flood_arguments arguments;
	const rx_nsec time = strcmp(run.name, "*") == 0 ? RX_MS(SANITIZED ? 300 : 200) : RX_S(2);
	flood_arguments(&arguments, run.name, run.seed, run.before, time, HONEST_WORKERS, run.scratch);
	const int64_t id = start("adversary", arguments.list, &quota, (cy_stream){.kind = CY_STREAM_CAPTURE});
	run.id = id > 0 ? (uint32_t)id : run.id;
	run.incarnation = 0;
	rx_subscribe(cy_output(cluster(), cy_worker(run.id)),
	             &(rx_observer){RX_NEXT(forget_line), .error = ignore_error}, NULL);
}

/* It plays from its start to its end, whether it says hello or not. */
static void note_played(uint32_t incarnation)
{
	if (incarnation <= run.incarnation)
		return;
	const bool all = strcmp(run.name, "*") == 0;
	run.incarnation = incarnation;
	run.now = &run.played[all ? flood_pick(run.seed, run.before + incarnation) : flood_find(run.name)];
	run.now->times++;
}

static void start_another(rx_task *task)
{
	(void)task;
	if (run.state == PLAYING)
		start_adversary();
}

static void adversary_has_ended(const cy_event *event)
{
	note_played(event->incarnation);
	if (event->sequel == CY_REVIVES || run.state != PLAYING)
		return;
	run.before += run.incarnation;
	run.again.run = start_another;
	rx_schedule(rx_scheduler_current(), &run.again, 0);
}

static void honest_has_ended(const cy_event *event)
{
	struct place *place = &run.places[event->worker];
	place->up = false;
	if (!place->hit && run.state != OVER)
		ledger_violation(&run.book, "%s ended, and nobody had killed it: code %d, signal %d, %s",
		                 cy_label_of(cluster(), event->worker), event->code, event->signal,
		                 event->words ? event->words : "");
}

static void take_event(const cy_event *event, void *ctx)
{
	(void)ctx;
	const bool of_honest = event->worker >= 1 && event->worker <= HONEST_WORKERS;
	switch (event->type) {
	case CY_EVENT_ONLINE:
		if (event->worker == run.id)
			note_played(event->incarnation);
		if (of_honest) {
			run.back += run.places[event->worker].hit;
			run.places[event->worker].up = true;
			run.places[event->worker].hit = false;
		}
		break;
	case CY_EVENT_EXIT:
		if (of_honest)
			honest_has_ended(event);
		else if (event->worker == run.id)
			adversary_has_ended(event);
		break;
	case CY_EVENT_ERROR:
		if (run.now)
			run.now->errors++;
		/* That a queue to it is full is news of whoever has filled it: what the honest send, they watch themselves. */
		if (of_honest && event->code != -EAGAIN && event->code != -ENOBUFS && !run.places[event->worker].hit &&
		    run.state == PLAYING && event->origin != run.id)
			ledger_violation(&run.book, "an error of %s: %s (%d)", cy_label_of(cluster(), event->worker),
			                 event->words ? event->words : "", event->code);
		break;
	default:
		break;
	}
}
RX_CONSUMER(take_event, cy_event);

static void wake(rx_task *task)
{
	struct place *place = (struct place *)((char *)task - offsetof(struct place, wake));
	cy_kill(cluster(), cy_worker((uint32_t)(place - run.places)), SIGCONT);
}

static void break_something(const int64_t *n, void *ctx)
{
	(void)n, (void)ctx;
	const uint32_t id = 1 + (uint32_t)ledger_random(&run.book, HONEST_WORKERS);
	struct place *place = &run.places[id];
	if (!place->up || place->hit)
		return;
	if (ledger_random(&run.book, 2)) {
		place->hit = cy_kill(cluster(), cy_worker(id), SIGKILL) == 0;
		run.kills += place->hit;
	} else if (cy_kill(cluster(), cy_worker(id), SIGSTOP) == 0) {
		run.stops++;
		place->wake.run = wake;
		rx_schedule(rx_scheduler_current(), &place->wake, RX_MS((rx_nsec)ledger_random(&run.book, 200)));
	}
}
RX_CONSUMER(break_something, int64_t);

/* ---- Time ---------------------------------------------------------------------------------------------------------------- */

/* To the adversary, too: whatever becomes of it. */
static void bother_adversary(void)
{
	rx_subscribe(rx_pipe(cy_call_with(cluster(), cy_worker(run.id), "echo", cy_int(1),
	                                  &(cy_call_options){.timeout = RX_MS(100)}),
	                     rx_ignore_elements()),
	             &(rx_observer){.error = ignore_error}, NULL);
	cy_send_with(cluster(), cy_worker(run.id), "news", cy_int(1), &(cy_send_options){.full = CY_DROP_OLDEST});
}

static void tick(const int64_t *n, void *ctx)
{
	(void)ctx;
	if (run.state != PLAYING)
		return;
	if (run.book.open < 24)
		ledger_call(&run.book, cy_named(honest_names[ledger_random(&run.book, HONEST_WORKERS)]), honest_names,
		            HONEST_WORKERS);
	if (*n % 8 == 0)
		bother_adversary();
}
RX_CONSUMER(tick, int64_t);

static bool all_are_up(void)
{
	size_t up = 0;
	for (uint32_t id = 1; id <= HONEST_WORKERS; id++)
		up += run.places[id].up && !run.places[id].hit;
	return up == HONEST_WORKERS;
}

static bool is_clean(void)
{
	return above(live, run.memory_before) <= MEMORY_LEFT &&
	       above(count_descriptors(), run.descriptors_before) <= HONEST_WORKERS + 1;
}

static void finish(rx_task *task)
{
	if ((run.book.open || !all_are_up() || !is_clean()) && rx_now(NULL) < run.settle_until) {
		rx_schedule(rx_scheduler_current(), task, RX_MS(20));
		return;
	}
	if (run.book.open)
		ledger_violation(&run.book, "%zu calls have not ended", run.book.open);
	if (!all_are_up())
		ledger_violation(&run.book, "not all who were killed have come back");
	if (!is_clean())
		ledger_violation(&run.book, "left behind: %zu KiB, %zu descriptors",
		                 above(live, run.memory_before) >> 10,
		                 above(count_descriptors(), run.descriptors_before));
	run.state = OVER;
	rx_unsubscribe(&run.ticking);
	rx_unsubscribe(&run.looking);
	cy_stop(cluster(), 0);
}

/* What is the adversary's in the storage goes at once, by an act of this program's own, whose turn is not counted. */
static void keep_what_is_honest(void)
{
	cy_value *value = NULL;
	cy_storage *storage = cy_cluster_storage(cluster());
	if (cy_storage_retrieve(storage, "honest", &value) != 1 ||
	    cy_storage_load(storage, cy_map("honest", value)) < 0)
		ledger_violation(&run.book, "what is honest cannot be kept");
	run.turn_began = 0;
}

static void adversary_is_gone(void *ctx)
{
	(void)ctx;
	run.now = NULL;
	keep_what_is_honest();
	run.settle_until = rx_now(NULL) + RX_S(SECONDS_TO_SETTLE);
	run.settle.run = finish;
	rx_schedule(rx_scheduler_current(), &run.settle, 0);
}

static void end_playing(rx_task *task)
{
	(void)task;
	run.state = SETTLING;
	rx_unsubscribe(&run.breaking);
	for (uint32_t id = 1; id <= HONEST_WORKERS; id++) {
		rx_cancel(&run.places[id].wake);
		cy_kill(cluster(), cy_worker(id), SIGCONT);
	}
	rx_subscribe(rx_pipe(cy_shutdown(cluster(), cy_worker(run.id), RX_MS(100)), rx_ignore_elements()),
	             &(rx_observer){.error = ignore_error, .drop = adversary_is_gone}, NULL);
}

static void begin_playing(void *ctx)
{
	run.memory_before = live;
	run.resident_before = resident();
	run.descriptors_before = count_descriptors();
	run.state = PLAYING;
	start_adversary();
	rx_subscribe(rx_interval(RX_MS(4)), &(rx_observer){RX_NEXT(tick)}, &run.ticking);
	rx_subscribe(rx_interval(RX_MS(50)), &(rx_observer){RX_NEXT(look)}, &run.looking);
	rx_subscribe(rx_interval(RX_MS(250)), &(rx_observer){RX_NEXT(break_something)}, &run.breaking);
	run.end.run = end_playing;
	rx_schedule(rx_scheduler_current(), &run.end, *(rx_nsec *)ctx);
}

/* ---- The whole ----------------------------------------------------------------------------------------------------------- */

static void make_tallies(void)
{
	const int file = memfd_create("tally", 0);
	const size_t size = HONEST_WORKERS * sizeof *run.tallies;
	if (file < 0 || ftruncate(file, (off_t)size) < 0 || dup3(file, HONEST_TALLY, O_CLOEXEC) < 0)
		abort();
	close(file);
	run.tallies = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, HONEST_TALLY, 0);
	if (run.tallies == MAP_FAILED)
		abort();
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status, (void)type, (void)walk;
	return remove(path);
}

static struct tally sum_of_tallies(void)
{
	struct tally sum = {0};
	for (size_t i = 0; i < HONEST_WORKERS; i++) {
		const uint64_t *from = (const uint64_t *)&run.tallies[i];
		for (size_t j = 0; j < sizeof sum / sizeof *from; j++)
			((uint64_t *)&sum)[j] += from[j];
	}
	return sum;
}

static bool holds(const char *what, size_t value, size_t limit, const char *unit)
{
	printf("adversary: %s: %zu %s, of %zu\n", what, value, unit, limit);
	if (value > limit)
		fprintf(stderr, "violation: %s: %zu %s, of %zu\n", what, value, unit, limit);
	return value <= limit;
}

/* The most error events in one playing of a flood, on average. */
static size_t most_errors(void)
{
	size_t most = 0;
	for (size_t i = 0; i < flood_count(); i++)
		if (run.played[i].times)
			keep_most(&most, (size_t)(run.played[i].errors / run.played[i].times));
	return most;
}

static bool has_played(size_t kinds)
{
	const size_t seconds = (size_t)run.seconds, floor = seconds / SECONDS_FOR_ONE;
	const size_t wanted = floor < flood_count() ? floor : flood_count();
	if (strcmp(run.name, "*") != 0 || seconds < LONG_ENOUGH || kinds >= wanted)
		return true;
	fprintf(stderr, "violation: %zu floods were played, and not %zu\n", kinds, wanted);
	return false;
}

static bool report(void)
{
	const struct tally sum = sum_of_tallies();
	bool right = !run.book.violated && sum.violations == 0;
	size_t kinds = 0;
	printf("adversary: seed %" PRIu64
	       "; flood: times played, longest turn, most memory, most descriptors, error events\n",
	       run.seed);
	for (size_t i = 0; i < flood_count(); i++) {
		const struct played *played = &run.played[i];
		kinds += played->times > 0;
		if (played->times)
			printf("adversary:   %-52s %4" PRIu64 " %7.1f ms %7zu KiB %4zu %6" PRIu64 "\n",
			       flood_at(i)->name, played->times, (double)played->longest / 1e6, played->memory >> 10,
			       played->descriptors, played->errors);
	}
	printf("adversary: %zu of %zu floods, %" PRIu32 " incarnations\n", kinds, flood_count(),
	       run.before + run.incarnation);
	printf("adversary: the honest: %" PRIu64 " calls: %" PRIu64 " answered, %" PRIu64 " cancelled, %" PRIu64
	       " to one that was killed; %" PRIu64 " items, %" PRIu64 " messages (%" PRIu64 " heard), %" PRIu64
	       " saves, %" PRIu64 " changes mirrored, %" PRIu64 " connections\n",
	       sum.begun, sum.answered, sum.cancelled, sum.explained, sum.items, sum.messages, sum.heard, sum.saves,
	       sum.changes, sum.listens);
	printf("adversary: the primary: %" PRIu64 " calls: %" PRIu64 " answered, %" PRIu64 " cancelled, %" PRIu64
	       " to one that was killed\n",
	       run.book.begun, run.book.answered, run.book.cancelled, run.book.failed);
	printf("adversary: %" PRIu64 " killed, %" PRIu64 " of them back, %" PRIu64 " stopped for a while\n", run.kills,
	       run.back, run.stops);
	printf("adversary: %" PRIu64 " turns, %" PRId64 " over the limit; the longest beside %s\n", run.turns,
	       run.turns_over, run.longest_flood ? run.longest_flood : "none");
	right &= holds("longest turn", (size_t)run.longest_turn / 1000, (size_t)TURN_LIMIT / 1000, "us");
	right &= holds("memory", run.memory_most >> 10, MEMORY_LIMIT >> 10, "KiB");
	right &= SANITIZED || holds("resident", run.resident_most >> 10, RESIDENT_LIMIT >> 10, "KiB");
	right &= holds("descriptors", run.descriptors_most, DESCRIPTOR_LIMIT, "open");
	right &= holds("error events", most_errors(), ERROR_LIMIT, "a playing");
	right &= has_played(kinds);
	printf("adversary: %s\n", right ? "no violation" : "VIOLATED");
	return right;
}

static void start_honest(void)
{
	struct honest_arguments arguments;
	honest_arguments(&arguments, run.seed);
	cy_storage_init(cluster(), cy_map("honest", cy_map()));
	for (size_t i = 0; i < HONEST_WORKERS; i++)
		start(honest_names[i], arguments.list, NULL, (cy_stream){0});
}

static void watch_turns(void)
{
	ev_prepare_init(&run.prepare, end_turn);
	ev_check_init(&run.check, begin_turn);
	ev_set_priority(&run.prepare, EV_MAXPRI);
	ev_set_priority(&run.check, EV_MAXPRI);
	ev_prepare_start(ev_default_loop(0), &run.prepare);
	ev_check_start(ev_default_loop(0), &run.check);
	ev_unref(ev_default_loop(0));
	ev_unref(ev_default_loop(0));
}

static void unwatch_turns(void)
{
	ev_ref(ev_default_loop(0));
	ev_ref(ev_default_loop(0));
	ev_prepare_stop(ev_default_loop(0), &run.prepare);
	ev_check_stop(ev_default_loop(0), &run.check);
}

void adversary_count_memory(void)
{
	rx_set_allocator(count_memory, NULL);
}

rx_nsec adversary_turn_limit(void)
{
	return TURN_LIMIT;
}

int adversary(cy_cluster *joined, const char *name, double seconds, uint64_t seed)
{
	static rx_nsec time;
	time = (rx_nsec)(seconds * 1e9);
	run.book = (struct ledger){.cluster = joined, .random = seed | 1, .strict = true};
	run.name = name;
	run.seed = seed;
	run.seconds = seconds;
	run.played = calloc(flood_count(), sizeof *run.played);
	snprintf(run.scratch, sizeof run.scratch, "%s/adversary-XXXXXX", "/tmp");
	if (!run.played || !mkdtemp(run.scratch))
		abort();
	make_tallies();
	watch_turns();
	ledger_serve(&run.book);
	rx_subscribe(cy_events(joined), &(rx_observer){RX_NEXT(take_event)}, &run.events);
	alarm(WATCHDOG);
	start_honest();
	rx_subscribe(rx_pipe(cy_ready(joined, NULL, 0), rx_ignore_elements()),
	             &(rx_observer){.complete = begin_playing, .ctx = &time}, NULL);
	cy_run(joined);
	unwatch_turns();
	nftw(run.scratch, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	const bool right = report();
	munmap(run.tallies, HONEST_WORKERS * sizeof *run.tallies);
	close(HONEST_TALLY);
	free(run.played);
	return right ? EXIT_SUCCESS : EXIT_FAILURE;
}
