#include "tests/bench/bench.h"

#include <errno.h>
#include <malloc.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUNDS 9
#define ROUNDS_SHORT 3

bool bench_short, bench_pinned;
static const char *only;
static volatile int64_t used;

void bench_begin(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--short") == 0)
			bench_short = true;
		else
			only = argv[i];
	setvbuf(stdout, NULL, _IOLBF, 0);
}

void bench_note(const char *bench, const char *note)
{
	printf("{\"bench\": \"%s\", \"note\": \"%s\"}\n", bench, note);
}

/* In the environment, so that a worker knows which ones there were before its primary was pinned. */
#define PROCESSORS "CLUSTERFY_BENCH_PROCESSORS"

static void find_processors(void)
{
	char list[1024] = "";
	cpu_set_t allowed;
	if (getenv(PROCESSORS) || sched_getaffinity(0, sizeof allowed, &allowed) < 0)
		return;
	for (size_t cpu = 0, size = 0; cpu < CPU_SETSIZE && size < sizeof list - 8; cpu++)
		if (CPU_ISSET(cpu, &allowed))
			size += (size_t)snprintf(list + size, sizeof list - size, "%zu ", cpu);
	setenv(PROCESSORS, list, 1);
}

static long nth_processor(unsigned nth)
{
	find_processors();
	char *at = getenv(PROCESSORS);
	for (long cpu; at && *at; nth--) {
		cpu = strtol(at, &at, 10);
		at += strspn(at, " ");
		if (nth == 0)
			return cpu;
	}
	return -1;
}

bool bench_pin(unsigned nth)
{
	const long cpu = nth_processor(nth);
	cpu_set_t one;
	char note[96];
	CPU_ZERO(&one);
	if (cpu >= 0)
		CPU_SET((size_t)cpu, &one);
	if (cpu >= 0 && sched_setaffinity(0, sizeof one, &one) == 0)
		return bench_pinned = true;
	snprintf(note, sizeof note, "not pinned to the processor %u of those allowed: %s", nth,
	         cpu < 0 ? "there are fewer" : strerror(errno));
	bench_note("pin", note);
	return false;
}

bool bench_wanted(const char *name)
{
	return !only || strstr(name, only) || strstr(only, name);
}

static double read_clock(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

double bench_now(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

double bench_processor_now(void)
{
	return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

void bench_use(int64_t value)
{
	used = value;
}

static int compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

double bench_median(double *values, size_t count)
{
	qsort(values, count, sizeof *values, compare);
	return count ? values[count / 2] : 0;
}

static double measure(bench_work work, void *ctx)
{
	const double begin = bench_processor_now(), units = work(ctx);
	return (bench_processor_now() - begin) / units;
}

void bench_print(const char *bench, const char *metric, double value, const char *unit, double floor)
{
	printf("{\"bench\": \"%s\", \"metric\": \"%s\", \"value\": %.4g, \"unit\": \"%s\"", bench, metric, value, unit);
	if (floor > 0)
		printf(", \"floor\": %.4g, \"ratio\": %.3g", floor, value / floor);
	printf("}\n");
}

static void compare_measured(const char *bench, const char *metric, const char *unit, bool timed,
                             double (*library)(void *), void *library_ctx, double (*floor)(void *), void *floor_ctx)
{
	double ours[ROUNDS], theirs[ROUNDS] = {0};
	const size_t rounds = bench_short ? ROUNDS_SHORT : ROUNDS;
	for (size_t i = 0; i < rounds; i++) {
		ours[i] = timed ? measure(library, library_ctx) : library(library_ctx);
		if (floor)
			theirs[i] = timed ? measure(floor, floor_ctx) : floor(floor_ctx);
	}
	bench_print(bench, metric, bench_median(ours, rounds), unit, bench_median(theirs, rounds));
}

void bench_compare(const char *bench, const char *metric, bench_work library, void *library_ctx, bench_work floor,
                   void *floor_ctx)
{
	compare_measured(bench, metric, "ns", true, library, library_ctx, floor, floor_ctx);
}

void bench_compare_figures(const char *bench, const char *metric, const char *unit, bench_figure library,
                           void *library_ctx, bench_figure floor, void *floor_ctx)
{
	compare_measured(bench, metric, unit, false, library, library_ctx, floor, floor_ctx);
}

double bench_heap(void)
{
#if defined __GLIBC__ && __GLIBC_PREREQ(2, 33)
	const struct mallinfo2 info = mallinfo2();
	return (double)info.uordblks + (double)info.hblkhd;
#else
	return 0;
#endif
}

size_t *bench_shuffled(size_t count)
{
	size_t *order = malloc(count * sizeof *order);
	if (!order)
		abort();
	uint64_t state = 1;
	for (size_t i = 0; i < count; i++) {
		state = state * 6364136223846793005u + 1442695040888963407u;
		const size_t other = (size_t)((state >> 33) % (i + 1));
		order[i] = order[other];
		order[other] = i;
	}
	return order;
}
