#include "lib/ledger/turns.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/command/table.h"

enum {
	SLICE = 100 * 1000,
	TURN = 1000 * 1000,
	/* nobody owes more slices than these */
	DEBT = 100,
	/* of the time that passes, this part is forgiven */
	FORGIVEN = 10,
	/* pieces of weight 1 between two looks at the clock, as long as they are short */
	STRIDE = 16,
	/* after so long without a slice of anybody else's, one that owes time is served although it does */
	LONELY = 10 * 1000 * 1000,
	/* a turn that is shorter is not looked at, and its beginning is known to within this */
	RECORDED = 500 * 1000,
};

/* The work of one origin, and what it owes. */
struct lane {
	struct lane *next, *previous; /* among those that have work, or those that have none and owe something */
	uint32_t origin;
	rx_nsec credit; /* below 0: what it owes */
	rx_nsec since;  /* it has no work */
	bool rested;    /* it owes time, and has let a turn pass since its last slice */
	bool served;    /* its work is on the stack, perhaps below that of others: it is in no list */
	cy__work *first, *last;
};

struct lanes {
	struct lane *first, *last;
};

/* The present one. */
struct slice {
	bool inside;
	bool over;  /* at the last look */
	bool alone; /* nobody else waited when it began */
	unsigned passed;
	unsigned stride;
	uint32_t origin;
	const char *what;
	rx_nsec begin, end, looked;
	rx_nsec longest; /* piece of it */
	char name[sizeof((cy__turn *)0)->what];
};

struct cy__turns {
	cy__turns_options options;
	rx_scheduler *scheduler;
	rx_task task;
	rx_turn_watch watch;
	cy__table table;          /* lanes by their origins */
	struct lanes ready, idle; /* in the order in which they are served; in that in which they fell idle */
	struct slice slice;
	uint32_t latest;             /* whose slice began last */
	rx_nsec changed;             /* when that had been another's before */
	unsigned nested;             /* slices begun inside of the present one, by a loop inside of a callback */
	rx_nsec began, spent;        /* this turn, in slices */
	rx_nsec sampled, sampled_at; /* processor time, and when that was */
	cy__turn heaviest;           /* slice of this turn */
	cy__turn longest, longest_of_others;
};

static rx_nsec monotonic(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * RX_S(1) + now.tv_nsec;
}

static rx_nsec processor(void)
{
	struct timespec now;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return now.tv_sec * RX_S(1) + now.tv_nsec;
}

static rx_nsec least(rx_nsec a, rx_nsec b)
{
	return a < b ? a : b;
}

static rx_nsec most(rx_nsec a, rx_nsec b)
{
	return a > b ? a : b;
}

/* ---- Lanes ------------------------------------------------------------------------------------------------------- */

static void append(struct lanes *lanes, struct lane *lane)
{
	lane->next = NULL;
	lane->previous = lanes->last;
	*(lanes->last ? &lanes->last->next : &lanes->first) = lane;
	lanes->last = lane;
}

static void unlink_lane(struct lanes *lanes, struct lane *lane)
{
	*(lane->previous ? &lane->previous->next : &lanes->first) = lane->next;
	*(lane->next ? &lane->next->previous : &lanes->last) = lane->previous;
	lane->next = lane->previous = NULL;
}

static struct lane *find_lane(const cy__turns *turns, uint32_t origin)
{
	return cy__table_get(&turns->table, origin);
}

static void free_lane(cy__turns *turns, struct lane *lane)
{
	cy__table_remove(&turns->table, lane->origin);
	rx_free(lane);
}

/* What it still owes of its debt, as a credit. */
static rx_nsec credit_of(const struct lane *lane, rx_nsec now)
{
	return lane->first ? lane->credit : least(0, lane->credit + (now - lane->since) / FORGIVEN);
}

/* It has no work: it is kept for as long as it owes something. */
static void retire(cy__turns *turns, struct lane *lane)
{
	if (lane->credit >= 0) {
		free_lane(turns, lane);
		return;
	}
	lane->since = turns->options.clock();
	append(&turns->idle, lane);
}

