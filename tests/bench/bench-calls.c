/*
 * What a call costs between two processes, and how many there are a second with several in flight.
 */
#include <clusterfy/cluster.h>

#include <errno.h>
#include <msgpack.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "lib/wire/frame.h"
#include "tests/bench/bench.h"
#include "tests/bench/floor.h"
#include "tests/bench/floor-calls.h"

#define BODY 64
#define LARGE (1 << 20)

static rx_observable *echo(const cy_request *request, void *ctx)
{
	(void)ctx;
	return cy_answer(cy_value_ref(request->arguments));
}

static rx_observable *ask(const cy_request *request, void *ctx)
{
	(void)ctx;
	return rx_pipe(cy_call(request->cluster, cy_named("two"), "echo", cy_value_ref(request->arguments)),
	               cy_values());
}

static cy_value *body(size_t size)
{
	static const char bytes[LARGE];
	return cy_binary(bytes, size);
}

static int finish(rx_observable *source)
{
	int nothing;
	const int code = rx_await_last(int, rx_pipe(source, rx_ignore_elements()), &nothing);
	return code == -ENODATA ? 0 : code;
}

/* The arguments are built beforehand: what a call costs, not what its body does. */
static double median_call(cy_cluster *cluster, const char *name, const char *command, size_t size, int rounds)
{
	cy_value *arguments = body(size);
	double *times = calloc((size_t)rounds, sizeof *times);
	for (int i = 0; i < rounds; i++) {
		const double begin = bench_now();
		if (finish(cy_call(cluster, cy_named(name), command, cy_value_ref(arguments))) < 0)
			abort();
		times[i] = bench_now() - begin;
	}
	const double median = bench_median(times, (size_t)rounds);
	free(times);
	cy_value_unref(arguments);
	return median;
}

static void compare_large(cy_cluster *cluster, const char *metric, size_t size, int rounds)
{
	const double floor = floor_round_trip(size, rounds);
	bench_print("large", metric, median_call(cluster, "one", "echo", size, rounds) / 1e3, "us", floor / 1e3);
}

/* A small call beside large ones to the same worker, which are always under way. */
static void beside_large(cy_cluster *cluster, int rounds)
{
	rx_subscription large[2];
	const double alone = median_call(cluster, "one", "echo", BODY, rounds);
	for (int i = 0; i < 2; i++)
		rx_subscribe(rx_pipe(cy_call(cluster, cy_named("one"), "echo", body(LARGE)), rx_repeat(RX_FOREVER)),
		             NULL, &large[i]);
	const double beside = median_call(cluster, "one", "echo", BODY, rounds);
	for (int i = 0; i < 2; i++)
		rx_unsubscribe(&large[i]);
	bench_print("flow", "64 B beside two of 1 MiB under way, p50", beside / 1e3, "us", alone / 1e3);
}

static bool is_full(cy_cluster *cluster)
{
	return cy_send(cluster, cy_named("two"), "fill", body(LARGE)) == -EAGAIN;
}

static rx_observable *fill(const int64_t *n, void *ctx)
{
	(void)n;
	is_full(ctx);
	return rx_empty();
}
RX_PROJECTOR(fill, int64_t, int64_t);

/* Others while one is stopped, its queue is full, and it is sent to all the time. */
static void beside_stopped(cy_cluster *cluster, int rounds)
{
	rx_subscription sending;
	const double alone = median_call(cluster, "one", "echo", BODY, rounds);
	cy_kill(cluster, cy_named("two"), SIGSTOP);
	while (!is_full(cluster))
		;
	rx_subscribe(rx_pipe(rx_interval(RX_US(100)), rx_merge_map(fill, cluster, 1)), NULL, &sending);
	const double beside = median_call(cluster, "one", "echo", BODY, rounds);
	rx_unsubscribe(&sending);
	cy_kill(cluster, cy_named("two"), SIGCONT);
	bench_print("flow", "64 B while another worker is stopped, p50", beside / 1e3, "us", alone / 1e3);
}

static rx_observable *one_call(const int64_t *n, void *ctx)
{
	(void)n;
	return cy_call(ctx, cy_named("one"), "echo", body(BODY));
}
RX_PROJECTOR(one_call, cy_reply, int64_t);

