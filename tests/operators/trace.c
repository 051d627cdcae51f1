#include "tests/support/contract.h"
#include "tests/support/through.h"

#include <stdlib.h>

/* A stream without a descriptor that takes everything. */
static ssize_t swallow(void *cookie, const char *bytes, size_t size)
{
	(void)cookie, (void)bytes;
	return (ssize_t)size;
}

static FILE *nowhere(void)
{
	static FILE *file;
	if (!file)
		file = fopencookie(NULL, "w", (cookie_io_functions_t){.write = swallow});
	return file;
}

CONTRACT(rx_trace(nowhere(), NULL))

/* What a trace writes. */
static struct {
	FILE *file;
	char *text;
	size_t size;
} output;

static void setup(void)
{
	output.file = open_memstream(&output.text, &output.size);
}

static void teardown(void)
{
	fclose(output.file);
	free(output.text);
}

#define TRACED(name) TEST(name, .setup = setup, .teardown = teardown)

static void writes(const char *expected)
{
	fflush(output.file);
	ck_assert_str_eq(output.text, expected);
}

TRACED(writes_what_passes)
{
	through(rx_trace(output.file, NULL), "--1--2--|",
	                                     "--1--2--|", .subscriptions = "^-------!");
	writes("        0.000 ms  cold #1  subscribe\n"
	       "        2.000 ms  cold #1  next 1\n"
	       "        5.000 ms  cold #1  next 2\n"
	       "        8.000 ms  cold #1  complete\n");
}

TRACED(writes_an_error)
{
	through(rx_trace(output.file, NULL), "-1-#",
	                                     "-1-#");
	writes("        0.000 ms  cold #1  subscribe\n"
	       "        1.000 ms  cold #1  next 1\n"
	       "        3.000 ms  cold #1  error \"error\" (-5)\n");
}

TRACED(writes_that_it_was_unsubscribed)
{
	through(rx_trace(output.file, NULL), "-1-2-|",
	                                     "-1   ", .subscription = "^-!");
	writes("        0.000 ms  cold #1  subscribe\n"
	       "        1.000 ms  cold #1  next 1\n"
	       "        2.000 ms  cold #1  unsubscribe\n");
}

static int refuse(const int64_t *n, void *ctx)
{
	return rx_raise(-ERANGE, "refused");
}
RX_PREDICATE(refuse, int64_t);

TRACED(names_stages_and_numbers_subscriptions)
{
	rx_observable *source = rx_pipe(rx_range(7, 1), rx_filter(refuse), rx_trace(output.file, NULL));
	rx_subscribe(rx_observable_ref(source), &(rx_observer){.error = ignore_error}, NULL);
	rx_subscribe(rx_pipe(source, rx_name(rx_trace(output.file, NULL), "prices")),
	             &(rx_observer){.error = ignore_error}, NULL);
	fflush(output.file);
	ck_assert_ptr_nonnull(strstr(output.text, " filter(refuse) #1  error \"refused\" (-34) in filter(refuse)\n"));
	ck_assert_ptr_nonnull(strstr(output.text, " filter(refuse) #2  subscribe\n"));
	ck_assert_ptr_nonnull(strstr(output.text, " prices #1  subscribe\n"));
}

typedef struct point {
	int x, y;
} point;
RX_TYPE(point);

static int format_point(const point *p, char *text, size_t size, void *ctx)
{
	return snprintf(text, size, "%s(%d, %d)", (const char *)ctx, p->x, p->y);
}
RX_FORMATTER(format_point, point);

TRACED(a_function_writes_items)
{
	const rx_trace_options options = {RX_FORMAT(format_point), .ctx = (char[]){"P"}, .draw = true};
	through(rx_trace(output.file, &options), "-a-b-|",
	                                         "-a-b-|", .from = RX_VALUES(point, "ab", {1, 2}, {3, 4}),
	        .to = RX_VALUES(point, "ab", {1, 2}, {3, 4}));
	writes("        0.000 ms  cold #1  subscribe\n"
	       "        1.000 ms  cold #1  next P(1, 2)\n"
	       "        3.000 ms  cold #1  next P(3, 4)\n"
	       "        5.000 ms  cold #1  complete\n"
	       "        5.000 ms  cold #1  -a-b-|\n"
	       "    a = P(1, 2)\n"
	       "    b = P(3, 4)\n");
}

TRACED(draws_what_it_saw)
{
	const rx_trace_options options = {.draw = true};
	through(rx_trace(output.file, &options), "--1--(21)#",
	                                         "--1--(21)#");
	fflush(output.file);
	ck_assert_ptr_nonnull(strstr(output.text, "9.000 ms  cold #1  --a--(ba)#\n    a = 1\n    b = 2\n"));
}

static void nest(rx_observable *source, const char *expected)
{
	rx_subscribe(rx_pipe(source, rx_trace(output.file, NULL)), &(rx_observer){.error = ignore_error}, NULL);
	fflush(output.file);
	ck_assert_msg(strstr(output.text, expected) != NULL, "%s is not in\n%s", expected, output.text);
}

TRACED(known_types_are_written_by_what_is_in_them)
{
	nest(rx_of(rx_string, "a", NULL), "next \"a\"\n");
	nest(rx_of(rx_string, "a", NULL), "next NULL\n");
	nest(rx_of(bool, true), "next 1\n");
	nest(rx_of(double, 0.5), "next 0.5\n");
	nest(rx_of(char, 'x'), "next 'x'\n");
	nest(rx_of(uint8_t, 200), "next 200\n");
	nest(rx_pipe(rx_range(1, 3), rx_to_array()), "next [1, 2, 3]\n");
	nest(rx_pipe(rx_range(1, 2), rx_pairwise()), "next [1, 2]\n");
	nest(rx_pipe(rx_range(1, 4), rx_buffer_count(2, 0), rx_to_array()), "next [[1, 2], [3, 4]]\n");
	nest(rx_zip(rx_range(1, 1), rx_of(rx_string, "a")), "next [1, \"a\"]\n");
	nest(rx_pipe(rx_range(1, 1), rx_materialize()), "next next 1\n");
	nest(rx_pipe(rx_range(1, 1), rx_materialize()), "next complete\n");
	nest(rx_pipe(rx_throw_error(-EIO, "broken"), rx_materialize()), "next error \"broken\" (-5)\n");
	nest(rx_of(point, {1, 2}), "next point 01 00 00 00 02 00 00 00\n");
}

TRACED(observables_are_written_by_name)
{
	rx_observable *inner = rx_pipe(rx_range(1, 3), rx_take(2));
	nest(rx_of(rx_stream, inner), "next observable take\n");
	rx_observable_unref(inner);
}

static void strings(void)
{
	const rx_trace_options options = {.draw = true};
	FILE *nothing = fopen("/dev/null", "w");
	through_strings(rx_trace(nothing, &options));
	fclose(nothing);
}

TEST(without_memory_it_says_less)
{
	strings();
	without_memory(strings);
}
