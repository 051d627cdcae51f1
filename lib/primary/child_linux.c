/*
 * What the child of a vfork does between its birth and its exec. It runs in its parent's memory, on its parent's stack,
 * while the parent sleeps: so it calls the kernel and little else, writes nothing but its own locals and the outcome in
 * the plan, and ends with exec or _exit.
 *
 * Descriptors, signals, limits and identity are its own by now, for vfork shares none of them. The identity is set by
 * bare system calls: the C library's own would set it in every thread of the parent.
 *
 * Linux's own: the death signal, no_new_privs and filters, close_range. Elsewhere the first two are left out (the end of the
 * channel tells a worker that its primary has died), and descriptors are closed one by one.
 */
#include "lib/guardian/protocol.h"
#include "lib/primary/launch.h"
#include "lib/primary/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* 16-bit ids hide behind the plain names on some machines. */
#ifdef SYS_setresuid32
enum { SET_USER = SYS_setresuid32, SET_GROUP = SYS_setresgid32, SET_GROUPS = SYS_setgroups32 };
#else
enum { SET_USER = SYS_setresuid, SET_GROUP = SYS_setresgid, SET_GROUPS = SYS_setgroups };
#endif

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif

/* What calls _exit() has the sanitizer look at a stack that may be none of a thread's. */
#define NOT_ON_THE_PARENTS_STACK __attribute__((no_sanitize_address))

/* All sources out of the way of all numbers first, for one's source may be another's number. */
static int move_fds(cy__plan *plan)
{
	int above = plan->fds[plan->fd_count - 1].number + 1;
	for (size_t i = 0; i < plan->fd_count; i++) {
		plan->fds[i].copy = fcntl(plan->fds[i].from, F_DUPFD_CLOEXEC, above);
		if (plan->fds[i].copy < 0)
			return -1;
	}
	for (size_t i = 0; i < plan->fd_count; i++)
		if (dup2(plan->fds[i].copy, plan->fds[i].number) < 0)
			return -1;
	return 0;
}

/*
 * Whether the table of descriptors has a place for @p fd. select() looks at no descriptor behind the table's end, and
 * says EBADF of one before it that is closed. @p bits are @p fd / 8 + 1 bytes of zeroes, which they stay.
 */
static bool has_place(int fd, unsigned char *bits)
{
	struct timespec now = {0};
	if (fcntl(fd, F_GETFD) >= 0)
		return true;
	const unsigned long word = sizeof(long) * CHAR_BIT;
	unsigned long *set = (unsigned long *)(void *)bits;
	set[(unsigned long)fd / word] = 1UL << (unsigned long)fd % word;
	const bool has = syscall(SYS_pselect6, fd + 1, bits, NULL, NULL, &now, NULL) < 0 && errno == EBADF;
	set[(unsigned long)fd / word] = 0;
	return has;
}

/*
 * No descriptor of this process is above it, whatever its limits are by now, and without asking /proc. The table is the
 * child's own, and about as large as it has to be: the kernel has just copied it.
 */
static int highest_fd(void)
{
	enum { MOST = 1 << 30, USUAL = 1 << 20 }; /* what the kernel can have, and what it has unless told otherwise */
	unsigned char *bits =
		mmap(NULL, MOST / CHAR_BIT, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (bits == MAP_FAILED)
		return USUAL;
	int highest = 63;
	while (highest < MOST - 1 && has_place(highest, bits))
		highest = 2 * highest + 1;
	munmap(bits, MOST / CHAR_BIT);
	return highest;
}

/* On Linux before 5.9, and where a filter refuses close_range(). */
static void close_from_to(int first, int last)
{
	if (first > last || syscall(SYS_close_range, first, last, 0) == 0)
		return;
	const int highest = highest_fd();
	for (int fd = first; fd <= last && fd <= highest; fd++)
		close(fd);
}

/* What lies between the planned numbers, and behind them. */
static void close_others(const cy__plan *plan)
{
	int first = 0;
	for (size_t i = 0; i < plan->fd_count; i++) {
		close_from_to(first, plan->fds[i].number - 1);
		first = plan->fds[i].number + 1;
	}
	close_from_to(first, INT_MAX);
}

static int set_limits(const cy__plan *plan)
{
	for (size_t i = 0; i < plan->limit_count; i++) {
		const cy_limit *limit = &plan->limits[i];
		struct rlimit wanted = {
			.rlim_cur = limit->soft == UINT64_MAX ? RLIM_INFINITY : (rlim_t)limit->soft,
			.rlim_max = limit->hard == UINT64_MAX ? RLIM_INFINITY : (rlim_t)limit->hard,
		};
		if (setrlimit(limit->resource, &wanted) < 0)
			return -1;
	}
	return 0;
}

static int set_identity(const cy__identity *identity)
{
	if (identity->groups && syscall(SET_GROUPS, identity->count, identity->list) < 0)
		return -1;
	if (identity->group && syscall(SET_GROUP, identity->gid, identity->gid, identity->gid) < 0)
		return -1;
	if (identity->user && syscall(SET_USER, identity->uid, identity->uid, identity->uid) < 0)
		return -1;
	return 0;
}

/* After the identity, whose change forgets it; and the parent may have died before it was set. */
NOT_ON_THE_PARENTS_STACK static int set_death_signal(const cy__plan *plan)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return -1;
	if (getppid() != plan->parent)
		_exit(128 + SIGKILL);
	return 0;
}

