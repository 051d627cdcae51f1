/*
 * What workers can do to the primary, and to others, by the storage and by mirrors of it. PROGRAM(storer):
 *
 *     fill [prefix, count, size]     saves `count` keys with `size` bytes each, one after the other
 *     big [path, count, n]           saves a map of `count` keys that are all `n`
 *     again [path, count, rounds]    the same, `rounds` times, with 1, 2, ...
 *     swap [path, count]             compares and sets a map of `count` 1s to 2s
 *     mirror [path, count]           mirrors it `count` times; answers when the first has come
 *     sums path                      reads a map; answers [how many, their sum]
 *     see [count, n]                 saves a map of `count` n; answers with what its copy has when that is acknowledged
 */
#include <stdio.h>
#include <time.h>

#include "lib/cluster/cluster.h"
#include "tests/support/cluster.h"
#include "tests/support/memory.h"

/* Keys of a large map: under the sanitizers everything takes ten times as long. */
#ifdef TEST_SANITIZED
#define MANY 60000
#else
#define MANY 400000
#endif

static cy_value *numbered(size_t count, int64_t n)
{
	cy_pair *pairs = calloc(count, sizeof *pairs);
	char(*keys)[24] = calloc(count, sizeof *keys);
	for (size_t i = 0; i < count; i++) {
		snprintf(keys[i], sizeof keys[i], "k%zu", i);
		pairs[i] = (cy_pair){keys[i], cy_int(n)};
	}
	cy_value *map = cy_map_from(pairs, count);
	free(keys);
	free(pairs);
	return map;
}

struct filling {
	cy_cluster *cluster;
	const char *prefix;
	int64_t count, size;
	char *bytes, path[64];
};
static struct filling filling;

static rx_observable *save_one(const int64_t *n, void *ctx)
{
	char path[64];
	snprintf(path, sizeof path, "%s%d", filling.prefix, (int)*n);
	return cy_save(filling.cluster, path, cy_binary(filling.bytes, (size_t)filling.size));
}
RX_PROJECTOR(save_one, cy_body, int64_t);

static rx_observable *fill(const cy_request *request, void *ctx)
{
	free(filling.bytes);
	filling = (struct filling){.cluster = request->cluster};
	cy_value *keep = cy_value_ref(request->arguments);
	if (cy_unpack(keep, "[s, I, I]", &filling.prefix, &filling.count, &filling.size) < 0)
		return cy_refuse(-EINVAL, "fill");
	snprintf(filling.path, sizeof filling.path, "%s", filling.prefix);
	filling.prefix = filling.path;
	cy_value_unref(keep);
	filling.bytes = calloc(1, (size_t)filling.size + 1);
	return rx_pipe(rx_range(0, (size_t)filling.count), rx_concat_map(save_one));
}

static rx_observable *big(const cy_request *request, void *ctx)
{
	const char *path;
	int64_t count, n;
	if (cy_unpack(request->arguments, "[s, I, I]", &path, &count, &n) < 0)
		return cy_refuse(-EINVAL, "big");
	return cy_save(request->cluster, path, numbered((size_t)count, n));
}

static rx_observable *save_big(const int64_t *n, void *ctx)
{
	return cy_save(filling.cluster, filling.prefix, numbered((size_t)filling.count, *n));
}
RX_PROJECTOR(save_big, cy_body, int64_t);

static rx_observable *again(const cy_request *request, void *ctx)
{
	const char *path;
	int64_t rounds;
	filling.cluster = request->cluster;
	if (cy_unpack(request->arguments, "[s, I, I]", &path, &filling.count, &rounds) < 0)
		return cy_refuse(-EINVAL, "again");
	snprintf(filling.path, sizeof filling.path, "%s", path);
	filling.prefix = filling.path;
	return rx_pipe(rx_range(1, (size_t)rounds), rx_concat_map(save_big));
}

static rx_observable *swap(const cy_request *request, void *ctx)
{
	const char *path;
	int64_t count;
	if (cy_unpack(request->arguments, "[s, I]", &path, &count) < 0)
		return cy_refuse(-EINVAL, "swap");
	return cy_compare_and_set(request->cluster, path, numbered((size_t)count, 1), numbered((size_t)count, 2));
}

static void nothing(const rx_error *error, void *ctx)
{
}

static rx_subscription mirrors[2048];
static size_t mirror_count;

