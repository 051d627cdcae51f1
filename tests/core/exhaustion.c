/*
 * Memory that runs out under whole chains: each allocation in turn, that one alone or all from there on. The chain then
 * ends with -ENOMEM or does all that it should; nothing is left, nothing comes twice, and the next chain works.
 * tests/core/contract.c does the same for each operator by itself.
 */
#include "tests/support/contract.h"
#include "tests/support/memory.h"
#include "tests/support/test.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- Chains on virtual time ------------------------------------------------------------------------------------------ */

static rx_observable *keeping(void)
{
	return rx_pipe(three_parcels(NULL), rx_repeat(3), rx_delay(RX_MS(1)), rx_distinct(parcel_same),
	               rx_end_with(parcel, {6, NULL}, {7, NULL}), rx_pairwise(), rx_take_last(4), rx_to_array());
}

static rx_observable *gathering(void)
{
	return rx_pipe(three_parcels(NULL), rx_repeat(3),
	               rx_share_replay(&(rx_share_replay_options){.ref_count = true}), rx_buffer_time(RX_MS(3), NULL),
	               rx_observe_on(NULL, RX_MS(1)));
}

static rx_observable *remembering(void)
{
	return rx_pipe(three_parcels(NULL), rx_start_with(parcel, {6, NULL}), rx_skip_last(1), rx_scan(parcel_newest),
	               rx_reduce(parcel_newest, parcel, parcel_seven), rx_default_if_empty(parcel, parcel_seven));
}

static rx_observable *flattening(void)
{
	return rx_pipe(three_parcels(NULL), rx_merge_map(parcel_later, NULL, 2), rx_concat_map(parcel_once),
	               rx_switch_map(parcel_later), rx_exhaust_map(parcel_once),
	               rx_compose(rx_expand(parcel_later), rx_take(9)));
}

static rx_observable *flattening_streams(void)
{
	return rx_pipe(three_parcels(NULL), rx_map(parcel_streams), rx_merge_all(parcel), rx_window_count(2, 1),
	               rx_concat_all(parcel), rx_window_time(RX_MS(2), NULL), rx_switch_all(parcel));
}

static rx_observable *timing(void)
{
	return rx_pipe(three_parcels(NULL), rx_repeat(2), rx_timeout(RX_MS(50)), rx_debounce_time(RX_US(100)),
	               rx_throttle_time(RX_US(100), &(rx_throttle_options){.trailing = true}),
	               rx_audit_time(RX_US(100)), rx_sample_time(RX_US(300)), rx_delay_when(parcel_once),
	               rx_take_until(rx_timer(RX_S(1))));
}

static rx_observable *merging(void)
{
	return rx_concat(rx_merge(three_parcels(NULL), three_parcels(NULL)), rx_race(three_parcels(NULL), rx_never()));
}

static rx_observable *zipping(void)
{
	return rx_zip(three_parcels(NULL), rx_pipe(three_parcels(NULL), rx_delay(RX_MS(3))));
}

static rx_observable *combining(void)
{
	return rx_combine_latest(three_parcels(NULL), rx_interval(RX_MS(1)), rx_pipe(rx_range(0, 3), rx_count()));
}

static rx_observable *joining(void)
{
	return rx_fork_join(three_parcels(NULL), rx_pipe(three_parcels(NULL), rx_with_latest_from(rx_range(0, 3))));
}

/* ---- Creation -------------------------------------------------------------------------------------------------------- */

static int acquire(void **resource, void *ctx)
{
	(void)ctx;
	*resource = rx_alloc(8);
	return *resource ? 0 : -ENOMEM;
}

static rx_observable *use(void *resource, void *ctx)
{
	(void)resource;
	return three_parcels(ctx);
}

static void release(void *resource, void *ctx)
{
	(void)ctx;
	rx_free(resource);
}

static rx_observable *holding(void)
{
	static const rx_resource resource = {acquire, use, release};
	return rx_using(&rx_type_parcel, &resource, NULL);
}

