#include "tests/support/contract.h"
#include "tests/support/through.h"

CONTRACT(rx_is_empty())

TEST(is_true_where_nothing_came)
{
	through(rx_is_empty(), "-----|",
	                       "-----(t|)", .to = ANSWERS, .subscriptions = "^----!");
}

TEST(is_false_at_the_first_item)
{
	through(rx_is_empty(), "--1--2--|",
	                       "--(f|)", .to = ANSWERS, .subscriptions = "^-!");
}

TEST(passes_an_error)
{
	through(rx_is_empty(), "--#", "--#", .to = ANSWERS);
	through(rx_is_empty(), "-", "-", .to = ANSWERS);
}
