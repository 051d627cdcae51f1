/*
 * What a worker gets from its primary's process: what was asked for, and nothing else.
 */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/support/cluster.h"

enum { ASKED = 20 };

/* The open descriptors, as the worker's start found them: one bit each. */
static uint64_t found;

static uint64_t open_descriptors(void)
{
	uint64_t bits = 0;
	DIR *directory = opendir("/proc/self/fd");
	for (struct dirent *entry; directory && (entry = readdir(directory));) {
		const long fd = strtol(entry->d_name, NULL, 10);
		if (entry->d_name[0] != '.' && fd != dirfd(directory))
			bits |= UINT64_C(1) << (fd < 63 ? fd : 63);
	}
	closedir(directory);
	return bits;
}

static rx_observable *tell(const cy_request *request, void *ctx)
{
	char place[PATH_MAX];
	char **argv = ctx;
	const char *added = getenv("ADDED"), *removed = getenv("REMOVED");
	(void)request;
	if (!getcwd(place, sizeof place))
		return cy_refuse(-errno, "no directory");
	return cy_answer(cy_pack("{'found': U, 'place': s, 'first': s, 'second': s, 'added': s, 'removed': b}", found,
	                         place, argv[1] ? argv[1] : "", argv[1] && argv[2] ? argv[2] : "", added ? added : "",
	                         removed == NULL));
}

PROGRAM(heir)
{
	found = open_descriptors();
	cy_cluster *cluster = cy_join(NULL);
	if (!cluster)
		return 99;
	cy_register(cluster, &(cy_command){.name = "tell", .run = tell, .ctx = argv});
	return cy_run(cluster);
}

static cy_value *told_by_heir(const cy_worker_options *options)
{
	cy_value *told;
	cy_cluster *cluster = cluster_begin("heir", NULL);
	cluster_fork(cluster, "Heir", options);
	ck_assert_int_eq(cluster_call(cluster, cy_named("Heir"), "tell", NULL, &told), 0);
	cluster_end(cluster);
	return told;
}

TEST(nothing_of_the_parents_descriptors_is_open_but_what_was_asked_for)
{
	int extra[10];
	uint64_t open = 0;
	for (int i = 0; i < 10; i++)
		extra[i] = dup(STDERR_FILENO); /* without CLOEXEC */
	const cy_descriptor descriptor = {.fd = extra[0], .number = ASKED};
	cy_value *told =
		told_by_heir(&(cy_worker_options){.process = {.descriptors = &descriptor, .descriptor_count = 1}});
	ck_assert_int_eq(cy_get_uint(told, "found", &open), 0);
	ck_assert_uint_eq(open, UINT64_C(0xf) | UINT64_C(1) << ASKED); /* 3 is its channel */
	cy_value_unref(told);
	for (int i = 0; i < 10; i++)
		close(extra[i]);
}

static void check(cy_value *told, const char *path, const char *expected)
{
	const char *text = NULL;
	ck_assert_int_eq(cy_get_string(told, path, &text), 0);
	ck_assert_str_eq(text, expected);
}

TEST(environment_directory_and_arguments_arrive)
{
	bool removed = false;
	setenv("REMOVED", "yes", 1);
	cy_value *told = told_by_heir(
		&(cy_worker_options){.process = {.arguments = (const char *[]){"one", "t w o", NULL},
	                                         .environment = (const char *[]){"ADDED=with = in it", "REMOVED", NULL},
	                                         .directory = "/"}});
	check(told, "place", "/");
	check(told, "first", "one");
	check(told, "second", "t w o");
	check(told, "added", "with = in it");
	ck_assert_int_eq(cy_get_bool(told, "removed", &removed), 0);
	ck_assert(removed);
	cy_value_unref(told);
}

/* ---- Identity ---------------------------------------------------------------------------------------------------------- */

static rx_observable *tell_identity(const cy_request *request, void *ctx)
{
	(void)request, (void)ctx;
	const bool may_signal = kill(getppid(), 0) == 0;
	return cy_answer(cy_pack("[u, u, u, b]", getuid(), geteuid(), getegid(), may_signal));
}

PROGRAM(identified)
{
	cy_cluster *cluster = cy_join(NULL);
	cy_register(cluster, &(cy_command){.name = "tell", .run = tell_identity});
	return cy_run(cluster);
}

TEST(a_worker_that_is_another_user_serves_and_cannot_signal_its_primary)
{
	enum { NOBODY = 65534 };
	cy_value *told;
	uint32_t user = 0, effective = 0, group = 0;
	bool may_signal = true;
	if (geteuid() != 0) {
		fprintf(stderr, "skipped: only root can start a worker as another user\n");
		return;
	}
	cy_cluster *cluster = cluster_begin("identified", NULL);
	const int64_t id = cy_fork(cluster, "Heir", &(cy_worker_options){.process.user = "65534"});
	if (id == -EACCES) {
		fprintf(stderr, "skipped: that user may not execute this program where it lies\n");
		cluster_end(cluster);
		return;
	}
	ck_assert_int_eq(cluster_call(cluster, cy_named("Heir"), "tell", NULL, &told), 0);
	ck_assert_int_eq(cy_unpack(told, "[u, u, u, b]", &user, &effective, &group, &may_signal), 0);
	ck_assert_uint_eq(user, NOBODY);
	ck_assert_uint_eq(effective, NOBODY);
	ck_assert_uint_ne(group, 0);
	ck_assert(!may_signal);
	cy_value_unref(told);
	cluster_end(cluster);
}

/* ---- Signals ----------------------------------------------------------------------------------------------------------- */

static rx_observable *tell_signals(const cy_request *request, void *ctx)
{
	(void)request;
	return cy_answer(cy_string(ctx));
}

/* As "SigBlk:", "SigIgn:" and "SigCgt:" have them in /proc, at the start: a bit each. */
PROGRAM(signal_heir)
{
	char line[128], signals[256] = "";
	FILE *file = fopen("/proc/self/status", "r");
	while (file && fgets(line, sizeof line, file))
		if (strncmp(line, "SigBlk", 6) == 0 || strncmp(line, "SigIgn", 6) == 0)
			strcat(signals, line);
	fclose(file);
	cy_cluster *cluster = cy_join(NULL);
	cy_register(cluster, &(cy_command){.name = "tell", .run = tell_signals, .ctx = signals});
	return cy_run(cluster);
}

static void never_handled(int signal)
{
	(void)signal;
}

/* But SIGINT, where that stops the primary in order: the worker waits for its word. */
TEST(nothing_of_the_parents_signal_mask_or_dispositions_is_the_workers, .to = 2)
{
	cy_value *told;
	const char *signals = "";
	sigset_t all, before;
	sigfillset(&all);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGUSR1, SIG_IGN);
	signal(SIGUSR2, never_handled);
	cy_cluster *cluster = cluster_begin("signal_heir", &(cy_options){.graceful_signals = {_i ? SIGINT : SIGTERM}});
	sigprocmask(SIG_BLOCK, &all, &before);
	cluster_fork(cluster, "Heir", NULL);
	sigprocmask(SIG_SETMASK, &before, NULL);
	ck_assert_int_eq(cluster_call(cluster, cy_named("Heir"), "tell", NULL, &told), 0);
	ck_assert_int_eq(cy_get_string(told, NULL, &signals), 0);
	ck_assert_str_eq(signals, _i ? "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000002\n"
	                             : "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
	cy_value_unref(told);
	cluster_end(cluster);
}
