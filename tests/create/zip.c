#include "tests/support/contract.h"
#include "tests/support/letters.h"
#include "tests/support/notes.h"

CONTRACT_OF(rx_zip(source, three_parcels(NULL)))
CONTRACT_OF(rx_zip(three_parcels(NULL), source))

TEST(puts_together_what_has_the_same_number)
{
	rx_test *t = rx_test_create();
	rx_observable *a = rx_cold(t, "-a--b-----c-|", NULL), *b = rx_cold(t, "---1--2|", NULL);
	rx_expect(t, rx_zip(a, b), NULL, "---x--y|", RX_VALUES(rx_tuple, "xy", letters("a1"), letters("b2")));
	rx_expect_subscriptions(t, a, "^------!");
	EXPECT_MARBLES(t);
}

TEST(ends_when_the_queue_of_a_completed_source_is_empty)
{
	rx_test *t = rx_test_create();
	rx_observable *a = rx_cold(t, "ab|", NULL), *b = rx_cold(t, "---1--2--3-|", NULL);
	rx_expect(t, rx_zip(a, b), NULL, "---x--(y|)", RX_VALUES(rx_tuple, "xy", letters("a1"), letters("b2")));
	rx_expect_subscriptions(t, b, "^-----!");
	EXPECT_MARBLES(t);
}

TEST(ends_with_the_first_error)
{
	rx_test *t = rx_test_create();
	rx_observable *a = rx_cold(t, "-a-#", NULL), *b = rx_cold(t, "-1---2-|", NULL);
	rx_expect(t, rx_zip(a, b), NULL, "-x-#", RX_VALUES(rx_tuple, "x", letters("a1")));
	EXPECT_MARBLES(t);
}

TEST(of_nobody_completes)
{
	rx_observable *nobody[] = {NULL};
	rx_subscribe(rx_zip_array(nobody), &(rx_observer){.complete = noting.complete}, NULL);
	ck_assert_str_eq(notes(), "complete");
}

/* As many sources as data says: what they give together is larger than a stack. */
enum { MANY = 200 };
typedef struct large {
	int64_t number;
	char rest[64 << 10];
} large;
RX_TYPE(large);

static void note_last(const rx_tuple *tuple, void *ctx)
{
	note("%d", (int)RX_TUPLE_ITEM(tuple, MANY - 1, large)->number);
}
RX_CONSUMER(note_last, rx_tuple);

static void note_last_of(rx_observable *(*join)(rx_observable *const *sources))
{
	static large item;
	rx_observable *sources[MANY + 1] = {NULL};
	for (item.number = 0; item.number < MANY; item.number++)
		sources[item.number] = rx_from(&rx_type_large, &item, 1);
	rx_subscribe(join(sources), &(rx_observer){RX_NEXT(note_last), .complete = noting.complete}, NULL);
}

TEST(a_tuple_may_be_larger_than_the_stack)
{
	note_last_of(rx_zip_array);
	note_last_of(rx_combine_latest_array);
	note_last_of(rx_fork_join_array);
	ck_assert_str_eq(notes(), "199, complete, 199, complete, 199, complete");
}

static void note_strings(const rx_tuple *tuple, void *ctx)
{
	note("%s%s", *RX_TUPLE_ITEM(tuple, 0, rx_string), *RX_TUPLE_ITEM(tuple, 1, rx_string));
}
RX_CONSUMER(note_strings, rx_tuple);

TEST(what_waits_is_a_copy_and_released)
{
	rx_observable *both = rx_zip(rx_of(rx_string, "a", "b", "c"), rx_of(rx_string, "1", "2"));
	rx_subscribe(both, &(rx_observer){RX_NEXT(note_strings)}, NULL);
	ck_assert_str_eq(notes(), "a1, b2");
}
