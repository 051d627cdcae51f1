#include "tests/support/listener.h"
#include "tests/support/windows.h"
#include "tests/support/contract.h"
#include "tests/support/ending.h"

static rx_observable *tick(const int64_t *number, void *ctx)
{
	(void)number, (void)ctx;
	return beside(rx_timer(RX_MS(2)));
}
RX_PROJECTOR(tick, int64_t, int64_t);

CONTRACT(rx_compose(rx_window_toggle(beside(rx_interval(RX_MS(3))), tick), rx_merge_all(parcel)))

struct closings {
	rx_observable *by_mark[2];
};

/* The opening says which: x or y; z fails. */
static rx_observable *until(const char *mark, void *ctx)
{
	const struct closings *closings = ctx;
	if (*mark == 'z')
		return rx_throw_error(-EIO, "error");
	return rx_observable_ref(closings->by_mark[*mark - 'x']);
}
RX_PROJECTOR(until, int, char);

static void toggled_through(const char *source, const char *openings, const char *first, const char *second,
                            const char *expected, const char *const *drawn)
{
	rx_test *t = rx_test_create();
	struct closings closings = {{rx_cold(t, first, NULL), rx_cold(t, second, NULL)}};
	windows_of(t,
	           rx_pipe(rx_cold(t, source, NUMBERS), rx_window_toggle(rx_cold(t, openings, NULL), until, &closings)),
	           NULL, expected, drawn);
	EXPECT_MARBLES(t);
}
#define toggled(source, openings, first, second, expected, ...)                                                        \
	toggled_through((source), (openings), (first), (second), (expected), (const char *const[]){__VA_ARGS__, NULL})

TEST(an_opening_begins_a_window_and_its_closing_ends_it)
{
	toggled("--1--2--3--4--5--|", "----x-----y------", "----c", "---c", "----a-----b------|", "-2--(3|)", "-4-|");
}

TEST(windows_may_overlap)
{
	toggled("-1-2-3-4-|", "-x--y-----", "-----c", "-", "-a--b----|", "1-2-3|", "-3-4-|");
}

TEST(the_completion_of_a_closing_changes_nothing)
{
	toggled("-1-2-3-|", "x-------", "--|", "-", "a------|", "-1-2-3-|");
}

TEST(the_completion_of_the_openings_changes_nothing)
{
	toggled("-1-2-3-|", "x-|", "---c", "-", "a------|", "-1-(2|)");
}

TEST(an_error_of_the_source_or_of_a_closing_goes_to_the_windows_first)
{
	toggled("-1-2-#", "x-y---", "-", "-", "a-b--#", "-1-2-#", "-2-#");
	toggled("-1--2|", "x-y---", "-", "-#", "a-b#", "-1-#", "-#");
}

/* RxJS passes it on, and nothing to the windows. */
TEST(an_error_of_the_openings_is_the_result_s_alone)
{
	toggled("-1-2-|", "x--#", "-", "-", "a--#", "-1-");
}

TEST(a_function_that_fails_begins_no_window)
{
	toggled("-1-2-|", "x--z-", "-", "-", "a--#", "-1-#");
}

/* Which window it is for, counted from 0 over all that were opened, also where opening one opens the next. */
struct numbered {
	rx_subject *openings;
	char indexes[16];
};

static rx_observable *note_index(const char *mark, size_t index, void *ctx)
{
	struct numbered *numbered = ctx;
	char more = 'y';
	numbered->indexes[strlen(numbered->indexes)] = (char)('0' + index);
	if (*mark == 'x')
		rx_subject_next(numbered->openings, &more);
	return *mark == 'y' ? rx_never() : rx_of(int, 1);
}
RX_PROJECTOR_INDEXED(note_index, int, char);

TEST(the_function_is_told_the_index_of_each_window)
{
	struct numbered numbered = {rx_subject_create(&rx_type_char), ""};
	rx_subscription windows;
	rx_subscribe(
		rx_pipe(rx_never(), rx_window_toggle(rx_subject_observe(numbered.openings), note_index, &numbered)),
		NULL, &windows);
	for (const char *mark = "yzxy"; *mark; mark++)
		rx_subject_next(numbered.openings, mark);
	ck_assert_str_eq(numbered.indexes, "01234");
	rx_unsubscribe(&windows);
	rx_subject_unref(numbered.openings);
}

TEST(the_openings_are_subscribed_first)
{
	rx_test *t = rx_test_create();
	struct closings closings = {{rx_cold(t, "-", NULL), rx_cold(t, "-", NULL)}};
	const char *const drawn[] = {"(12|)", NULL};
	windows_of(t, rx_pipe(rx_range(1, 2), rx_window_toggle(rx_of(char, 'x'), until, &closings)), NULL, "(a|)",
	           drawn);
	EXPECT_MARBLES(t);
}

