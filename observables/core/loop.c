/*
 * The scheduler of a libev loop. All its tasks wait in one queue behind one ev_timer, so that scheduling and
 * cancelling touch libev only when the first task changes, and tasks that are due together run in one wake-up, in
 * the order of their times and of their scheduling, which libev's own timers do not promise.
 */
#include <errno.h>
#include <time.h>

#include "observables/core/loop.h"
#include "observables/core/queue.h"
#include "observables/core/stage.h"

#define UNARMED INT64_MIN

/* What runs before the loop sleeps: nothing keeps the watcher while nothing waits. */
struct asap {
	rx_scheduler scheduler;
	rx_queue queue;
	ev_prepare prepare;
};

/* Those who watch its turns: the first thing after the loop has looked, and the last before it looks again. */
struct watches {
	rx_turn_watch *first;
	ev_check check;
	ev_prepare prepare;
};

struct loop {
	rx_scheduler scheduler;
	struct asap asap;
	struct watches watches;
	rx_queue queue;
	struct ev_loop *ev;
	ev_timer timer;
	bool running;  /* inside run_due(): it arms the timer when it is through */
	rx_nsec armed; /* when the timer fires; UNARMED: it is not active */
	struct loop *next;
};

/* The schedulers of this thread's loops: few, most often one. */
static RX__THREAD struct loop *loops;

static struct loop *of(rx_scheduler *scheduler)
{
	return (struct loop *)scheduler;
}

static rx_nsec loop_now(rx_scheduler *scheduler)
{
	(void)scheduler;
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return RX_S(now.tv_sec) + now.tv_nsec;
}

/* libev's times count from its own idea of now; a wake-up that comes early finds nothing due and arms it again. */
static void arm(struct loop *loop)
{
	const rx_nsec due = loop->queue.first ? loop->queue.first->due : UNARMED;
	if (due == loop->armed)
		return;
	if (ev_is_active(&loop->timer))
		ev_timer_stop(loop->ev, &loop->timer);
	loop->armed = due;
	if (!loop->queue.first)
		return;
	ev_now_update(loop->ev);
	const rx_nsec delay = due - loop_now(&loop->scheduler);
	ev_timer_set(&loop->timer, delay > 0 ? (double)delay * 1e-9 : 0., 0.);
	ev_timer_start(loop->ev, &loop->timer);
}

/*
 * Run what is due. A task scheduled meanwhile waits for the next turn of the loop, even with no delay: descriptors
 * and signals get their turn, as they do between two timers in RxJS.
 */
static void run_due(struct ev_loop *ev, ev_timer *timer, int events)
{
	(void)ev, (void)events;
	struct loop *loop = timer->data;
	const rx_nsec now = loop_now(&loop->scheduler);
	const uint64_t limit = loop->queue.order;
	loop->running = true;
	loop->armed = UNARMED;
	for (rx_task *task; (task = loop->queue.first) && task->due <= now && task->order < limit;) {
		rx__queue_remove(&loop->queue, task);
		task->scheduler = NULL;
		rx__forget_words();
		task->run(task);
	}
	loop->running = false;
	arm(loop);
}

static void loop_schedule(rx_scheduler *scheduler, rx_task *task, rx_nsec delay)
{
	struct loop *loop = of(scheduler);
	const rx_nsec now = loop_now(scheduler);
	task->due = delay < RX_NEVER - now ? now + delay : RX_NEVER;
	rx__queue_insert(&loop->queue, task);
	if (loop->queue.first == task && !loop->running)
		arm(loop);
}

static void loop_cancel(rx_scheduler *scheduler, rx_task *task)
{
	struct loop *loop = of(scheduler);
	rx__queue_remove(&loop->queue, task);
	if (!loop->queue.first && !loop->running)
		arm(loop); /* an idle timer would keep ev_run() running */
}

/* How often rx_wait_forbid() counts on this thread. */
static RX__THREAD unsigned forbidden;

void rx_wait_forbid(void)
{
	forbidden++;
}

void rx_wait_allow(void)
{
	forbidden--;
}

static bool loop_inside(rx_scheduler *scheduler)
{
	return forbidden > 0 || ev_depth(of(scheduler)->ev) > 0;
}

static int loop_wait(rx_scheduler *scheduler, const bool *done)
{
	struct ev_loop *ev = of(scheduler)->ev;
	if (loop_inside(scheduler))
		return rx_raise(-EDEADLK, "nothing can be awaited inside a callback of the loop");
	while (!*done)
		if (!ev_run(ev, EVRUN_ONCE) && !*done)
			return rx_raise(-EDEADLK, "the loop has nothing left to wait for");
	return 0;
}