static void forget_the_forgiven(cy__turns *turns, rx_nsec now)
{
	for (struct lane *lane; (lane = turns->idle.first) && credit_of(lane, now) == 0;) {
		unlink_lane(&turns->idle, lane);
		free_lane(turns, lane);
	}
}

/* A lane that is in no list; NULL without memory. */
static struct lane *create_lane(cy__turns *turns, uint32_t origin)
{
	if (turns->idle.first)
		forget_the_forgiven(turns, turns->options.clock());
	struct lane *lane = rx_alloc_zero(sizeof *lane);
	if (!lane || cy__table_add(&turns->table, origin, lane) < 0) {
		rx_free(lane);
		return NULL;
	}
	lane->origin = origin;
	return lane;
}

/* It is over its time by so much, which the others get first. Without memory it is forgiven. */
static void owe(cy__turns *turns, uint32_t origin, rx_nsec time)
{
	struct lane *lane = find_lane(turns, origin);
	const bool created = !lane;
	if (created)
		lane = create_lane(turns, origin);
	if (!lane)
		return;
	if (!created && !lane->first && !lane->served) {
		lane->credit = credit_of(lane, turns->options.clock());
		unlink_lane(&turns->idle, lane);
	}
	lane->credit = most(lane->credit - time, -DEBT * turns->options.slice);
	if (!lane->first && !lane->served)
		retire(turns, lane);
}

/* ---- Work in a lane ---------------------------------------------------------------------------------------------- */

static void unlink_work(struct lane *lane, cy__work *work)
{
	*(work->previous ? &work->previous->next : &lane->first) = work->next;
	*(work->next ? &work->next->previous : &lane->last) = work->previous;
	work->next = work->previous = NULL;
	work->turns = NULL;
}

static void link_last(cy__turns *turns, struct lane *lane, cy__work *work)
{
	work->turns = turns;
	work->previous = lane->last;
	work->next = NULL;
	*(lane->last ? &lane->last->next : &lane->first) = work;
	lane->last = work;
}

static void link_first(cy__turns *turns, struct lane *lane, cy__work *work)
{
	work->turns = turns;
	work->next = lane->first;
	work->previous = NULL;
	*(lane->first ? &lane->first->previous : &lane->last) = work;
	lane->first = work;
}

/* A lane that has had none is served after all those that wait. */
static void make_ready(cy__turns *turns, struct lane *lane, bool created)
{
	if (!created) {
		lane->credit = credit_of(lane, turns->options.clock());
		unlink_lane(&turns->idle, lane);
	}
	append(&turns->ready, lane);
}

static int add(cy__turns *turns, cy__work *work, void (*link)(cy__turns *turns, struct lane *lane, cy__work *work))
{
	struct lane *lane = find_lane(turns, work->origin);
	const bool created = !lane;
	if (created)
		lane = create_lane(turns, work->origin);
	if (!lane)
		return -ENOMEM;
	if (!lane->first && !lane->served)
		make_ready(turns, lane, created);
	link(turns, lane, work);
	if (!turns->task.scheduler)
		rx_schedule(turns->scheduler, &turns->task, 0);
	return 0;
}

int cy__turns_add(cy__turns *turns, cy__work *work)
{
	return add(turns, work, link_last);
}

int cy__turns_go_on(cy__turns *turns, cy__work *work)
{
	return add(turns, work, link_first);
}

void cy__turns_remove(cy__work *work)
{
	cy__turns *turns = work->turns;
	if (!turns)
		return;
	struct lane *lane = find_lane(turns, work->origin);
	unlink_work(lane, work);
	if (lane->first || lane->served)
		return;
	unlink_lane(&turns->ready, lane);
	retire(turns, lane);
}

bool cy__turns_has(const cy__turns *turns, uint32_t origin)
{
	const struct lane *lane = find_lane(turns, origin);
	return lane && lane->first;
}

/* ---- Slices ------------------------------------------------------------------------------------------------------ */

/* Whether anybody but the one that is about to begin waits. */
static bool others_wait(const cy__turns *turns)
{
	return turns->ready.first || rx_loop_pending(turns->scheduler) > 0;
}

