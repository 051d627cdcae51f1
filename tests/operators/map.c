#include <clusterfy/rx.h>

#include <errno.h>
#include <inttypes.h>

#include "tests/support/contract.h"
#include "tests/support/marbles.h"

CONTRACT(rx_map(parcel_same))

RX_MAP(tenfold, int64_t, int64_t, n, 10 * n)

TEST(emits_what_is_made_of_each_item)
{
	rx_test *t = rx_test_create();
	rx_observable *a = rx_hot(t, "--1--2--3--|", NUMBERS);
	rx_expect(t, rx_pipe(a, rx_map(tenfold)), NULL, "--a--b--c--|", RX_VALUES(int64_t, "abc", 10, 20, 30));
	rx_expect_subscriptions(t, a, "^----------!");
	EXPECT_MARBLES(t);
}

static int scale(const int64_t *n, double *out, void *ctx)
{
	if (*n < 0)
		return rx_raise(-ERANGE, "cannot scale %" PRId64, *n);
	*out = *(const double *)ctx * (double)*n;
	return 0;
}
RX_MAPPER(scale, double, int64_t);

TEST(passes_the_context_to_an_ordinary_function)
{
	double factor = 0.5;
	rx_test *t = rx_test_create();
	rx_expect(t, rx_pipe(rx_cold(t, "-1-3-|", NUMBERS), rx_map(scale, &factor)), NULL, "-a-b-|",
	          RX_VALUES(double, "ab", 0.5, 1.5));
	EXPECT_MARBLES(t);
}

static void note(const rx_error *error, void *ctx)
{
	*(const rx_error **)ctx = rx_error_ref(error);
}

TEST(a_negative_result_ends_it_and_names_the_stage)
{
	double factor = 1;
	const rx_error *error = NULL;
	rx_subscribe(rx_pipe(rx_of(int64_t, -7), rx_map(scale, &factor)), &(rx_observer){.error = note, .ctx = &error},
	             NULL);
	ck_assert_int_eq(error->code, -ERANGE);
	ck_assert_str_eq(error->message, "cannot scale -7");
	ck_assert_str_eq(error->stage, "map(scale)");
	rx_error_unref(error);
}

static int number_of(const char *item, size_t index, int64_t *out, void *ctx)
{
	(void)item, (void)ctx;
	*out = (int64_t)index;
	return 0;
}
RX_MAPPER_INDEXED(number_of, int64_t, char);

TEST(counts_items_from_zero_in_each_subscription)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_pipe(rx_cold(t, "a-b-(c|)", NULL), rx_map(number_of));
	rx_expect(t, rx_observable_ref(source), NULL, "0-1-(2|)", NUMBERS);
	rx_expect(t, source, "--^", "--0-1-(2|)", NUMBERS);
	EXPECT_MARBLES(t);
}

static void add(const int64_t *n, void *ctx)
{
	*(int64_t *)ctx += *n;
}
RX_CONSUMER(add, int64_t);

static int64_t sum_of(rx_observable *source)
{
	int64_t sum = 0;
	rx_subscribe(source, &(rx_observer){RX_NEXT(add), .ctx = &sum}, NULL);
	return sum;
}

static int tenfold_function(const int64_t *n, int64_t *out, void *ctx)
{
	(void)ctx;
	*out = tenfold(*n);
	return 0;
}
RX_MAPPER(tenfold_function, int64_t, int64_t);

TEST(a_kernel_and_a_function_make_the_same_of_spans)
{
	const int64_t expected = 10 * (999 * 1000 / 2);
	ck_assert_int_eq(sum_of(rx_pipe(rx_range(0, 1000), rx_map(tenfold))), expected);
	ck_assert_int_eq(sum_of(rx_pipe(rx_range(0, 1000), rx_map(tenfold_function))), expected);
	ck_assert_int_eq(sum_of(rx_pipe(rx_range(0, 1000), rx_map(tenfold), rx_take(300), rx_map(tenfold_function))),
	                 100 * (299 * 300 / 2));
}

static int name_of(const int64_t *n, rx_string *out, void *ctx)
{
	(void)ctx;
	return rx_type_copy(&rx_type_rx_string, out, *n == 1 ? &(rx_string){"one"} : &(rx_string){"many"});
}
RX_MAPPER(name_of, rx_string, int64_t);

TEST(drops_what_it_made)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_pipe(rx_of(int64_t, 1, 2, 3), rx_map(name_of), rx_take(2)), NULL, "(ab|)",
	          RX_VALUES(rx_string, "ab", "one", "many"));
	EXPECT_MARBLES(t);
}
