/*
 * Limits of a worker's process: memory, descriptors, processor time, cores, and others; each set, and each felt.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/support/cluster.h"

/* ---- The worker ------------------------------------------------------------------------------------------------------ */

static rx_observable *tell_limit(const cy_request *request, void *ctx)
{
	(void)ctx;
	int64_t resource = 0;
	struct rlimit limit;
	cy_get_int(request->arguments, NULL, &resource);
	getrlimit((__rlimit_resource_t)resource, &limit);
	return cy_answer(cy_pack("[U, U]", (uint64_t)limit.rlim_cur, (uint64_t)limit.rlim_max));
}

static rx_observable *take_memory(const cy_request *request, void *ctx)
{
	(void)ctx;
	int64_t size = 0;
	cy_get_int(request->arguments, NULL, &size);
	void *volatile memory = malloc((size_t)size); /* which a compiler may leave out otherwise */
	const int code = memory ? 0 : errno;
	free(memory);
	return cy_answer(cy_int(code));
}

static rx_observable *take_descriptors(const cy_request *request, void *ctx)
{
	(void)request, (void)ctx;
	int taken[64], count = 0, code = 0;
	while (count < 64 && !code) {
		taken[count] = open("/dev/null", O_RDONLY | O_CLOEXEC);
		code = taken[count] < 0 ? errno : 0;
		count += !code;
	}
	while (count)
		close(taken[--count]);
	return cy_answer(cy_int(code));
}

static volatile bool busy = true;

static rx_observable *compute(const cy_request *request, void *ctx)
{
	(void)request, (void)ctx;
	while (busy)
		;
	return NULL;
}

static rx_observable *write_much(const cy_request *request, void *ctx)
{
	(void)request, (void)ctx;
	static const char block[4096];
	FILE *file = tmpfile();
	for (ssize_t wrote = 1; file && wrote > 0;)
		wrote = write(fileno(file), block, sizeof block);
	return NULL;
}

static rx_observable *break_off(const cy_request *request, void *ctx)
{
	(void)request, (void)ctx;
	signal(SIGABRT, SIG_DFL);
	abort();
}

PROGRAM(limited)
{
	static const cy_command commands[] = {{.name = "limit", .run = tell_limit},
	                                      {.name = "memory", .run = take_memory},
	                                      {.name = "descriptors", .run = take_descriptors},
	                                      {.name = "compute", .run = compute},
	                                      {.name = "write", .run = write_much},
	                                      {.name = "abort", .run = break_off}};
	cy_cluster *cluster = cy_join(NULL);
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		cy_register(cluster, &commands[i]);
	return cy_run(cluster);
}

/* No cores lie about afterwards. */
static cy_cluster *begin(cy_limit limit)
{
	const cy_limit both[] = {{RLIMIT_CORE, 0, 0}, limit};
	cy_cluster *cluster = cluster_begin("limited", NULL);
	cluster_fork(cluster, "Paul", &(cy_worker_options){.process = {.limits = both, .limit_count = 2}});
	cluster_ready(cluster);
	return cluster;
}

static void reset(const rx_error *error, void *ctx)
{
	(void)ctx;
	ck_assert_int_eq(error->code, -ECONNRESET);
}

/* How it has ended that was told to do what its limits do not allow. */
static cy_event end_of(cy_cluster *cluster, const char *command)
{
	cy_event exit;
	rx_subscribe(cy_call(cluster, cy_named("Paul"), command, NULL), &(rx_observer){.error = reset}, NULL);
	ck_assert_int_eq(rx_await_first(cy_event, cy_events_of(cluster, CY_EVENT_EXIT), &exit), 0);
	return exit;
}

/* ---- Set --------------------------------------------------------------------------------------------------------------- */

static const cy_limit limits[] = {
	{RLIMIT_AS, UINT64_C(1) << 46, UINT64_C(1) << 46}, /* a sanitizer reserves a lot of it */
	{RLIMIT_DATA, UINT64_C(1) << 46, UINT64_C(1) << 46},
	{RLIMIT_STACK, 1 << 20, 8 << 20},
	{RLIMIT_NOFILE, 50, 60},
	{RLIMIT_CPU, 100, 200},
	{RLIMIT_CORE, 0, 0},
	{RLIMIT_FSIZE, 1 << 20, 1 << 21},
	{RLIMIT_MEMLOCK, 4096, 8192},
};

