/*
 * What captured workers read. A pipe whose reader has gone would bring SIGPIPE, and MSG_NOSIGNAL is for sockets only: so
 * the signal is held up for the time of the write, and taken back if it came.
 */
#include "lib/primary/streams.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "lib/primary/route.h"
#include "lib/primary/worker.h"

static size_t bound_of(const cy_cluster *cluster)
{
	return cluster->options.queue_bytes ? cluster->options.queue_bytes : (size_t)8 << 20;
}

static ssize_t write_quietly(int fd, const void *bytes, size_t size)
{
	sigset_t pipe_signal, before, pending;
	sigemptyset(&pipe_signal);
	sigaddset(&pipe_signal, SIGPIPE);
	sigpending(&pending);
	pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
	ssize_t written;
	do
		written = write(fd, bytes, size);
	while (written < 0 && errno == EINTR);
	const int error = errno;
	if (written < 0 && error == EPIPE && !sigismember(&pending, SIGPIPE))
		sigtimedwait(&pipe_signal, NULL, &(struct timespec){0});
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = error;
	return written;
}

void cy__input_close(cy__input *input)
{
	const size_t lost = input->end - input->begin;
	input->begin = input->end = 0;
	if (!input->open)
		return;
	input->open = false;
	rx_unsubscribe(&input->writable);
	close(input->fd);
	if (lost)
		cy__trouble(input->worker->cluster, input->worker->peer.id, -EPIPE,
		            "%zu bytes of the input of %s are lost: it reads no more", lost,
		            cy_label_of(input->worker->cluster, input->worker->peer.id));
}

void cy__input_open(cy__input *input, int fd)
{
	input->fd = fd;
	input->open = input->captured = true;
	input->ending = false;
	input->begin = input->end = 0;
}

static void watch(cy__input *input);

/* As much as the pipe takes. */
static void flush(cy__input *input)
{
	while (input->open && input->begin < input->end) {
		const ssize_t written =
			write_quietly(input->fd, input->waiting + input->begin, input->end - input->begin);
		if (written > 0) {
			input->begin += (size_t)written;
		} else if (errno == EAGAIN) {
			watch(input);
			return;
		} else {
			cy__input_close(input);
		}
	}
	input->begin = input->end = 0;
	rx_unsubscribe(&input->writable);
	if (input->ending)
		cy__input_close(input);
}

static void write_ready(const int *fd, void *ctx)
{
	(void)fd;
	flush(ctx);
}
RX_CONSUMER(write_ready, int);

static void unwatchable(const rx_error *error, void *ctx)
{
	(void)error;
	cy__input_close(ctx);
}

static void watch(cy__input *input)
{
	if (rx_is_closed(&input->writable))
		rx_subscribe(rx_writable(input->fd),
		             &(rx_observer){RX_NEXT(write_ready), .error = unwatchable, .ctx = input,
		                            .scheduler = input->worker->cluster->scheduler},
		             &input->writable);
}

static int append(cy__input *input, const void *bytes, size_t size)
{
	const size_t used = input->end - input->begin;
	if (used + size > input->room) {
		const size_t room = used + size + (used + size) / 2;
		char *waiting = rx_alloc(room);
		if (!waiting)
			return -ENOMEM;
		if (used)
			memcpy(waiting, input->waiting + input->begin, used);
		rx_free(input->waiting);
		input->waiting = waiting;
		input->room = room;
	} else if (used) {
		memmove(input->waiting, input->waiting + input->begin, used);
	}
	memcpy(input->waiting + used, bytes, size);
	input->begin = 0;
	input->end = used + size;
	return 0;
}

static int find(cy_cluster *cluster, const cy_target *target, cy__input **input)
{
	cy__worker *worker;
	if (!cluster->primary)
		return rx_raise(-EPERM, "input: this process is not the primary");
	const int code = cy__route_worker(cluster, target->to, target->name, &worker);
	if (code < 0)
		return code;
	const char *label = cy_label_of(cluster, worker->peer.id);
	if (!worker->current.running)
		return rx_raise(-ESRCH, "input: %s has no process now", label);
	*input = &worker->streams.input;
	if (!(*input)->captured)
		return rx_raise(-ENOTSUP, "input: that of %s is not captured", label);
	if (!(*input)->open || (*input)->ending)
		return rx_raise(-EPIPE, "input: that of %s has ended", label);
	return 0;
}

int cy_input(cy_cluster *cluster, cy_target worker, const void *bytes, size_t size)
{
	cy__input *input = NULL;
	int code = find(cluster, &worker, &input);
	if (code < 0 || !size)
		return code;
	const size_t used = input->end - input->begin, bound = bound_of(cluster);
	if (used > bound || size > bound - used)
		return rx_raise(-EAGAIN, "input: too much waits for %s", cy_label_of(cluster, input->worker->peer.id));
	code = append(input, bytes, size);
	if (code >= 0)
		flush(input);
	return code;
}

int cy_input_end(cy_cluster *cluster, cy_target worker)
{
	cy__input *input = NULL;
	const int code = find(cluster, &worker, &input);
	if (code < 0)
		return code;
	input->ending = true;
	flush(input);
	return 0;
}
