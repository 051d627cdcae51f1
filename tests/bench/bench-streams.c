/*
 * What an item costs on its way down a chain.
 */
#include <clusterfy/rx.h>

#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/bench.h"
#include "tests/bench/chain.h"
#include "tests/bench/floor.h"

/* ---- The main chain --------------------------------------------------------------------------------------------------- */

static double kernels(void *ctx)
{
	(void)ctx;
	bench_use(chain_sum(chain_of_kernels(rx_range(0, chain_items()))));
	return (double)chain_items();
}

static double spans_floor(void *ctx)
{
	(void)ctx;
	bench_use(floor_spans(chain_items()));
	return (double)chain_items();
}

static double functions(void *ctx)
{
	(void)ctx;
	bench_use(chain_sum(chain_of_functions(rx_range(0, chain_items()))));
	return (double)chain_items();
}

static double calls_floor(void *ctx)
{
	(void)ctx;
	bench_use(floor_calls(chain_items()));
	return (double)chain_items();
}

/* ---- The same from an array ------------------------------------------------------------------------------------------- */

#define ARRAY 1000000

/* It is read so often that it is as much work as the chain above. */
static double array_kernels(void *ctx)
{
	for (int64_t i = 0; i < chain_items(); i += ARRAY)
		bench_use(chain_sum(chain_of_kernels(rx_from_span(&rx_type_int64_t, ctx, ARRAY))));
	return (double)chain_items();
}

static double array_spans_floor(void *ctx)
{
	for (int64_t i = 0; i < chain_items(); i += ARRAY)
		bench_use(floor_array_spans(ctx, ARRAY));
	return (double)chain_items();
}

static double array_functions(void *ctx)
{
	for (int64_t i = 0; i < chain_items(); i += ARRAY)
		bench_use(chain_sum(chain_of_functions(rx_from_span(&rx_type_int64_t, ctx, ARRAY))));
	return (double)chain_items();
}

static double array_calls_floor(void *ctx)
{
	for (int64_t i = 0; i < chain_items(); i += ARRAY)
		bench_use(floor_array_calls(ctx, ARRAY));
	return (double)chain_items();
}

static void bench_array(void)
{
	int64_t *array = malloc(ARRAY * sizeof *array);
	if (!array)
		abort();
	for (int64_t i = 0; i < ARRAY; i++)
		array[i] = i;
	bench_compare("array", "kernels, an item of 10^6", array_kernels, array, array_spans_floor, array);
	bench_compare("array", "functions, an item of 10^6", array_functions, array, array_calls_floor, array);
	free(array);
}

/* ---- Other chains ----------------------------------------------------------------------------------------------------- */

RX_REDUCE(plus, int64_t, int64_t, total, n, total + n)

static int gather(int64_t *total, const int64_t *n, void *ctx)
{
	(void)ctx;
	*total += *n;
	return 0;
}
RX_REDUCER(gather, int64_t, int64_t);

static double scan_functions(void *ctx)
{
	(void)ctx;
	bench_use(chain_sum(
		rx_pipe(rx_range(0, chain_items()), rx_scan(gather, int64_t, 0), rx_reduce(gather, int64_t, 0))));
	return (double)chain_items();
}

static double scan_kernels(void *ctx)
{
	(void)ctx;
	bench_use(
		chain_sum(rx_pipe(rx_range(0, chain_items()), rx_scan(plus, int64_t, 0), rx_reduce(plus, int64_t, 0))));
	return (double)chain_items();
}

static double scan_floor(void *ctx)
{
	(void)ctx;
	bench_use(floor_scan(chain_items()));
	return (double)chain_items();
}

static double maps(void *ctx)
{
	bench_use(chain_sum(chain_of_maps(rx_range(0, chain_items() / 10), *(const int *)ctx)));
	return (double)chain_items() / 10;
}

static double maps_floor(void *ctx)
{
	bench_use(floor_maps(chain_items() / 10, *(const int *)ctx));
	return (double)chain_items() / 10;
}

static void bench_growth(void)
{
	for (int stages = 1; stages <= 32; stages *= 2) {
		char metric[48];
		snprintf(metric, sizeof metric, "%d stages, an item", stages);
		bench_compare("growth", metric, maps, &stages, maps_floor, &stages);
	}
}

int main(int argc, char **argv)
{
	bench_begin(argc, argv);
	bench_pin(0);
	if (bench_wanted("chain")) {
		bench_compare("chain", "kernels, an item", kernels, NULL, spans_floor, NULL);
		bench_compare("chain", "functions, an item", functions, NULL, calls_floor, NULL);
	}
	if (bench_wanted("array"))
		bench_array();
	if (bench_wanted("scan")) {
		bench_compare("scan", "scan and reduce, functions, an item", scan_functions, NULL, scan_floor, NULL);
		bench_compare("scan", "scan and reduce, kernels, an item", scan_kernels, NULL, scan_floor, NULL);
	}
	if (bench_wanted("growth"))
		bench_growth();
	rx_trim();
	return 0;
}
