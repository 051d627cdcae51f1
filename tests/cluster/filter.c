/*
 * Filters of system calls: PROGRAM(confined) makes calls that are refused, and tells what it got.
 */
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/primary/filter.h"
#include "tests/support/cluster.h"

#define NOBODY 0x7ffffffe

/* Where nothing is refused, the kernel finds something else wrong with each of them, whoever makes it (or lacks it). */
static const struct attempt {
	const char *name;
	long number, arguments[3];
	int refused, otherwise;
} attempts[] = {
	{"ptrace", SYS_ptrace, {PTRACE_CONT, NOBODY, 0}, EPERM, ESRCH},
	{"process_vm_readv", SYS_process_vm_readv, {NOBODY, 0, 0}, EPERM, 0},
	{"mount", SYS_mount, {0, 0, 0}, EPERM, EFAULT},
	{"unshare", SYS_unshare, {1, 0, 0}, EPERM, EINVAL},
	{"setns", SYS_setns, {-1, 0, 0}, EPERM, EBADF},
	{"pidfd_getfd", 438, {-1, 0, 0}, EPERM, EBADF},
	{"keyctl", SYS_keyctl, {-1, 0, 0}, EPERM, EOPNOTSUPP},
	{"userfaultfd", SYS_userfaultfd, {-1, 0, 0}, EPERM, EINVAL},
	{"perf_event_open", SYS_perf_event_open, {0, 0, 0}, EPERM, EFAULT},
	{"clone of a namespace", SYS_clone, {CLONE_NEWUSER | CLONE_FS, 0, 0}, EPERM, EINVAL},
	{"clone3", 435, {0, 0, 0}, ENOSYS, EINVAL},
#ifdef SYS_iopl
	{"iopl", SYS_iopl, {4, 0, 0}, EPERM, EINVAL},
#endif
#ifdef __x86_64__
	{"getpid of x32", 0x40000000 | SYS_getpid, {0, 0, 0}, EPERM, ENOSYS},
#endif
	{"getpid", SYS_getpid, {0, 0, 0}, 0, 0},
	/* These are refused to users anyway. */
	{"bpf", SYS_bpf, {-1, 0, 0}, EPERM, -1},
	{"init_module", SYS_init_module, {0, 0, 0}, EPERM, -1},
	{"kexec_load", SYS_kexec_load, {0, -1, 0}, EPERM, -1},
	{"swapon", SYS_swapon, {0, 0, 0}, EPERM, -1},
};
enum { ATTEMPTS = sizeof attempts / sizeof *attempts };

static int attempt(const struct attempt *attempt)
{
	errno = 0;
	return syscall(attempt->number, attempt->arguments[0], attempt->arguments[1], attempt->arguments[2], 0L, 0L,
	               0L) < 0
	               ? errno
	               : 0;
}

static rx_observable *try(const cy_request *request, void *ctx)
{
	(void)ctx;
	int64_t index = 0;
	cy_get_int(request->arguments, NULL, &index);
	return cy_answer(cy_int(attempt(&attempts[index])));
}

static rx_observable *parent(const cy_request *request, void *ctx)
{
	(void)request, (void)ctx;
	errno = 0;
	return cy_answer(cy_int(syscall(SYS_getppid) < 0 ? errno : 0));
}

/* Without looking for leaks: LeakSanitizer traces the process. */
PROGRAM(confined)
{
	cy_cluster *cluster = cy_join(NULL);
	cy_register(cluster, &(cy_command){.name = "try", .run = try});
	cy_register(cluster, &(cy_command){.name = "parent", .run = parent});
	_exit(cy_run(cluster));
}

static bool has_filters(void)
{
	if (prctl(PR_GET_SECCOMP) >= 0)
		return true;
	fprintf(stderr, "skipped: this kernel has no filters of system calls\n");
	return false;
}

static cy_cluster *begin(cy_process_options process)
{
	cy_cluster *cluster = cluster_begin("confined", NULL);
	cluster_fork(
		cluster, "Paul",
		&(cy_worker_options){.process = process, .revive = CY_REVIVE_ON_FAILURE, .revival = {.first = RX_NOW}});
	cluster_ready(cluster);
	return cluster;
}

