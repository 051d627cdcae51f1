/*
 * What a call costs where both ends look for more for a while before they sleep.
 */
#include <clusterfy/cluster.h>

#include <errno.h>
#include <stdlib.h>

#include "tests/bench/bench.h"
#include "tests/bench/floor-calls.h"

#define BODY 64

static rx_observable *echo(const cy_request *request, void *ctx)
{
	(void)ctx;
	return cy_answer(cy_value_ref(request->arguments));
}

static void finish(rx_observable *source)
{
	int nothing;
	if (rx_await_last(int, rx_pipe(source, rx_ignore_elements()), &nothing) != -ENODATA)
		abort();
}

static double median_call(cy_cluster *cluster, int rounds)
{
	static const char bytes[BODY];
	cy_value *arguments = cy_binary(bytes, BODY);
	double *times = calloc((size_t)rounds, sizeof *times);
	for (int i = 0; i < rounds; i++) {
		const double begin = bench_now();
		finish(cy_call(cluster, cy_named("one"), "echo", cy_value_ref(arguments)));
		times[i] = bench_now() - begin;
	}
	const double median = bench_median(times, (size_t)rounds);
	free(times);
	cy_value_unref(arguments);
	return median;
}

static void run(cy_cluster *cluster)
{
	const int rounds = bench_short ? 500 : 20000;
	cy_fork(cluster, "one", NULL);
	finish(cy_ready(cluster, NULL, 0));
	bench_pin(0);
	const double call = median_call(cluster, rounds);
	bench_print("polling", "64 B, both ends poll, p50", call / 1e3, "us", floor_polling(rounds) / 1e3);
}

int main(int argc, char **argv)
{
	cy_cluster *cluster = cy_join(&(cy_options){.poll = RX_MS(10)});
	if (!cluster)
		return EXIT_FAILURE;
	cy_register(cluster, &(cy_command){.name = "echo", .run = echo});
	if (cy_is_primary(cluster)) {
		bench_begin(argc, argv);
		cy_start(cluster);
		if (bench_wanted("polling"))
			run(cluster);
		cy_stop(cluster, 0);
	} else {
		bench_pin(1);
	}
	return cy_run(cluster);
}
