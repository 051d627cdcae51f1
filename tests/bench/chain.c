#include "tests/bench/chain.h"

#include "tests/bench/bench.h"

int64_t chain_items(void)
{
	return bench_short ? 1000000 : 10000000;
}

static void add(const int64_t *n, void *ctx)
{
	*(int64_t *)ctx += *n;
}
RX_CONSUMER(add, int64_t);

int64_t chain_sum(rx_observable *source)
{
	int64_t sum = 0;
	rx_subscribe(source, &(rx_observer){RX_NEXT(add), .ctx = &sum}, NULL);
	return sum;
}

RX_MAP(triple, int64_t, int64_t, n, 3 * n)
RX_FILTER(is_even, int64_t, n, n % 2 == 0)
RX_REDUCE(plus, int64_t, int64_t, total, n, total + n)

rx_observable *chain_of_kernels(rx_observable *numbers)
{
	return rx_pipe(numbers, rx_map(triple), rx_filter(is_even), rx_take(SIZE_MAX), rx_reduce(plus, int64_t, 0));
}

static int triple_function(const int64_t *n, int64_t *out, void *ctx)
{
	(void)ctx;
	*out = 3 * *n;
	return 0;
}
RX_MAPPER(triple_function, int64_t, int64_t);

static int is_even_function(const int64_t *n, void *ctx)
{
	(void)ctx;
	return *n % 2 == 0;
}
RX_PREDICATE(is_even_function, int64_t);

rx_observable *chain_of_functions(rx_observable *numbers)
{
	return rx_pipe(numbers, rx_map(triple_function), rx_filter(is_even_function), rx_take(SIZE_MAX));
}

rx_observable *chain_of_maps(rx_observable *numbers, int stages)
{
	for (int i = 0; i < stages; i++)
		numbers = rx_pipe(numbers, rx_map(triple_function));
	return numbers;
}

rx_observable *chain_of_three(void)
{
	return rx_pipe(rx_never(), rx_map(triple), rx_filter(is_even), rx_take(10));
}

static rx_observable *three(const int64_t *n, void *ctx)
{
	(void)ctx;
	return rx_range(*n, 3);
}
RX_PROJECTOR(three, int64_t, int64_t);

rx_observable *chain_merge_map(rx_observable *numbers)
{
	return rx_pipe(numbers, rx_merge_map(three));
}

rx_observable *chain_concat_map(rx_observable *numbers)
{
	return rx_pipe(numbers, rx_concat_map(three));
}

rx_observable *chain_switch_map(rx_observable *numbers)
{
	return rx_pipe(numbers, rx_switch_map(three));
}
