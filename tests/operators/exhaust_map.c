#include "tests/support/inner.h"
#include "tests/support/notes.h"
#include "tests/support/contract.h"
#include "tests/support/ending.h"

CONTRACT(rx_exhaust_map(parcel_once))
CONTRACT(rx_exhaust_map(parcel_later))

TEST(leaves_out_what_comes_meanwhile)
{
	rx_test *t = rx_test_create();
	rx_observable *inners[] = {rx_cold(t, "--1--2--|", NULL), rx_cold(t, "-3--4|", NULL)};
	rx_observable *source = rx_cold(t, "-a---b----b-|", NULL);
	rx_expect(t, rx_pipe(source, rx_exhaust_map(inner, inners)), NULL, "---1--2----3--4|", NULL);
	rx_expect_subscriptions(t, inners[0], "-^-------!");
	rx_expect_subscriptions(t, inners[1], "----------^----!");
	EXPECT_MARBLES(t);
}

TEST(an_inner_error_ends_it)
{
	rx_test *t = rx_test_create();
	rx_observable *inners[] = {rx_cold(t, "--1-#", NULL)}, *source = rx_cold(t, "-a-------|", NULL);
	rx_expect(t, rx_pipe(source, rx_exhaust_map(inner, inners)), NULL, "---1-#", NULL);
	rx_expect_subscriptions(t, source, "^----!");
	EXPECT_MARBLES(t);
}

static rx_observable *gate_or_item(const int64_t *n, size_t index, void *ctx)
{
	note("%d is %zu", (int)*n, index);
	return *n == 1 ? rx_subject_observe(ctx) : rx_empty();
}
RX_PROJECTOR_INDEXED(gate_or_item, int64_t, int64_t);

TEST(the_index_counts_what_was_taken)
{
	rx_subject *gate = rx_subject_create(&rx_type_int64_t), *source = rx_subject_create(&rx_type_int64_t);
	rx_subscribe(rx_pipe(rx_subject_observe(source), rx_exhaust_map(gate_or_item, gate)), &noting, NULL);
	rx_subject_next(source, &(int64_t){1});
	rx_subject_next(source, &(int64_t){2});
	rx_subject_complete(gate);
	rx_subject_next(source, &(int64_t){3});
	rx_subject_complete(source);
	ck_assert_str_eq(notes(), "1 is 0, 3 is 1, complete");
	rx_subject_unref(gate);
	rx_subject_unref(source);
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
	end_with_pushes(&ending, rx_pipe(rx_subject_observe(source), rx_exhaust_map(fails)), &subscription);
	rx_subject_next(source, &(int64_t){1});
	ck_assert_int_eq(ending.ends, 1);
	ck_assert_int_eq(projected, 1);
	ck_assert_uint_eq(rx_subject_observers(source), 0);
	rx_subject_unref(source);
}
