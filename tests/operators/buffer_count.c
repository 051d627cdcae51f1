#include "tests/support/contract.h"
#include "tests/support/through.h"

CONTRACT(rx_buffer_count(2, 0))
CONTRACT(rx_buffer_count(3, 2))

TEST(overlapping_lists)
{
	through(rx_buffer_count(3, 2), "--1--2--3--4--5--|",
	                               "--------a-----b--(c|)", .subscriptions = "^----------------!",
	        .to = RX_VALUES(rx_list, "abc", LIST(int64_t, 1, 2, 3), LIST(int64_t, 3, 4, 5), LIST(int64_t, 5)));
}

#define PAIRS RX_VALUES(rx_list, "abc", LIST(int64_t, 1, 2), LIST(int64_t, 3, 4), LIST(int64_t, 4, 5))

TEST(the_last_of_overlapping_lists_may_be_short)
{
	through(rx_buffer_count(3, 2), "1234567|",
	                               "--a-b-c(d|)", .to = RX_VALUES(rx_list, "abcd", LIST(int64_t, 1, 2, 3),
	                                                              LIST(int64_t, 3, 4, 5), LIST(int64_t, 5, 6, 7),
	                                                              LIST(int64_t, 7)));
}

TEST(lists_without_gaps_or_overlaps)
{
	through(rx_buffer_count(2, 0), "--1--2--3--4--|",
	                               "-----a-----b--|", .to = PAIRS);
}

TEST(lists_with_gaps)
{
	through(rx_buffer_count(2, 3), "--1--2--3--4--5--|",
	                               "-----a--------c--|", .to = PAIRS);
}

TEST(the_end_emits_all_that_are_open)
{
	through(rx_buffer_count(5, 1), "-1-2-|",
	                               "-----(ab|)",
	        .to = RX_VALUES(rx_list, "ab", LIST(int64_t, 1, 2), LIST(int64_t, 2)));
	through(rx_buffer_count(2, 0), "|", "|", .to = PAIRS);
	through(rx_buffer_count(2, 0), "-", "-", .to = PAIRS);
}

TEST(an_error_drops_them)
{
	through(rx_buffer_count(2, 1), "--1--2--#",
	                               "-----a--#", .to = PAIRS);
}

TEST(stops_when_unsubscribed)
{
	through(rx_buffer_count(2, 0), "--1--2--3--|",
	                               "-----a-    ", .to = PAIRS, .subscription = "^------!",
	        .subscriptions = "^------!");
}

static void strings(void)
{
	through_strings(rx_buffer_count(2, 1));
	through_strings(rx_compose(rx_buffer_count(2, 1), rx_take(1)));
}

TEST(copies_what_it_keeps_and_drops_it)
{
	strings();
	without_memory(strings);
}

/* A source of spans: buffers that lie within one, across several, with gaps and with overlaps. */

static const struct {
	size_t size, every, lists;
} of_spans[] = {{100, 100, 15},  {7, 7, 215}, {1, 1, 1500},  {700, 700, 3},
                {2000, 2000, 1}, {3, 5, 300}, {600, 601, 3}, {5, 3, 500}};

struct seen {
	size_t size, every, lists;
};

static void check_list(const rx_list *list, void *ctx)
{
	struct seen *seen = ctx;
	const int64_t *items = RX_LIST_ITEMS(list, int64_t);
	const size_t first = seen->lists++ * seen->every, left = 1500 - first;
	ck_assert_uint_eq(list->count, left < seen->size ? left : seen->size);
	for (size_t i = 0; i < list->count; i++)
		ck_assert_int_eq(items[i], (int64_t)(first + i));
}
RX_CONSUMER(check_list, rx_list);

TEST(spans_are_cut_into_the_same_lists, .to = sizeof of_spans / sizeof *of_spans)
{
	struct seen seen = {.size = of_spans[_i].size, .every = of_spans[_i].every};
	rx_observable *lists = rx_pipe(rx_range(0, 1500), rx_buffer_count(seen.size, seen.every));
	rx_subscribe(rx_observable_ref(lists), &(rx_observer){RX_NEXT(check_list), .ctx = &seen}, NULL);
	ck_assert_uint_eq(seen.lists, of_spans[_i].lists);
	seen.lists = 0;
	rx_subscribe(rx_pipe(lists, rx_take(1)), &(rx_observer){RX_NEXT(check_list), .ctx = &seen}, NULL);
	ck_assert_uint_eq(seen.lists, 1);
}

static void strings_in_spans(void)
{
	static const rx_observer listener = {.error = ignore_error};
	rx_subscribe(rx_pipe(rx_of(rx_string, "a", "b", "c", "d", "e"), rx_buffer_count(2, 2)), &listener, NULL);
	rx_subscribe(rx_pipe(rx_of(rx_string, "a", "b", "c", "d"), rx_buffer_count(2, 3), rx_take(1)), &listener, NULL);
	rx_subscribe(rx_pipe(rx_of(rx_string, "a", "b", "c", "d", "e"), rx_to_array()), &listener, NULL);
}

TEST(so_are_spans_of_what_must_be_dropped)
{
	strings_in_spans();
	without_memory(strings_in_spans);
}
