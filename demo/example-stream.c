#include <clusterfy/rx.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

static int scale(const int64_t *n, double *out, void *ctx)
{
	const double *factor = ctx;
	if (*n < 0)
		return rx_raise(-ERANGE, "cannot scale %" PRId64, *n);
	*out = *factor * (double)*n;
	return 0;
}
RX_MAPPER(scale, double, int64_t);

static void print(const double *value, void *ctx)
{
	fprintf(ctx, "%g\n", *value);
}
RX_CONSUMER(print, double);

RX_FILTER(is_even, int64_t, n, n % 2 == 0)

int main(void)
{
	double factor = 0.5;
	rx_subscribe(rx_pipe(rx_range(0, 100), rx_filter(is_even), rx_map(scale, &factor), rx_take(3)),
	             &(rx_observer){RX_NEXT(print), .ctx = stdout}, NULL);
}
