/*
 * What a timer costs, beside libev's own, and a turn of the loop.
 */
#include <clusterfy/rx.h>

#include <ev.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/bench.h"

/* ---- Many that wait --------------------------------------------------------------------------------------------------- */

/* All on one loop, each due at another time, and cancelled in an order that has nothing to do with it. */
struct timers {
	size_t count;
	size_t *order;
	struct ev_loop *loop;
	rx_scheduler *scheduler;
	rx_task *tasks;
	rx_subscription *subscriptions;
	ev_timer *watchers;
	double started, cancelled, bytes; /* of one, in the last round */
};

static rx_nsec delay_of(const struct timers *timers, size_t i)
{
	return RX_S(1000) + RX_US((rx_nsec)timers->order[i]);
}

static void nothing(rx_task *task)
{
	(void)task;
}

/* Every page of it is there, so that nobody's figure has its faults. */
static void *array(size_t count, size_t size)
{
	volatile char *made = calloc(count, size);
	if (!made)
		abort();
	for (size_t i = 0; i < count * size; i += 1024)
		made[i] = 0;
	return (void *)made;
}

/* One round of what starts and what cancels them; the memory is what they take beside the handles in @p handle bytes. */
static void time_round(struct timers *timers, size_t handle, void (*start)(struct timers *, size_t),
                       void (*cancel)(struct timers *, size_t))
{
	const double empty = bench_heap(), begin = bench_processor_now();
	for (size_t i = 0; i < timers->count; i++)
		start(timers, i);
	const double middle = bench_processor_now();
	timers->bytes = (double)handle + (bench_heap() - empty) / (double)timers->count;
	const double again = bench_processor_now();
	for (size_t i = 0; i < timers->count; i++)
		cancel(timers, timers->order[i]);
	timers->cancelled = (bench_processor_now() - again) / (double)timers->count;
	timers->started = (middle - begin) / (double)timers->count;
}

static void start_task(struct timers *timers, size_t i)
{
	timers->tasks[i].run = nothing;
	rx_schedule(timers->scheduler, &timers->tasks[i], delay_of(timers, i));
}

static void cancel_task(struct timers *timers, size_t i)
{
	rx_cancel(&timers->tasks[i]);
}

static void subscribe(struct timers *timers, size_t i)
{
	rx_subscribe(rx_timer(delay_of(timers, i), timers->scheduler), NULL, &timers->subscriptions[i]);
}

static void unsubscribe(struct timers *timers, size_t i)
{
	rx_unsubscribe(&timers->subscriptions[i]);
}

static void ignore(struct ev_loop *loop, ev_timer *watcher, int events)
{
	(void)loop, (void)watcher, (void)events;
}

static void start_watcher(struct timers *timers, size_t i)
{
	ev_timer_init(&timers->watchers[i], ignore, (double)delay_of(timers, i) * 1e-9, 0.);
	ev_timer_start(timers->loop, &timers->watchers[i]);
}

static void stop_watcher(struct timers *timers, size_t i)
{
	ev_timer_stop(timers->loop, &timers->watchers[i]);
}

static void round_of_tasks(struct timers *timers)
{
	timers->tasks = array(timers->count, sizeof *timers->tasks);
	time_round(timers, sizeof *timers->tasks, start_task, cancel_task);
	free(timers->tasks);
}

static void round_of_streams(struct timers *timers)
{
	timers->subscriptions = array(timers->count, sizeof *timers->subscriptions);
	rx_trim();
	time_round(timers, sizeof *timers->subscriptions, subscribe, unsubscribe);
	free(timers->subscriptions);
}

/* A loop of its own each time, for libev keeps the room that its timers once needed. */
static void round_of_watchers(struct timers *timers)
{
	struct timers fresh = *timers;
	fresh.watchers = array(fresh.count, sizeof *fresh.watchers);
	fresh.loop = ev_loop_new(0);
	if (!fresh.loop)
		abort();
	time_round(&fresh, sizeof *fresh.watchers, start_watcher, stop_watcher);
	ev_loop_destroy(fresh.loop);
	free(fresh.watchers);
	timers->started = fresh.started;
	timers->cancelled = fresh.cancelled;
	timers->bytes = fresh.bytes;
}

#define ROUNDS 5

static void print(const char *name, const char *what, int exponent, double *ours, double *theirs, const char *unit)
{
	char metric[64];
	const size_t rounds = bench_short ? 1 : ROUNDS;
	snprintf(metric, sizeof metric, "%s, %s one of 10^%d", name, what, exponent);
	bench_print("timers", metric, bench_median(ours, rounds), unit, bench_median(theirs, rounds));
}