static void note_origin(cy__turns *turns, uint32_t origin, rx_nsec now)
{
	if (origin == turns->latest)
		return;
	turns->latest = origin;
	turns->changed = now;
}

/*
 * Whether nobody else has asked for anything for a while: then there is nobody to whom its time could go, and turns that do
 * nothing would only delay it. What is readable is no sign of others: it may be its own channel, which it is not read from.
 * Whoever comes meanwhile is served in the turn that is left out before each such slice.
 */
static bool is_lonely(const cy__turns *turns, const struct lane *lane)
{
	return !turns->ready.first && lane->origin == turns->latest &&
	       turns->options.clock() - turns->changed >= LONELY;
}

static void begin_slice(cy__turns *turns, const cy__work *work, rx_nsec now, rx_nsec length, bool alone)
{
	struct slice *slice = &turns->slice;
	note_origin(turns, work->origin, now);
	slice->inside = true;
	slice->over = false;
	slice->alone = alone;
	slice->passed = 0;
	slice->stride = STRIDE;
	slice->origin = work->origin;
	slice->what = work->what;
	slice->begin = slice->looked = now;
	slice->end = now + length;
	slice->longest = 0;
	slice->name[0] = 0;
}

/* Busy turns have many heavy slices. */
static void copy_text(char *to, size_t size, const char *from)
{
	if (!memccpy(to, from, 0, size))
		to[size - 1] = 0;
}

/* @returns how long it was */
static rx_nsec end_slice(cy__turns *turns)
{
	struct slice *slice = &turns->slice;
	const rx_nsec time = turns->options.clock() - slice->begin;
	slice->inside = false;
	turns->spent += time;
	if (time <= turns->heaviest.time || time < turns->options.slice)
		return time;
	turns->heaviest.time = time;
	turns->heaviest.origin = slice->origin;
	copy_text(turns->heaviest.what, sizeof turns->heaviest.what, *slice->name ? slice->name : slice->what);
	return time;
}

/* @returns how long ago the last one was */
static rx_nsec look(cy__turns *turns)
{
	struct slice *slice = &turns->slice;
	const rx_nsec now = turns->options.clock(), interval = now - slice->looked;
	slice->looked = now;
	slice->over = now >= slice->end;
	return interval;
}

bool cy__turns_is_over(cy__turns *turns)
{
	if (!turns->slice.inside)
		return true;
	look(turns);
	return turns->slice.over;
}

bool cy__turns_are_inside(const cy__turns *turns)
{
	return turns->slice.inside;
}

bool cy__turns_are_over(const cy__turns *turns)
{
	return turns->slice.inside && turns->slice.over;
}

/* Where pieces are long each is looked at. */
bool cy__turns_pass(cy__turns *turns, unsigned weight)
{
	struct slice *slice = &turns->slice;
	slice->passed += weight;
	if (slice->passed < slice->stride || !slice->inside)
		return false;
	const rx_nsec interval = look(turns);
	slice->passed = 0;
	slice->stride = interval > turns->options.slice / 2 ? 1 : STRIDE;
	if (interval < turns->options.slice || interval <= slice->longest)
		return false;
	slice->longest = interval;
	return true;
}

void cy__turns_name(cy__turns *turns, const char *what, const char *name, size_t name_size)
{
	struct slice *slice = &turns->slice;
	snprintf(slice->name, sizeof slice->name, "%s%s%.*s", what, name_size ? " " : "",
	         (int)least(40, (rx_nsec)name_size), name_size ? name : "");
}

/* ---- Beginning at once ------------------------------------------------------------------------------------------- */

/* What is there to be done of this origin comes first, and so do the others if it owes them time. */
static bool may_begin(const cy__turns *turns, uint32_t origin, rx_nsec now, bool alone)
{
	const struct lane *lane = turns->table.count ? find_lane(turns, origin) : NULL;
	if (turns->spent >= turns->options.turn || (lane && lane->first))
		return false;
	return !lane || alone || credit_of(lane, now) == 0;
}