static double rate(cy_cluster *cluster, size_t in_flight, int64_t calls)
{
	const double begin = bench_now();
	if (finish(rx_pipe(rx_range(0, calls), rx_merge_map(one_call, cluster, in_flight))) < 0)
		abort();
	return (double)calls * 1e9 / (bench_now() - begin);
}

/* In turns with the floor. */
static void compare_rate(cy_cluster *cluster, const char *metric, size_t in_flight)
{
	enum { ROUNDS = 5 };
	const int64_t calls = bench_short ? 5000 : 200000;
	double ours[ROUNDS], floors[ROUNDS];
	for (int i = 0; i < ROUNDS; i++) {
		ours[i] = rate(cluster, in_flight, calls);
		floors[i] = floor_rate(BODY, in_flight, calls);
	}
	bench_print("rate", metric, bench_median(ours, ROUNDS), "1/s", bench_median(floors, ROUNDS));
}

static int64_t ticks;

static void count(const cy_event *event, void *ctx)
{
	(void)event;
	++*(int64_t *)ctx;
}
RX_CONSUMER(count, cy_event);

/* The worker counts from now on. */
static rx_observable *begin_counting(const cy_request *request, void *ctx)
{
	(void)ctx;
	rx_subscribe(cy_messages(request->cluster, "tick"), &(rx_observer){RX_NEXT(count), .ctx = &ticks}, NULL);
	return rx_empty();
}

static rx_observable *counted(const cy_request *request, void *ctx)
{
	(void)request, (void)ctx;
	return cy_answer(cy_int(ticks));
}

/* A call stays behind the messages that were sent before it. */
static double one_way(cy_cluster *cluster, int64_t messages)
{
	cy_value *tick = body(BODY);
	const double begin = bench_now();
	for (int64_t i = 0; i < messages; i++) {
		while (cy_send(cluster, cy_named("one"), "tick", cy_value_ref(tick)) == -EAGAIN)
			cy_poll(cluster);
		if (i % 256 == 255)
			cy_poll(cluster);
	}
	if (finish(cy_call(cluster, cy_named("one"), "counted", NULL)) < 0)
		abort();
	cy_value_unref(tick);
	return (double)messages * 1e9 / (bench_now() - begin);
}

static void compare_one_way(cy_cluster *cluster, int64_t messages)
{
	enum { ROUNDS = 3 };
	double ours[ROUNDS], floors[ROUNDS];
	if (finish(cy_call(cluster, cy_named("one"), "begin", NULL)) < 0)
		abort();
	for (int i = 0; i < ROUNDS; i++) {
		ours[i] = one_way(cluster, messages);
		floors[i] = floor_one_way(BODY, messages);
	}
	bench_print("one way", "64 B", bench_median(ours, ROUNDS), "1/s", bench_median(floors, ROUNDS));
}

enum { TIMES = 10000000 };

static void pack_nine(msgpack_packer *packer, uint64_t call)
{
	msgpack_pack_array(packer, 9);
	msgpack_pack_uint8(packer, CY__CALL);
	msgpack_pack_uint16(packer, 0);
	msgpack_pack_uint64(packer, call);
	for (int i = 0; i < 3; i++)
		msgpack_pack_uint32(packer, 1);
	msgpack_pack_uint64(packer, 0);
	msgpack_pack_uint8(packer, 0);
	msgpack_pack_nil(packer);
}

/* The same fields by msgpack-c, which does not write them in one width. */
static void print_msgpack(void)
{
	msgpack_sbuffer buffer;
	msgpack_unpacked unpacked;
	msgpack_sbuffer_init(&buffer);
	msgpack_packer packer;
	msgpack_packer_init(&packer, &buffer, msgpack_sbuffer_write);
	double begin = bench_now();
	for (int i = 0; i < TIMES / 10; i++) {
		msgpack_sbuffer_clear(&buffer);
		pack_nine(&packer, (uint64_t)i);
	}
	bench_print("head", "pack, by msgpack-c", (bench_now() - begin) * 10 / TIMES, "ns", 0);
	begin = bench_now();
	msgpack_unpacked_init(&unpacked);
	for (int i = 0; i < TIMES / 10; i++)
		if (msgpack_unpack_next(&unpacked, buffer.data, buffer.size, NULL) != MSGPACK_UNPACK_SUCCESS)
			abort();
	bench_print("head", "unpack, by msgpack-c", (bench_now() - begin) * 10 / TIMES, "ns", 0);
	msgpack_unpacked_destroy(&unpacked);
	msgpack_sbuffer_destroy(&buffer);
}