static void compare(struct timers *timers, const char *name, int exponent, void (*library)(struct timers *))
{
	double ours[3][ROUNDS], theirs[3][ROUNDS];
	for (size_t i = 0; i < (bench_short ? 1 : ROUNDS); i++) {
		library(timers);
		ours[0][i] = timers->started, ours[1][i] = timers->cancelled, ours[2][i] = timers->bytes;
		round_of_watchers(timers);
		theirs[0][i] = timers->started, theirs[1][i] = timers->cancelled, theirs[2][i] = timers->bytes;
	}
	print(name, "start", exponent, ours[0], theirs[0], "ns");
	print(name, "cancel", exponent, ours[1], theirs[1], "ns");
	print(name, "memory of", exponent, ours[2], theirs[2], "bytes");
}

static void bench_timers(struct ev_loop *loop, int exponent, size_t count)
{
	struct timers timers = {
		.count = count, .order = bench_shuffled(count), .loop = loop, .scheduler = rx_loop(loop)};
	compare(&timers, "task", exponent, round_of_tasks);
	compare(&timers, "rx_timer", exponent, round_of_streams);
	free(timers.order);
}

/* ---- Turns -------------------------------------------------------------------------------------------------------------- */

#define TURNS 100000
#define MOST 1000

/* So many that come again in each turn of the loop, until all have come often enough. */
struct recurring {
	struct ev_loop *loop;
	rx_scheduler *scheduler;
	size_t count;
	int64_t left;
	rx_task tasks[MOST];
	ev_timer watchers[MOST];
};

static struct recurring recurring;

static int64_t turns(void)
{
	return bench_short ? TURNS / 10 : TURNS;
}

static void again(rx_task *task)
{
	if (--recurring.left > 0)
		rx_schedule(recurring.scheduler, task, 0);
}

static double run_tasks(void *ctx)
{
	(void)ctx;
	recurring.left = turns();
	for (size_t i = 0; i < recurring.count; i++) {
		recurring.tasks[i].run = again;
		rx_schedule(recurring.scheduler, &recurring.tasks[i], 0);
	}
	ev_run(recurring.loop, 0);
	return (double)turns();
}

static void again_watcher(struct ev_loop *loop, ev_timer *watcher, int events)
{
	(void)events;
	if (--recurring.left > 0) {
		ev_timer_set(watcher, 0., 0.);
		ev_timer_start(loop, watcher);
	}
}

static double run_watchers(void *ctx)
{
	(void)ctx;
	recurring.left = turns();
	for (size_t i = 0; i < recurring.count; i++) {
		ev_timer_init(&recurring.watchers[i], again_watcher, 0., 0.);
		ev_timer_start(recurring.loop, &recurring.watchers[i]);
	}
	ev_run(recurring.loop, 0);
	return (double)turns();
}

static double poll_loop(void *ctx)
{
	for (int64_t i = 0; i < turns(); i++)
		rx_loop_poll(ctx);
	return (double)turns();
}

static double poll_libev(void *ctx)
{
	for (int64_t i = 0; i < turns(); i++)
		ev_run(ctx, EVRUN_NOWAIT);
	return (double)turns();
}

static double observe_on_loop(void *ctx)
{
	int64_t last;
	rx_observable *source = rx_pipe(rx_range(0, turns()), rx_observe_on(recurring.scheduler, 0));
	rx_await_last(int64_t, source, &last);
	(void)ctx;
	return (double)turns();
}

/* How many items a turn carries on their way over a scheduler. */
static void bench_carried(void)
{
	const unsigned before = ev_iteration(recurring.loop);
	observe_on_loop(NULL);
	const unsigned passed = ev_iteration(recurring.loop) - before;
	bench_print("ticks", "observe_on the loop, items a turn", (double)turns() / (passed ? passed : 1), "items", 0);
}

static void bench_ticks(struct ev_loop *loop)
{
	recurring.loop = loop;
	recurring.scheduler = rx_loop(loop);
	bench_compare("ticks", "an empty turn of the loop", poll_loop, loop, poll_libev, loop);
	for (recurring.count = 1; recurring.count <= MOST; recurring.count *= 10) {
		char metric[64];
		snprintf(metric, sizeof metric, "a task of %zu in each turn", recurring.count);
		bench_compare("ticks", metric, run_tasks, NULL, run_watchers, NULL);
	}
	bench_compare("ticks", "observe_on the loop, an item", observe_on_loop, NULL, NULL, NULL);
	bench_carried();
}

int main(int argc, char **argv)
{
	struct ev_loop *loop = ev_default_loop(0);
	if (!loop)
		return EXIT_FAILURE;
	bench_begin(argc, argv);
	bench_pin(0);
	if (bench_wanted("timers")) {
		bench_timers(loop, 5, 100000);
		if (!bench_short)
			bench_timers(loop, 6, 1000000);
	}
	if (bench_wanted("ticks"))
		bench_ticks(loop);
	rx_loop_release(NULL);
	rx_trim();
	return 0;
}
