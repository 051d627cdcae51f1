#include <clusterfy/rx.h>

#include "tests/support/contract.h"
#include "tests/support/marbles.h"
#include "tests/support/memory.h"

CONTRACT(rx_own(rx_map(parcel_same), NULL, do_nothing))

static int below(const int64_t *n, void *ctx)
{
	return *n < *(const int64_t *)ctx;
}
RX_PREDICATE(below, int64_t);

struct owned {
	int64_t limit;
	int drops;
};

static void drop(void *ctx)
{
	((struct owned *)ctx)->drops++;
}

static rx_observable *unchanged(rx_observable *source, void *ctx)
{
	(void)ctx;
	return rx_pipe(source, rx_take(9));
}

TEST(lives_as_long_as_its_operator)
{
	struct owned owned = {.limit = 3};
	rx_operator *op = rx_own(rx_filter(below, &owned), &owned, drop);
	rx_test *t = rx_test_create();
	rx_expect(t, rx_pipe(rx_cold(t, "1-5-2-|", NUMBERS), rx_operator_ref(op)), NULL, "1---2-|", NUMBERS);
	EXPECT_MARBLES(t);
	ck_assert_int_eq(owned.drops, 0);
	rx_operator_unref(op);
	ck_assert_int_eq(owned.drops, 1);
}

TEST(lives_as_long_as_a_subscription)
{
	struct owned owned = {.limit = 3};
	rx_subscription subscription;
	rx_subscribe(rx_pipe(rx_never(), rx_own(rx_filter(below, &owned), &owned, drop)), NULL, &subscription);
	ck_assert_int_eq(owned.drops, 0);
	rx_unsubscribe(&subscription);
	ck_assert_int_eq(owned.drops, 1);
}

TEST(goes_with_what_a_function_of_the_source_made)
{
	struct owned owned = {0};
	rx_subscription subscription;
	rx_operator *op = rx_own(rx_operator_create(NULL, unchanged, NULL, NULL), &owned, drop);
	rx_subscribe(rx_pipe(rx_never(), op), NULL, &subscription);
	ck_assert_int_eq(owned.drops, 0);
	rx_unsubscribe(&subscription);
	ck_assert_int_eq(owned.drops, 1);
}

TEST(is_dropped_at_once_without_memory)
{
	struct owned owned = {0};
	rx_operator *op = rx_take(1);
	memory_fail_after(0);
	op = rx_own(op, &owned, drop);
	memory_recover();
	ck_assert_int_eq(owned.drops, 1);
	rx_operator_unref(op);
}

TEST(of_several_each_is_kept)
{
	struct owned inner = {0}, outer = {0};
	rx_subscription subscription;
	rx_operator *op = rx_own(rx_operator_create(NULL, unchanged, NULL, NULL), &inner, drop);
	op = rx_own(rx_compose(rx_take(1), op), &outer, drop);
	rx_subscribe(rx_pipe(rx_never(), op), NULL, &subscription);
	ck_assert_int_eq(inner.drops, 0);
	ck_assert_int_eq(outer.drops, 0);
	rx_unsubscribe(&subscription);
	ck_assert_int_eq(inner.drops, 1);
	ck_assert_int_eq(outer.drops, 1);
}
