#include "tests/support/contract.h"
#include "tests/support/through.h"

CONTRACT(rx_to_array())

TEST(emits_everything_at_the_end)
{
	through(rx_to_array(), "--1--2--3--|",
	                       "-----------(a|)", .to = RX_VALUES(rx_list, "a", LIST(int64_t, 1, 2, 3)),
	        .subscriptions = "^----------!");
}

TEST(of_nothing_it_is_an_empty_list)
{
	through(rx_to_array(), "--|",
	                       "--(a|)", .to = RX_VALUES(rx_list, "a", {0}));
}

TEST(emits_nothing_before_an_error)
{
	through(rx_to_array(), "--1--#",
	                       "-----#", .to = RX_VALUES(rx_list, "a", {0}));
	through(rx_to_array(), "-", "-", .to = RX_VALUES(rx_list, "a", {0}));
}

TEST(stops_when_unsubscribed)
{
	through(rx_to_array(), "--1--2--|",
	                       "----    ", .to = RX_VALUES(rx_list, "a", {0}), .subscription = "^---!",
	        .subscriptions = "^---!");
}

static void count(const rx_list *list, void *ctx)
{
	const int64_t *items = RX_LIST_ITEMS(list, int64_t);
	ck_assert_ptr_null(RX_LIST_ITEMS(list, int));
	for (size_t i = 0; items && i < list->count; i++)
		ck_assert_int_eq(items[i], (int64_t)i);
	*(size_t *)ctx = list->count;
}
RX_CONSUMER(count, rx_list);

TEST(the_list_is_read_by_its_type)
{
	size_t counted = 0;
	rx_subscribe(rx_pipe(rx_range(0, 1000), rx_to_array()), &(rx_observer){RX_NEXT(count), .ctx = &counted}, NULL);
	ck_assert_uint_eq(counted, 1000);
	rx_subscribe(rx_pipe(rx_empty(), rx_to_array()), &(rx_observer){RX_NEXT(count), .ctx = &counted}, NULL);
	ck_assert_uint_eq(counted, 0);
}

static void strings(void)
{
	through_strings(rx_to_array());
	through_strings(rx_compose(rx_to_array(), rx_last()));
	through_strings(rx_compose(rx_take(2), rx_to_array()));
}

TEST(copies_what_it_keeps_and_drops_it)
{
	strings();
	without_memory(strings);
}
