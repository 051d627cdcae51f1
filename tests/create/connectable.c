#include "tests/support/contract.h"
#include "tests/support/listener.h"
#include "tests/support/marbles.h"
#include "tests/support/memory.h"

static struct listener a = {.name = "A"}, b = {.name = "B"};

static rx_observable *again(rx_observable *observable)
{
	return rx_observable_ref(observable);
}

static rx_observable *connecting(void *ctx)
{
	rx_connectable_connect(ctx);
	return rx_empty();
}

static void disconnect(void *ctx)
{
	rx_connectable_disconnect(ctx);
}

/* Connected by each subscription, disconnected by its end. */
static rx_observable *connected(rx_observable *shared)
{
	rx_observable *connection = rx_defer(&rx_type_parcel, connecting, shared);
	return rx_pipe(rx_merge(shared, connection), rx_finalize(disconnect, shared));
}

CONTRACT_OF(connected(rx_connectable(source, NULL)))

TEST(shares_once_it_is_connected)
{
	rx_observable *shared = rx_connectable(rx_range(1, 2), NULL);
	listen_to(&a, again(shared));
	listen_to(&b, again(shared));
	ck_assert_heard("");
	ck_assert_int_eq(rx_connectable_connect(shared), 0);
	ck_assert_heard("A1 B1 A2 B2 A| B|");
	rx_observable_unref(shared);
}

struct connecting {
	rx_task task;
	rx_observable *shared;
};

static void connect_now(rx_task *task)
{
	ck_assert_int_eq(rx_connectable_connect(((struct connecting *)task)->shared), 0);
}

TEST(subscribes_its_source_when_it_is_connected)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "--a--b--c--|", NULL);
	rx_observable *shared = rx_connectable(source, NULL);
	struct connecting connecting = {{.run = connect_now}, shared};
	rx_schedule(rx_test_scheduler(t), &connecting.task, RX_MS(2));
	rx_expect(t, again(shared), NULL, "----a--b--c--|", NULL);
	rx_expect(t, again(shared), "-----^", "-------b--c--|", NULL);
	rx_expect_subscriptions(t, source, "--^----------!");
	if (rx_test_flush(t))
		ck_abort_msg("%s", rx_test_message(t));
	rx_observable_unref(shared);
	rx_test_destroy(t);
}

TEST(is_connected_once_at_a_time)
{
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	rx_observable *shared = rx_connectable(rx_subject_observe(subject), NULL);
	rx_connectable_connect(shared);
	rx_connectable_connect(shared);
	ck_assert_uint_eq(rx_subject_observers(subject), 1);
	rx_connectable_disconnect(shared);
	rx_connectable_disconnect(shared);
	ck_assert_uint_eq(rx_subject_observers(subject), 0);
	rx_observable_unref(shared);
	rx_subject_unref(subject);
}

TEST(can_be_connected_again_with_a_new_subject)
{
	rx_observable *shared = rx_connectable(rx_range(1, 1), NULL);
	listen_to(&a, again(shared));
	rx_connectable_connect(shared);
	listen_to(&b, again(shared));
	ck_assert_heard("A1 A|");
	rx_connectable_connect(shared);
	ck_assert_heard("B1 B|");
	rx_observable_unref(shared);
}

TEST(without_a_reset_the_subject_stays)
{
	rx_observable *shared =
		rx_connectable(rx_range(1, 1), &(rx_connectable_options){.reset_on_disconnect = RX_RESET_NO});
	rx_connectable_connect(shared);
	listen_to(&a, again(shared));
	ck_assert_heard("A|");
	rx_observable_unref(shared);
}

/* Who was there keeps the old subject, which nobody feeds any more. */
TEST(disconnecting_ends_nobody)
{
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	rx_observable *shared = rx_connectable(rx_subject_observe(subject), NULL);
	listen_to(&a, again(shared));
	rx_connectable_connect(shared);
	emit(subject, 1);
	rx_connectable_disconnect(shared);
	emit(subject, 2);
	listen_to(&b, again(shared));
	rx_connectable_connect(shared);
	emit(subject, 3);
	ck_assert_heard("A1 B3");
	rx_unsubscribe(&a.subscription);
	rx_unsubscribe(&b.subscription);
	rx_observable_unref(shared);
	ck_assert_uint_eq(rx_subject_observers(subject), 0);
	rx_subject_unref(subject);
}

TEST(passes_an_error_on)
{
	rx_observable *shared = rx_connectable(rx_throw_error(-EIO, "over"), NULL);
	listen_to(&a, again(shared));
	rx_connectable_connect(shared);
	ck_assert_heard("A#-5");
	rx_observable_unref(shared);
}

static void connect_again(struct listener *self)
{
	rx_observable *shared = (rx_observable *)self->subject;
	self->at_end = NULL;
	rx_connectable_disconnect(shared);
	listen_to(&b, again(shared));
	rx_connectable_connect(shared);
}

TEST(may_be_connected_again_when_its_end_is_heard)
{
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	rx_observable *shared = rx_connectable(rx_pipe(rx_subject_observe(subject), rx_take(1)),
	                                       &(rx_connectable_options){.connector = NULL});
	a.subject = (rx_subject *)shared;
	a.at_end = connect_again;
	listen_to(&a, again(shared));
	rx_connectable_connect(shared);
	emit(subject, 1);
	emit(subject, 2);
	ck_assert_heard("A1 A| B2 B|");
	rx_observable_unref(shared);
	rx_subject_unref(subject);
}

static rx_subject *replaying(const rx_type *type, void *ctx)
{
	return rx_replay_create(type, 0, 0);
}

TEST(uses_the_connector)
{
	rx_observable *shared = rx_connectable(
		rx_range(1, 2), &(rx_connectable_options){.connector = replaying, .reset_on_disconnect = RX_RESET_NO});
	rx_connectable_connect(shared);
	listen_to(&a, shared);
	ck_assert_heard("A1 A2 A|");
}

TEST(no_other_observable_can_be_connected)
{
	rx_observable *range = rx_range(1, 2);
	ck_assert_int_eq(rx_connectable_connect(range), -EINVAL);
	ck_assert_str_eq(rx_words(-EINVAL), "range is no connectable observable");
	ck_assert_int_eq(rx_connectable_disconnect(range), -EINVAL);
	rx_observable_unref(range);
	ck_assert_int_eq(rx_connectable_connect(NULL), -EINVAL);
	ck_assert_str_eq(rx_words(-EINVAL), "NULL is no connectable observable");
	ck_assert_int_eq(rx_connectable_disconnect(NULL), -EINVAL);
}

TEST(without_memory_it_errors)
{
	rx_observable *source = rx_range(1, 2);
	for (size_t n = 0; n < 2; n++) {
		memory_fail_after(n);
		rx_observable *shared = rx_connectable(again(source), NULL);
		memory_recover();
		listen_to(&a, shared);
		ck_assert_heard("A#-12");
	}
	rx_observable_unref(source);
}
