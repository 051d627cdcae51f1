#include <errno.h>

#include "tests/support/contract.h"
#include "tests/support/marbles.h"
#include "tests/support/notes.h"

static int answer(void *ctx)
{
	return *(const int *)ctx;
}

static int first(void *ctx)
{
	if (contract_hooks.called)
		contract_hooks.called();
	return 1;
}

static int second(void *ctx)
{
	if (contract_hooks.called)
		contract_hooks.called();
	return 0;
}

CONTRACT_OF(rx_iif(first, source, three_parcels(NULL), NULL))
CONTRACT_OF(rx_iif(second, three_parcels(NULL), source, NULL))

TEST(subscribes_to_one_of_two)
{
	int yes = 1, no = 0;
	rx_test *t = rx_test_create();
	rx_observable *a = rx_cold(t, "-1-|", NULL), *b = rx_cold(t, "-2-|", NULL);
	rx_expect(t, rx_iif(answer, a, b, &yes), NULL, "-1-|", NULL);
	rx_expect(t, rx_iif(answer, a, b, &no), NULL, "-2-|", NULL);
	rx_expect_subscriptions(t, a, "^--!");
	rx_expect_subscriptions(t, b, "^--!");
	EXPECT_MARBLES(t);
}

TEST(asks_for_each_subscription)
{
	int which = 1;
	rx_observable *either = rx_iif(answer, rx_range(1, 1), rx_range(2, 1), &which);
	rx_subscribe(rx_observable_ref(either), &noting, NULL);
	which = 0;
	rx_subscribe(either, &noting, NULL);
	ck_assert_str_eq(notes(), "1, complete, 2, complete");
}

TEST(a_negative_answer_is_an_error)
{
	int which = -EIO;
	rx_subscribe(rx_iif(answer, rx_range(1, 1), rx_range(2, 1), &which), &noting, NULL);
	ck_assert_str_eq(notes(), "error");
}

static void note_message(const rx_error *error, void *ctx)
{
	note("%s", error->message);
}

TEST(null_for_one_of_both_is_an_error, .to = 2)
{
	int which = _i;
	rx_subscribe(rx_iif(answer, _i ? NULL : rx_range(1, 1), _i ? rx_range(1, 1) : NULL, &which),
	             &(rx_observer){.error = note_message}, NULL);
	ck_assert_str_eq(notes(), "there is no observable, but NULL");
}

TEST(both_are_of_one_type)
{
	int which = 1;
	rx_subscribe(rx_iif(answer, rx_range(1, 1), rx_of(char, 'a'), &which), &(rx_observer){.error = note_message},
	             NULL);
	ck_assert_str_eq(notes(), "iif takes observables of one type, but range gives int64_t and from gives char");
}
