#include "tests/support/contract.h"
#include "tests/support/listener.h"
#include "tests/support/memory.h"

static rx_subject *connector(const rx_type *type, void *ctx)
{
	return rx_replay_create(type, 2, RX_NEVER);
}

CONTRACT(rx_share(&(rx_share_options){.connector = connector}))

static struct listener a = {.name = "A"}, b = {.name = "B"};

static rx_subject *create(size_t size)
{
	return rx_replay_create(&rx_type_int64_t, size, RX_NEVER);
}

TEST(replays_everything_to_who_comes_later)
{
	rx_subject *subject = create(0);
	emit(subject, 1);
	emit(subject, 2);
	listen(&a, subject);
	emit(subject, 3);
	rx_subject_complete(subject);
	listen(&b, subject);
	ck_assert_heard("A1 A2 A3 A| B1 B2 B3 B|");
	rx_subject_unref(subject);
}

TEST(keeps_only_so_many)
{
	rx_subject *subject = create(2);
	for (int64_t n = 1; n <= 5; n++)
		emit(subject, n);
	listen(&a, subject);
	ck_assert_heard("A4 A5");
	rx_unsubscribe(&a.subscription);
	rx_subject_unref(subject);
}

TEST(one_that_is_full_allocates_nothing_more)
{
	rx_subject *subject = create(2);
	emit(subject, 1);
	emit(subject, 2);
	const size_t before = memory_allocations();
	emit(subject, 3);
	emit(subject, 4);
	ck_assert_uint_eq(memory_allocations(), before);
	listen(&a, subject);
	ck_assert_heard("A3 A4");
	rx_unsubscribe(&a.subscription);
	rx_subject_unref(subject);
}

static void emit_more(struct listener *self, int64_t n)
{
	if (n < 10)
		emit(self->subject, n + 10);
}

/* A takes both items while they are replaced, and hears what is emitted from inside as well. */
TEST(an_item_that_is_being_replayed_is_not_written_over)
{
	rx_subject *subject = create(2);
	emit(subject, 1);
	emit(subject, 2);
	a.then = emit_more;
	listen(&a, subject);
	ck_assert_heard("A1 A11 A2 A12");
	listen(&b, subject);
	ck_assert_heard("B11 B12");
	rx_subject_complete(subject);
	rx_subject_unref(subject);
}

TEST(replays_before_an_error_too)
{
	rx_subject *subject = create(0);
	emit(subject, 1);
	rx_subject_error(subject, -EIO, "over");
	emit(subject, 2);
	listen(&a, subject);
	ck_assert_heard("A1 A#-5");
	rx_subject_unref(subject);
}

TEST(keeps_items_for_its_window)
{
	rx_scheduler *time = rx_virtual_create();
	rx_scheduler_set_current(time);
	rx_subject *subject = rx_replay_create(&rx_type_int64_t, 0, RX_MS(10));
	rx_scheduler_set_current(NULL);
	emit(subject, 1);
	rx_virtual_run(time, RX_MS(5));
	emit(subject, 2);
	rx_virtual_run(time, RX_MS(9));
	listen(&a, subject);
	rx_virtual_run(time, RX_MS(10));
	listen(&b, subject);
	ck_assert_heard("A1 A2 B2");
	rx_virtual_run(time, RX_MS(15));
	rx_subject_complete(subject);
	listen(&a, subject);
	ck_assert_heard("A| B| A|");
	rx_subject_unref(subject);
	rx_virtual_destroy(time);
}

static void emit_nine(struct listener *self, int64_t n)
{
	if (n == 1)
		emit(self->subject, 9);
}

/* It was subscribed first: what is emitted meanwhile comes at once, and is not in the copy. */
TEST(subscribes_before_it_replays)
{
	rx_subject *subject = create(0);
	emit(subject, 1);
	emit(subject, 2);
	a.then = emit_nine;
	listen(&a, subject);
	ck_assert_heard("A1 A9 A2");
	listen(&b, subject);
	ck_assert_heard("B1 B2 B9");
	rx_subject_complete(subject);
	rx_subject_unref(subject);
}

TEST(replays_what_was_there_though_it_is_trimmed_meanwhile)
{
	rx_subject *subject = create(2);
	emit(subject, 1);
	emit(subject, 2);
	a.then = emit_nine;
	listen(&a, subject);
	ck_assert_heard("A1 A9 A2");
	listen(&b, subject);
	ck_assert_heard("B2 B9");
	rx_subject_complete(subject);
	rx_subject_unref(subject);
}

static void complete_it(struct listener *self, int64_t n)
{
	rx_subject_complete(self->subject);
}

TEST(completing_during_the_replay_ends_it)
{
	rx_subject *subject = create(0);
	emit(subject, 1);
	emit(subject, 2);
	a.then = complete_it;
	listen(&a, subject);
	ck_assert_heard("A1 A|");
	rx_subject_unref(subject);
}

TEST(a_subscriber_that_wants_only_one)
{
	rx_subject *subject = create(0);
	emit(subject, 1);
	emit(subject, 2);
	listen_to(&a, rx_pipe(rx_subject_observe(subject), rx_take(1)));
	ck_assert_heard("A1 A|");
	ck_assert_uint_eq(rx_subject_observers(subject), 0);
	rx_subject_unref(subject);
}

TEST(unsubscribed_it_replays_nothing)
{
	rx_subject *subject = create(0);
	emit(subject, 1);
	rx_subject_unsubscribe(subject);
	listen(&a, subject);
	ck_assert_heard("A#-32");
	rx_subject_unref(subject);
}

static void hear_string(const rx_string *item, void *ctx)
{
	say("%s", *item);
}
RX_CONSUMER(hear_string, rx_string);

TEST(copies_and_drops_by_the_type)
{
	rx_loop(NULL); /* the scheduler of time, made on first use */
	const size_t before = memory_live();
	rx_subject *subject = rx_replay_create(&rx_type_rx_string, 2, 0);
	char text[] = "x";
	for (text[0] = 'a'; text[0] < 'e'; text[0]++)
		rx_subject_next(subject, &(rx_string){text});
	rx_subject_complete(subject);
	rx_subscribe(rx_subject_observe(subject), &(rx_observer){RX_NEXT(hear_string)}, NULL);
	rx_subscribe(rx_subject_observe(subject), &(rx_observer){RX_NEXT(hear_string)}, NULL);
	ck_assert_heard("c d c d");
	rx_subject_unref(subject);
	rx_trim();
	ck_assert_uint_eq(memory_live(), before);
}

TEST(a_long_replay_is_released_on_a_constant_stack)
{
	rx_subject *subject = create(0);
	for (int64_t n = 0; n < 1000000; n++)
		emit(subject, n);
	rx_subject_unref(subject);
}

/* The first allocation is the node, the second the string's. */
TEST(an_item_that_cannot_be_kept_ends_it, .to = 2)
{
	rx_subject *subject = rx_replay_create(&rx_type_rx_string, 0, 0);
	rx_subscribe(rx_subject_observe(subject), &(rx_observer){.error = listener_error, .ctx = &a}, NULL);
	rx_trim();
	memory_fail_after((size_t)_i);
	rx_subject_next(subject, &(rx_string){"second"});
	memory_recover();
	ck_assert_heard("A#-12");
	rx_subject_unref(subject);
}

TEST(without_memory_observers_get_the_error)
{
	memory_fail_after(0);
	rx_subject *subject = create(0);
	memory_recover();
	listen(&a, subject);
	ck_assert_heard("A#-12");
	rx_subject_unref(subject);
}
