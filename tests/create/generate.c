#include <errno.h>
#include <stdio.h>

#include "tests/support/marbles.h"
#include "tests/support/notes.h"
#include "tests/support/stack.h"

RX_MAP(twice, int64_t, int64_t, n, 2 * n)
RX_FILTER(below_10, int64_t, n, n < 10)

TEST(goes_on_as_long_as_the_condition_holds)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_generate(int64_t, 1, below_10, twice), NULL, "(1248|)", NUMBERS);
	EXPECT_MARBLES(t);
}

static int below(const int64_t *n, void *ctx)
{
	return *n < *(int64_t *)ctx;
}
RX_PREDICATE(below, int64_t);

static int noted_twice(const int64_t *n, int64_t *out, void *ctx)
{
	note("step");
	*out = 2 * *n;
	return *n == 4 ? -ERANGE : 0;
}
RX_MAPPER(noted_twice, int64_t, int64_t);

TEST(a_failure_of_the_step_is_an_error)
{
	int64_t limit = 100;
	rx_subscribe(rx_generate(int64_t, 1, below, noted_twice, &limit), &noting, NULL);
	ck_assert_str_eq(notes(), "1, step, 2, step, 4, step, error");
}

TEST(take_stops_it_before_the_next_step)
{
	int64_t limit = 100;
	rx_subscribe(rx_pipe(rx_generate(int64_t, 1, below, noted_twice, &limit), rx_take(2)), &noting, NULL);
	ck_assert_str_eq(notes(), "1, step, 2, complete");
}

static int is_short(const rx_string *text, void *ctx)
{
	return (*text)[0] == '\0' || (*text)[1] == '\0' || (*text)[2] == '\0';
}
RX_PREDICATE(is_short, rx_string);

static int longer(const rx_string *text, rx_string *out, void *ctx)
{
	char both[8];
	snprintf(both, sizeof both, "%sx", *text);
	rx_string copied = both;
	return rx_type_copy(&rx_type_rx_string, out, &copied);
}
RX_MAPPER(longer, rx_string, rx_string);

static void note_string(const rx_string *text, void *ctx)
{
	note("'%s'", *text);
}
RX_CONSUMER(note_string, rx_string);

TEST(what_owns_something_is_released)
{
	rx_subscribe(rx_generate(rx_string, "", is_short, longer), &(rx_observer){RX_NEXT(note_string)}, NULL);
	ck_assert_str_eq(notes(), "'', 'x', 'xx'");
}

static void note_message(const rx_error *error, void *ctx)
{
	note("%s", error->message);
}

TEST(all_are_of_one_type)
{
	rx_subscribe(rx_generate(char, 'a', below_10, twice), &(rx_observer){.error = note_message}, NULL);
	ck_assert_str_eq(notes(), "generate begins with char, and below_10 is of another type");
}

RX_MAP(successor, int64_t, int64_t, n, n + 1)
RX_FILTER(is_below_many, int64_t, n, n < MANY)

static void generate_many(void)
{
	rx_subscribe(rx_generate(int64_t, 0, is_below_many, successor), NULL, NULL);
}

TEST(runs_on_a_small_stack)
{
	on_small_stack(generate_many);
}
