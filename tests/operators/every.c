#include "tests/support/contract.h"
#include "tests/support/through.h"

CONTRACT(rx_every(parcel_odd))

RX_FILTER(is_even, int64_t, n, n % 2 == 0)

TEST(is_false_at_the_first_that_fails)
{
	through(rx_every(is_even), "--2--4--5--6--|",
	                           "--------(f|)", .to = ANSWERS, .subscriptions = "^-------!");
}

TEST(is_true_at_the_end)
{
	through(rx_every(is_even), "--2--4--|",
	                           "--------(t|)", .to = ANSWERS);
	through(rx_every(is_even), "|", "(t|)", .to = ANSWERS);
}

TEST(passes_an_error)
{
	through(rx_every(is_even), "--2--#",
	                           "-----#", .to = ANSWERS);
	through(rx_every(is_even), "-", "-", .to = ANSWERS);
}

static int before(const int64_t *n, size_t index, void *ctx)
{
	const size_t *end = ctx;
	return *n == 9 ? -ERANGE : index < *end;
}
RX_PREDICATE_INDEXED(before, int64_t);

TEST(the_predicate_gets_index_and_context_and_may_fail)
{
	size_t end = 2;
	through(rx_every(before, &end), "--1--1--1--|",
	                                "--------(f|)", .to = ANSWERS);
	through(rx_every(before, &end), "--1--9--1--|",
	                                "-----#", .to = ANSWERS, .error = -ERANGE);
}
