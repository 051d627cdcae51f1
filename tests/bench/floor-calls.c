#include "tests/bench/floor-calls.h"

#include <endian.h>
#include <ev.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/bench.h"

enum { ROOM = 1 << 20 };

/* What stands before a body: nine MessagePack fields of one width each, and their length. */
struct __attribute__((packed)) head {
	uint32_t length;
	uint8_t array, kind_type, kind, flags_type;
	uint16_t flags;
	uint8_t call_type;
	uint64_t call;
	uint8_t from_type;
	uint32_t from;
	uint8_t to_type;
	uint32_t to;
	uint8_t credit_type;
	uint32_t credit;
	uint8_t deadline_type;
	uint64_t deadline;
	uint8_t fds_type, fds;
};

struct end {
	ev_io readable;
	ev_prepare flush;
	struct ev_loop *loop;
	char *in, *out;
	size_t got, queued, size;
	int64_t begun, done, count;
	double *times, sent;
	bool echoes, counts, spins;
};

static void pack(struct head *head, uint64_t call, size_t size)
{
	*head = (struct head){.length = htobe32((uint32_t)(sizeof *head + size - 4)),
	                      .array = 0x99,
	                      .kind_type = 0xcc,
	                      .kind = 0x10,
	                      .flags_type = 0xcd,
	                      .call_type = 0xcf,
	                      .call = htobe64(call),
	                      .from_type = 0xce,
	                      .to_type = 0xce,
	                      .credit_type = 0xce,
	                      .deadline_type = 0xcf,
	                      .fds_type = 0xcc};
}

static bool unpack(const struct head *head, uint64_t *call, size_t *size)
{
	if (head->array != 0x99 || head->kind_type != 0xcc || head->flags_type != 0xcd || head->call_type != 0xcf ||
	    head->from_type != 0xce || head->to_type != 0xce || head->credit_type != 0xce ||
	    head->deadline_type != 0xcf || head->fds_type != 0xcc)
		return false;
	*call = be64toh(head->call);
	*size = be32toh(head->length) + 4;
	return true;
}

static void put(struct end *end, uint64_t call, const char *body)
{
	pack((struct head *)(end->out + end->queued), call, end->size);
	memcpy(end->out + end->queued + sizeof(struct head), body, end->size);
	end->queued += sizeof(struct head) + end->size;
}

static void begin_one(struct end *end)
{
	static const char body[4096];
	put(end, (uint64_t)end->begun++, body);
}

