#include "observables/events/watch.h"

static int writable_start(rx_stage *self)
{
	return rx__fd_start(self, EV_WRITE);
}

static const rx_stage_ops writable_ops = {.name = "writable",
                                          .state_size = sizeof(struct rx_fd_watch),
                                          .start = writable_start,
                                          .stop = rx__fd_stop,
                                          .pause = rx__fd_pause,
                                          .resume = rx__fd_resume};

rx_observable *rx_writable(int fd)
{
	return rx__source(&writable_ops, &rx_type_int, &fd, sizeof fd);
}