static const rx_scheduler_ops loop_ops = {.name = "loop",
                                          .now = loop_now,
                                          .schedule = loop_schedule,
                                          .cancel = loop_cancel,
                                          .wait = loop_wait,
                                          .inside = loop_inside};

/* ---- Before the loop sleeps ------------------------------------------------------------------------------------- */

static struct asap *asap_of(rx_scheduler *scheduler)
{
	return (struct asap *)scheduler;
}

static struct loop *loop_of_asap(struct asap *asap)
{
	return (struct loop *)((char *)asap - offsetof(struct loop, asap));
}

/* What is scheduled meanwhile runs as well: the loop sleeps when there is nothing left to do at once. */
static void run_asap(struct ev_loop *ev, ev_prepare *prepare, int events)
{
	(void)events;
	struct asap *asap = prepare->data;
	for (rx_task *task; (task = asap->queue.first);) {
		rx__queue_remove(&asap->queue, task);
		task->scheduler = NULL;
		rx__forget_words();
		task->run(task);
	}
	ev_prepare_stop(ev, prepare);
}

static void asap_schedule(rx_scheduler *scheduler, rx_task *task, rx_nsec delay)
{
	struct asap *asap = asap_of(scheduler);
	struct loop *loop = loop_of_asap(asap);
	if (delay > 0) {
		task->scheduler = &loop->scheduler;
		loop_schedule(&loop->scheduler, task, delay);
		return;
	}
	task->due = 0;
	rx__queue_insert(&asap->queue, task);
	if (!ev_is_active(&asap->prepare))
		ev_prepare_start(loop->ev, &asap->prepare);
}

static void asap_cancel(rx_scheduler *scheduler, rx_task *task)
{
	struct asap *asap = asap_of(scheduler);
	rx__queue_remove(&asap->queue, task);
	if (!asap->queue.first)
		ev_prepare_stop(loop_of_asap(asap)->ev, &asap->prepare);
}

static int asap_wait(rx_scheduler *scheduler, const bool *done)
{
	return loop_wait(&loop_of_asap(asap_of(scheduler))->scheduler, done);
}

static bool asap_inside(rx_scheduler *scheduler)
{
	return loop_inside(&loop_of_asap(asap_of(scheduler))->scheduler);
}

static const rx_scheduler_ops asap_ops = {.name = "asap",
                                          .now = loop_now,
                                          .schedule = asap_schedule,
                                          .cancel = asap_cancel,
                                          .wait = asap_wait,
                                          .inside = asap_inside};

/* ---- Turns ------------------------------------------------------------------------------------------------------------ */

/* Who is next to be told, of each frame of this thread that tells: whoever is told may let others go, or all of them. */
struct walk {
	struct walk *outer;
	rx_turn_watch *next;
};
static RX__THREAD struct walk *walks;

static void tell(const struct loop *loop, bool began)
{
	struct walk walk = {.outer = walks, .next = loop->watches.first};
	walks = &walk;
	for (rx_turn_watch *watch; (watch = walk.next);) {
		walk.next = watch->next;
		void (*call)(rx_turn_watch * watch) = began ? watch->began : watch->ended;
		if (call)
			call(watch);
	}
	walks = walk.outer;
}

static void turn_began(struct ev_loop *ev, ev_check *check, int events)
{
	tell(check->data, true);
}

static void turn_ended(struct ev_loop *ev, ev_prepare *prepare, int events)
{
	tell(prepare->data, false);
}

static void pass_over(const rx_turn_watch *watch)
{
	for (struct walk *walk = walks; walk; walk = walk->outer)
		if (walk->next == watch)
			walk->next = watch->next;
}

static void init_watches(struct loop *loop)
{
	struct watches *watches = &loop->watches;
	ev_check_init(&watches->check, turn_began);
	ev_set_priority(&watches->check, EV_MAXPRI);
	ev_prepare_init(&watches->prepare, turn_ended);
	ev_set_priority(&watches->prepare, EV_MINPRI);
	watches->check.data = watches->prepare.data = loop;
}

/* They are not what keeps the loop running. */
static void start_watches(struct loop *loop)
{
	ev_check_start(loop->ev, &loop->watches.check);
	ev_unref(loop->ev);
	ev_prepare_start(loop->ev, &loop->watches.prepare);
	ev_unref(loop->ev);
}

static void stop_watches(struct loop *loop)
{
	if (!ev_is_active(&loop->watches.check))
		return;
	ev_ref(loop->ev);
	ev_check_stop(loop->ev, &loop->watches.check);
	ev_ref(loop->ev);
	ev_prepare_stop(loop->ev, &loop->watches.prepare);
}

