#include <stdio.h>

#include "tests/support/contract.h"
#include "tests/support/marbles.h"
#include "tests/support/notes.h"
#include "tests/support/stack.h"

CONTRACT(rx_compose(rx_expand(parcel_later), rx_take(12)))
CONTRACT(rx_compose(rx_expand(parcel_once), rx_take(12)))

/* Numbers below 8 become their double, two frames later. */
static rx_observable *doubled(const int64_t *n, void *ctx)
{
	return *n < 8 ? rx_cold(ctx, "--x|", RX_VALUES(int64_t, "x", 2 * *n)) : rx_empty();
}
RX_PROJECTOR(doubled, int64_t, int64_t);

TEST(does_the_same_with_what_comes_back)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "-1------|", NUMBERS);
	rx_expect(t, rx_pipe(source, rx_expand(doubled, t)), NULL, "-1-2-4-8|", NUMBERS);
	rx_expect_subscriptions(t, source, "^-------!");
	EXPECT_MARBLES(t);
}

TEST(items_wait_at_the_limit)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "(44)|", NUMBERS);
	rx_expect(t, rx_pipe(source, rx_expand(doubled, t, 1)), NULL, "4--4--(88|)", NUMBERS);
	EXPECT_MARBLES(t);
}

TEST(an_error_of_an_inner_observable_ends_it)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "-1-----#", NUMBERS);
	rx_expect(t, rx_pipe(source, rx_expand(doubled, t)), NULL, "-1-2-4-#", NUMBERS);
	EXPECT_MARBLES(t);
}

TEST(unsubscribing_stops_it)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_pipe(rx_cold(t, "-1|", NUMBERS), rx_expand(doubled, t)), "^---!", "-1-2-", NUMBERS);
	EXPECT_MARBLES(t);
}

/* One, two or three others, at once. */
static rx_observable *mixed(const int64_t *n, void *ctx)
{
	if (*n >= 40)
		return rx_empty();
	if (*n % 3 == 0)
		return rx_of(int64_t, 2 * *n);
	if (*n % 3 == 1)
		return rx_of(int64_t, 2 * *n, 2 * *n + 1);
	return rx_of(int64_t, 3 * *n, 3 * *n + 1, *n + 20);
}
RX_PROJECTOR(mixed, int64_t, int64_t);

/* What RxJS 7.8.2 gives. */
static const char *const orders[] = {
	"1, 2, 6, 12, 24, 48, 7, 14, 42, 43, 34, 68, 69, 15, 30, 60, 22, 44, 45, 3, 6, 12, 24, 48, 2, 6, 12, 24, 48, "
	"7, "
	"14, 42, 43, 34, 68, 69, 15, 30, 60, 22, 44, 45, complete",
	"1, 2, 3, 6, 7, 22, 6, 12, 14, 15, 44, 45, 12, 24, 42, 43, 34, 30, 24, 48, 68, 69, 60, 48, 2, 6, 7, 22, 12, "
	"14, "
	"15, 44, 45, 24, 42, 43, 34, 30, 48, 68, 69, 60, complete",
	"1, 2, 6, 7, 22, 12, 14, 15, 44, 45, 24, 42, 43, 34, 30, 48, 68, 69, 60, 3, 6, 12, 24, 48, 2, 6, 12, 24, 48, "
	"7, "
	"14, 15, 42, 43, 34, 30, 68, 69, 60, 22, 44, 45, complete",
	"1, 2, 6, 12, 24, 48, 7, 14, 15, 42, 43, 34, 30, 68, 69, 60, 22, 44, 45, 3, 6, 12, 24, 48, 2, 6, 12, 24, 48, "
	"7, "
	"14, 42, 43, 34, 68, 69, 15, 30, 60, 22, 44, 45, complete",
};

TEST(synchronous_trees_come_in_the_order_of_rxjs, .from = 0, .to = 4)
{
	rx_subscribe(rx_pipe(rx_range(1, 2), rx_expand(mixed, NULL, (size_t)_i)), &noting, NULL);
	ck_assert_str_eq(notes(), orders[_i]);
}

static rx_observable *successor(const int64_t *n, void *ctx)
{
	note("project");
	return rx_range(*n + 1, 1);
}
RX_PROJECTOR(successor, int64_t, int64_t);

TEST(emits_before_it_projects)
{
	rx_subscribe(rx_pipe(rx_range(0, 1), rx_expand(successor), rx_take(3)), &noting, NULL);
	ck_assert_str_eq(notes(), "0, project, 1, project, 2, complete");
}

static rx_observable *next_number(const int64_t *n, void *ctx)
{
	return rx_range(*n + 1, 1);
}
RX_PROJECTOR(next_number, int64_t, int64_t);

RX_FILTER(is_last, int64_t, n, n == MANY)

static void expand_many(void)
{
	rx_subscribe(rx_pipe(rx_range(0, 1), rx_expand(next_number), rx_filter(is_last), rx_take(1)), NULL, NULL);
}

TEST(a_synchronous_chain_on_a_small_stack)
{
	on_small_stack(expand_many);
}

static rx_observable *longer(const rx_string *text, void *ctx)
{
	char twice[64];
	snprintf(twice, sizeof twice, "%s%s", *text, *text);
	return rx_of(rx_string, twice, "-");
}
RX_PROJECTOR(longer, rx_string, rx_string);

static void note_string(const rx_string *text, void *ctx)
{
	note("%s", *text);
}
RX_CONSUMER(note_string, rx_string);

TEST(what_is_pending_is_a_copy_and_released)
{
	rx_subscribe(rx_pipe(rx_of(rx_string, "a"), rx_expand(longer, NULL), rx_take(4)),
	             &(rx_observer){RX_NEXT(note_string)}, NULL);
	ck_assert_str_eq(notes(), "a, aa, aaaa, aaaaaaaa");
	rx_subscribe(rx_pipe(rx_of(rx_string, "a"), rx_expand(longer, NULL, 1), rx_take(4)),
	             &(rx_observer){RX_NEXT(note_string)}, NULL);
	ck_assert_str_eq(notes(), "a, aa, -, aaaa");
}

static rx_observable *wrong(const int64_t *n, void *ctx)
{
	return rx_empty();
}
RX_PROJECTOR(wrong, char, int64_t);

static void note_message(const rx_error *error, void *ctx)
{
	note("%s", error->message);
}

TEST(gives_what_it_takes)
{
	rx_subscribe(rx_pipe(rx_range(0, 1), rx_expand(wrong)), &(rx_observer){.error = note_message}, NULL);
	ck_assert_str_eq(notes(), "expand(wrong) takes int64_t, but gives char");
}