TEST(each_is_what_it_was_set_to, .to = sizeof limits / sizeof *limits)
{
	cy_value *told;
	uint64_t soft = 0, hard = 0;
	cy_cluster *cluster = begin(limits[_i]);
	ck_assert_int_eq(cluster_call(cluster, cy_named("Paul"), "limit", cy_int(limits[_i].resource), &told), 0);
	ck_assert_int_eq(cy_unpack(told, "[U, U]", &soft, &hard), 0);
	ck_assert_uint_eq(soft, limits[_i].soft);
	ck_assert_uint_eq(hard, limits[_i].hard);
	cy_value_unref(told);
	cluster_end(cluster);
}

/* ---- Felt -------------------------------------------------------------------------------------------------------------- */

TEST(of_memory_there_is_no_more_and_the_worker_says_so)
{
#ifdef TEST_SANITIZED
	fprintf(stderr, "skipped: a sanitizer reserves more memory than any limit allows\n");
#else
	cy_cluster *cluster = begin((cy_limit){RLIMIT_AS, 256 << 20, 256 << 20});
	ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "memory", cy_int(1 << 20)), 0);
	ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "memory", cy_int(512 << 20)), ENOMEM);
	ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "memory", cy_int(1 << 20)), 0);
	cluster_end(cluster);
#endif
}

TEST(of_descriptors_there_are_no_more_and_the_worker_goes_on)
{
	cy_cluster *cluster = begin((cy_limit){RLIMIT_NOFILE, 32, 32});
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "descriptors", NULL), EMFILE);
	cluster_end(cluster);
}

/* The limit is passed by the command, and is the reason of its end. */
static void expect_end(cy_limit limit, const char *command, int signal, const char *words)
{
	cy_cluster *cluster = begin(limit);
	cy_event exit = end_of(cluster, command);
	ck_assert_int_eq(exit.reason, CY_ENDED_LIMIT);
	ck_assert_int_eq(exit.signal, signal);
	ck_assert_uint_eq(exit.origin, 1);
	ck_assert_msg(strncmp(exit.words, words, strlen(words)) == 0, "%s", exit.words);
	rx_type_cy_event.drop(&exit);
	cluster_end(cluster);
}

/* A second is the least that can be set. */
TEST(past_its_processor_time_it_ends_and_the_reason_is_the_limit)
{
	expect_end((cy_limit){RLIMIT_CPU, 1, 5}, "compute", SIGXCPU,
	           "past a limit of its process: signal 24 (CPU time limit exceeded)");
}

TEST(past_a_files_size_it_ends_and_the_reason_is_the_limit)
{
	expect_end((cy_limit){RLIMIT_FSIZE, 8192, 8192}, "write", SIGXFSZ,
	           "past a limit of its process: signal 25 (File size limit exceeded)");
}

static bool cores_are_files(void)
{
	char pattern[2] = "";
	FILE *file = fopen("/proc/sys/kernel/core_pattern", "r");
	const bool read = file && fgets(pattern, sizeof pattern, file);
	if (file)
		fclose(file);
	return read && *pattern != '|';
}

TEST(without_room_for_a_core_there_is_none)
{
	if (!cores_are_files()) {
		fprintf(stderr, "skipped: this machine hands cores to a program, whatever their limit\n");
		return;
	}
	cy_cluster *cluster = begin((cy_limit){RLIMIT_CORE, 0, 0});
	cy_event exit = end_of(cluster, "abort");
	ck_assert_int_eq(exit.signal, SIGABRT);
	ck_assert(!exit.core);
	ck_assert_str_eq(exit.words, "ended by a signal: signal 6 (Aborted)");
	rx_type_cy_event.drop(&exit);
	cluster_end(cluster);
}

TEST(one_that_is_nonsense_is_forks_error)
{
	cy_cluster *cluster = cluster_begin("limited", NULL);
	const cy_limit upside_down = {RLIMIT_NOFILE, 100, 50}, unknown = {1000, 1, 1};
	ck_assert_int_eq(
		cy_fork(cluster, NULL, &(cy_worker_options){.process = {.limits = &upside_down, .limit_count = 1}}),
		-EINVAL);
	ck_assert_str_eq(rx_words(-EINVAL), "1 cannot be started: limits: Invalid argument");
	ck_assert_int_eq(
		cy_fork(cluster, NULL, &(cy_worker_options){.process = {.limits = &unknown, .limit_count = 1}}),
		-EINVAL);
	cluster_end(cluster);
}
