#include "tests/support/contract.h"
#include "tests/support/marbles.h"
#include "tests/support/notes.h"
#include "tests/support/stack.h"

CONTRACT_OF(rx_merge(source, three_parcels(NULL)))
CONTRACT_OF(rx_merge(three_parcels(NULL), source))

TEST(passes_on_what_comes_from_any)
{
	rx_test *t = rx_test_create();
	rx_observable *a = rx_cold(t, "--1-----2--|", NULL);
	rx_observable *b = rx_cold(t, "----3---------4--|", NULL);
	rx_expect(t, rx_merge(a, b), NULL, "--1-3---2-----4--|", NULL);
	rx_expect_subscriptions(t, a, "^----------!");
	rx_expect_subscriptions(t, b, "^----------------!");
	EXPECT_MARBLES(t);
}

TEST(ends_with_the_first_error)
{
	rx_test *t = rx_test_create();
	rx_observable *a = rx_cold(t, "--1--#", NULL), *b = rx_cold(t, "---2----3-|", NULL);
	rx_expect(t, rx_merge(a, b), NULL, "--12-#", NULL);
	rx_expect_subscriptions(t, b, "^----!");
	EXPECT_MARBLES(t);
}

TEST(starts_the_next_one_when_one_has_completed_at_the_limit)
{
	rx_test *t = rx_test_create();
	rx_observable *a = rx_cold(t, "-1---|", NULL), *b = rx_cold(t, "--2|", NULL), *c = rx_cold(t, "-3--|", NULL);
	rx_observable *sources[] = {a, b, c, NULL};
	rx_expect(t, rx_merge_array(sources, 2), NULL, "-12-3--|", NULL);
	rx_expect_subscriptions(t, b, "^--!");
	rx_expect_subscriptions(t, c, "---^---!");
	EXPECT_MARBLES(t);
}

TEST(of_nobody_completes)
{
	rx_observable *nobody[] = {NULL};
	rx_subscribe(rx_merge_array(nobody, 0), &noting, NULL);
	ck_assert_str_eq(notes(), "complete");
}

struct reentrant {
	rx_subject *subject;
};

static void emit_nine(const int64_t *number, void *ctx)
{
	const struct reentrant *reentrant = ctx;
	note("%d", (int)*number);
	if (*number == 1)
		rx_subject_next(reentrant->subject, &(int64_t){9});
}
RX_CONSUMER(emit_nine, int64_t);

TEST(a_source_that_is_fed_from_within_comes_in_between)
{
	struct reentrant reentrant = {rx_subject_create(&rx_type_int64_t)};
	rx_observable *merged = rx_merge(rx_subject_observe(reentrant.subject), rx_of(int64_t, 1, 2, 3));
	rx_subscribe(rx_pipe(merged, rx_take(3)), &(rx_observer){RX_NEXT(emit_nine), .ctx = &reentrant}, NULL);
	ck_assert_str_eq(notes(), "1, 9, 2");
	rx_subject_unref(reentrant.subject);
}

TEST(stops_subscribing_when_nobody_listens_any_more)
{
	rx_observable *merged = rx_merge(noted("a", rx_of(int64_t, 1, 2)), noted("b", rx_of(int64_t, 3)), rx_never());
	rx_subscribe(rx_pipe(merged, rx_take(2)), &noting, NULL);
	ck_assert_str_eq(notes(), "a subscribed, 1, 2, complete, a torn down");
}

static void print_error(const rx_error *error, void *ctx)
{
	note("%s", error->message);
}

TEST(takes_sources_of_one_type)
{
	rx_observable *merged = rx_merge(rx_empty(), rx_range(0, 1), rx_of(char, 'a'));
	rx_subscribe(rx_pipe(merged, rx_take(1)), &(rx_observer){.error = print_error}, NULL);
	ck_assert_str_eq(notes(), "merge takes observables of one type, but range gives int64_t and from gives char");
}

TEST(a_mistake_among_its_sources_is_its_own)
{
	rx_observable *wrong = rx_merge(rx_range(0, 1), rx_of(char, 'a'));
	rx_subscribe(rx_merge(rx_range(0, 1), wrong, rx_never()), &(rx_observer){.error = print_error}, NULL);
	ck_assert_str_eq(notes(), "merge takes observables of one type, but range gives int64_t and from gives char");
}

static void merge_many(void)
{
	rx_observable **sources = rx_alloc((MANY + 1) * sizeof *sources);
	for (size_t i = 0; i < MANY; i++)
		sources[i] = rx_range((int64_t)i, 1);
	sources[MANY] = NULL;
	rx_subscribe(rx_merge_array(sources, 1), NULL, NULL);
	rx_free(sources);
}

TEST(any_number_of_synchronous_sources_on_a_small_stack)
{
	on_small_stack(merge_many);
}
