/*
 * Turns, on a clock that moves when work says so: each piece of it costs what the test has given it.
 */
#include "lib/ledger/turns.h"
#include "tests/support/memory.h"
#include "tests/support/test.h"

#include <errno.h>
#include <ev.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define US(n) ((rx_nsec)(n)*1000)

static rx_nsec time_now = 1, processor_now = 1;

static rx_nsec clock_now(void)
{
	return time_now;
}

static rx_nsec processor(void)
{
	return processor_now;
}

static void spend(rx_nsec time)
{
	time_now += time;
	processor_now += time;
}

static rx_scheduler *scheduler;
static cy__turns *turns;
static char served[256]; /* a letter for each piece, by its origin: 'a' is 1 */

struct job {
	cy__work work;
	size_t pieces;
	rx_nsec piece; /* what each costs */
	rx_nsec done_at;
};

static bool step(cy__work *work)
{
	struct job *job = (struct job *)work;
	do {
		spend(job->piece);
		const size_t length = strlen(served);
		if (length + 1 < sizeof served)
			snprintf(served + length, 2, "%c", (char)('a' - 1 + work->origin));
		job->pieces--;
	} while (job->pieces && !cy__turns_is_over(turns));
	job->done_at = time_now;
	return job->pieces > 0;
}

static void begin(void)
{
	scheduler = rx_virtual_create();
	turns = cy__turns_create_with(scheduler, &(cy__turns_options){.clock = clock_now, .processor = processor});
	served[0] = 0;
}

static void end(void)
{
	cy__turns_destroy(turns);
	rx_virtual_destroy(scheduler);
}

static struct job job_of(uint32_t origin, size_t pieces, rx_nsec piece)
{
	return (struct job){{.step = step, .what = "job", .origin = origin}, pieces, piece, 0};
}

/* As many turns as there is work for. */
static void run(void)
{
	rx_virtual_run(scheduler, rx_now(scheduler));
}

TEST(origins_that_have_work_get_slices_in_turn)
{
	begin();
	struct job a = job_of(1, 4, US(60)), b = job_of(2, 4, US(60)), c = job_of(3, 2, US(60));
	cy__turns_add(turns, &a.work);
	cy__turns_add(turns, &b.work);
	cy__turns_add(turns, &c.work);
	ck_assert(cy__turns_has(turns, 1));
	run();
	ck_assert_str_eq(served, "aabbccaabb");
	ck_assert(!cy__turns_has(turns, 1));
	end();
}

TEST(work_of_one_origin_is_done_in_its_order)
{
	begin();
	struct job first = job_of(1, 40, US(10)), second = job_of(1, 1, US(1));
	cy__turns_add(turns, &first.work);
	cy__turns_add(turns, &second.work);
	run();
	ck_assert_uint_eq(first.pieces, 0);
	ck_assert_int_lt(first.done_at, second.done_at);
	end();
}

TEST(all_of_them_get_a_millisecond_of_a_turn)
{
	begin();
	struct job jobs[20];
	for (uint32_t i = 0; i < 20; i++) {
		jobs[i] = job_of(i + 1, 1000, US(10));
		cy__turns_add(turns, &jobs[i].work);
	}
	const rx_nsec before = time_now;
	cy__turns_begin(turns);
	struct job eleventh = job_of(30, 1, US(1));
	while (cy__turns_enter(turns, &eleventh.work) >= 0) {
		spend(US(100));
		cy__turns_leave(turns);
	}
	ck_assert_int_le(time_now - before, US(1100));
	ck_assert_ptr_nonnull(eleventh.work.turns);
	end();
}

/* One that takes 5 ms for a piece gets no more of the time than the others, however it is cut. */
TEST(who_takes_longer_than_its_slice_owes_the_others_that_time)
{
	begin();
	struct job heavy = job_of(1, 1000, RX_MS(5)), light = job_of(2, 2000, US(50));
	cy__turns_add(turns, &heavy.work);
	cy__turns_add(turns, &light.work);
	const rx_nsec before = time_now;
	run();
	const rx_nsec of_light = US(50) * 2000, whole = light.done_at - before;
	ck_assert_int_lt(whole - of_light, of_light + RX_MS(15));
	end();
}

TEST(whoever_owes_nothing_comes_before_who_does)
{
	begin();
	struct job heavy = job_of(1, 1, US(1)), other = job_of(2, 1, US(1)), third = job_of(3, 1, US(1));
	cy__turns_begin(turns);
	cy__turns_add(turns, &third.work);
	ck_assert_int_ge(cy__turns_enter(turns, &heavy.work), 0);
	spend(RX_MS(5));
	cy__turns_leave(turns);
	cy__turns_begin(turns);
	ck_assert_int_eq(cy__turns_enter(turns, &heavy.work), -1);
	cy__turns_add(turns, &other.work);
	run();
	ck_assert_int_lt(other.done_at, heavy.done_at);
	end();
}