rx_nsec cy__turns_enter(cy__turns *turns, cy__work *work)
{
	const rx_nsec now = turns->options.clock();
	if (work->turns)
		return -1;
	if (turns->slice.inside) {
		note_origin(turns, work->origin, now);
		turns->nested++;
		return now;
	}
	const bool alone = !others_wait(turns);
	if (!may_begin(turns, work->origin, now, alone) && cy__turns_add(turns, work) >= 0)
		return -1;
	const rx_nsec left = most(0, turns->options.turn - turns->spent);
	begin_slice(turns, work, now, alone ? left : least(left, turns->options.slice), alone);
	return now;
}

void cy__turns_leave(cy__turns *turns)
{
	if (turns->nested) {
		turns->nested--;
		return;
	}
	const struct slice *slice = &turns->slice;
	const rx_nsec over = end_slice(turns) - (slice->end - slice->begin);
	if (over > turns->options.slice / 2)
		owe(turns, slice->origin, over);
}

/* ---- In the turns that follow ------------------------------------------------------------------------------------ */

/*
 * An allocator may put off what much small memory costs that is given back, until somebody wants large memory, or gives it
 * back: that is in the slice of whoever has caused it, and not in one of somebody else's.
 */
static void settle_memory(void)
{
	enum { LARGE = 2048 };
	rx_free(rx_alloc(LARGE));
}

/* Its work in order, until its slice is over. */
static void work_on(cy__turns *turns, struct lane *lane)
{
	while (lane->first && !cy__turns_is_over(turns)) {
		cy__work *work = lane->first;
		unlink_work(lane, work);
		turns->slice.what = work->what;
		turns->slice.passed = 0;
		const bool more = work->step(work);
		if (more && !work->turns)
			link_first(turns, lane, work);
		if (more)
			break;
	}
	settle_memory();
}

static void serve(cy__turns *turns, struct lane *lane)
{
	const struct slice outer = turns->slice;
	const unsigned outer_nested = turns->nested;
	const rx_nsec left = turns->options.turn - turns->spent;
	const bool alone = !others_wait(turns);
	const bool owes = lane->credit <= 0;
	const rx_nsec length = alone && !owes ? left : least(left, owes ? turns->options.slice : lane->credit);
	lane->served = true;
	turns->nested = 0;
	begin_slice(turns, lane->first, turns->options.clock(), length, alone);
	work_on(turns, lane);
	const rx_nsec time = end_slice(turns);
	/* What it took while nobody could have had it is not owed; what it owed before is, still. */
	const rx_nsec credit = owes    ? lane->credit + least(0, left - time)
	                       : alone ? least(0, length - time)
	                               : lane->credit - time;
	lane->credit = most(credit, -DEBT * turns->options.slice);
	lane->rested = false;
	lane->served = false;
	turns->nested = outer_nested;
	turns->slice = outer;
}

/* Once each has had its slice, what else is due in this turn comes before the next. */
static void serve_all(cy__turns *turns)
{
	const struct lane *last = turns->ready.last;
	for (struct lane *lane; (lane = turns->ready.first) && turns->spent < turns->options.turn;) {
		const bool round = lane == last;
		unlink_lane(&turns->ready, lane);
		lane->credit = least(lane->credit + turns->options.slice, turns->options.slice);
		if (lane->credit > 0 || (lane->rested && is_lonely(turns, lane)))
			serve(turns, lane);
		else
			lane->rested = true;
		if (lane->first)
			append(&turns->ready, lane);
		else
			retire(turns, lane);
		if (round && rx_loop_pending(turns->scheduler) > 0)
			break;
		if (round)
			last = turns->ready.last;
	}
}

static void take_turn(rx_task *task)
{
	cy__turns *turns = (cy__turns *)((char *)task - offsetof(cy__turns, task));
	if (!turns->watch.scheduler)
		cy__turns_begin(turns);
	serve_all(turns);
	if (turns->ready.first && !turns->task.scheduler)
		rx_schedule(turns->scheduler, &turns->task, 0);
}

/* ---- The record -------------------------------------------------------------------------------------------------- */

