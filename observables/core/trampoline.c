/*
 * The trampoline: a task that schedules another one returns first. A recursion through it is a loop.
 */
#include "observables/core/queue.h"
#include "observables/core/stage.h"

static RX__THREAD struct {
	rx_queue queue;
	bool running;
} trampoline;

static rx_nsec trampoline_now(rx_scheduler *scheduler)
{
	(void)scheduler;
	return rx_now(rx_loop(NULL));
}

static void run(void)
{
	trampoline.running = true;
	for (rx_task *task; (task = trampoline.queue.first);) {
		rx__queue_remove(&trampoline.queue, task);
		task->scheduler = NULL;
		task->run(task);
	}
	trampoline.running = false;
}

static void trampoline_schedule(rx_scheduler *scheduler, rx_task *task, rx_nsec delay)
{
	(void)scheduler;
	if (delay > 0) {
		task->scheduler = NULL;
		rx_schedule(rx_loop(NULL), task, delay);
		return;
	}
	task->due = 0;
	rx__queue_insert(&trampoline.queue, task);
	if (!trampoline.running)
		run();
}

static void trampoline_cancel(rx_scheduler *scheduler, rx_task *task)
{
	(void)scheduler;
	rx__queue_remove(&trampoline.queue, task);
}

static bool trampoline_inside(rx_scheduler *scheduler)
{
	return trampoline.running;
}

rx_scheduler *rx_trampoline(void)
{
	static const rx_scheduler_ops ops = {.name = "trampoline",
	                                     .now = trampoline_now,
	                                     .schedule = trampoline_schedule,
	                                     .cancel = trampoline_cancel,
	                                     .inside = trampoline_inside};
	static rx_scheduler scheduler = {&ops};
	return &scheduler;
}
