/*
 * What is common to all schedulers: the thread's current one, moving and forgetting tasks, the tasks of stages.
 */
#include "observables/core/stage.h"

static RX__THREAD rx_scheduler *current;

rx_nsec rx_now(rx_scheduler *scheduler)
{
	if (!scheduler)
		scheduler = rx_scheduler_current();
	return scheduler->ops->now(scheduler);
}

void rx_schedule(rx_scheduler *scheduler, rx_task *task, rx_nsec delay)
{
	rx_cancel(task);
	task->scheduler = scheduler;
	scheduler->ops->schedule(scheduler, task, delay > 0 ? delay : 0);
}

void rx_cancel(rx_task *task)
{
	rx_scheduler *scheduler = task->scheduler;
	if (!scheduler)
		return;
	task->scheduler = NULL;
	scheduler->ops->cancel(scheduler, task);
}

rx_scheduler *rx_scheduler_current(void)
{
	return current ? current : rx_loop(NULL);
}

rx_scheduler *rx_scheduler_set_current(rx_scheduler *scheduler)
{
	rx_scheduler *before = current;
	current = scheduler;
	return before;
}

bool rx_can_wait(rx_scheduler *scheduler)
{
	if (!scheduler)
		scheduler = rx_scheduler_current();
	return !scheduler->ops->inside || !scheduler->ops->inside(scheduler);
}

static void timer_run(rx_task *task)
{
	rx_stage_timer *timer = (rx_stage_timer *)task;
	rx_stage *stage = timer->stage;
	RX__CHECK(stage);
	if (!rx__open(stage))
		return;
	rx__pin(stage);
	timer->fire(stage, timer);
	rx__unpin(stage);
}

void rx__timer_start(rx_stage *self, rx_stage_timer *timer, rx_scheduler *scheduler, rx_nsec delay,
                     void (*fire)(rx_stage *self, rx_stage_timer *timer))
{
	if (!rx__open(self))
		return;
	timer->stage = self;
	timer->fire = fire;
	timer->task.run = timer_run;
	rx_schedule(scheduler ? scheduler : rx__scheduler(self), &timer->task, delay);
}