static int twice(const int64_t *n, int64_t *out, void *ctx)
{
	(void)ctx;
	*out = 2 * *n + 1;
	return 0;
}
RX_MAPPER(twice, int64_t, int64_t);
RX_FILTER(below_fifty, int64_t, n, n < 50)

static rx_observable *generating(void)
{
	return rx_defer(&rx_type_parcel, three_parcels, NULL);
}

static int answer(rx_callback *callback, void *ctx)
{
	(void)ctx;
	rx_callback_return(callback, &(int64_t){5});
	return 0;
}

static rx_observable *asking(void)
{
	return rx_concat(rx_bind_callback(&rx_type_int64_t, answer, NULL), rx_generate(int64_t, 1, below_fifty, twice),
	                 rx_scheduled(rx_range(0, 3), NULL), rx_timer(RX_MS(1)));
}

static rx_observable *parting(void)
{
	const rx_parts parts = rx_partition(three_parcels(NULL), parcel_odd);
	return rx_merge(parts.passing, parts.failing);
}

/* ---- Subjects -------------------------------------------------------------------------------------------------------- */

static rx_observable *through(rx_subject *subject)
{
	rx_observable *both =
		rx_merge(rx_subject_observe(subject), rx_pipe(rx_subject_observe(subject), rx_delay(RX_MS(1))));
	rx_subject_subscribe_to(subject, three_parcels(NULL), NULL);
	rx_subject_unref(subject);
	return both;
}

static rx_observable *plain(void)
{
	return through(rx_subject_create(&rx_type_parcel));
}

static rx_observable *replaying(void)
{
	return through(rx_replay_create(&rx_type_parcel, 2, RX_NEVER));
}

static rx_observable *latest(void)
{
	return through(rx_behavior_create(&rx_type_parcel, &parcel_seven));
}

static rx_observable *last(void)
{
	return through(rx_async_create(&rx_type_parcel));
}

static rx_observable *sharing(void)
{
	rx_observable *shared = rx_pipe(three_parcels(NULL), rx_share(NULL));
	return rx_merge(rx_observable_ref(shared), shared);
}

static const struct path {
	const char *name;
	rx_observable *(*make)(void);
} paths[] = {
	{"keeping", keeping},
	{"gathering", gathering},
	{"remembering", remembering},
	{"flattening", flattening},
	{"streams", flattening_streams},
	{"timing", timing},
	{"merging", merging},
	{"zipping", zipping},
	{"combining", combining},
	{"joining", joining},
	{"holding", holding},
	{"generating", generating},
	{"asking", asking},
	{"parting", parting},
	{"plain", plain},
	{"replaying", replaying},
	{"latest", latest},
	{"last", last},
	{"sharing", sharing},
};

/* ---- Running them ---------------------------------------------------------------------------------------------------- */

struct seen {
	int items, ends, code;
	size_t refused;
};

static int take_item(const void *item, void *ctx)
{
	(void)item;
	struct seen *seen = ctx;
	ck_assert_int_eq(seen->ends, 0);
	seen->items++;
	return 0;
}

static void take_error(const rx_error *error, void *ctx)
{
	struct seen *seen = ctx;
	ck_assert_int_lt(error->code, 0);
	seen->ends++;
	seen->code = error->code;
}

static void take_end(void *ctx)
{
	((struct seen *)ctx)->ends++;
}

/* Without memory for it, a subject's own subscription has nobody else to tell. */
static void unheard(const rx_error *error, void *ctx)
{
	(void)ctx;
	ck_assert_int_eq(error->code, -ENOMEM);
}