void cy__turns_begin(cy__turns *turns)
{
	if (turns->slice.inside)
		return; /* a loop inside of a callback */
	turns->spent = 0;
	if (!turns->watch.ended)
		return;
	turns->heaviest.time = 0;
	turns->began = turns->options.clock();
	if (turns->sampled && turns->began - turns->sampled_at < RECORDED)
		return;
	turns->sampled = turns->options.processor();
	turns->sampled_at = turns->began;
}

static void record(cy__turns *turns, rx_nsec end)
{
	const rx_nsec whole = end - turns->began, processor = turns->options.processor();
	cy__turn turn = turns->heaviest;
	turn.time = least(whole, processor - turns->sampled);
	turns->sampled = processor;
	turns->sampled_at = end;
	cy__turn of_others = turn;
	of_others.time = least(turn.time, turns->spent);
	if (of_others.time > turns->longest_of_others.time)
		turns->longest_of_others = of_others;
	if (whole - turns->spent > turns->spent) {
		turn.what[0] = 0;
		turn.origin = 0;
	}
	if (turn.time > turns->longest.time)
		turns->longest = turn;
	if (turns->options.limit && turn.time > turns->options.limit && turns->options.passed)
		turns->options.passed(turns->options.ctx, &turn);
}

void cy__turns_end(cy__turns *turns)
{
	if (turns->slice.inside || !turns->began)
		return;
	const rx_nsec end = turns->options.clock(), whole = end - turns->began;
	if (whole >= RECORDED && (whole > turns->longest.time || turns->spent > turns->longest_of_others.time ||
	                          (turns->options.limit && whole > turns->options.limit)))
		record(turns, end);
	turns->began = 0;
}

void cy__turns_longest(const cy__turns *turns, cy__turn *whole, cy__turn *of_others)
{
	*whole = turns->longest;
	*of_others = turns->longest_of_others;
}

/* ---- Life -------------------------------------------------------------------------------------------------------- */

static cy__turns *watched_by(rx_turn_watch *watch)
{
	return (cy__turns *)((char *)watch - offsetof(cy__turns, watch));
}

static void turn_began(rx_turn_watch *watch)
{
	cy__turns_begin(watched_by(watch));
}

static void turn_ended(rx_turn_watch *watch)
{
	cy__turns_end(watched_by(watch));
}

cy__turns *cy__turns_create_with(rx_scheduler *scheduler, const cy__turns_options *options)
{
	cy__turns *turns = rx_alloc_zero(sizeof *turns);
	if (!turns)
		return NULL;
	turns->options = *options;
	if (!turns->options.slice)
		turns->options.slice = SLICE;
	if (!turns->options.turn)
		turns->options.turn = TURN;
	if (!turns->options.clock)
		turns->options.clock = monotonic;
	if (!turns->options.processor)
		turns->options.processor = processor;
	turns->scheduler = scheduler;
	turns->task.run = take_turn;
	turns->watch.began = turn_began;
	rx_loop_watch(scheduler, &turns->watch);
	return turns;
}

cy__turns *cy__turns_create(rx_scheduler *scheduler)
{
	return cy__turns_create_with(scheduler, &(cy__turns_options){.slice = 0});
}

void cy__turns_record(cy__turns *turns, rx_nsec limit, cy__turns_passed *passed, void *ctx)
{
	turns->watch.ended = turn_ended;
	turns->options.limit = limit;
	turns->options.passed = passed;
	turns->options.ctx = ctx;
}

static void free_all(cy__turns *turns, struct lanes *lanes)
{
	for (struct lane *lane; (lane = lanes->first);) {
		while (lane->first)
			unlink_work(lane, lane->first);
		unlink_lane(lanes, lane);
		free_lane(turns, lane);
	}
}

void cy__turns_destroy(cy__turns *turns)
{
	if (!turns)
		return;
	rx_cancel(&turns->task);
	rx_loop_unwatch(&turns->watch);
	free_all(turns, &turns->ready);
	free_all(turns, &turns->idle);
	cy__table_finish(&turns->table);
	rx_free(turns);
}
