#include "tests/support/contract.h"
#include "tests/support/inner.h"
#include "tests/support/notes.h"
#include "tests/support/stack.h"
#include "tests/support/ending.h"

CONTRACT(rx_merge_map(parcel_once))
CONTRACT(rx_merge_map(parcel_later))
CONTRACT(rx_merge_map(parcel_later, NULL, 2))

TEST(runs_all_of_them_at_once)
{
	rx_test *t = rx_test_create();
	rx_observable *inners[] = {rx_cold(t, "--1--2--3--|", NULL), rx_cold(t, "--4--5|", NULL)};
	rx_observable *source = rx_cold(t, "-a--------b-----|", NULL);
	rx_expect(t, rx_pipe(source, rx_merge_map(inner, inners)), NULL, "---1--2--3--4--5|", NULL);
	rx_expect_subscriptions(t, inners[0], "-^----------!");
	rx_expect_subscriptions(t, inners[1], "----------^-----!");
	EXPECT_MARBLES(t);
}

TEST(items_wait_at_the_limit)
{
	rx_test *t = rx_test_create();
	rx_observable *inners[] = {rx_cold(t, "-1---|", NULL), rx_cold(t, "--2|", NULL), rx_cold(t, "-3-|", NULL)};
	rx_observable *source = rx_hot(t, "abc|", NULL);
	rx_expect(t, rx_pipe(source, rx_merge_map(inner, inners, 2)), NULL, "-1-2-3-|", NULL);
	rx_expect_subscriptions(t, inners[1], "-^--!");
	rx_expect_subscriptions(t, inners[2], "----^--!");
	EXPECT_MARBLES(t);
}

TEST(completes_with_the_last_inner_observable)
{
	rx_test *t = rx_test_create();
	rx_observable *inners[] = {rx_cold(t, "--1--|", NULL)};
	rx_expect(t, rx_pipe(rx_cold(t, "-a|", NULL), rx_merge_map(inner, inners)), NULL, "---1--|", NULL);
	EXPECT_MARBLES(t);
}

TEST(an_error_of_the_source_stops_the_inner_observables)
{
	rx_test *t = rx_test_create();
	rx_observable *inners[] = {rx_cold(t, "--1----|", NULL)};
	rx_expect(t, rx_pipe(rx_cold(t, "-a---#", NULL), rx_merge_map(inner, inners)), NULL, "---1-#", NULL);
	rx_expect_subscriptions(t, inners[0], "-^---!");
	EXPECT_MARBLES(t);
}

TEST(an_error_of_an_inner_observable_stops_the_rest)
{
	rx_test *t = rx_test_create();
	rx_observable *inners[] = {rx_cold(t, "--1-#", NULL), rx_cold(t, "------|", NULL)};
	rx_observable *source = rx_cold(t, "-ab------|", NULL);
	rx_expect(t, rx_pipe(source, rx_merge_map(inner, inners)), NULL, "---1-#", NULL);
	rx_expect_subscriptions(t, source, "^----!");
	rx_expect_subscriptions(t, inners[1], "--^--!");
	EXPECT_MARBLES(t);
}

TEST(unsubscribing_stops_everything)
{
	rx_test *t = rx_test_create();
	rx_observable *inners[] = {rx_cold(t, "--1----|", NULL)}, *source = rx_cold(t, "-a------|", NULL);
	rx_expect(t, rx_pipe(source, rx_merge_map(inner, inners)), "^---!", "---1-", NULL);
	rx_expect_subscriptions(t, source, "^---!");
	rx_expect_subscriptions(t, inners[0], "-^--!");
	EXPECT_MARBLES(t);
}

static rx_observable *noted_inner(const int64_t *n, size_t index, void *ctx)
{
	static const char *const names[] = {"a", "b", "c"};
	note("project %d %zu", (int)*n, index);
	return noted(names[index], rx_of(int64_t, *n, *n));
}
RX_PROJECTOR_INDEXED(noted_inner, int64_t, int64_t);