static struct loop *loop_behind(rx_scheduler *scheduler)
{
	if (scheduler->ops == &loop_ops)
		return of(scheduler);
	return scheduler->ops == &asap_ops ? loop_of_asap(asap_of(scheduler)) : NULL;
}

int rx_loop_watch(rx_scheduler *scheduler, rx_turn_watch *watch)
{
	struct loop *loop = loop_behind(scheduler);
	if (!loop)
		return -ENOTSUP;
	if (!loop->watches.first)
		start_watches(loop);
	watch->scheduler = &loop->scheduler;
	watch->previous = NULL;
	watch->next = loop->watches.first;
	if (watch->next)
		watch->next->previous = watch;
	loop->watches.first = watch;
	return 0;
}

void rx_loop_unwatch(rx_turn_watch *watch)
{
	if (!watch->scheduler)
		return;
	struct loop *loop = of(watch->scheduler);
	pass_over(watch);
	*(watch->previous ? &watch->previous->next : &loop->watches.first) = watch->next;
	if (watch->next)
		watch->next->previous = watch->previous;
	watch->scheduler = NULL;
	if (!loop->watches.first)
		stop_watches(loop);
}

unsigned rx_loop_pending(rx_scheduler *scheduler)
{
	const struct loop *loop = loop_behind(scheduler);
	return loop ? ev_pending_count(loop->ev) : 0;
}

/* ---- One for each loop --------------------------------------------------------------------------------------------- */

/* In its place there is nothing better than not to run anything: rx_loop() says that it is there without memory. */
static rx_nsec idle_now(rx_scheduler *scheduler)
{
	return loop_now(scheduler);
}

static void idle_schedule(rx_scheduler *scheduler, rx_task *task, rx_nsec delay)
{
	(void)scheduler, (void)delay;
	task->scheduler = NULL;
}

static void idle_cancel(rx_scheduler *scheduler, rx_task *task)
{
	(void)scheduler, (void)task;
}

static const rx_scheduler_ops idle_ops = {
	.name = "no memory", .now = idle_now, .schedule = idle_schedule, .cancel = idle_cancel};
static rx_scheduler idle = {&idle_ops};

rx_scheduler *rx_loop(struct ev_loop *ev)
{
	if (!ev)
		ev = EV_DEFAULT_UC;
	if (!ev)
		ev = ev_default_loop(0);
	for (struct loop *loop = loops; loop; loop = loop->next)
		if (loop->ev == ev)
			return &loop->scheduler;
	struct loop *loop = rx_alloc_zero(sizeof *loop);
	if (!loop || !ev) {
		rx_free(loop);
		return &idle;
	}
	loop->scheduler.ops = &loop_ops;
	loop->ev = ev;
	loop->armed = UNARMED;
	ev_timer_init(&loop->timer, run_due, 0., 0.);
	loop->timer.data = loop;
	loop->asap.scheduler.ops = &asap_ops;
	ev_prepare_init(&loop->asap.prepare, run_asap);
	loop->asap.prepare.data = &loop->asap;
	init_watches(loop);
	loop->next = loops;
	loops = loop;
	return &loop->scheduler;
}

rx_scheduler *rx_asap(struct ev_loop *ev)
{
	rx_scheduler *scheduler = rx_loop(ev);
	return scheduler->ops == &loop_ops ? &of(scheduler)->asap.scheduler : scheduler;
}

void rx_loop_release(struct ev_loop *ev)
{
	if (!ev)
		ev = ev_default_loop(0);
	for (struct loop **link = &loops; *link; link = &(*link)->next) {
		struct loop *loop = *link;
		if (loop->ev != ev)
			continue;
		*link = loop->next;
		rx__queue_clear(&loop->queue);
		rx__queue_clear(&loop->asap.queue);
		ev_timer_stop(ev, &loop->timer);
		ev_prepare_stop(ev, &loop->asap.prepare);
		while (loop->watches.first)
			rx_loop_unwatch(loop->watches.first);
		rx_free(loop);
		return;
	}
}

int rx_loop_poll(struct ev_loop *ev)
{
	if (!ev)
		ev = ev_default_loop(0);
	if (forbidden || ev_depth(ev) > 0)
		return rx_raise(-EDEADLK, "the loop is running this callback");
	ev_run(ev, EVRUN_NOWAIT);
	return 0;
}

struct ev_loop *rx__loop_of(rx_scheduler *scheduler)
{
	const struct loop *loop = loop_behind(scheduler);
	return loop ? loop->ev : NULL;
}
