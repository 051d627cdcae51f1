#include "tests/support/marbles.h"
#include "tests/support/notes.h"

TEST(passes_on_each_event_as_a_task)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_scheduled(rx_of(char, '1', '2'), rx_test_scheduler(t)), NULL, "(12|)", NULL);
	EXPECT_MARBLES(t);
}

TEST(nothing_happens_before_the_scheduler_runs)
{
	rx_scheduler *time = rx_virtual_create();
	rx_subscribe(
		rx_scheduled(noted("a", rx_range(1, 2)), time),
		&(rx_observer){
			.next = noting.next, .error = noting.error, .complete = noting.complete, .scheduler = time},
		NULL);
	ck_assert_str_eq(notes(), "");
	rx_virtual_run(time, 0);
	ck_assert_str_eq(notes(), "a subscribed, a torn down, 1, 2, complete");
	rx_virtual_destroy(time);
}