TEST(stops_all_when_unsubscribed)
{
	rx_test *t = rx_test_create();
	struct closings closings = {{rx_cold(t, "-----c", NULL), rx_cold(t, "-", NULL)}};
	rx_observable *source = rx_cold(t, "--1--2--3--|", NUMBERS), *openings = rx_cold(t, "-x------y--", NULL);
	const char *const drawn[] = {"-1--", NULL};
	windows_of(t, rx_pipe(source, rx_window_toggle(openings, until, &closings)), "^---!", "-a---", drawn);
	rx_expect_subscriptions(t, source, "^---!");
	rx_expect_subscriptions(t, openings, "^---!");
	rx_expect_subscriptions(t, closings.by_mark[0], "-^--!");
	EXPECT_MARBLES(t);
}

TEST(a_synchronous_closing_ends_the_window_at_once)
{
	rx_test *t = rx_test_create();
	rx_observable *now = rx_of(int, 1);
	struct closings closings = {{now, now}};
	const char *const drawn[] = {"|", "|", NULL};
	windows_of(t,
	           rx_pipe(rx_cold(t, "--1--2--|", NUMBERS),
	                   rx_window_toggle(rx_cold(t, "-x--y", NULL), until, &closings)),
	           NULL, "-a--b---|", drawn);
	EXPECT_MARBLES(t);
	rx_observable_unref(now);
}

static struct listener late = {.name = "L"};

static void keep(const rx_stream *window, void *ctx)
{
	*(rx_stream *)ctx = rx_observable_ref(*window);
}
RX_CONSUMER(keep, rx_stream);

TEST(who_comes_to_an_open_window_after_the_end_hears_of_that)
{
	rx_stream kept = NULL;
	rx_subscription subscription;
	rx_observable *never = rx_never();
	struct closings closings = {{never, never}};
	rx_subscribe(rx_pipe(rx_never(), rx_window_toggle(rx_of(char, 'x'), until, &closings)),
	             &(rx_observer){RX_NEXT(keep), .ctx = &kept}, &subscription);
	rx_unsubscribe(&subscription);
	listen_to(&late, kept);
	ck_assert_heard("L#-32");
	rx_observable_unref(never);
}

static rx_subscription outer;

static void unsubscribe_outer(struct listener *self)
{
	rx_unsubscribe(&outer);
}

static void take_the_window(const rx_stream *window, void *ctx)
{
	listen_to(ctx, rx_observable_ref(*window));
}
RX_CONSUMER(take_the_window, rx_stream);

TEST(may_be_unsubscribed_at_the_end_of_a_window)
{
	rx_subject *closing = rx_subject_create(&rx_type_int);
	rx_observable *observable = rx_subject_observe(closing);
	struct closings closings = {{observable, observable}};
	late.at_end = unsubscribe_outer;
	rx_subscribe(rx_pipe(rx_never(), rx_window_toggle(rx_of(char, 'x'), until, &closings)),
	             &(rx_observer){RX_NEXT(take_the_window), .ctx = &late}, &outer);
	rx_subject_next(closing, &(int){1});
	ck_assert_heard("L|");
	ck_assert_uint_eq(rx_subject_observers(closing), 0);
	rx_observable_unref(observable);
	rx_subject_unref(closing);
}

TEST(openings_of_another_type_are_a_mistake)
{
	listen_to(&late, rx_pipe(rx_range(1, 2), rx_window_toggle(rx_of(int, 1), until)));
	ck_assert_heard("L#-22");
}

static void run(void)
{
	rx_observable *never = rx_never();
	struct closings closings = {{never, never}};
	rx_subscribe(rx_pipe(rx_range(1, 3), rx_window_toggle(rx_of(char, 'x', 'y'), until, &closings)),
	             &(rx_observer){.error = listener_error, .ctx = &late}, NULL);
	heard[0] = '\0';
	rx_observable_unref(never);
}

TEST(without_memory_it_errors)
{
	without_memory(run);
}

static int64_t asked;

static rx_observable *never_closed(const int64_t *opening, void *ctx)
{
	asked++;
	return *opening ? rx_throw_error(-EIO, "no closing") : rx_never();
}
RX_PROJECTOR(never_closed, int64_t, int64_t);

/* What the end of the source, or the failure of a closing, makes somebody push into the openings, opens nothing. */
TEST(a_callback_for_the_end_that_pushes_into_the_openings_opens_nothing, .from = 0, .to = 2)
{
	rx_subject *openings = rx_subject_create(&rx_type_int64_t), *source = rx_subject_create(&rx_type_int64_t);
	struct ending ending = {.into = openings, .times = 3, .item = 1};
	rx_subscription subscription;
	end_with_pushes(
		&ending,
		rx_pipe(rx_subject_observe(source), rx_window_toggle(rx_subject_observe(openings), never_closed)),
		&subscription);
	rx_subject_next(openings, &(int64_t){0});
	if (_i)
		rx_subject_complete(source);
	else
		rx_subject_next(openings, &(int64_t){1});
	ck_assert_int_eq(ending.ends, 1);
	ck_assert_int_eq(asked, _i ? 1 : 2);
	ck_assert_uint_eq(rx_subject_observers(openings), 0);
	rx_subject_unref(openings);
	rx_subject_unref(source);
}
