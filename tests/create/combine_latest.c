#include "tests/support/contract.h"
#include "tests/support/letters.h"
#include "tests/support/notes.h"

CONTRACT_OF(rx_combine_latest(source, three_parcels(NULL)))
CONTRACT_OF(rx_combine_latest(three_parcels(NULL), source))

TEST(emits_the_latest_items_of_all)
{
	rx_test *t = rx_test_create();
	rx_observable *a = rx_cold(t, "-a----b----|", NULL), *b = rx_cold(t, "---1----2-|", NULL);
	rx_expect(t, rx_combine_latest(a, b), NULL, "---x--y-z--|",
	          RX_VALUES(rx_tuple, "xyz", letters("a1"), letters("b1"), letters("b2")));
	rx_expect_subscriptions(t, a, "^----------!");
	rx_expect_subscriptions(t, b, "^---------!");
	EXPECT_MARBLES(t);
}

TEST(completes_when_all_have)
{
	rx_test *t = rx_test_create();
	rx_observable *a = rx_cold(t, "|", NULL), *b = rx_cold(t, "-1-2-|", NULL);
	rx_expect(t, rx_combine_latest(a, b), NULL, "-----|", NULL);
	EXPECT_MARBLES(t);
}

TEST(ends_with_the_first_error)
{
	rx_test *t = rx_test_create();
	rx_observable *a = rx_cold(t, "-a-#", NULL), *b = rx_cold(t, "-1---2-|", NULL);
	rx_expect(t, rx_combine_latest(a, b), NULL, "-x-#", RX_VALUES(rx_tuple, "x", letters("a1")));
	rx_expect_subscriptions(t, b, "^--!");
	EXPECT_MARBLES(t);
}

TEST(of_nobody_completes)
{
	rx_observable *nobody[] = {NULL};
	rx_subscribe(rx_combine_latest_array(nobody), &(rx_observer){.complete = noting.complete}, NULL);
	ck_assert_str_eq(notes(), "complete");
}

static void note_tuple(const rx_tuple *tuple, void *ctx)
{
	note("%d %s", (int)*RX_TUPLE_ITEM(tuple, 0, int64_t), *RX_TUPLE_ITEM(tuple, 1, rx_string));
}
RX_CONSUMER(note_tuple, rx_tuple);

TEST(items_are_read_with_their_types)
{
	rx_observable *both = rx_combine_latest(rx_range(1, 2), rx_of(rx_string, "one", "two"));
	rx_subscribe(both, &(rx_observer){RX_NEXT(note_tuple)}, NULL);
	ck_assert_str_eq(notes(), "2 one, 2 two");
}

/* A number whose copying lets the next one come. */
typedef struct crossed {
	int64_t number;
} crossed;
static rx_subject *comes;

static int crossed_copy(void *to, const void *from)
{
	rx_subject *const subject = comes;
	comes = NULL;
	if (subject)
		rx_subject_next(subject, &(crossed){2});
	*(crossed *)to = *(const crossed *)from;
	return 0;
}
RX_TYPE(crossed, .copy = crossed_copy);

static void note_crossed(const rx_tuple *tuple, void *ctx)
{
	note("%d %d", (int)RX_TUPLE_ITEM(tuple, 0, crossed)->number, (int)RX_TUPLE_ITEM(tuple, 1, crossed)->number);
}
RX_CONSUMER(note_crossed, rx_tuple);

TEST(an_item_that_comes_in_the_copying_of_another_fills_no_second_place)
{
	rx_subject *a = rx_subject_create(&rx_type_crossed), *b = rx_subject_create(&rx_type_crossed);
	rx_observable *both = rx_combine_latest(rx_subject_observe(a), rx_subject_observe(b));
	rx_subscribe(both, &(rx_observer){RX_NEXT(note_crossed), .complete = noting.complete}, NULL);
	comes = a;
	rx_subject_next(a, &(crossed){1});
	ck_assert_str_eq(notes(), "");
	rx_subject_next(b, &(crossed){3});
	ck_assert_str_eq(notes(), "1 3");
	rx_subject_complete(a);
	rx_subject_complete(b);
	ck_assert_str_eq(notes(), "complete");
	rx_subject_unref(a);
	rx_subject_unref(b);
}

struct reentrant {
	rx_subject *subject;
};

static void emit_within(const rx_tuple *tuple, void *ctx)
{
	const struct reentrant *reentrant = ctx;
	if (**RX_TUPLE_ITEM(tuple, 1, rx_string) == 'a')
		rx_subject_next(reentrant->subject, &(rx_string){"b"});
	note("%d %s", (int)*RX_TUPLE_ITEM(tuple, 0, int64_t), *RX_TUPLE_ITEM(tuple, 1, rx_string));
}
RX_CONSUMER(emit_within, rx_tuple);

TEST(a_tuple_does_not_change_while_it_is_lent)
{
	struct reentrant reentrant = {rx_subject_create(&rx_type_rx_string)};
	rx_observable *both = rx_combine_latest(rx_range(1, 1), rx_subject_observe(reentrant.subject));
	rx_subscribe(both, &(rx_observer){RX_NEXT(emit_within), .ctx = &reentrant}, NULL);
	rx_subject_next(reentrant.subject, &(rx_string){"a"});
	rx_subject_complete(reentrant.subject);
	ck_assert_str_eq(notes(), "1 b, 1 a");
	rx_subject_unref(reentrant.subject);
}

static void unsubscribe_within(const rx_tuple *tuple, void *ctx)
{
	rx_unsubscribe(ctx);
	note("%s", *RX_TUPLE_ITEM(tuple, 0, rx_string));
}
RX_CONSUMER(unsubscribe_within, rx_tuple);

TEST(a_tuple_stays_when_its_stage_is_stopped)
{
	rx_subscription subscription;
	rx_observable *both = rx_combine_latest(rx_of(rx_string, "a"), rx_of(rx_string, "b"));
	rx_subscribe(both, &(rx_observer){RX_NEXT(unsubscribe_within), .ctx = &subscription}, &subscription);
	ck_assert_str_eq(notes(), "a");
}
