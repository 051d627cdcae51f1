#include "tests/support/contract.h"
#include "tests/support/listener.h"
#include "tests/support/memory.h"

#include <stdlib.h>
#include <string.h>

static rx_subject *connector(const rx_type *type, void *ctx)
{
	return rx_behavior_create(type, &parcel_seven);
}

CONTRACT(rx_share(&(rx_share_options){.connector = connector}))

static struct listener a = {.name = "A"}, b = {.name = "B"};

static rx_subject *create(int64_t initial)
{
	return rx_behavior_create(&rx_type_int64_t, &initial);
}

TEST(gives_a_new_subscriber_its_value_first)
{
	rx_subject *subject = create(1);
	listen(&a, subject);
	emit(subject, 2);
	listen(&b, subject);
	emit(subject, 3);
	ck_assert_heard("A1 A2 B2 A3 B3");
	ck_assert_int_eq(*(const int64_t *)rx_subject_value(subject), 3);
	rx_subject_complete(subject);
	rx_subject_unref(subject);
}

TEST(replays_nothing_after_the_end)
{
	rx_subject *subject = create(1);
	rx_subject_complete(subject);
	emit(subject, 2);
	listen(&a, subject);
	ck_assert_heard("A|");
	ck_assert_int_eq(*(const int64_t *)rx_subject_value(subject), 1);
	rx_subject_unref(subject);
}

TEST(has_no_value_after_an_error)
{
	rx_subject *subject = create(1);
	rx_subject_error(subject, -EIO, "over");
	listen(&a, subject);
	ck_assert_heard("A#-5");
	ck_assert_ptr_null(rx_subject_value(subject));
	rx_subject_unref(subject);
}

static void count_to_three(struct listener *self, int64_t n)
{
	if (n < 3)
		emit(self->subject, n + 1);
}

/* The listener asserts that what it was lent stays as it was. */
TEST(the_value_may_change_while_a_subscriber_gets_it)
{
	rx_subject *subject = create(1);
	a.then = count_to_three;
	listen(&a, subject);
	ck_assert_heard("A1 A2 A3");
	rx_subject_complete(subject);
	rx_subject_unref(subject);
}

TEST(is_settled_before_it_is_handed_on)
{
	rx_subject *subject = create(1);
	listen(&a, subject);
	a.then = count_to_three;
	listen(&b, subject);
	emit(subject, 2);
	ck_assert_heard("A1 B1 A2 A3 B3 B2");
	ck_assert_int_eq(*(const int64_t *)rx_subject_value(subject), 3);
	rx_subject_complete(subject);
	rx_subject_unref(subject);
}

TEST(a_subscriber_that_wants_only_one)
{
	rx_subject *subject = create(1);
	listen_to(&a, rx_pipe(rx_subject_observe(subject), rx_take(1)));
	ck_assert_heard("A1 A|");
	ck_assert_uint_eq(rx_subject_observers(subject), 0);
	rx_subject_unref(subject);
}

TEST(its_own_value_may_be_emitted_again)
{
	rx_subject *subject = rx_behavior_create(&rx_type_rx_string, &(rx_string){"once"});
	rx_subject_next(subject, rx_subject_value(subject));
	ck_assert_str_eq(*(const rx_string *)rx_subject_value(subject), "once");
	rx_subject_unref(subject);
}

/* A text whose copying lets the next one come when it has looked at the first. */
typedef struct seen {
	char *text;
} seen;
static rx_subject *comes;

static int seen_copy(void *to, const void *from)
{
	const char *text = ((const seen *)from)->text;
	rx_subject *const subject = comes;
	comes = NULL;
	if (subject)
		rx_subject_next(subject, &(seen){(char[]){"second"}});
	((seen *)to)->text = strdup(text);
	return ((seen *)to)->text ? 0 : -ENOMEM;
}

static void seen_drop(void *value)
{
	free(((seen *)value)->text);
}
RX_TYPE(seen, .copy = seen_copy, .drop = seen_drop);

TEST(a_value_that_is_being_copied_stays_until_it_has_been)
{
	rx_subject *subject = rx_behavior_create(&rx_type_seen, &(seen){(char[]){"first"}});
	rx_subscription subscription;
	comes = subject;
	rx_subscribe(rx_subject_observe(subject), NULL, &subscription);
	ck_assert_ptr_null(comes);
	ck_assert_str_eq(((const seen *)rx_subject_value(subject))->text, "second");
	rx_unsubscribe(&subscription);
	rx_subject_unref(subject);
}

TEST(copies_and_drops_by_the_type)
{
	char text[] = "first";
	const size_t before = memory_live();
	rx_subject *subject = rx_behavior_create(&rx_type_rx_string, &(rx_string){text});
	text[0] = 'F';
	ck_assert_str_eq(*(const rx_string *)rx_subject_value(subject), "first");
	rx_subject_next(subject, &(rx_string){"second"});
	ck_assert_str_eq(*(const rx_string *)rx_subject_value(subject), "second");
	rx_subject_unref(subject);
	ck_assert_uint_eq(memory_live(), before);
}

TEST(an_item_that_cannot_be_kept_ends_it)
{
	rx_subject *subject = rx_behavior_create(&rx_type_rx_string, &(rx_string){"first"});
	rx_subscribe(rx_subject_observe(subject), &(rx_observer){.error = listener_error, .ctx = &a}, NULL);
	memory_fail_after(0);
	rx_subject_next(subject, &(rx_string){"second"});
	memory_recover();
	ck_assert_heard("A#-12");
	rx_subject_unref(subject);
}

/* The first allocation is the subject, the second its value's. */
TEST(without_memory_observers_get_the_error, .to = 2)
{
	memory_fail_after((size_t)_i);
	rx_subject *subject = rx_behavior_create(&rx_type_rx_string, &(rx_string){"first"});
	memory_recover();
	rx_subscribe(rx_subject_observe(subject), &(rx_observer){.error = listener_error, .ctx = &a}, NULL);
	ck_assert_heard("A#-12");
	ck_assert_ptr_null(rx_subject_value(subject));
	rx_subject_unref(subject);
}