/*
 * Handlers would run in the parent's memory, and what is ignored would stay so. From here on a signal does to the child
 * what it does by default, but for the one that it is to ignore.
 */
static void reset_signals(const cy__plan *plan)
{
	struct sigaction action, standard;
	memset(&standard, 0, sizeof standard);
	standard.sa_handler = SIG_DFL;
	for (int signal = 1; signal < NSIG; signal++)
		if (sigaction(signal, NULL, &action) == 0 && action.sa_handler != SIG_DFL)
			sigaction(signal, &standard, NULL);
	if (plan->ignored) {
		standard.sa_handler = SIG_IGN;
		sigaction(plan->ignored, &standard, NULL);
	}
	if (plan->apart)
		return; /* no signal is to end it, from its first moment on */
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* A plain send where the kernel encloses the pidfd: nothing of it is in flight then, which others could fill up. */
static int tell_guardian(const cy__plan *plan)
{
	union {
		struct cmsghdr header;
		unsigned char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	cy__guard_note note = {.flags = plan->own_group ? CY__GUARD_OWN_GROUP : 0};
	struct iovec part = {&note, sizeof note};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	int pidfd = -1;
	if (plan->guardian < 0)
		return 0;
	if (!plan->passes_pidfd) {
		pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0);
		if (pidfd < 0)
			return -1;
		memset(&control, 0, sizeof control);
		control.header = (struct cmsghdr){
			.cmsg_len = CMSG_LEN(sizeof pidfd), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
		memcpy(CMSG_DATA(&control.header), &pidfd, sizeof pidfd);
		message.msg_control = &control;
		message.msg_controllen = sizeof control;
	}
	/* One that does not read is no reason for the primary to wait. */
	const ssize_t sent = sendmsg(plan->guardian, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
	const int error = errno;
	if (pidfd >= 0)
		close(pidfd);
	errno = error;
	return sent < 0 ? -1 : 0;
}

static int enter_cgroup(const cy__plan *plan)
{
	return plan->cgroup < 0 || write(plan->cgroup, "0", 1) == 1 ? 0 : -1;
}

static const char *prepare(cy__plan *plan)
{
	if (tell_guardian(plan) < 0)
		return CY__GUARDING;
	if (enter_cgroup(plan) < 0)
		return "cgroup";
	if (plan->apart && setsid() < 0)
		return "session";
	if (plan->own_group && setpgid(0, 0) < 0)
		return "process group";
	if (move_fds(plan) < 0)
		return "descriptors";
	close_others(plan);
	if (set_limits(plan) < 0)
		return "limits";
	if (set_identity(&plan->identity) < 0)
		return "user";
	if (plan->directory && chdir(plan->directory) < 0)
		return "directory";
	if (plan->no_new_privileges && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return "privileges";
	if (!plan->apart && set_death_signal(plan) < 0)
		return "death signal";
	return NULL;
}

/* The last step, for they may refuse anything but an exec. */
static int set_filters(const cy__plan *plan)
{
	for (size_t i = 0; i < sizeof plan->filters / sizeof *plan->filters; i++)
		if (plan->filters[i] && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, plan->filters[i]) < 0)
			return -1;
	return 0;
}

NOT_ON_THE_PARENTS_STACK void cy__child_run(cy__plan *plan)
{
	const char *failed = prepare(plan);
	if (!failed) {
		reset_signals(plan);
		if (set_filters(plan) < 0)
			failed = "filter";
	}
	if (!failed) {
		if (plan->executes_fd)
			syscall(SYS_execveat, plan->program, "", plan->arguments, plan->environment, AT_EMPTY_PATH);
		else
			execve(plan->path, plan->arguments, plan->environment);
		failed = "exec";
	}
	plan->error = errno;
	plan->step = failed;
	_exit(127);
}
