#include "tests/support/contract.h"
#include "tests/support/notes.h"
#include "tests/support/through.h"

static rx_observable *tick(const int64_t *opening, void *ctx)
{
	(void)opening, (void)ctx;
	return beside(rx_timer(RX_MS(3)));
}
RX_PROJECTOR(tick, int64_t, int64_t);

CONTRACT(rx_buffer_toggle(beside(rx_interval(RX_MS(2))), tick))

#define LISTS                                                                                                          \
	RX_VALUES(rx_list, "abcde", LIST(int64_t, 2, 3), LIST(int64_t, 4, 5), LIST(int64_t, 3), LIST(int64_t, 2), {0})

struct closings {
	rx_observable *by_mark[3];
};

/* The opening says which: x, y, z. */
static rx_observable *until(const char *mark, void *ctx)
{
	const struct closings *closings = ctx;
	return closings->by_mark[*mark - 'x'];
}
RX_PROJECTOR(until, int, char);

static void toggled(const char *source, const char *openings, const char *first, const char *second,
                    const char *expected, const char *subscription, const char *openings_subscriptions)
{
	rx_test *t = rx_test_create();
	struct closings closings = {{rx_cold(t, first, NULL), rx_cold(t, second, NULL)}};
	rx_observable *a = rx_hot(t, source, NUMBERS), *o = rx_hot(t, openings, NULL);
	rx_expect(t, rx_pipe(a, rx_buffer_toggle(o, until, &closings)), subscription, expected, LISTS);
	rx_expect_subscriptions(t, o, openings_subscriptions);
	EXPECT_MARBLES(t);
}

TEST(an_opening_begins_a_list_and_its_closing_ends_it)
{
	toggled("--1--2--3--4--5--|", "----x-----y-------", "----x", "----x", "--------a-----b--|", NULL,
	        "^----------------!");
}

TEST(lists_may_overlap)
{
	toggled("--1--2--3--4--5--|", "----x--y----------", "-----x", "---x", "---------ac------|", NULL,
	        "^----------------!");
}

TEST(the_end_emits_all_that_are_open)
{
	toggled("--1--2--3--|", "----x--y----", "-", "-|", "-----------(ac|)", NULL, "^----------!");
}

TEST(the_end_of_the_openings_changes_nothing)
{
	toggled("--1--2--3--|", "----x|", "--x", "-", "------d----|", NULL, "^----!");
}

TEST(an_error_of_any_is_an_error)
{
	toggled("--1--2--#", "----x----", "-", "-", "--------#", NULL, "^-------!");
	toggled("--1--2--|", "----x-#", "-", "-", "------#", NULL, "^-----!");
	toggled("--1--2--|", "----x----", "--#", "-", "------#", NULL, "^-----!");
}

TEST(stops_all_when_unsubscribed)
{
	toggled("--1--2--3--|", "----x--x----", "--x", "-", "------d-    ", "^-------!", "^-------!");
}

static rx_observable *at_once(const char *mark, void *ctx)
{
	return rx_of(int, 1);
}
RX_PROJECTOR(at_once, int, char);

TEST(a_closing_that_is_there_already_gives_an_empty_list)
{
	rx_test *t = rx_test_create();
	rx_observable *a = rx_hot(t, "--1--|", NUMBERS), *o = rx_hot(t, "-x----", NULL);
	rx_expect(t, rx_pipe(a, rx_buffer_toggle(o, at_once)), NULL, "-e---|", LISTS);
	EXPECT_MARBLES(t);
}

TEST(openings_must_fit_the_function)
{
	through(rx_buffer_toggle(rx_of(int, 1), at_once), "--1--|", "#", .to = LISTS, .error = -EINVAL);
}

/* A number that may close a list when it is copied. */
typedef struct closer {
	int64_t number;
} closer;
static rx_subject *closes;

static int closer_copy(void *to, const void *from)
{
	rx_subject *const subject = closes;
	closes = NULL;
	if (subject)
		rx_subject_complete(subject);
	*(closer *)to = *(const closer *)from;
	return 0;
}
RX_TYPE(closer, .copy = closer_copy);

static rx_subject *marks[2];

static rx_observable *until_mark(const int *which, void *ctx)
{
	return rx_pipe(rx_subject_observe(marks[*which]), rx_end_with(int, 1));
}
RX_PROJECTOR(until_mark, int, int);

static void note_count(const rx_list *list, void *ctx)
{
	note("%zu", list->count);
}
RX_CONSUMER(note_count, rx_list);

TEST(one_that_closes_while_its_item_is_copied_takes_nothing_from_the_others)
{
	rx_subject *source = rx_subject_create(&rx_type_closer);
	for (size_t i = 0; i < 2; i++)
		marks[i] = rx_subject_create(&rx_type_int);
	rx_observable *lists = rx_pipe(rx_subject_observe(source), rx_buffer_toggle(rx_of(int, 0, 1), until_mark));
	rx_subscribe(lists, &(rx_observer){RX_NEXT(note_count), .complete = noting.complete}, NULL);
	closes = marks[0];
	rx_subject_next(source, &(closer){1});
	ck_assert_str_eq(notes(), "0");
	rx_subject_next(source, &(closer){2});
	rx_subject_complete(source);
	ck_assert_str_eq(notes(), "2, complete");
	for (size_t i = 0; i < 2; i++)
		rx_subject_unref(marks[i]);
	rx_subject_unref(source);
}

static rx_observable *not_yet(const char *mark, void *ctx)
{
	return rx_never();
}
RX_PROJECTOR(not_yet, int, char);

static void strings(void)
{
	through_strings(rx_buffer_toggle(rx_of(char, 'a', 'b'), not_yet));
	through_strings(rx_buffer_toggle(rx_of(char, 'a', 'b'), at_once));
}

TEST(copies_what_it_keeps_and_drops_it)
{
	strings();
	without_memory(strings);
}
