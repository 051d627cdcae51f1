#include "tests/support/contract.h"
#include "tests/support/through.h"

CONTRACT(rx_distinct_until_key_changed(parcel_same))

static int rest(const int64_t *n, int64_t *out, void *ctx)
{
	const int64_t *divisor = ctx;
	if (*n == 9)
		return -ERANGE;
	*out = *n % (divisor ? *divisor : 2);
	return 0;
}
RX_MAPPER(rest, int64_t, int64_t);

TEST(leaves_out_repetitions_of_a_key)
{
	through(rx_distinct_until_key_changed(rest), "--1--3--2--4--1--|",
	                                             "--1-----2-----1--|", .subscriptions = "^----------------!");
}

TEST(the_function_gets_a_context_and_may_fail)
{
	int64_t divisor = 3;
	through(rx_distinct_until_key_changed(rest, &divisor), "--1--4--2--9--1--|",
	                                                       "--1-----2--#", .error = -ERANGE);
}

static int opposite(const int64_t *a, const int64_t *b, void *ctx)
{
	return ctx && *b == *(int64_t *)ctx ? -EDOM : *a != *b;
}
RX_EQUALITY(opposite, int64_t);

TEST(another_function_says_which_keys_are_equal)
{
	int64_t divisor = 8, forbidden = 6;
	through(rx_distinct_until_key_changed(rest, NULL, opposite), "--1--3--2--4--1--|",
	                                                             "--1--3--------1--|");
	through(rx_distinct_until_key_changed(rest, &divisor, opposite, &forbidden), "--1--1--2--6--1--|",
	                                                                             "--1--1-----#", .error = -EDOM);
}

static int same_double(const double *a, const double *b, void *ctx)
{
	return *a == *b;
}
RX_EQUALITY(same_double, double);

TEST(which_must_take_the_type_of_the_key)
{
	through(rx_distinct_until_key_changed(rest, NULL, same_double), "--1--|", "#", .error = -EINVAL);
}

static int initial(const rx_string *text, rx_string *out, void *ctx)
{
	const rx_string letter = (char[]){**text, 0};
	return rx_type_copy(&rx_type_rx_string, out, &letter);
}
RX_MAPPER(initial, rx_string, rx_string);

static void strings(void)
{
	through_strings(rx_distinct_until_key_changed(initial));
}

TEST(copies_what_it_keeps_and_drops_it)
{
	strings();
	without_memory(strings);
}

TEST(passes_the_end)
{
	through(rx_distinct_until_key_changed(rest), "--1--#",
	                                             "--1--#");
	through(rx_distinct_until_key_changed(rest), "-", "-");
}
