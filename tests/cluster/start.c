/*
 * Starts that fail: told with their reason, counted, retried by the policy; and no zombie, which the runner sees to.
 */
#include <ev.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/support/cluster.h"
#include "tests/support/scratch.h"

/* The reasons and the codes of all exits, and how often a start has failed. */
struct ends {
	cy_cluster *cluster;
	char text[1024];
	rx_subscription subscription;
	void (*act)(const cy_event *event);
};

static void note_end(const cy_event *event, void *ctx)
{
	struct ends *ends = ctx;
	const size_t length = strlen(ends->text);
	snprintf(ends->text + length, sizeof ends->text - length, "%s %d%s\n", cy_reason_words(event->reason),
	         event->code, event->sequel == CY_REVIVES ? "" : " the last");
	if (ends->act)
		ends->act(event);
}
RX_CONSUMER(note_end, cy_event);

static void ends_start(struct ends *ends, cy_cluster *cluster, void (*act)(const cy_event *event))
{
	*ends = (struct ends){.cluster = cluster, .act = act};
	rx_subscribe(cy_events_of(cluster, CY_EVENT_EXIT), &(rx_observer){RX_NEXT(note_end), .ctx = ends},
	             &ends->subscription);
}

static uint32_t failed_starts(cy_cluster *cluster)
{
	cy_statistics statistics;
	ck_assert_int_eq(cy_statistics_take(cluster, &statistics), 0);
	const uint32_t count = statistics.workers[0].failed_starts;
	ck_assert_uint_eq(statistics.sum.failed_starts, count);
	cy_statistics_finish(&statistics);
	return count;
}

static const cy_worker_options retried = {.revive = CY_REVIVE_ON_FAILURE, .revival = {.first = RX_NOW, .jitter = -1}};

/* ---- No descriptors ----------------------------------------------------------------------------------------------- */

static void limit_descriptors(rlim_t count)
{
	struct rlimit limit;
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = count ? count : limit.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/* Killed, it finds no descriptors; after two vain attempts there are some again. */
static void take_descriptors(const cy_event *event)
{
	static int vain;
	if (event->reason == CY_ENDED_SIGNAL)
		limit_descriptors(3);
	else if (++vain == 2)
		limit_descriptors(0);
}

TEST(a_revival_without_descriptors_is_told_counted_and_tried_again)
{
	struct ends ends;
	event_log log;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	event_log_start(&log, cluster, "Paul");
	ends_start(&ends, cluster, take_descriptors);
	cluster_fork(cluster, "Paul", &retried);
	cluster_ready(cluster);
	cy_kill(cluster, cy_named("Paul"), SIGKILL);
	event_log_await(&log, "exit Paul signal 9 revives");
	cluster_ready(cluster);
	ck_assert_str_eq(ends.text, "ended by a signal -1\ncould not be started -24\ncould not be started -24\n");
	ck_assert_uint_eq(event_log_count(&log, "error Paul -24"), 2);
	ck_assert_uint_eq(failed_starts(cluster), 2);
	ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "square", cy_int(3)), 9);
	rx_unsubscribe(&ends.subscription);
	event_log_stop(&log);
	cluster_end(cluster);
}

enum { TAKEN = 64 };

/* Take all free numbers but for @p count. @returns how many */
static int leave_free(int count, int *taken)
{
	int many = 0, last = 0;
	while (last < 16 && many < TAKEN)
		last = taken[many++] = dup(STDERR_FILENO);
	limit_descriptors((rlim_t)last + 1 + (rlim_t)count);
	return many;
}

static rx_scheduler *before;

/* On a loop of one's own a child is waited for through a descriptor: without one, there must not be a child. */
TEST(a_process_whose_end_cannot_be_waited_for_is_not_left, .to = 5)
{
	int taken[TAKEN];
	struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
	before = rx_scheduler_set_current(rx_loop(loop));
	cy_cluster *cluster = cluster_begin("worker", &(cy_options){.loop = loop});
	const int many = leave_free(_i, taken);
	const int64_t id = cy_fork(cluster, NULL, NULL);
	limit_descriptors(0);
	for (int i = 0; i < many; i++)
		close(taken[i]);
	ck_assert(id > 0 || id == -EMFILE);
	if (_i < 3)
		ck_assert_int_eq(id, -EMFILE);
	ck_assert(cy_status_of(cluster, cy_worker(1)) == (id > 0 ? CY_INITIALIZING : CY_EXITED));
	cluster_end(cluster);
	rx_scheduler_set_current(before);
	rx_loop_release(loop);
	ev_loop_destroy(loop);
}

/* ---- No process ------------------------------------------------------------------------------------------------------ */

