#include "observables/events/watch.h"

#include <signal.h>

struct state {
	struct ev_loop *loop;
	ev_signal watcher;
};

static void delivered(struct ev_loop *loop, ev_signal *watcher, int events)
{
	(void)loop, (void)events;
	rx__forget_words();
	rx__watch_emit(watcher->data, &(int){watcher->signum});
}

static int signal_start(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	const int number = *(const int *)RX__PARAMS(self);
	const int code = rx__watch_loop(self, &state->loop);
	if (code < 0)
		return code;
	struct sigaction present;
	if (number == SIGKILL || number == SIGSTOP || sigaction(number, NULL, &present) < 0)
		return rx_raise(-EINVAL, "signal %d cannot be caught", number);
	ev_signal_init(&state->watcher, delivered, number);
	state->watcher.data = self;
	ev_signal_start(state->loop, &state->watcher);
	return 0;
}

static void signal_stop(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	ev_signal_stop(state->loop, &state->watcher);
}

static const rx_stage_ops signal_ops = {
	.name = "signal", .state_size = sizeof(struct state), .start = signal_start, .stop = signal_stop};

rx_observable *rx_signal(int number)
{
	return rx__source(&signal_ops, &rx_type_int, &number, sizeof number);
}
