#include <clusterfy/rx.h>

#include <errno.h>

#include "tests/support/marbles.h"
#include "tests/support/memory.h"

TEST(emits_the_items_of_an_array)
{
	const int64_t numbers[] = {1, 2, 3};
	rx_test *t = rx_test_create();
	rx_expect(t, rx_from(&rx_type_int64_t, numbers, 3), NULL, "(123|)", NUMBERS);
	rx_expect(t, rx_from_span(&rx_type_int64_t, numbers, 3), NULL, "(123|)", NUMBERS);
	rx_expect(t, rx_of(int64_t, 1, 2, 3), NULL, "(123|)", NUMBERS);
	rx_expect(t, rx_from(&rx_type_int64_t, numbers, 0), NULL, "|", NULL);
	EXPECT_MARBLES(t);
}

TEST(is_a_recipe_that_runs_any_number_of_times)
{
	rx_observable *source = rx_of(int64_t, 4, 5);
	rx_test *t = rx_test_create();
	rx_expect(t, rx_observable_ref(source), NULL, "(45|)", NUMBERS);
	rx_expect(t, source, NULL, "(45|)", NUMBERS);
	EXPECT_MARBLES(t);
}

static void keep(const rx_string *text, void *ctx)
{
	*(const char **)ctx = *text;
}
RX_CONSUMER(keep, rx_string);

TEST(copies_items_by_their_type)
{
	char text[] = "hello";
	const char *seen = NULL;
	rx_observable *source = rx_of(rx_string, text);
	text[0] = 'j';
	rx_subscribe(rx_observable_ref(source), &(rx_observer){RX_NEXT(keep), .ctx = &seen}, NULL);
	ck_assert_str_eq(seen, "hello");
	rx_observable_unref(source);
}

static void note(const rx_error *error, void *ctx)
{
	*(int *)ctx = error->code;
}

TEST(an_item_that_cannot_be_copied_is_an_error)
{
	for (size_t n = 0; n < 3; n++) {
		int code = 0;
		memory_fail_after(n);
		rx_observable *source = rx_of(rx_string, "one", "two");
		memory_recover();
		rx_subscribe(source, &(rx_observer){.error = note, .ctx = &code}, NULL);
		ck_assert_int_eq(code, -ENOMEM);
	}
}

static void one_then_pause(const int64_t *n, void *ctx)
{
	rx_subscription *subscription = ctx;
	if (*n == 1)
		rx_pause(subscription);
}
RX_CONSUMER(one_then_pause, int64_t);

TEST(pauses_and_goes_on)
{
	int64_t numbers[1000];
	rx_subscription subscription;
	for (int i = 0; i < 1000; i++)
		numbers[i] = i;
	rx_subscribe(rx_from_span(&rx_type_int64_t, numbers, 1000),
	             &(rx_observer){RX_NEXT(one_then_pause), .ctx = &subscription}, &subscription);
	ck_assert(!rx_is_closed(&subscription));
	rx_resume(&subscription);
	ck_assert(rx_is_closed(&subscription));
}