static rx_observable *mirror(const cy_request *request, void *ctx)
{
	const char *path;
	int64_t count;
	if (cy_unpack(request->arguments, "[s, I]", &path, &count) < 0)
		return cy_refuse(-EINVAL, "mirror");
	const cy_call_options options = {.timeout = RX_NEVER, .credit = UINT32_MAX};
	for (; count > 1; count--)
		rx_subscribe(
			cy_call_with(request->cluster, cy_primary(), "cy_storage_mirror", cy_string(path), &options),
			&(rx_observer){.error = nothing}, &mirrors[mirror_count++]);
	return rx_pipe(cy_call_with(request->cluster, cy_primary(), "cy_storage_mirror", cy_string(path), &options),
	               rx_take(1), cy_values());
}

static int add_up(const cy_body *map, cy_body *sums, void *ctx)
{
	int64_t sum = 0, n;
	size_t count = 0;
	cy_iterator i;
	for (cy_iterator_start(&i, *map); cy_iterator_next(&i); count++) {
		cy_get_int(i.value, NULL, &n);
		sum += n;
	}
	*sums = cy_array(cy_int((int64_t)count), cy_int(sum));
	return 0;
}
RX_MAPPER(add_up, cy_body, cy_body);

static rx_observable *sums(const cy_request *request, void *ctx)
{
	const char *path;
	cy_get_string(request->arguments, NULL, &path);
	return rx_pipe(cy_retrieve(request->cluster, path), rx_map(add_up));
}

static rx_observable *look(void *ctx)
{
	cy_value *value = NULL;
	int64_t found = -1;
	if (cy_peek(filling.cluster, "seen.k77", &value) == 1)
		cy_get_int(value, NULL, &found);
	cy_value_unref(value);
	return cy_answer(cy_int(found));
}

static rx_observable *see(const cy_request *request, void *ctx)
{
	int64_t count, n;
	filling.cluster = request->cluster;
	if (cy_unpack(request->arguments, "[I, I]", &count, &n) < 0)
		return cy_refuse(-EINVAL, "see");
	if (!mirror_count)
		rx_subscribe(cy_mirror(request->cluster, "seen"), &(rx_observer){.error = nothing},
		             &mirrors[mirror_count++]);
	return rx_concat(cy_save(request->cluster, "seen", numbered((size_t)count, n)),
	                 rx_defer(&rx_type_cy_body, look, NULL));
}

PROGRAM(storer)
{
	static const cy_command commands[] = {{.name = "fill", .run = fill},     {.name = "big", .run = big},
	                                      {.name = "again", .run = again},   {.name = "swap", .run = swap},
	                                      {.name = "mirror", .run = mirror}, {.name = "sums", .run = sums},
	                                      {.name = "see", .run = see}};
	cy_cluster *cluster = cy_join(NULL);
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		cy_register(cluster, &commands[i]);
	const int status = cy_run(cluster);
	free(filling.bytes);
	return status;
}

/* ---- Bounds ------------------------------------------------------------------------------------------------------- */

static size_t held(const cy_cluster *cluster, uint32_t id, cy__resource resource)
{
	const cy__account *account = cy__ledger_find(cluster->ledger, id);
	return account ? cy__account_held(account, resource) : 0;
}

static cy_value *filling_of(const char *prefix, int count, int size)
{
	return cy_array(cy_string(prefix), cy_int(count), cy_int(size));
}

TEST(a_worker_that_fills_the_storage_is_refused_at_its_limit_and_nobody_else)
{
	enum { LIMIT = 4 << 20 };
	cy_cluster *cluster = cluster_begin("storer", &(cy_options){.quota = {.stored = LIMIT, .keys = 500}});
	const uint32_t filler = cluster_fork(cluster, "filler", NULL);
	cluster_fork(cluster, "honest", NULL);
	cluster_ready(cluster);
	const size_t before = memory_bytes();
	ck_assert_int_eq(cluster_code(cluster, cy_named("filler"), "fill", filling_of("x", 1000, 65536)), -EDQUOT);
	ck_assert_uint_le(held(cluster, filler, CY__STORED), LIMIT);
	ck_assert_uint_ge(held(cluster, filler, CY__STORED), LIMIT - 70000);
	ck_assert_uint_le(memory_bytes() - before, LIMIT + (1 << 20));
	ck_assert_int_eq(cluster_code(cluster, cy_named("filler"), "fill", filling_of("y", 1000, 1)), -EDQUOT);
	ck_assert_uint_le(held(cluster, filler, CY__KEYS), 500);
	ck_assert_int_eq(cluster_code(cluster, cy_named("honest"), "fill", filling_of("z", 100, 100)), 0);
	cluster_end(cluster);
}

