#include "tests/support/contract.h"
#include "tests/support/through.h"

CONTRACT(rx_find_index(parcel_odd))

RX_FILTER(is_even, int64_t, n, n % 2 == 0)

TEST(emits_the_index_of_the_first_that_passes)
{
	through(rx_find_index(is_even), "--3--5--6--7--|",
	                                "--------(2|)", .subscriptions = "^-------!");
}

TEST(finding_nothing_is_minus_one)
{
	through(rx_find_index(is_even), "--1--3--|",
	                                "--------(x|)", .to = RX_VALUES(int64_t, "x", -1));
	through(rx_find_index(is_even), "|", "(x|)", .to = RX_VALUES(int64_t, "x", -1));
}

TEST(passes_an_error_before_it)
{
	through(rx_find_index(is_even), "--1--#",
	                                "-----#");
	through(rx_find_index(is_even), "-", "-");
}

static int equals(const int64_t *n, void *ctx)
{
	return *n == 9 ? -ERANGE : *n == *(const int64_t *)ctx;
}
RX_PREDICATE(equals, int64_t);

TEST(the_predicate_gets_a_context_and_may_fail)
{
	int64_t wanted = 3;
	through(rx_find_index(equals, &wanted), "--1--3--|",
	                                        "-----(1|)");
	through(rx_find_index(equals, &wanted), "--1--9--|",
	                                        "-----#", .error = -ERANGE);
}