TEST(projects_when_the_turn_comes_after_the_teardown_of_the_one_before)
{
	rx_subscribe(rx_pipe(rx_range(1, 3), rx_merge_map(noted_inner, NULL, 1)), &noting, NULL);
	ck_assert_str_eq(notes(), "project 1 0, a subscribed, 1, 1, a torn down, "
	                          "project 2 1, b subscribed, 2, 2, b torn down, "
	                          "project 3 2, c subscribed, 3, 3, c torn down, complete");
}

static rx_observable *first_waits(const int64_t *n, void *ctx)
{
	rx_subject *gate = ctx;
	return *n == 0 ? rx_subject_observe(gate) : rx_of(int64_t, *n);
}
RX_PROJECTOR(first_waits, int64_t, int64_t);

static void drain_many(void)
{
	rx_subject *gate = rx_subject_create(&rx_type_int64_t);
	rx_subscribe(rx_pipe(rx_range(0, MANY), rx_merge_map(first_waits, gate, 1)), NULL, NULL);
	rx_subject_complete(gate);
	rx_subject_unref(gate);
}

TEST(a_long_queue_drains_on_a_small_stack)
{
	on_small_stack(drain_many);
}

static rx_observable *stringed(const rx_string *text, void *ctx)
{
	return rx_of(rx_string, *text, "-");
}
RX_PROJECTOR(stringed, rx_string, rx_string);

static rx_observable *string_waits(const rx_string *text, size_t index, void *ctx)
{
	return index == 0 ? rx_subject_observe(ctx) : stringed(text, NULL);
}
RX_PROJECTOR_INDEXED(string_waits, rx_string, rx_string);

static void note_string(const rx_string *text, void *ctx)
{
	note("%s", *text);
}
RX_CONSUMER(note_string, rx_string);

TEST(what_waits_is_a_copy)
{
	char text[] = "b";
	rx_subject *source = rx_subject_create(&rx_type_rx_string), *gate = rx_subject_create(&rx_type_rx_string);
	rx_subscribe(rx_pipe(rx_subject_observe(source), rx_merge_map(string_waits, gate, 1)),
	             &(rx_observer){RX_NEXT(note_string)}, NULL);
	rx_subject_next(source, &(rx_string){"a"});
	rx_subject_next(source, &(rx_string){text});
	text[0] = 'x';
	rx_subject_complete(gate);
	ck_assert_str_eq(notes(), "b, -");
	rx_subject_complete(source);
	rx_subject_unref(source);
	rx_subject_unref(gate);
}

TEST(what_still_waits_is_released)
{
	rx_subscription subscription;
	rx_subject *gate = rx_subject_create(&rx_type_rx_string);
	rx_subscribe(rx_pipe(rx_of(rx_string, "a", "b", "c"), rx_merge_map(string_waits, gate, 1)), NULL,
	             &subscription);
	rx_unsubscribe(&subscription);
	rx_subject_unref(gate);
}

static rx_observable *wrong(const int64_t *n, void *ctx)
{
	return rx_of(char, 'x');
}
RX_PROJECTOR(wrong, int64_t, int64_t);

static void note_message(const rx_error *error, void *ctx)
{
	note("%s", error->message);
}

TEST(an_inner_observable_of_another_type_is_an_error)
{
	rx_subscribe(rx_pipe(rx_range(0, 1), rx_merge_map(wrong)), &(rx_observer){.error = note_message}, NULL);
	ck_assert_str_eq(notes(), "merge_map(wrong) takes observables of int64_t, but from gives char");
}

static int64_t projected;

/* What fails at once. */
static rx_observable *fails(const int64_t *item, void *ctx)
{
	projected++;
	return rx_throw_error(-EIO, "at once");
}
RX_PROJECTOR(fails, int64_t, int64_t);

TEST(a_callback_for_an_error_that_pushes_into_the_source_starts_nothing)
{
	rx_subject *source = rx_subject_create(&rx_type_int64_t);
	struct ending ending = {.into = source, .times = 3};
	rx_subscription subscription;
	end_with_pushes(&ending, rx_pipe(rx_subject_observe(source), rx_merge_map(fails)), &subscription);
	rx_subject_next(source, &(int64_t){1});
	ck_assert_int_eq(ending.ends, 1);
	ck_assert_int_eq(projected, 1);
	ck_assert_uint_eq(rx_subject_observers(source), 0);
	rx_subject_unref(source);
}
