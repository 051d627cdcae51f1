#include "tests/bench/floor.h"

#include <ev.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/bench.h"

#define SPAN 256
#define MESSAGE 64

__attribute__((noinline)) static void map_span(const int64_t *in, size_t count, int64_t *out)
{
	for (size_t i = 0; i < count; i++)
		out[i] = 3 * in[i];
}

__attribute__((noinline)) static size_t filter_span(const int64_t *in, size_t count, int64_t *out)
{
	size_t kept = 0;
	for (size_t i = 0; i < count; i++) {
		out[kept] = in[i];
		kept += in[i] % 2 == 0;
	}
	return kept;
}

__attribute__((noinline)) static int64_t sum_span(const int64_t *in, size_t count, int64_t sum)
{
	for (size_t i = 0; i < count; i++)
		sum += in[i];
	return sum;
}

int64_t floor_spans(int64_t count)
{
	int64_t a[SPAN], b[SPAN], sum = 0;
	for (int64_t first = 0; first < count; first += SPAN) {
		const size_t part = count - first < SPAN ? (size_t)(count - first) : SPAN;
		for (size_t i = 0; i < part; i++)
			a[i] = first + (int64_t)i;
		map_span(a, part, b);
		sum = sum_span(a, filter_span(b, part, a), sum);
	}
	return sum;
}

static int triple(const int64_t *n, int64_t *out, void *ctx)
{
	(void)ctx;
	*out = 3 * *n;
	return 0;
}

static int is_even(const int64_t *n, void *ctx)
{
	(void)ctx;
	return *n % 2 == 0;
}

/* Volatile, so that the compiler does not see through them. */
static int (*volatile map_pointer)(const int64_t *, int64_t *, void *) = triple;
static int (*volatile filter_pointer)(const int64_t *, void *) = is_even;

int64_t floor_calls(int64_t count)
{
	int64_t sum = 0, mapped;
	for (int64_t i = 0; i < count; i++) {
		map_pointer(&i, &mapped, NULL);
		if (filter_pointer(&mapped, NULL))
			sum += mapped;
	}
	return sum;
}

static int gather(int64_t *total, const int64_t *n, void *ctx)
{
	(void)ctx;
	*total += *n;
	return 0;
}

static int (*volatile scan_pointer)(int64_t *, const int64_t *, void *) = gather;
static int (*volatile reduce_pointer)(int64_t *, const int64_t *, void *) = gather;

int64_t floor_scan(int64_t count)
{
	int64_t running = 0, sum = 0;
	for (int64_t i = 0; i < count; i++) {
		scan_pointer(&running, &i, NULL);
		reduce_pointer(&sum, &running, NULL);
	}
	return sum;
}

struct three {
	int64_t first, count;
};

static void start_three(const int64_t *n, void *memory)
{
	*(struct three *)memory = (struct three){*n, 3};
}

static void (*volatile three_pointer)(const int64_t *, void *) = start_three;
static int (*volatile sum_pointer)(int64_t *, const int64_t *, void *) = gather;

int64_t floor_flatten(int64_t count)
{
	int64_t sum = 0;
	for (int64_t i = 0; i < count; i++) {
		struct three *three = malloc(sizeof *three);
		if (!three)
			abort();
		three_pointer(&i, three);
		for (int64_t k = 0; k < three->count; k++) {
			const int64_t item = three->first + k;
			sum_pointer(&sum, &item, NULL);
		}
		free(three);
	}
	return sum;
}

void floor_deliver(void (*const *listeners)(const int64_t *item, void *ctx), void **ctx, size_t count,
                   const int64_t *item)
{
	for (size_t i = 0; i < count; i++)
		listeners[i](item, ctx[i]);
}

void floor_block(size_t size)
{
	static struct block {
		struct block *next;
	} * first;
	struct block *block = first ? first : malloc(size);
	if (!block)
		abort();
	first = first ? block->next : NULL;
	memset(block, 0, size);
	__asm__ volatile("" : : "r"(block) : "memory");
	block->next = first;
	first = block;
}

/* ---- Two processes ------------------------------------------------------------------------------------------------- */

static void echo(struct ev_loop *loop, ev_io *io, int events)
{
	(void)events;
	char message[MESSAGE];
	const ssize_t size = recv(io->fd, message, sizeof message, 0);
	if (size <= 0 || send(io->fd, message, (size_t)size, MSG_NOSIGNAL) != size)
		ev_break(loop, EVBREAK_ALL);
}

static void serve(int fd)
{
	struct ev_loop *loop = ev_loop_new(0);
	ev_io io;
	ev_io_init(&io, echo, fd, EV_READ);
	ev_io_start(loop, &io);
	ev_run(loop, 0);
	_exit(0);
}

struct pinger {
	ev_io io;
	double begun, *times;
	int done, rounds;
};

static void ping(struct pinger *pinger)
{
	static const char message[MESSAGE] = "ping";
	pinger->begun = bench_now();
	if (send(pinger->io.fd, message, sizeof message, MSG_NOSIGNAL) != (ssize_t)sizeof message)
		abort();
}

static void pong(struct ev_loop *loop, ev_io *io, int events)
{
	(void)events;
	struct pinger *pinger = (struct pinger *)io;
	char message[MESSAGE];
	if (recv(io->fd, message, sizeof message, 0) <= 0)
		abort();
	pinger->times[pinger->done++] = bench_now() - pinger->begun;
	if (pinger->done < pinger->rounds)
		ping(pinger);
	else
		ev_break(loop, EVBREAK_ALL);
}

double floor_round_trip(int rounds)
{
	int pair[2];
	struct pinger pinger = {.rounds = rounds, .times = calloc((size_t)rounds, sizeof(double))};
	if (!pinger.times || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		abort();
	const pid_t pid = fork();
	if (pid == 0) {
		close(pair[0]);
		serve(pair[1]);
	}
	close(pair[1]);
	struct ev_loop *loop = ev_loop_new(0);
	ev_io_init(&pinger.io, pong, pair[0], EV_READ);
	ev_io_start(loop, &pinger.io);
	ping(&pinger);
	ev_run(loop, 0);
	ev_io_stop(loop, &pinger.io);
	ev_loop_destroy(loop);
	close(pair[0]);
	waitpid(pid, NULL, 0);
	const double median = bench_median(pinger.times, (size_t)rounds);
	free(pinger.times);
	return median;
}
