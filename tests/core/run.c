#include <clusterfy/rx.h>

#include <errno.h>

#include "tests/support/marbles.h"
#include "tests/support/memory.h"

struct watcher {
	rx_subscription subscription;
	int items, ends, drops;
	bool closed_at_end;
};

static void stop_at_three(const int64_t *n, void *ctx)
{
	struct watcher *watcher = ctx;
	watcher->items++;
	if (*n == 3)
		rx_unsubscribe(&watcher->subscription);
}
RX_CONSUMER(stop_at_three, int64_t);

static void ended(void *ctx)
{
	struct watcher *watcher = ctx;
	watcher->ends++;
	watcher->closed_at_end = rx_is_closed(&watcher->subscription);
}

static void dropped(void *ctx)
{
	((struct watcher *)ctx)->drops++;
}

TEST(unsubscribing_inside_next_stops_a_synchronous_source)
{
	struct watcher watcher = {0};
	rx_subscribe(rx_range(0, INT64_MAX),
	             &(rx_observer){RX_NEXT(stop_at_three), .complete = ended, .ctx = &watcher, .drop = dropped},
	             &watcher.subscription);
	ck_assert_int_eq(watcher.items, 4);
	ck_assert_int_eq(watcher.ends, 0);
	ck_assert_int_eq(watcher.drops, 1);
}

TEST(the_subscription_is_the_callers_when_the_end_begins)
{
	struct watcher watcher = {0};
	rx_subscribe(rx_range(0, 2), &(rx_observer){.complete = ended, .ctx = &watcher, .drop = dropped},
	             &watcher.subscription);
	ck_assert(watcher.closed_at_end);
	ck_assert_int_eq(watcher.ends, 1);
	ck_assert_int_eq(watcher.drops, 1);
}

static void subscribe_again(void *ctx)
{
	struct watcher *watcher = ctx;
	if (++watcher->ends < 3)
		rx_subscribe(rx_range(0, 1), &(rx_observer){.complete = subscribe_again, .ctx = watcher},
		             &watcher->subscription);
}

TEST(a_subscription_can_be_used_again_inside_complete)
{
	struct watcher watcher = {0};
	rx_subscribe(rx_range(0, 1), &(rx_observer){.complete = subscribe_again, .ctx = &watcher},
	             &watcher.subscription);
	ck_assert_int_eq(watcher.ends, 3);
	ck_assert(rx_is_closed(&watcher.subscription));
}

TEST(unsubscribing_is_idempotent)
{
	struct watcher watcher = {0};
	rx_subscribe(rx_never(), &(rx_observer){.ctx = &watcher, .drop = dropped}, &watcher.subscription);
	ck_assert(!rx_is_closed(&watcher.subscription));
	rx_unsubscribe(&watcher.subscription);
	rx_unsubscribe(&watcher.subscription);
	ck_assert(rx_is_closed(&watcher.subscription));
	ck_assert_int_eq(watcher.drops, 1);
}

static void note_code(const rx_error *error, void *ctx)
{
	*(int *)ctx = error->code;
}

TEST(no_memory_for_a_run_is_the_observers_error)
{
	int code = 0;
	rx_subscription subscription;
	rx_observable *source = rx_pipe(rx_range(0, 3), rx_take(2));
	rx_trim();
	memory_fail_after(0);
	rx_subscribe(source, &(rx_observer){.error = note_code, .ctx = &code}, &subscription);
	memory_recover();
	ck_assert_int_eq(code, -ENOMEM);
	ck_assert(rx_is_closed(&subscription));
}

RX_MAP(same, int64_t, int64_t, n, n)

TEST(a_chain_of_kernels_and_functions_is_one_block)
{
	rx_observable *source = rx_pipe(rx_never(), rx_map(same), rx_take(3), rx_map(same));
	rx_subscription subscription;
	rx_scheduler_current(); /* made on first use */
	rx_trim();
	const size_t before = memory_allocations();
	rx_subscribe(source, NULL, &subscription);
	ck_assert_uint_eq(memory_allocations() - before, 1);
	rx_unsubscribe(&subscription);
}

static void stop_other(const int64_t *n, void *ctx)
{
	(void)n;
	rx_unsubscribe(ctx);
}
RX_CONSUMER(stop_other, int64_t);

TEST(one_subscription_may_end_another_inside_next)
{
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	rx_subscription first, second;
	struct watcher watcher = {0};
	rx_subscribe(rx_subject_observe(subject), &(rx_observer){RX_NEXT(stop_other), .ctx = &second}, &first);
	rx_subscribe(rx_subject_observe(subject), &(rx_observer){RX_NEXT(stop_at_three), .ctx = &watcher}, &second);
	rx_subject_next(subject, &(int64_t){1});
	ck_assert_int_eq(watcher.items, 0);
	rx_unsubscribe(&first);
	rx_subject_unref(subject);
}