TEST(a_call_that_is_refused_is_an_error_to_the_worker_and_nothing_else)
{
	if (!has_filters())
		return;
	ck_assert_ptr_nonnull(cy__filter());
	cy_cluster *cluster = begin((cy_process_options){.seccomp = true});
	for (int i = 0; i < ATTEMPTS; i++) {
		const int64_t code = cluster_number(cluster, cy_named("Paul"), "try", cy_int(i));
		ck_assert_msg(code == attempts[i].refused, "%s: %s", attempts[i].name, strerror((int)code));
	}
	cluster_end(cluster);
}

/* The same worker without the option; and this process, which has started one with it. */
TEST(who_has_not_the_option_has_no_filter)
{
	if (!has_filters() || prctl(PR_GET_SECCOMP) > 0) {
		fprintf(stderr, "skipped: this process has a filter already\n");
		return;
	}
	cy_cluster *cluster = begin((cy_process_options){0});
	cluster_fork(cluster, "Sarah", &(cy_worker_options){.process.seccomp = true});
	cluster_ready(cluster);
	for (int i = 0; i < ATTEMPTS; i++) {
		if (attempts[i].otherwise < 0)
			continue;
		const int64_t code = cluster_number(cluster, cy_named("Paul"), "try", cy_int(i));
		ck_assert_msg(code == attempts[i].otherwise || code == ENOSYS, "%s: %s", attempts[i].name,
		              strerror((int)code));
	}
	ck_assert_int_eq(attempt(&attempts[0]), ESRCH);
	ck_assert_int_eq(prctl(PR_GET_SECCOMP), 0);
	cluster_end(cluster);
}

/* ---- One's own -------------------------------------------------------------------------------------------------------- */

enum { REFUSAL = 4 };

/* A program that refuses one call. */
static void refuse(struct sock_filter instructions[REFUSAL], unsigned call)
{
	const struct sock_filter program[REFUSAL] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EXDEV),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	memcpy(instructions, program, sizeof program);
}

/* It is copied: a revived worker has it, too. */
TEST(a_filter_of_ones_own_beside_it_and_over_incarnations)
{
	struct sock_filter instructions[REFUSAL];
	const struct sock_fprog program = {REFUSAL, instructions};
	event_log log;
	if (!has_filters())
		return;
	refuse(instructions, SYS_getppid);
	cy_cluster *cluster = begin((cy_process_options){.seccomp = true, .seccomp_filter = &program});
	memset(instructions, 0xff, sizeof instructions);
	event_log_start(&log, cluster, "Paul");
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "parent", NULL), EXDEV);
		ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "try", cy_int(0)), EPERM);
		cy_kill(cluster, cy_named("Paul"), SIGKILL);
		*log.text = '\0';
		event_log_await(&log, "ready Paul");
	}
	event_log_stop(&log);
	cluster_end(cluster);
}

static int fork_with(cy_cluster *cluster, const struct sock_filter *instructions, unsigned short length)
{
	const struct sock_fprog program = {length, (struct sock_filter *)instructions};
	return (int)cy_fork(cluster, NULL, &(cy_worker_options){.process.seccomp_filter = &program});
}

TEST(one_that_cannot_be_is_forks_error)
{
	if (!has_filters())
		return;
	struct sock_filter instructions[REFUSAL];
	cy_cluster *cluster = cluster_begin("confined", NULL);
	refuse(instructions, SYS_execve);
	ck_assert_int_eq(fork_with(cluster, NULL, 3), -EINVAL);
	ck_assert_str_eq(rx_words(-EINVAL), "1 cannot be started: filter: Invalid argument");
	ck_assert_int_eq(fork_with(cluster, instructions, 0), -EINVAL);
	ck_assert_int_eq(fork_with(cluster, instructions, 3), -EINVAL); /* it does not end with an answer */
	ck_assert_int_eq(fork_with(cluster, instructions, REFUSAL), -EXDEV);
	ck_assert_str_eq(rx_words(-EXDEV), "4 cannot be started: exec: Invalid cross-device link");
	cluster_end(cluster);
}