static bool is_stored(cy_cluster *cluster, const char *path)
{
	cy_value *value = NULL;
	const int code = cy_peek(cluster, path, &value);
	cy_value_unref(value);
	return code == 1;
}

static void store_and_go(cy_cluster *cluster, event_log *log, const char *name, const char *prefix, int count)
{
	char words[64];
	cluster_fork(cluster, name, NULL);
	ck_assert_int_eq(cluster_code(cluster, cy_named(name), "fill", filling_of(prefix, count, 16384)), 0);
	cy_kill(cluster, cy_named(name), SIGKILL);
	snprintf(words, sizeof words, "exit %s signal 9 gone", name);
	event_log_await(log, words);
}

TEST(what_workers_that_have_gone_left_in_the_storage_has_a_bound_for_all_of_them)
{
	enum { LIMIT = 1 << 20 };
	event_log log;
	cy_cluster *cluster = cluster_begin("storer", &(cy_options){.storage_left = LIMIT});
	const uint32_t honest = cluster_fork(cluster, "honest", NULL);
	ck_assert_int_eq(cluster_code(cluster, cy_named("honest"), "fill", filling_of("z", 100, 16384)), 0);
	event_log_start(&log, cluster, NULL);
	store_and_go(cluster, &log, "first", "x", 20);
	store_and_go(cluster, &log, "second", "y", 40);
	ck_assert_uint_eq(event_log_count(&log, "error Primary -122"), 0);
	store_and_go(cluster, &log, "third", "w", 60);
	event_log_await(&log, "error Primary -122");
	ck_assert_uint_eq(event_log_count(&log, "error Primary -122"), 1);
	size_t left = 0;
	for (uint32_t id = honest + 1; id <= honest + 3; id++)
		left += held(cluster, id, CY__STORED);
	ck_assert_uint_le(left, LIMIT);
	ck_assert_uint_ge(left, LIMIT - 3 * 16384);
	ck_assert(is_stored(cluster, "x19") && is_stored(cluster, "z99"));
	ck_assert(!is_stored(cluster, "w59"));
	ck_assert_uint_gt(held(cluster, honest, CY__STORED), LIMIT);
	event_log_stop(&log);
	cluster_end(cluster);
}

TEST(a_worker_mirrors_as_often_as_its_limit_lets_it)
{
	cy_cluster *cluster = cluster_begin("storer", &(cy_options){.quota = {.watches = 10}});
	const uint32_t id = cluster_fork(cluster, "Paul", NULL);
	ck_assert_int_eq(cluster_code(cluster, cy_named("Paul"), "mirror", cy_array(cy_string("a"), cy_int(20))),
	                 -EDQUOT);
	ck_assert_uint_eq(held(cluster, id, CY__WATCHES), 10);
	cluster_end(cluster);
}

TEST(many_mirrors_of_a_change_share_one_encoding)
{
	enum { SIZE = 1 << 20, MIRRORS = 200 };
	cy_cluster *cluster = cluster_begin("storer", NULL);
	cluster_fork(cluster, "Paul", NULL);
	cluster_ready(cluster);
	ck_assert_int_eq(cluster_code(cluster, cy_named("Paul"), "mirror", cy_array(cy_string("a"), cy_int(MIRRORS))),
	                 0);
	char *bytes = calloc(1, SIZE);
	const size_t before = memory_bytes();
	ck_assert_int_eq(cy_storage_save(cy_cluster_storage(cluster), "a", cy_binary(bytes, SIZE)), 0);
	ck_assert_uint_le(memory_bytes() - before, 8 * SIZE);
	free(bytes);
	cluster_end(cluster);
}

/* ---- Time --------------------------------------------------------------------------------------------------------- */

static int64_t processor(void)
{
	struct timespec now;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return now.tv_sec * RX_S(1) + now.tv_nsec;
}

/* The longest turn of the loop, in processor time. */
struct turns {
	int64_t last, longest;
	rx_subscription subscription;
};

static void take_turn(const int64_t *n, void *ctx)
{
	struct turns *turns = ctx;
	const int64_t now = processor();
	if (now - turns->last > turns->longest)
		turns->longest = now - turns->last;
	turns->last = now;
}
RX_CONSUMER(take_turn, int64_t);

static void turns_start(struct turns *turns)
{
	*turns = (struct turns){.last = processor()};
	rx_subscribe(rx_timer_with(&(rx_timer_options){.period = RX_NOW}),
	             &(rx_observer){RX_NEXT(take_turn), .ctx = turns}, &turns->subscription);
}

