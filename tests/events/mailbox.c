#include "tests/events/watched.h"
#include "tests/support/memory.h"

#include <pthread.h>

static struct watched seen;

static void turn(void)
{
	ev_run(EV_DEFAULT, EVRUN_NOWAIT);
}

static void post(rx_mailbox *mailbox, int n)
{
	ck_assert_int_eq(rx_post(mailbox, &n), 0);
}

TEST(brings_items_into_the_loop)
{
	rx_mailbox *mailbox = rx_mailbox_create(&rx_type_int, 0);
	watch(&seen, rx_mailbox_observe(mailbox));
	post(mailbox, 1);
	ck_assert_int_eq(seen.items, 0);
	turn();
	ck_assert_int_eq(seen.items, 1);
	ck_assert_int_eq(seen.last, 1);
	rx_unsubscribe(&seen.subscription);
	rx_mailbox_unref(mailbox);
}

enum { THREADS = 4, EACH = 10000 };

struct sum {
	int last[THREADS], items;
	bool in_order;
};

/* Every thread's items come in the order in which it posted them. */
static void count(const int *item, void *ctx)
{
	struct sum *sum = ctx;
	const int thread = *item / EACH, n = *item % EACH;
	sum->in_order = sum->in_order && n == sum->last[thread];
	sum->last[thread] = n + 1;
	sum->items++;
}
RX_CONSUMER(count, int);

struct poster {
	pthread_t thread;
	rx_mailbox *mailbox;
	int number;
};

static void *post_many(void *ctx)
{
	struct poster *poster = ctx;
	for (int n = 0; n < EACH; n++)
		if (rx_post(poster->mailbox, &(int){poster->number * EACH + n}) < 0)
			abort();
	rx_mailbox_unref(poster->mailbox);
	return NULL;
}

static void *close_after(void *ctx)
{
	struct poster *posters = ctx;
	rx_mailbox *mailbox = posters[THREADS].mailbox;
	for (int i = 0; i < THREADS; i++)
		pthread_join(posters[i].thread, NULL);
	rx_mailbox_close(mailbox);
	rx_mailbox_unref(mailbox);
	return NULL;
}

TEST(takes_items_from_threads)
{
	struct poster posters[THREADS + 1];
	struct sum sum = {.in_order = true};
	rx_subscription subscription;
	rx_mailbox *mailbox = rx_mailbox_create(&rx_type_int, 0);
	rx_subscribe(rx_mailbox_observe(mailbox), &(rx_observer){RX_NEXT(count), .ctx = &sum}, &subscription);
	for (int i = 0; i <= THREADS; i++) {
		posters[i] = (struct poster){.mailbox = rx_mailbox_ref(mailbox), .number = i};
		pthread_create(&posters[i].thread, NULL, i < THREADS ? post_many : close_after,
		               i < THREADS ? &posters[i] : posters);
	}
	rx_mailbox_unref(mailbox);
	ev_run(EV_DEFAULT, 0);
	pthread_join(posters[THREADS].thread, NULL);
	ck_assert(rx_is_closed(&subscription));
	ck_assert_int_eq(sum.items, THREADS * EACH);
	ck_assert(sum.in_order);
}

TEST(what_is_posted_waits_for_a_subscriber)
{
	rx_mailbox *mailbox = rx_mailbox_create(&rx_type_int, 0);
	post(mailbox, 1);
	post(mailbox, 2);
	post(mailbox, 3);
	watch(&seen, rx_pipe(rx_mailbox_observe(mailbox), rx_take(2)));
	turn();
	ck_assert_int_eq(seen.items, 2);
	watch(&seen, rx_mailbox_observe(mailbox));
	turn();
	ck_assert_int_eq(seen.items, 3);
	ck_assert_int_eq(seen.last, 3);
	rx_unsubscribe(&seen.subscription);
	rx_mailbox_unref(mailbox);
}

TEST(goes_to_all_that_subscribe)
{
	struct watched other = {0};
	rx_mailbox *mailbox = rx_mailbox_create(&rx_type_int, 0);
	watch(&seen, rx_mailbox_observe(mailbox));
	watch(&other, rx_mailbox_observe(mailbox));
	post(mailbox, 1);
	turn();
	rx_unsubscribe(&seen.subscription);
	post(mailbox, 2);
	turn();
	ck_assert_int_eq(seen.items, 1);
	ck_assert_int_eq(other.items, 2);
	rx_unsubscribe(&other.subscription);
	rx_mailbox_unref(mailbox);
}

static void post_another(const int *item, void *ctx)
{
	struct watched *watched = &seen;
	watched->items++;
	if (*item < 3)
		post(ctx, *item + 1);
}
RX_CONSUMER(post_another, int);