/* What every frame begins with. */
static void compare_head(void)
{
	uint8_t head[CY__FRAME_HEAD];
	cy__frame frame = {.kind = CY__CALL, .to = 1, .body = (const uint8_t *)"", .body_size = BODY}, read;
	const char *why;
	uint64_t sum = 0;
	double floor[2];
	floor_head(&floor[0], &floor[1]);
	double begin = bench_now();
	for (int i = 0; i < TIMES; i++) {
		frame.call = (uint64_t)i;
		sum += cy__frame_encode(&frame, head);
		__asm__ volatile("" : : "r"(head) : "memory");
	}
	bench_print("head", "pack", (bench_now() - begin) / TIMES, "ns", floor[0]);
	begin = bench_now();
	for (int i = 0; i < TIMES; i++) {
		size_t size;
		__asm__ volatile("" : : "r"(head) : "memory");
		if (cy__frame_size(head, CY__FRAME_MAX_DEFAULT, &size, &why) < 0 ||
		    cy__frame_decode_head(head, &read, &why) < 0)
			abort();
		sum += read.call + size;
	}
	bench_print("head", "unpack", (bench_now() - begin) / TIMES, "ns", floor[1]);
	bench_use((int64_t)sum);
	print_msgpack();
}

static void run(cy_cluster *cluster)
{
	const int rounds = bench_short ? 500 : 20000;
	cy_fork(cluster, "one", NULL);
	cy_fork(cluster, "two", NULL);
	if (finish(cy_ready(cluster, NULL, 0)) < 0)
		abort();
	bench_pin(0);
	if (bench_wanted("call")) {
		const double floor = floor_round_trip(BODY, rounds);
		const double direct = median_call(cluster, "one", "echo", BODY, rounds);
		const double relayed = median_call(cluster, "one", "ask", BODY, rounds);
		bench_print("call", "primary to worker, p50", direct / 1e3, "us", floor / 1e3);
		/* What asking the other worker adds: four messages on the way through the primary. */
		bench_print("call", "worker to worker, p50", (relayed - direct) / 1e3, "us", direct / 1e3);
	}
	if (bench_wanted("rate")) {
		compare_rate(cluster, "64 in flight", 64);
		compare_rate(cluster, "1024 in flight", 1024);
	}
	if (bench_wanted("one way"))
		compare_one_way(cluster, bench_short ? 20000 : 1000000);
	if (bench_wanted("head"))
		compare_head();
	if (bench_wanted("large")) {
		compare_large(cluster, "64 KiB, round trip", 64 << 10, rounds / 5);
		compare_large(cluster, "1 MiB, round trip", LARGE, rounds / 20);
	}
	if (bench_wanted("flow")) {
		beside_large(cluster, rounds / 20);
		beside_stopped(cluster, rounds / 4);
	}
}

/* Whom the primary calls, and whom that one asks, are on another processor than the primary: who waits shares it with nobody. */
static void pin(const cy_cluster *cluster)
{
	if (!cy_is_primary(cluster))
		bench_pin(1);
}

int main(int argc, char **argv)
{
	cy_cluster *cluster = cy_join(NULL);
	if (!cluster)
		return EXIT_FAILURE;
	pin(cluster);
	cy_register(cluster, &(cy_command){.name = "echo", .run = echo});
	cy_register(cluster, &(cy_command){.name = "begin", .run = begin_counting});
	cy_register(cluster, &(cy_command){.name = "counted", .run = counted});
	cy_register(cluster, &(cy_command){.name = "ask", .target = CY_ON_WORKER, .run = ask});
	if (cy_is_primary(cluster)) {
		bench_begin(argc, argv);
		cy_start(cluster);
		run(cluster);
		cy_stop(cluster, 0);
	}
	return cy_run(cluster);
}