#ifdef SYS_vfork
enum { NEW_PROCESS = SYS_vfork };
#else
enum { NEW_PROCESS = SYS_clone };
#endif

/* From now on the kernel has no process for this one, and says so with @p code. */
static void refuse_processes(unsigned code)
{
	struct sock_filter instructions[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NEW_PROCESS, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | code),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = {sizeof instructions / sizeof *instructions, instructions};
	ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	ck_assert_int_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

TEST(a_process_that_the_kernel_refuses_is_forks_error_and_a_revivals_event, .to = 2)
{
	const int code = _i ? ENOMEM : EAGAIN;
	char line[64], words[128];
	struct ends ends;
	event_log log;
	cy_worker_options options = retried;
	options.revival.limit = 2;
	if (prctl(PR_GET_SECCOMP) < 0) {
		fprintf(stderr, "skipped: this kernel has no filters of system calls\n");
		return;
	}
	cy_cluster *cluster = cluster_begin("worker", NULL);
	event_log_start(&log, cluster, "Paul");
	ends_start(&ends, cluster, NULL);
	cluster_fork(cluster, "Paul", &options);
	cluster_ready(cluster);
	refuse_processes((unsigned)code);
	ck_assert_int_eq(cy_fork(cluster, NULL, NULL), -code);
	snprintf(words, sizeof words, "2 cannot be started: process: %s", strerror(code));
	ck_assert_str_eq(rx_words(-code), words);
	cy_kill(cluster, cy_named("Paul"), SIGKILL);
	snprintf(line, sizeof line, "exit Paul %d failed", -code);
	event_log_await(&log, line);
	snprintf(words, sizeof words,
	         "ended by a signal -1\ncould not be started %d\ncould not be started %d the last\n", -code, -code);
	ck_assert_str_eq(ends.text, words);
	ck_assert_uint_eq(failed_starts(cluster), 2);
	rx_unsubscribe(&ends.subscription);
	event_log_stop(&log);
	cluster_end(cluster);
}

/* ---- No program ---------------------------------------------------------------------------------------------------- */

static char program[SCRATCH_PATH];

static void remove_program(const cy_event *event)
{
	(void)event;
	unlink(program);
}

TEST(a_program_that_is_no_more_is_tried_up_to_the_limit)
{
	struct ends ends;
	event_log log;
	cy_worker_options options = retried;
	scratch_file(program, "#!/bin/sh\nexit 9\n", 0700);
	options.process.program = program;
	options.revival.limit = 2;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	event_log_start(&log, cluster, "Paul");
	ends_start(&ends, cluster, remove_program);
	const uint32_t id = cluster_fork(cluster, "Paul", &options);
	event_log_await(&log, "exit Paul -2 failed");
	ck_assert_str_eq(ends.text, "ended before it had joined 9\ncould not be started -2\n"
	                            "could not be started -2 the last\n");
	ck_assert_uint_eq(failed_starts(cluster), 3);
	ck_assert_int_eq(cy_restart(cluster, id), -ENOENT);
	rx_unsubscribe(&ends.subscription);
	event_log_stop(&log);
	cluster_end(cluster);
}

/* ---- Past the limit -------------------------------------------------------------------------------------------------- */

TEST(who_has_failed_harms_no_sibling_and_can_be_started_by_hand)
{
	event_log log;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	event_log_start(&log, cluster, "Paul");
	cluster_fork(cluster, "Anne", NULL);
	const uint32_t id = cluster_fork(
		cluster, "Paul",
		&(cy_worker_options){.revive = CY_REVIVE_ALWAYS, .revival = {.first = RX_NOW, .limit = 1}});
	for (int i = 0; i < 2; i++) {
		cluster_ready(cluster);
		cluster_code(cluster, cy_worker(id), "exit", cy_int(i));
		event_log_await(&log, i ? "exit Paul 1 failed" : "exit Paul 0 revives");
	}
	ck_assert_int_eq(cluster_number(cluster, cy_named("Anne"), "square", cy_int(4)), 16);
	ck_assert_int_eq(cluster_code(cluster, cy_worker(id), "square", cy_int(4)), -EHOSTUNREACH);
	ck_assert_int_eq(cy_restart(cluster, id), 0);
	cluster_ready(cluster);
	ck_assert_int_eq(cluster_number(cluster, cy_worker_named(id, "Paul"), "square", cy_int(4)), 16);
	ck_assert_int_eq(cy_restart(cluster, id), -EBUSY);
	ck_assert_uint_eq(failed_starts(cluster), 0);
	event_log_stop(&log);
	cluster_end(cluster);
}