/* Memory, copies and all, is as before. */
static struct seen run(const struct path *path, void (*spoil)(size_t count), size_t count)
{
	struct seen seen = {0};
	rx_subscription subscription;
	const rx_consumer next = {"next", NULL, take_item};
	rx_trim();
	const size_t before = memory_live();
	rx_scheduler *scheduler = rx_virtual_create();
	rx_scheduler_set_current(scheduler);
	if (spoil)
		spoil(count);
	rx_subscribe(path->make(),
	             &(rx_observer){.next = &next, .error = take_error, .complete = take_end, .ctx = &seen},
	             &subscription);
	rx_virtual_run(scheduler, RX_MS(200));
	seen.refused = spoil ? memory_refused() : 0;
	memory_recover();
	rx_unsubscribe(&subscription);
	rx_scheduler_set_current(NULL);
	rx_virtual_destroy(scheduler);
	rx_trim();
	ck_assert_uint_eq(parcels_live(), 0);
	ck_assert_msg(memory_live() == before, "%s leaves memory when allocation %zu fails", path->name, count);
	return seen;
}

static void exhaust(const struct path *path, void (*spoil)(size_t count))
{
	const struct seen whole = run(path, NULL, 0);
	rx_on_unhandled_error(unheard, NULL);
	for (size_t n = 0;; n++) {
		const struct seen seen = run(path, spoil, n);
		ck_assert_msg(seen.code == -ENOMEM ||
		                      (seen.code == 0 && seen.items == whole.items && seen.ends == whole.ends),
		              "%s without allocation %zu: code %d, %d items of %d, %d ends of %d", path->name, n,
		              seen.code, seen.items, whole.items, seen.ends, whole.ends);
		ck_assert_int_le(seen.ends, 1);
		if (!seen.refused)
			break;
	}
}

enum { PATHS = sizeof paths / sizeof *paths };

TEST(a_chain_survives_the_failure_of_any_allocation, .to = PATHS)
{
	exhaust(&paths[_i], memory_fail_once_after);
}

TEST(a_chain_survives_the_failure_of_all_further_allocations, .to = PATHS)
{
	exhaust(&paths[_i], memory_fail_after);
}

TEST(without_failures_each_path_ends, .to = PATHS)
{
	const struct seen whole = run(&paths[_i], NULL, 0);
	ck_assert_msg(whole.code == 0 && whole.items > 0, "%s: code %d, %d items", paths[_i].name, whole.code,
	              whole.items);
}

/* ---- On a loop ------------------------------------------------------------------------------------------------------- */

/* All in one: a pipe's two ends, a timer, a child of this process, a mailbox, a signal, a file. */
static int wait_for_everything(void)
{
	int ends[2], status;
	int64_t count;
	ck_assert_int_eq(pipe(ends), 0);
	const pid_t pid = fork();
	if (pid == 0)
		_exit(3);
	rx_mailbox *mailbox = rx_mailbox_create(&rx_type_int, 4);
	int code = rx_post(mailbox, &(int){1});
	rx_observable *all = rx_merge(rx_pipe(rx_writable(ends[1]), rx_take(1), rx_count()),
	                              rx_pipe(rx_mailbox_observe(mailbox), rx_take(1), rx_count()),
	                              rx_pipe(rx_timer(RX_US(10)), rx_count()), rx_pipe(rx_child(pid), rx_count()),
	                              rx_pipe(rx_signal(SIGUSR1), rx_take_until(rx_timer(RX_US(20))), rx_count()),
	                              rx_pipe(rx_file("/nowhere", 0), rx_take_until(rx_timer(RX_US(20))), rx_count()));
	if (code < 0)
		rx_observable_unref(all);
	else
		code = rx_await_last(int64_t, all, &count);
	memory_recover();
	rx_mailbox_unref(mailbox);
	close(ends[0]);
	close(ends[1]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return code;
}

TEST(what_comes_from_the_loop_survives_the_failure_of_any_allocation, .timeout = 120)
{
	ck_assert_int_eq(wait_for_everything(), 0);
	for (size_t n = 0;; n++) {
		rx_trim();
		const size_t before = memory_live();
		memory_fail_once_after(n);
		const int code = wait_for_everything();
		ck_assert_msg(code == 0 || code == -ENOMEM, "allocation %zu: %s", n, rx_words(code));
		rx_trim();
		ck_assert_msg(memory_live() == before, "allocation %zu leaves memory", n);
		if (!memory_refused())
			break;
	}
}
