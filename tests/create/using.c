#include <errno.h>

#include "tests/support/contract.h"
#include "tests/support/marbles.h"
#include "tests/support/notes.h"

static int acquire(void **resource, void *ctx)
{
	note("acquire");
	*resource = ctx;
	return 0;
}

static rx_observable *use(void *resource, void *ctx)
{
	note("use");
	return rx_observable_ref(resource);
}

static void release(void *resource, void *ctx)
{
	note("release");
}

static const rx_resource lifetime = {acquire, use, release};

static void called(void)
{
	if (contract_hooks.called)
		contract_hooks.called();
}

static int borrow(void **resource, void *ctx)
{
	*resource = ctx;
	called();
	return 0;
}

static rx_observable *parcels(void *resource, void *ctx)
{
	called();
	return rx_observable_ref(resource);
}

static void give_back(void *resource, void *ctx)
{
	called();
}

static const rx_resource lent = {borrow, parcels, give_back};

static int using(void *ctx)
{
	return 1;
}

/* What is lent is the other of both, which is never subscribed to. */
CONTRACT_OF(rx_iif(using, rx_using(&rx_type_parcel, &lent, source), source, NULL))

TEST(holds_the_resource_as_long_as_the_subscription)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_using(&rx_type_char, &lifetime, rx_cold(t, "--a|", NULL)), NULL, "--a|", NULL);
	EXPECT_MARBLES(t);
	ck_assert_str_eq(notes(), "acquire, use, release");
}

TEST(releases_it_after_the_teardown_of_what_uses_it)
{
	rx_subscription subscription;
	rx_observable *source = noted("a", rx_never());
	rx_subscribe(rx_using(&rx_type_int64_t, &lifetime, source), &noting, &subscription);
	rx_unsubscribe(&subscription);
	ck_assert_str_eq(notes(), "acquire, use, a subscribed, a torn down, release");
	rx_observable_unref(source);
}

TEST(releases_it_when_its_use_fails)
{
	rx_observable *source = rx_throw_error(-EIO, "broken");
	rx_subscribe(rx_using(&rx_type_int64_t, &lifetime, source), &noting, NULL);
	ck_assert_str_eq(notes(), "acquire, use, error, release");
	rx_observable_unref(source);
}

static int refuse(void **resource, void *ctx)
{
	return -EBUSY;
}

TEST(what_was_not_acquired_is_not_released)
{
	rx_subscribe(rx_using(&rx_type_int64_t, &(rx_resource){refuse, use, release}, NULL), &noting, NULL);
	ck_assert_str_eq(notes(), "error");
}

static rx_subscription left_in_acquire;

static int acquire_and_leave(void **resource, void *ctx)
{
	note("acquire");
	rx_unsubscribe(&left_in_acquire);
	*resource = ctx;
	return 0;
}

TEST(what_is_acquired_by_a_function_that_leaves_is_released_unused)
{
	rx_subscribe(rx_using(&rx_type_int64_t, &(rx_resource){acquire_and_leave, use, release}, NULL), NULL,
	             &left_in_acquire);
	ck_assert_str_eq(notes(), "acquire, release");
}
