#include <clusterfy/rx.h>

#include <errno.h>

#include "tests/support/marbles.h"
#include "tests/support/memory.h"

static int scale(const int64_t *n, double *out, void *ctx)
{
	*out = (double)*n * *(const double *)ctx;
	return 0;
}
RX_MAPPER(scale, double, int64_t);
RX_FILTER(is_even, int64_t, n, n % 2 == 0)

static void note(const rx_error *error, void *ctx)
{
	*(const rx_error **)ctx = rx_error_ref(error);
}

static const rx_error *error_of(rx_observable *source)
{
	const rx_error *error = NULL;
	rx_subscribe(source, &(rx_observer){.error = note, .ctx = &error}, NULL);
	ck_assert_ptr_nonnull(error);
	return error;
}

TEST(types_that_do_not_fit_are_named_with_their_stages)
{
	double factor = 1;
	const rx_error *error =
		error_of(rx_pipe(rx_range(0, 3), rx_map(scale, &factor), rx_filter(is_even), rx_take(1)));
	ck_assert_int_eq(error->code, -EINVAL);
	ck_assert_str_eq(error->message, "filter(is_even) takes int64_t, but map(scale) before it gives double");
	rx_error_unref(error);
}

static int never_right(const char *item, char *out, void *ctx)
{
	(void)item, (void)out, (void)ctx;
	return 0;
}
RX_MAPPER(never_right, char, char);

TEST(the_first_mistake_is_the_one_reported)
{
	double factor = 1;
	const rx_error *error =
		error_of(rx_pipe(rx_range(0, 3), rx_map(scale, &factor), rx_filter(is_even), rx_map(never_right)));
	ck_assert_str_eq(error->message, "filter(is_even) takes int64_t, but map(scale) before it gives double");
	rx_error_unref(error);
}

static void ignore(const double *item, void *ctx)
{
	(void)item, (void)ctx;
}
RX_CONSUMER(ignore, double);

TEST(an_observer_of_another_type_is_told)
{
	const rx_error *error = NULL;
	rx_subscribe(rx_range(0, 1), &(rx_observer){RX_NEXT(ignore), .error = note, .ctx = &error}, NULL);
	ck_assert_str_eq(error->message, "observer(ignore) takes double, but range before it gives int64_t");
	rx_error_unref(error);
}

TEST(a_composed_operator_serves_any_number_of_sources)
{
	rx_operator *pair = rx_compose(rx_filter(is_even), rx_take(2));
	rx_test *t = rx_test_create();
	rx_expect(t, rx_pipe(rx_range(0, 9), rx_operator_ref(pair)), NULL, "(02|)", NUMBERS);
	rx_expect(t, rx_pipe(rx_range(3, 9), rx_compose(pair)), NULL, "(46|)", NUMBERS);
	EXPECT_MARBLES(t);
}

static rx_observable *first_of(rx_observable *source, void *ctx)
{
	(void)ctx;
	return rx_pipe(source, rx_take(1));
}

static void count_drop(void *ctx)
{
	++*(int *)ctx;
}

TEST(a_function_of_the_source_is_an_operator)
{
	int dropped = 0;
	rx_test *t = rx_test_create();
	rx_expect(t, rx_pipe(rx_range(5, 3), rx_operator_create(NULL, first_of, &dropped, count_drop)), NULL, "(5|)",
	          NUMBERS);
	EXPECT_MARBLES(t);
	ck_assert_int_eq(dropped, 1);
}

TEST(no_memory_is_an_error_of_the_stream)
{
	for (size_t n = 0; n < 6; n++) {
		memory_fail_after(n);
		rx_observable *source = rx_pipe(rx_range(0, 3), rx_filter(is_even), rx_compose(rx_take(1)));
		const rx_error *error = NULL;
		rx_subscribe(source, &(rx_observer){.error = note, .ctx = &error}, NULL);
		memory_recover();
		ck_assert_int_eq(error->code, -ENOMEM);
		rx_error_unref(error);
	}
}

TEST(a_long_chain_is_released_without_recursion)
{
	rx_observable *source = rx_never();
	for (int i = 0; i < 20000; i++)
		source = rx_pipe(source, rx_take(1));
	rx_observable_unref(source);
}

TEST(null_in_the_place_of_an_observable_is_an_error_of_the_stream, .to = 2)
{
	const rx_error *error = error_of(_i ? rx_pipe(NULL, rx_take(1)) : NULL);
	ck_assert_int_eq(error->code, -EINVAL);
	ck_assert_str_eq(error->message, "there is no observable, but NULL");
	rx_error_unref(error);
}

static rx_observable *never_closing(const int64_t *item, void *ctx)
{
	(void)item, (void)ctx;
	return rx_never();
}
RX_PROJECTOR(never_closing, int64_t, int64_t);

TEST(null_for_another_observable_is_an_error_of_the_operator)
{
	rx_operator *operators[] = {
		rx_take_until(NULL),
		rx_skip_until(NULL),
		rx_sample(NULL),
		rx_buffer(NULL),
		rx_window(NULL),
		rx_sequence_equal(NULL),
		rx_buffer_toggle(NULL, never_closing),
		rx_window_toggle(NULL, never_closing),
	};
	for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
		const rx_error *error = error_of(rx_pipe(rx_range(0, 3), operators[i]));
		ck_assert_str_eq(error->message, "there is no observable, but NULL");
		rx_error_unref(error);
	}
	const rx_error *error = error_of(rx_connectable(NULL, NULL));
	ck_assert_int_eq(error->code, -EINVAL);
	rx_error_unref(error);
}

TEST(a_reference_to_nothing_is_nothing)
{
	ck_assert_ptr_null(rx_observable_ref(NULL));
	ck_assert_ptr_null(rx_observable_type(NULL));
	ck_assert_ptr_null(rx_operator_ref(NULL));
	ck_assert_ptr_null(rx_subject_ref(NULL));
	ck_assert_ptr_null(rx_subscriber_ref(NULL));
	ck_assert_ptr_null(rx_mailbox_ref(NULL));
	ck_assert_ptr_null(rx_error_ref(NULL));
	rx_observable_unref(NULL);
	rx_operator_unref(NULL);
	rx_subject_unref(NULL);
	rx_subscriber_unref(NULL);
	rx_mailbox_unref(NULL);
	rx_error_unref(NULL);
}
