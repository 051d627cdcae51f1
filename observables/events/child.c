/*
 * The end of a child. libev has its own way, ev_child, on its default loop only, and that takes every child of the
 * process; on any other loop a pidfd, or without one a look now and then, waits for this child and no other.
 */
#include "observables/events/linux/pidfd.h"
#include "observables/events/watch.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOOK_AGAIN 0.02

const rx_type rx_type_rx_exit = {.name = "rx_exit", .size = sizeof(rx_exit)};

struct child {
	int pid;
	bool polled;
};

struct state {
	struct ev_loop *loop;
	void (*stop)(struct state *state); /* NULL: nothing was started */
	union {
		ev_child child;
		ev_io pidfd;
		ev_timer poll;
	} watcher;
};

static void finish(rx_stage *self, const rx_exit *ended)
{
	rx__pin(self);
	rx__emit(self, ended);
	if (rx__open(self))
		rx__complete(self);
	rx__unpin(self);
}

static void fail(rx_stage *self, int code)
{
	rx__pin(self);
	rx__fail(self, code);
	rx__unpin(self);
}

static rx_exit exit_of(int pid, int status)
{
	const bool exited = WIFEXITED(status);
	return (rx_exit){.pid = pid,
	                 .code = exited ? WEXITSTATUS(status) : -1,
	                 .signal = exited ? 0 : WTERMSIG(status),
	                 .core = !exited && WCOREDUMP(status)};
}

/* ---- The default loop ------------------------------------------------------------------------------------------ */

static void reaped(struct ev_loop *loop, ev_child *watcher, int events)
{
	(void)events;
	rx__forget_words();
	ev_child_stop(loop, watcher);
	const rx_exit ended = exit_of(watcher->rpid, watcher->rstatus);
	finish(watcher->data, &ended);
}

static void stop_child(struct state *state)
{
	ev_child_stop(state->loop, &state->watcher.child);
}

/* The signal of one that has ended already may have come before there was a loop to hear it. */
static int start_child(rx_stage *self, struct state *state, int pid, bool has_ended)
{
	ev_child_init(&state->watcher.child, reaped, pid, 0);
	state->watcher.child.data = self;
	ev_child_start(state->loop, &state->watcher.child);
	state->stop = stop_child;
	if (has_ended)
		ev_feed_signal_event(state->loop, SIGCHLD);
	return 0;
}

/* ---- Any other loop, Linux -------------------------------------------------------------------------------------- */

static void pidfd_ready(struct ev_loop *loop, ev_io *watcher, int events)
{
	(void)loop, (void)events;
	rx__forget_words();
	rx_exit ended;
	const int code = rx__pidfd_wait(watcher->fd, &ended);
	if (code > 0)
		finish(watcher->data, &ended);
	else if (code < 0)
		fail(watcher->data, rx_raise(code, "somebody else has waited for the child"));
}

static void stop_pidfd(struct state *state)
{
	ev_io_stop(state->loop, &state->watcher.pidfd);
	close(state->watcher.pidfd.fd);
}

static void start_pidfd(rx_stage *self, struct state *state, int fd)
{
	ev_io_init(&state->watcher.pidfd, pidfd_ready, fd, EV_READ);
	state->watcher.pidfd.data = self;
	ev_io_start(state->loop, &state->watcher.pidfd);
	state->stop = stop_pidfd;
}

/* ---- Any other loop, any system --------------------------------------------------------------------------------- */

static void look(struct ev_loop *loop, ev_timer *watcher, int events)
{
	(void)loop, (void)events;
	rx__forget_words();
	rx_stage *self = watcher->data;
	const struct child *child = RX__PARAMS(self);
	int status = 0;
	const int pid = waitpid(child->pid, &status, WNOHANG);
	if (pid > 0) {
		const rx_exit ended = exit_of(pid, status);
		finish(self, &ended);
	} else if (pid < 0) {
		fail(self, rx_raise(-errno, "somebody else has waited for child %d", child->pid));
	}
}

static void stop_poll(struct state *state)
{
	ev_timer_stop(state->loop, &state->watcher.poll);
}

static void start_poll(rx_stage *self, struct state *state)
{
	ev_timer_init(&state->watcher.poll, look, 0., LOOK_AGAIN);
	state->watcher.poll.data = self;
	ev_timer_start(state->loop, &state->watcher.poll);
	state->stop = stop_poll;
}

/* ---------------------------------------------------------------------------------------------------------------- */

/* Whether @p pid is a child, and has ended, without taking it from who waits for it; -ECHILD. */
static int look_at(int pid)
{
	siginfo_t info = {.si_pid = 0};
	if (pid <= 0 || waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0)
		return rx_raise(-ECHILD, "process %d is no child that can be waited for", pid);
	return info.si_pid == pid;
}

static int child_start(rx_stage *self)
{
	const struct child *child = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	int code = rx__watch_loop(self, &state->loop);
	if (code < 0)
		return code;
	const int has_ended = look_at(child->pid);
	if (has_ended < 0)
		return has_ended;
	if (ev_is_default_loop(state->loop) && !child->polled)
		return start_child(self, state, child->pid, has_ended);
	code = child->polled ? -ENOSYS : rx__pidfd_open(child->pid);
	if (code >= 0)
		start_pidfd(self, state, code);
	else
		start_poll(self, state); /* none in this system, a filter that refuses it, no descriptor left */
	return 0;
}

static void child_stop(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	if (state->stop)
		state->stop(state);
}

static const rx_stage_ops child_ops = {
	.name = "child", .state_size = sizeof(struct state), .start = child_start, .stop = child_stop};

rx_observable *rx_child(int pid)
{
	return rx__source(&child_ops, &rx_type_rx_exit, &(struct child){.pid = pid}, sizeof(struct child));
}

rx_observable *rx__child_polled(int pid)
{
	return rx__source(&child_ops, &rx_type_rx_exit, &(struct child){.pid = pid, .polled = true},
	                  sizeof(struct child));
}
