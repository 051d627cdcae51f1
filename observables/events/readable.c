#include "observables/events/watch.h"

#include <fcntl.h>

/* libev gives EV_ERROR for a descriptor that is not open any more, and has stopped the watcher then. */
static void ready(struct ev_loop *loop, ev_io *watcher, int events)
{
	(void)loop;
	rx__forget_words();
	rx_stage *self = watcher->data;
	if (!(events & EV_ERROR)) {
		rx__watch_emit(self, &(int){watcher->fd});
		return;
	}
	rx__pin(self);
	rx__fail(self, -EBADF);
	rx__unpin(self);
}

int rx__fd_start(rx_stage *self, int events)
{
	struct rx_fd_watch *state = RX__STATE(self);
	const int fd = *(const int *)RX__PARAMS(self);
	const int code = rx__watch_loop(self, &state->loop);
	if (code < 0)
		return code;
	if (fcntl(fd, F_GETFD) < 0)
		return rx_raise(-EBADF, "descriptor %d is not open", fd);
	ev_io_init(&state->watcher, ready, fd, events);
	state->watcher.data = self;
	ev_io_start(state->loop, &state->watcher);
	return 0;
}

void rx__fd_stop(rx_stage *self)
{
	struct rx_fd_watch *state = RX__STATE(self);
	ev_io_stop(state->loop, &state->watcher);
}

int rx__fd_pause(rx_stage *self)
{
	rx__fd_stop(self);
	return 0;
}

void rx__fd_resume(rx_stage *self)
{
	struct rx_fd_watch *state = RX__STATE(self);
	ev_io_start(state->loop, &state->watcher);
}

static int readable_start(rx_stage *self)
{
	return rx__fd_start(self, EV_READ);
}

static const rx_stage_ops readable_ops = {.name = "readable",
                                          .state_size = sizeof(struct rx_fd_watch),
                                          .start = readable_start,
                                          .stop = rx__fd_stop,
                                          .pause = rx__fd_pause,
                                          .resume = rx__fd_resume};

rx_observable *rx_readable(int fd)
{
	return rx__source(&readable_ops, &rx_type_int, &fd, sizeof fd);
}