static void expect_short_turns(struct turns *turns)
{
	rx_unsubscribe(&turns->subscription);
	ck_assert_int_le(turns->longest, RX_MS(100));
}

TEST(no_turn_is_long_while_workers_save_replace_read_and_compare_large_maps, .timeout = 300)
{
	struct turns turns;
	cy_cluster *cluster = cluster_begin("storer", NULL);
	cluster_fork(cluster, "Paul", NULL);
	cluster_ready(cluster);
	turns_start(&turns);
	for (int i = 1; i <= 2; i++)
		ck_assert_int_eq(cluster_code(cluster, cy_named("Paul"), "big",
		                              cy_array(cy_string("a"), cy_int(MANY), cy_int(1))),
		                 0);
	cy_value *sums = NULL;
	ck_assert_int_eq(cluster_call(cluster, cy_named("Paul"), "sums", cy_string("a"), &sums), 0);
	cy_value_unref(sums);
	ck_assert_int_eq(cluster_code(cluster, cy_named("Paul"), "swap", cy_array(cy_string("a"), cy_int(MANY / 2))),
	                 0);
	ck_assert_int_eq(
		cluster_code(cluster, cy_named("Paul"), "big", cy_array(cy_string("a"), cy_int(10), cy_int(1))), 0);
	expect_short_turns(&turns);
	cluster_end(cluster);
}

/* A key of many, and nothing of it is encoded, or compared, but that key. */
TEST(a_leaf_in_a_large_branch_costs_its_path_and_its_own_size)
{
	cy_cluster *cluster = cluster_begin("storer", NULL);
	cy_storage *storage = cy_cluster_storage(cluster);
	cluster_fork(cluster, "Paul", NULL);
	cluster_ready(cluster);
	ck_assert_int_eq(cy_storage_save(storage, "a", numbered(20000, 1)), 0);
	ck_assert_int_eq(cluster_code(cluster, cy_named("Paul"), "mirror", cy_array(cy_string("a.k7"), cy_int(1))), 0);
	const size_t before = memory_bytes();
	ck_assert_int_eq(cy_storage_compare_and_set(storage, "a.k7", cy_int(1), cy_int(2)), 1);
	const size_t allocations = memory_allocations();
	ck_assert_int_eq(cy_storage_compare_and_set(storage, "a", cy_int(1), cy_int(2)), 0);
	ck_assert_uint_le(memory_allocations() - allocations, 2); /* the two numbers */
	ck_assert_uint_le(memory_bytes() - before, 4096);
	cluster_end(cluster);
}

/* ---- Whole -------------------------------------------------------------------------------------------------------- */

static void end(void *ctx)
{
	*(bool *)ctx = true;
}

TEST(nobody_sees_half_of_a_large_map, .timeout = 300)
{
	enum { COUNT = 20000, ROUNDS = 10 };
	bool ended = false;
	rx_subscription writing;
	cy_cluster *cluster = cluster_begin("storer", NULL);
	cluster_fork(cluster, "writer", NULL);
	cluster_fork(cluster, "reader", NULL);
	ck_assert_int_eq(
		cluster_code(cluster, cy_named("writer"), "big", cy_array(cy_string("a"), cy_int(COUNT), cy_int(1))),
		0);
	rx_subscribe(
		cy_call(cluster, cy_named("writer"), "again", cy_array(cy_string("a"), cy_int(COUNT), cy_int(ROUNDS))),
		&(rx_observer){.complete = end, .ctx = &ended}, &writing);
	while (!ended) {
		cy_value *sums = NULL;
		int64_t count, sum;
		ck_assert_int_eq(cluster_call(cluster, cy_named("reader"), "sums", cy_string("a"), &sums), 0);
		ck_assert_int_eq(cy_unpack(sums, "[I, I]", &count, &sum), 0);
		ck_assert_int_eq(count, COUNT);
		ck_assert_int_eq(sum % COUNT, 0);
		cy_value_unref(sums);
	}
	cluster_end(cluster);
}

TEST(what_a_worker_has_saved_is_in_its_copy_when_it_hears_of_it_however_large, .from = 0, .to = 2)
{
	const int count = _i ? 20000 : 100;
	cy_cluster *cluster = cluster_begin("storer", NULL);
	cluster_fork(cluster, "Paul", NULL);
	for (int n = 1; n <= 5; n++)
		ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "see", cy_array(cy_int(count), cy_int(n))),
		                 n);
	cluster_end(cluster);
}
