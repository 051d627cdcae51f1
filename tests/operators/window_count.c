#include "tests/support/listener.h"
#include "tests/support/windows.h"
#include "tests/support/contract.h"

CONTRACT(rx_compose(rx_window_count(2, 1), rx_merge_all(parcel)))

TEST(a_full_window_closes_then_the_next_one_opens)
{
	windows(rx_window_count(2, 0), "--1--2--3--|", "a----b-----|", "--1--(2|)", "---3--|");
}

TEST(windows_may_overlap)
{
	windows(rx_window_count(3, 1), "-1-2-3-4-|", "ab-c-d-e-|", "-1-2-(3|)", "--2-3-(4|)", "--3-4-|", "--4-|",
	        "--|");
}

TEST(there_may_be_gaps)
{
	windows(rx_window_count(1, 2), "-1-2-3-4-|", "a--b---c-|", "-(1|)", "--(3|)", "--|");
}

TEST(ends_of_all_kinds)
{
	windows(rx_window_count(2, 0), "|", "(a|)", "|");
	windows(rx_window_count(2, 0), "#", "(a#)", "#");
	windows(rx_window_count(2, 0), "-", "a", "-");
}

TEST(an_error_goes_to_the_windows_first)
{
	windows(rx_window_count(3, 1), "-1-2-#", "ab-c-#", "-1-2-#", "--2-#", "--#");
}

TEST(no_items_count_as_one)
{
	windows(rx_window_count(0, 0), "-1-2|", "ab-c|", "-(1|)", "--(2|)", "-|");
}

static struct listener a = {.name = "A"};

static void take_the_window(const rx_stream *window, void *ctx)
{
	say("W");
	listen_to(ctx, rx_observable_ref(*window));
}
RX_CONSUMER(take_the_window, rx_stream);

/* Order within one frame: the window's end is heard before the next window. */
TEST(closes_before_it_opens)
{
	rx_subscribe(rx_pipe(rx_range(1, 3), rx_window_count(2, 0)),
	             &(rx_observer){RX_NEXT(take_the_window), .ctx = &a}, NULL);
	ck_assert_heard("W A1 A2 A| W A3 A|");
}

static rx_subscription outer;

static void unsubscribe_outer(struct listener *self, int64_t n)
{
	rx_unsubscribe(&outer);
}

TEST(may_be_unsubscribed_inside_a_window)
{
	a.then = unsubscribe_outer;
	rx_subscribe(rx_pipe(rx_range(1, 3), rx_window_count(2, 1)),
	             &(rx_observer){RX_NEXT(take_the_window), .ctx = &a}, &outer);
	ck_assert_heard("W A1");
	rx_unsubscribe(&a.subscription);
}

TEST(stops_inside_take)
{
	rx_subscribe(rx_pipe(rx_range(1, 3), rx_window_count(2, 1), rx_take(1)),
	             &(rx_observer){RX_NEXT(take_the_window), .ctx = &a}, NULL);
	ck_assert_heard("W");
	rx_unsubscribe(&a.subscription);
}

static void emit_two_once(struct listener *self, int64_t n)
{
	if (n == 1)
		emit(self->subject, 2);
}

TEST(may_be_entered_again_inside_a_window)
{
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	a.subject = subject;
	a.then = emit_two_once;
	rx_subscribe(rx_pipe(rx_subject_observe(subject), rx_window_count(2, 0)),
	             &(rx_observer){RX_NEXT(take_the_window), .ctx = &a}, &outer);
	emit(subject, 1);
	ck_assert_heard("W A1 A2 A| W");
	rx_unsubscribe(&outer);
	rx_unsubscribe(&a.subscription);
	rx_subject_unref(subject);
}

static void run(void)
{
	rx_subscribe(rx_pipe(rx_range(1, 3), rx_window_count(2, 1)), &(rx_observer){.error = listener_error, .ctx = &a},
	             NULL);
	heard[0] = '\0';
}

TEST(without_memory_it_errors)
{
	without_memory(run);
}