static void flush(struct ev_loop *loop, ev_prepare *prepare, int events)
{
	(void)loop, (void)events;
	struct end *end = prepare->data;
	if (!end->queued)
		return;
	const ssize_t sent = send(end->readable.fd, end->out, end->queued, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (sent <= 0)
		return;
	memmove(end->out, end->out + sent, end->queued - (size_t)sent);
	end->queued -= (size_t)sent;
}

static void finish_one(struct end *end)
{
	if (end->times) {
		end->times[end->done] = bench_now() - end->sent;
		end->sent = bench_now();
	}
	end->done++;
	if (end->begun < end->count)
		begin_one(end);
	else if (end->done == end->count)
		ev_break(end->loop, EVBREAK_ALL);
}

static void take(struct end *end)
{
	size_t at = 0, size;
	uint64_t call;
	while (end->got - at >= sizeof(struct head) && unpack((struct head *)(end->in + at), &call, &size) &&
	       size <= end->got - at) {
		if (end->echoes)
			put(end, call, end->in + at + sizeof(struct head));
		else if (end->counts)
			end->done++;
		else
			finish_one(end);
		at += size;
	}
	memmove(end->in, end->in + at, end->got - at);
	end->got -= at;
}

static void ready(struct ev_loop *loop, ev_io *io, int events)
{
	(void)loop, (void)events;
	struct end *end = (struct end *)io;
	const ssize_t got = recv(io->fd, end->in + end->got, ROOM - end->got, MSG_DONTWAIT);
	if (got == 0)
		_exit(0);
	if (got < 0)
		return;
	end->got += (size_t)got;
	take(end);
	if (end->counts && end->done == end->count)
		put(end, 0, end->in);
}

static void begin(struct end *end, int fd, size_t size)
{
	end->in = calloc(1, ROOM);
	end->out = calloc(1, (size_t)4 * ROOM);
	end->loop = ev_loop_new(0);
	end->size = size;
	if (!end->in || !end->out || !end->loop)
		abort();
	ev_io_init(&end->readable, ready, fd, EV_READ);
	ev_io_start(end->loop, &end->readable);
	ev_prepare_init(&end->flush, flush);
	end->flush.data = end;
	ev_prepare_start(end->loop, &end->flush);
}

static void turn(struct end *end)
{
	if (!end->spins) {
		ev_run(end->loop, 0);
		return;
	}
	while (end->done < end->count || end->echoes)
		ev_run(end->loop, EVRUN_NOWAIT);
}

static void serve(int fd, struct end *end, size_t size)
{
	if (bench_pinned)
		bench_pin(1);
	begin(end, fd, size);
	turn(end);
	_exit(0);
}

/* Run this end here, and that one in another process; returns how long it took. */
static double run(struct end *here, struct end *there, size_t size, size_t in_flight)
{
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		abort();
	const pid_t pid = fork();
	if (pid == 0) {
		close(pair[0]);
		serve(pair[1], there, size);
	}
	close(pair[1]);
	begin(here, pair[0], size);
	const double begun = here->sent = bench_now();
	while (in_flight--)
		begin_one(here);
	turn(here);
	const double took = bench_now() - begun;
	ev_io_stop(here->loop, &here->readable);
	ev_prepare_stop(here->loop, &here->flush);
	ev_loop_destroy(here->loop);
	close(pair[0]);
	waitpid(pid, NULL, 0);
	free(here->in);
	free(here->out);
	return took;
}

double floor_rate(size_t size, size_t in_flight, int64_t count)
{
	struct end here = {.count = count}, there = {.echoes = true};
	return (double)count * 1e9 / run(&here, &there, size, in_flight);
}

double floor_polling(int rounds)
{
	struct end here = {.count = rounds, .spins = true, .times = calloc((size_t)rounds, sizeof(double))},
		   there = {.echoes = true, .spins = true};
	if (!here.times)
		abort();
	run(&here, &there, 64, 1);
	const double median = bench_median(here.times, (size_t)rounds);
	free(here.times);
	return median;
}

/* Queued in spans, each written when the last one has gone. */
static void push(struct ev_loop *loop, ev_io *io, int events)
{
	(void)loop, (void)events;
	struct end *end = io->data;
	flush(NULL, &end->flush, 0);
	if (end->queued)
		return;
	for (int i = 0; i < 256 && end->begun < end->count; i++)
		begin_one(end);
	if (!end->queued)
		ev_io_stop(end->loop, io);
}

double floor_one_way(size_t size, int64_t count)
{
	int pair[2];
	struct end here = {.count = 1}, there = {.counts = true, .count = count};
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		abort();
	const pid_t pid = fork();
	if (pid == 0) {
		close(pair[0]);
		serve(pair[1], &there, size);
	}
	close(pair[1]);
	begin(&here, pair[0], size);
	ev_io writable;
	ev_io_init(&writable, push, pair[0], EV_WRITE);
	writable.data = &here;
	ev_io_start(here.loop, &writable);
	here.count = count;
	const double begun = bench_now();
	here.done = count - 1; /* what comes back is one message, the last */
	ev_run(here.loop, 0);
	const double took = bench_now() - begun;
	ev_loop_destroy(here.loop);
	close(pair[0]);
	waitpid(pid, NULL, 0);
	free(here.in);
	free(here.out);
	return (double)count * 1e9 / took;
}

void floor_head(double *packing, double *unpacking)
{
	enum { TIMES = 10000000 };
	struct head head;
	uint64_t call, sum = 0;
	size_t size;
	double begin = bench_now();
	for (int i = 0; i < TIMES; i++) {
		pack(&head, (uint64_t)i, 64);
		__asm__ volatile("" : : "r"(&head) : "memory");
	}
	*packing = (bench_now() - begin) / TIMES;
	begin = bench_now();
	for (int i = 0; i < TIMES; i++) {
		__asm__ volatile("" : : "r"(&head) : "memory");
		if (unpack(&head, &call, &size))
			sum += call + size;
	}
	*unpacking = (bench_now() - begin) / TIMES;
	bench_use((int64_t)sum);
}
