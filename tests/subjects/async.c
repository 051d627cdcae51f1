#include "tests/support/contract.h"
#include "tests/support/listener.h"
#include "tests/support/memory.h"

static rx_subject *connector(const rx_type *type, void *ctx)
{
	return rx_async_create(type);
}

CONTRACT(rx_share(&(rx_share_options){.connector = connector}), .late = true)

static struct listener a = {.name = "A"}, b = {.name = "B"}, c = {.name = "C"};

static rx_subject *create(void)
{
	return rx_async_create(&rx_type_int64_t);
}

TEST(gives_its_last_item_at_completion_only)
{
	rx_subject *subject = create();
	listen(&a, subject);
	emit(subject, 1);
	listen(&b, subject);
	emit(subject, 2);
	ck_assert_heard("");
	rx_subject_complete(subject);
	ck_assert_heard("A2 B2 A| B|");
	listen(&c, subject);
	ck_assert_heard("C2 C|");
	rx_subject_complete(subject);
	rx_subject_unref(subject);
}

TEST(without_an_item_it_only_completes)
{
	rx_subject *subject = create();
	listen(&a, subject);
	rx_subject_complete(subject);
	listen(&b, subject);
	ck_assert_heard("A| B|");
	rx_subject_unref(subject);
}

TEST(an_error_leaves_only_itself)
{
	rx_subject *subject = create();
	listen(&a, subject);
	emit(subject, 1);
	rx_subject_error(subject, -EIO, "over");
	rx_subject_complete(subject);
	listen(&b, subject);
	ck_assert_heard("A#-5 B#-5");
	rx_subject_unref(subject);
}

static void emit_let_c_come_and_complete(struct listener *self, int64_t n)
{
	emit(self->subject, 9);
	listen(&c, self->subject);
	rx_subject_complete(self->subject);
}

TEST(the_item_is_settled_when_completion_begins)
{
	rx_subject *subject = create();
	a.then = emit_let_c_come_and_complete;
	listen(&a, subject);
	listen(&b, subject);
	emit(subject, 1);
	rx_subject_complete(subject);
	ck_assert_heard("A1 C1 C| B1 A| B|");
	rx_subject_unref(subject);
}

TEST(a_subscriber_that_wants_only_one)
{
	rx_subject *subject = create();
	emit(subject, 1);
	rx_subject_complete(subject);
	listen_to(&a, rx_pipe(rx_subject_observe(subject), rx_take(1)));
	ck_assert_heard("A1 A|");
	rx_subject_unref(subject);
}

static void let_go(struct listener *self, int64_t n)
{
	rx_unsubscribe(&self->subscription);
	rx_subject_unref(self->subject);
}

TEST(its_last_reference_may_go_during_complete)
{
	rx_subject *subject = create();
	a.then = let_go;
	listen(&a, subject);
	emit(subject, 1);
	rx_subject_complete(subject);
	ck_assert_heard("A1");
}

TEST(unsubscribed_it_gives_nothing)
{
	rx_subject *subject = create();
	emit(subject, 1);
	rx_subject_complete(subject);
	rx_subject_unsubscribe(subject);
	listen(&a, subject);
	ck_assert_heard("A#-32");
	rx_subject_unref(subject);
}

TEST(copies_and_drops_by_the_type)
{
	const size_t before = memory_live();
	rx_subject *subject = rx_async_create(&rx_type_rx_string);
	rx_subject_next(subject, &(rx_string){"first"});
	rx_subject_next(subject, &(rx_string){"second"});
	rx_subject_complete(subject);
	rx_subject_unref(subject);
	ck_assert_uint_eq(memory_live(), before);
}

TEST(an_item_that_cannot_be_kept_ends_it)
{
	rx_subject *subject = rx_async_create(&rx_type_rx_string);
	rx_subscribe(rx_subject_observe(subject), &(rx_observer){.error = listener_error, .ctx = &a}, NULL);
	memory_fail_after(0);
	rx_subject_next(subject, &(rx_string){"second"});
	memory_recover();
	ck_assert_heard("A#-12");
	rx_subject_unref(subject);
}

TEST(without_memory_observers_get_the_error)
{
	memory_fail_after(0);
	rx_subject *subject = create();
	memory_recover();
	listen(&a, subject);
	ck_assert_heard("A#-12");
	rx_subject_unref(subject);
}
