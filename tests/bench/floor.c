#include "tests/bench/floor.h"

#include <ev.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/bench.h"

#define SPAN 256

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

int64_t floor_array_spans(const int64_t *items, size_t count)
{
	int64_t a[SPAN], b[SPAN], sum = 0;
	for (size_t first = 0; first < count; first += SPAN) {
		const size_t part = count - first < SPAN ? count - first : SPAN;
		map_span(items + first, part, b);
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

int64_t floor_array_calls(const int64_t *items, size_t count)
{
	int64_t sum = 0, mapped;
	for (size_t i = 0; i < count; i++) {
		map_pointer(&items[i], &mapped, NULL);
		if (filter_pointer(&mapped, NULL))
			sum += mapped;
	}
	return sum;
}

int64_t floor_maps(int64_t count, int stages)
{
	int64_t sum = 0;
	for (int64_t i = 0; i < count; i++) {
		int64_t item = i, mapped;
		for (int stage = 0; stage < stages; stage++, item = mapped)
			map_pointer(&item, &mapped, NULL);
		sum += item;
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
	struct block *block = first ? first : aligned_alloc(64, (size + 63) & ~(size_t)63);
	if (!block)
		abort();
	first = first ? block->next : NULL;
	memset(block, 0, size);
	__asm__ volatile("" : : "r"(block) : "memory");
	block->next = first;
	first = block;
}

/* ---- Two processes ------------------------------------------------------------------------------------------------- */

/* A message that has come in part. */
struct message {
	ev_io io;
	char *bytes;
	size_t size, got;
};

/* Whether all of it is there. */
static bool receive(struct message *message)
{
	const ssize_t got = recv(message->io.fd, message->bytes + message->got, message->size - message->got, 0);
	if (got <= 0)
		return false;
	message->got += (size_t)got;
	return message->got == message->size;
}

static void transmit(struct message *message)
{
	for (size_t sent = 0; sent < message->size;) {
		const ssize_t part = send(message->io.fd, message->bytes + sent, message->size - sent, MSG_NOSIGNAL);
		if (part <= 0)
			_exit(0);
		sent += (size_t)part;
	}
	message->got = 0;
}

static void begin(struct message *message, size_t size, int fd, void (*ready)(struct ev_loop *, ev_io *, int))
{
	*message = (struct message){.bytes = calloc(1, size), .size = size};
	if (!message->bytes)
		abort();
	ev_io_init(&message->io, ready, fd, EV_READ);
}

static void echo(struct ev_loop *loop, ev_io *io, int events)
{
	(void)loop, (void)events;
	struct message *message = (struct message *)io;
	const size_t before = message->got;
	if (receive(message))
		transmit(message);
	else if (message->got == before)
		_exit(0);
}

static void serve(int fd, size_t size)
{
	struct ev_loop *loop = ev_loop_new(0);
	struct message message;
	begin(&message, size, fd, echo);
	ev_io_start(loop, &message.io);
	ev_run(loop, 0);
	_exit(0);
}

struct pinger {
	struct message message;
	double begun, *times;
	int done, rounds;
};

static void ping(struct pinger *pinger)
{
	pinger->begun = bench_now();
	transmit(&pinger->message);
}

static void pong(struct ev_loop *loop, ev_io *io, int events)
{
	(void)events;
	struct pinger *pinger = (struct pinger *)io;
	if (!receive(&pinger->message))
		return;
	pinger->times[pinger->done++] = bench_now() - pinger->begun;
	if (pinger->done < pinger->rounds)
		ping(pinger);
	else
		ev_break(loop, EVBREAK_ALL);
}

double floor_round_trip(size_t size, int rounds)
{
	int pair[2];
	struct pinger pinger = {.rounds = rounds, .times = calloc((size_t)rounds, sizeof(double))};
	if (!pinger.times || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		abort();
	const pid_t pid = fork();
	if (pid == 0) {
		close(pair[0]);
		if (bench_pinned)
			bench_pin(1);
		serve(pair[1], size);
	}
	close(pair[1]);
	struct ev_loop *loop = ev_loop_new(0);
	begin(&pinger.message, size, pair[0], pong);
	ev_io_start(loop, &pinger.message.io);
	ping(&pinger);
	ev_run(loop, 0);
	ev_io_stop(loop, &pinger.message.io);
	ev_loop_destroy(loop);
	close(pair[0]);
	waitpid(pid, NULL, 0);
	const double median = bench_median(pinger.times, (size_t)rounds);
	free(pinger.message.bytes);
	free(pinger.times);
	return median;
}