TEST(what_is_posted_meanwhile_waits_for_the_next_turn)
{
	rx_mailbox *mailbox = rx_mailbox_create(&rx_type_int, 0);
	rx_subscription subscription;
	rx_subscribe(rx_mailbox_observe(mailbox), &(rx_observer){RX_NEXT(post_another), .ctx = mailbox}, &subscription);
	post(mailbox, 1);
	turn();
	ck_assert_int_eq(seen.items, 1);
	turn();
	turn();
	ck_assert_int_eq(seen.items, 3);
	rx_unsubscribe(&subscription);
	rx_mailbox_unref(mailbox);
}

TEST(completes_after_what_waits)
{
	struct watched late = {0};
	rx_mailbox *mailbox = rx_mailbox_create(&rx_type_int, 0);
	post(mailbox, 1);
	rx_mailbox_close(mailbox);
	ck_assert_int_eq(rx_post(mailbox, &(int){2}), -EPIPE);
	watch(&seen, rx_mailbox_observe(mailbox));
	turn();
	ck_assert_int_eq(seen.items, 1);
	ck_assert_int_eq(seen.completions, 1);
	watch(&late, rx_mailbox_observe(mailbox));
	ck_assert_int_eq(late.completions, 1);
	ck_assert_int_eq(ev_run(EV_DEFAULT, EVRUN_NOWAIT), 0);
	rx_mailbox_unref(mailbox);
}

TEST(a_full_one_refuses)
{
	rx_mailbox *mailbox = rx_mailbox_create(&rx_type_int, 2);
	post(mailbox, 1);
	post(mailbox, 2);
	ck_assert_int_eq(rx_post(mailbox, &(int){3}), -EAGAIN);
	watch(&seen, rx_mailbox_observe(mailbox));
	turn();
	ck_assert_int_eq(seen.items, 2);
	post(mailbox, 3);
	turn();
	ck_assert_int_eq(seen.last, 3);
	rx_unsubscribe(&seen.subscription);
	rx_mailbox_unref(mailbox);
}

TEST(copies_and_drops_by_the_type)
{
	const size_t before = memory_live();
	rx_mailbox *mailbox = rx_mailbox_create(&rx_type_rx_string, 0);
	for (int n = 0; n < 100; n++)
		ck_assert_int_eq(rx_post(mailbox, &(rx_string){"posted"}), 0);
	rx_string text;
	ck_assert_int_eq(rx_await_first(rx_string, rx_mailbox_observe(mailbox), &text), 0);
	ck_assert_str_eq(text, "posted");
	rx_type_drop(&rx_type_rx_string, &text);
	rx_mailbox_unref(mailbox);
	rx_trim();
	rx_loop_release(NULL);
	ck_assert_uint_eq(memory_live(), before);
}

TEST(has_one_loop_at_a_time)
{
	struct watched other = {0};
	struct ev_loop *loop = ev_loop_new(0);
	rx_mailbox *mailbox = rx_mailbox_create(&rx_type_int, 0);
	watch(&seen, rx_mailbox_observe(mailbox));
	watch_on(&other, rx_mailbox_observe(mailbox), rx_loop(loop));
	ck_assert_int_eq(other.code, -EXDEV);
	rx_unsubscribe(&seen.subscription);
	watch_on(&other, rx_mailbox_observe(mailbox), rx_loop(loop));
	post(mailbox, 1);
	ev_run(loop, EVRUN_NOWAIT);
	ck_assert_int_eq(other.items, 1);
	rx_unsubscribe(&other.subscription);
	rx_mailbox_unref(mailbox);
	rx_loop_release(loop);
	ev_loop_destroy(loop);
}

/* The mailbox, its subject. */
TEST(without_memory_it_refuses, .to = 2)
{
	memory_fail_after((size_t)_i);
	rx_mailbox *mailbox = rx_mailbox_create(&rx_type_int, 0);
	memory_recover();
	ck_assert_int_eq(rx_post(mailbox, &(int){1}), -ENOMEM);
	watch(&seen, rx_mailbox_observe(mailbox));
	ck_assert_int_eq(seen.code, -ENOMEM);
	rx_mailbox_close(mailbox);
	rx_mailbox_unref(rx_mailbox_ref(mailbox));
	rx_mailbox_unref(mailbox);
	rx_mailbox_unref(NULL);
}

/* The string's copy, the room for it. */
TEST(without_memory_a_post_is_refused, .to = 2)
{
	rx_mailbox *mailbox = rx_mailbox_create(&rx_type_rx_string, 0);
	memory_fail_after((size_t)_i);
	ck_assert_int_eq(rx_post(mailbox, &(rx_string){"x"}), -ENOMEM);
	memory_recover();
	rx_mailbox_unref(mailbox);
}

TEST(without_a_loop_it_is_not_supported)
{
	rx_mailbox *mailbox = rx_mailbox_create(&rx_type_int, 0);
	assert_not_supported(rx_mailbox_observe(mailbox));
	rx_mailbox_unref(mailbox);
}