TEST(what_is_owed_is_forgiven_in_time)
{
	begin();
	struct job heavy = job_of(1, 1, US(1)), third = job_of(3, 1, US(1));
	cy__turns_begin(turns);
	cy__turns_add(turns, &third.work);
	ck_assert_int_ge(cy__turns_enter(turns, &heavy.work), 0);
	spend(RX_MS(5));
	cy__turns_leave(turns);
	time_now += RX_MS(51);
	cy__turns_begin(turns);
	ck_assert_int_ge(cy__turns_enter(turns, &heavy.work), 0);
	cy__turns_leave(turns);
	end();
}

static void ignore(struct ev_loop *loop, ev_io *io, int events)
{
}

/* How many turns of a loop, one of whose descriptors is always readable, the job of one that owes 4 ms takes. */
static unsigned turns_owing(bool beside_another)
{
	int ends[2];
	ev_io readable;
	struct ev_loop *loop = ev_loop_new(0);
	ck_assert(loop && pipe(ends) == 0 && write(ends[1], "", 1) == 1);
	turns = cy__turns_create_with(rx_loop(loop), &(cy__turns_options){.clock = clock_now, .processor = processor});
	ev_io_init(&readable, ignore, ends[0], EV_READ);
	ev_io_start(loop, &readable);
	struct job job = job_of(1, 1, US(10)), another = job_of(2, 1, US(10));
	ck_assert(cy__turns_enter(turns, &job.work) >= 0);
	spend(US(5000));
	cy__turns_leave(turns);
	spend(US(6000));
	cy__turns_begin(turns);
	if (beside_another) {
		ck_assert(cy__turns_enter(turns, &another.work) >= 0);
		cy__turns_leave(turns);
	}
	cy__turns_add(turns, &job.work);
	unsigned count = 0;
	for (served[0] = 0; job.pieces; count++)
		ev_run(loop, EVRUN_ONCE);
	cy__turns_destroy(turns);
	ev_io_stop(loop, &readable);
	rx_loop_release(loop);
	ev_loop_destroy(loop);
	close(ends[0]);
	close(ends[1]);
	return count;
}

TEST(what_is_owed_is_not_waited_for_where_there_is_nobody_to_have_it)
{
	ck_assert_uint_le(turns_owing(false), 4);
	ck_assert_uint_ge(turns_owing(true), 30);
}

TEST(what_is_removed_is_not_done)
{
	begin();
	struct job a = job_of(1, 1, US(1)), b = job_of(1, 1, US(1));
	cy__turns_add(turns, &a.work);
	cy__turns_add(turns, &b.work);
	cy__turns_remove(&a.work);
	cy__turns_remove(&a.work);
	run();
	ck_assert_uint_eq(a.pieces, 1);
	ck_assert_uint_eq(b.pieces, 0);
	cy__turns_add(turns, &a.work);
	cy__turns_remove(&a.work);
	ck_assert(!cy__turns_has(turns, 1));
	end();
}

struct looping {
	cy__work work;
	struct job *others[3];
	cy__work *removed;
};

/* A program's callback that runs the loop, which the library itself refuses to do. */
static bool run_the_loop(cy__work *work)
{
	struct looping *looping = (struct looping *)work;
	for (int i = 0; i < 3; i++)
		cy__turns_add(turns, &looping->others[i]->work);
	run();
	snprintf(served + strlen(served), sizeof served - strlen(served), ".");
	if (looping->removed)
		cy__turns_remove(looping->removed);
	return false;
}

TEST(a_loop_inside_of_work_serves_other_origins_and_leaves_that_one_as_it_is, .to = 2)
{
	begin();
	struct job own = job_of(1, 1, US(10)), other = job_of(2, 1, US(10)), third = job_of(3, 1, US(10));
	struct looping looping = {{.step = run_the_loop, .what = "loop", .origin = 1}, {&own, &other, &third}, NULL};
	if (_i)
		looping.removed = &own.work;
	cy__turns_add(turns, &looping.work);
	run();
	ck_assert_str_eq(served, _i ? "bc." : "bc.a");
	ck_assert(!cy__turns_has(turns, 1));
	end();
}

/* The work of 1 is on the stack, and that of 2 above it, which adds to what 1 wants and takes it back. */
static struct job of_the_first;

static bool add_and_remove(cy__work *work)
{
	(void)work;
	cy__turns_add(turns, &of_the_first.work);
	cy__turns_remove(&of_the_first.work);
	cy__turns_add(turns, &of_the_first.work);
	snprintf(served + strlen(served), sizeof served - strlen(served), "-");
	return false;
}

static bool add_above(cy__work *work)
{
	static cy__work above;
	above = (cy__work){.step = add_and_remove, .what = "above", .origin = 2};
	cy__turns_add(turns, &above);
	run();
	snprintf(served + strlen(served), sizeof served - strlen(served), ".");
	return work == NULL;
}

TEST(work_that_is_added_for_an_origin_below_on_the_stack_is_done_after_what_is_being_done)
{
	begin();
	of_the_first = job_of(1, 1, US(10));
	struct job third = job_of(3, 2, US(10));
	cy__work below = {.step = add_above, .what = "below", .origin = 1};
	cy__turns_add(turns, &below);
	cy__turns_add(turns, &third.work);
	run();
	ck_assert_str_eq(served, "cc-.a");
	ck_assert(!cy__turns_has(turns, 1));
	end();
}

