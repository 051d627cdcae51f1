/*
 * Numbers by time. A periodic timer keeps its distance from the subscription: the next number is due a period after the
 * last one was, not after it was taken.
 */
#include "observables/core/stage.h"

struct state {
	rx_stage_timer timer;
	rx_nsec due;
	int64_t count;
};

static void start_timer(rx_stage *self, rx_nsec now, rx_nsec delay, void (*fire)(rx_stage *, rx_stage_timer *))
{
	const rx_timer_options *options = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	state->due = delay < RX_NEVER - now ? now + delay : RX_NEVER;
	rx__timer_start(self, &state->timer, options->scheduler, delay, fire);
}

static rx_scheduler *scheduler_of(const rx_stage *self)
{
	const rx_timer_options *options = RX__PARAMS(self);
	return options->scheduler ? options->scheduler : rx__scheduler(self);
}

static void timer_fire(rx_stage *self, rx_stage_timer *timer)
{
	const rx_timer_options *options = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	(void)timer;
	const int64_t number = state->count++;
	rx__emit(self, &number);
	if (!rx__open(self))
		return;
	if (options->period == 0) {
		rx__complete(self);
		return;
	}
	const rx_nsec period = options->period > 0 ? options->period : 0, now = rx_now(scheduler_of(self));
	const rx_nsec late = now - state->due;
	start_timer(self, now, late > 0 && late < period ? period - late : period, timer_fire);
}

static int timer_start(rx_stage *self)
{
	const rx_timer_options *options = RX__PARAMS(self);
	const rx_nsec now = rx_now(scheduler_of(self)), due = options->at ? options->at - now : options->due;
	start_timer(self, now, due > 0 ? due : 0, timer_fire);
	return 0;
}

static void timer_stop(rx_stage *self)
{
	rx_cancel(&((struct state *)RX__STATE(self))->timer.task);
}

static const rx_stage_ops timer_ops = {
	.name = "timer", .state_size = sizeof(struct state), .start = timer_start, .stop = timer_stop};

rx_observable *rx_timer_with(const rx_timer_options *options)
{
	rx_timer_options copy = *options;
	return rx__source(&timer_ops, &rx_type_int64_t, &copy, sizeof copy);
}

rx_observable *rx_timer_on(rx_nsec due, rx_scheduler *scheduler)
{
	return rx_timer_with(&(rx_timer_options){.due = due, .scheduler = scheduler});
}
