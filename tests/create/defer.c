#include <clusterfy/rx.h>

#include <errno.h>

#include "tests/support/contract.h"
#include "tests/support/marbles.h"

static rx_observable *next_number(void *ctx)
{
	int64_t *number = ctx;
	return rx_of(int64_t, ++*number);
}

TEST(asks_its_factory_for_each_subscription)
{
	int64_t number = 0;
	rx_observable *source = rx_defer(&rx_type_int64_t, next_number, &number);
	ck_assert_int_eq(number, 0);
	rx_test *t = rx_test_create();
	rx_expect(t, rx_observable_ref(source), NULL, "(1|)", NUMBERS);
	rx_expect(t, source, NULL, "(2|)", NUMBERS);
	EXPECT_MARBLES(t);
}

static rx_observable *shared(void *ctx)
{
	return rx_observable_ref(ctx);
}

static rx_observable *parcels(void *ctx)
{
	if (contract_hooks.called)
		contract_hooks.called();
	return rx_observable_ref(ctx);
}

static int deferred(void *ctx)
{
	return 1;
}

/* What the factory is lent is the other of both, which is never subscribed to. */
CONTRACT_OF(rx_iif(deferred, rx_defer(&rx_type_parcel, parcels, source), source, NULL))

TEST(draws_what_its_factory_returns)
{
	rx_test *t = rx_test_create();
	rx_observable *a = rx_cold(t, "--a|", NULL);
	rx_expect(t, rx_defer(&rx_type_char, shared, a), NULL, "--a|", NULL);
	rx_expect_subscriptions(t, a, "^--!");
	EXPECT_MARBLES(t);
}

static rx_observable *refuse(void *ctx)
{
	(void)ctx;
	return rx_throw_error(-EIO, "error");
}

TEST(fails_as_its_factory_does)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_defer(&rx_type_char, refuse, NULL), NULL, "#", NULL);
	EXPECT_MARBLES(t);
}

static rx_observable *wrong(void *ctx)
{
	(void)ctx;
	return rx_of(double, 1.5);
}

static void note(const rx_error *error, void *ctx)
{
	*(const rx_error **)ctx = rx_error_ref(error);
}

TEST(items_of_another_type_are_an_error_that_names_both)
{
	const rx_error *error = NULL;
	rx_subscribe(rx_defer(&rx_type_char, wrong, NULL), &(rx_observer){.error = note, .ctx = &error}, NULL);
	ck_assert_str_eq(error->message, "defer takes observables of char, but from gives double");
	rx_error_unref(error);
}