TEST(what_begins_at_once_does_not_overtake_what_waits)
{
	begin();
	struct job waiting = job_of(1, 1, US(1)), later = job_of(1, 1, US(1));
	cy__turns_begin(turns);
	cy__turns_add(turns, &waiting.work);
	ck_assert_int_eq(cy__turns_enter(turns, &later.work), -1);
	run();
	ck_assert_int_lt(waiting.done_at, later.done_at);
	ck_assert_uint_eq(later.pieces, 0);
	end();
}

TEST(alone_a_slice_is_as_long_as_the_turn)
{
	begin();
	struct job job = job_of(1, 1, US(1));
	cy__turns_begin(turns);
	ck_assert(cy__turns_is_over(turns));
	ck_assert_int_ge(cy__turns_enter(turns, &job.work), 0);
	spend(US(900));
	ck_assert(!cy__turns_is_over(turns));
	spend(US(200));
	ck_assert(cy__turns_is_over(turns));
	cy__turns_leave(turns);
	end();
}

/* Many short pieces, and no look at the clock for each; a long one is seen at once from then on. */
TEST(pieces_that_are_short_are_counted)
{
	begin();
	struct job job = job_of(1, 1, US(1)), other = job_of(2, 1, US(1));
	cy__turns_begin(turns);
	cy__turns_add(turns, &other.work);
	ck_assert_int_ge(cy__turns_enter(turns, &job.work), 0);
	for (int i = 0; i < 15; i++) {
		spend(US(1));
		ck_assert(!cy__turns_pass(turns, 1));
	}
	spend(US(60));
	ck_assert(!cy__turns_pass(turns, 1));
	ck_assert(!cy__turns_are_over(turns));
	spend(US(120));
	ck_assert(cy__turns_pass(turns, 1));
	ck_assert(cy__turns_are_over(turns));
	cy__turns_leave(turns);
	ck_assert(!cy__turns_are_over(turns));
	end();
}

/* ---- The record ---------------------------------------------------------------------------------------------------- */

static cy__turn passed;
static unsigned passes;

static void note(void *ctx, const cy__turn *turn)
{
	passed = *turn;
	passes++;
}

TEST(the_longest_turn_says_what_it_was_spent_on)
{
	cy__turn whole, of_others;
	begin();
	struct job job = job_of(7, 1, US(1));
	cy__turns_record(turns, RX_MS(20), note, NULL);
	cy__turns_begin(turns);
	ck_assert_int_ge(cy__turns_enter(turns, &job.work), 0);
	spend(RX_MS(30));
	ck_assert(cy__turns_pass(turns, 16));
	cy__turns_name(turns, "call", "heavy\"", 5);
	cy__turns_leave(turns);
	spend(RX_MS(4));
	cy__turns_end(turns);
	cy__turns_longest(turns, &whole, &of_others);
	ck_assert_int_eq(whole.time, RX_MS(34));
	ck_assert_str_eq(whole.what, "call heavy");
	ck_assert_uint_eq(whole.origin, 7);
	ck_assert_int_eq(of_others.time, RX_MS(30));
	ck_assert_uint_eq(passes, 1);
	ck_assert_int_eq(passed.time, RX_MS(34));
	end();
}

TEST(the_programs_own_is_told_apart)
{
	cy__turn whole, of_others;
	begin();
	struct job job = job_of(7, 1, US(1));
	cy__turns_record(turns, 0, NULL, NULL);
	cy__turns_begin(turns);
	ck_assert_int_ge(cy__turns_enter(turns, &job.work), 0);
	spend(RX_MS(2));
	cy__turns_leave(turns);
	spend(RX_MS(30));
	cy__turns_end(turns);
	cy__turns_longest(turns, &whole, &of_others);
	ck_assert_int_eq(whole.time, RX_MS(32));
	ck_assert_str_eq(whole.what, "");
	ck_assert_int_eq(of_others.time, RX_MS(2));
	ck_assert_str_eq(of_others.what, "job");
	end();
}

TEST(time_in_which_others_have_the_processor_is_not_counted)
{
	cy__turn whole, of_others;
	begin();
	cy__turns_record(turns, RX_MS(20), note, NULL);
	cy__turns_begin(turns);
	spend(RX_MS(2));
	time_now += RX_S(1);
	cy__turns_end(turns);
	cy__turns_longest(turns, &whole, &of_others);
	ck_assert_int_eq(whole.time, RX_MS(2));
	ck_assert_uint_eq(passes, 0);
	end();
}

TEST(without_memory_work_is_refused_or_done_at_once)
{
	begin();
	struct job a = job_of(1, 1, US(1)), b = job_of(2, 1, US(1));
	cy__turns_begin(turns);
	memory_fail_after(0);
	ck_assert_int_eq(cy__turns_add(turns, &a.work), -ENOMEM);
	ck_assert_int_ge(cy__turns_enter(turns, &b.work), 0);
	spend(RX_MS(5));
	cy__turns_leave(turns);
	ck_assert_int_ge(cy__turns_enter(turns, &b.work), 0);
	cy__turns_leave(turns);
	memory_recover();
	end();
}
