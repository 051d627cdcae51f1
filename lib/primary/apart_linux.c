/*
 * The start of a process as another user. Between the moment that the child has that user's ids and its exec, that user's
 * processes can stop it, and its working directory and program may be in a file system that answers when they like. A
 * primary that sleeps until the exec, as that of a vfork does, would sleep for as long as they please. So this child has a
 * stack of its own, and the primary looks every now and then: at whether it has left, which the kernel writes down, and at
 * whether it was stopped, for which it is killed.
 *
 * A child that is killed runs nothing of ours any more, but may have a system call to finish that writes to its stack: that
 * is kept then. The primary sets no errno while it waits, for the child has the same one.
 */
#include "lib/primary/launch.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

/* Looks at it until it is killed, and then until it is given up: two seconds, and half a one. */
enum { STACK = 128 << 10, LOOK_APART = 100000 /* ns */, LOOKS = 20000, LAST_LOOKS = 5000 };

/* At the lower end of the child's stack. */
struct apart {
	cy__plan *plan;
	pid_t with_us; /* 0: it has left this memory, by its exec or its end */
};

/* What ends without a return takes the sanitizer's look at a stack that it does not know. */
__attribute__((no_sanitize_address)) static int carry_out(void *ctx)
{
	cy__child_run(((struct apart *)ctx)->plan);
}

static bool has_left(const struct apart *apart)
{
	return __atomic_load_n(&apart->with_us, __ATOMIC_ACQUIRE) == 0;
}

static bool is_stopped(pid_t pid)
{
	siginfo_t found = {.si_pid = 0};
	return waitid(P_PID, (id_t)pid, &found, WSTOPPED | WNOHANG | WNOWAIT) == 0 && found.si_pid == pid;
}

/* @returns whether it has left; @p watched: or was stopped */
static bool look(const struct apart *apart, pid_t pid, int looks, bool watched)
{
	for (; looks > 0 && !has_left(apart); looks--) {
		nanosleep(&(struct timespec){.tv_nsec = LOOK_APART}, NULL);
		if (watched && is_stopped(pid))
			return has_left(apart);
	}
	return has_left(apart);
}

/* @returns whether it has left, by itself or not */
static bool see_off(const struct apart *apart, pid_t pid)
{
	if (look(apart, pid, LOOKS, true))
		return true;
	const bool stopped = is_stopped(pid);
	kill(pid, SIGKILL);
	if (!look(apart, pid, LAST_LOOKS, false))
		return false;
	apart->plan->error = stopped ? EINTR : ETIMEDOUT;
	apart->plan->step = stopped ? "stopped before its exec" : "exec";
	return true;
}

pid_t cy__launch_apart(cy__plan *plan)
{
	const size_t size = sizeof(struct apart) + STACK;
	struct apart *apart = mmap(NULL, size, PROT_READ | PROT_WRITE,
	                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
	if (apart == MAP_FAILED)
		return -1;
	*apart = (struct apart){.plan = plan, .with_us = 1};
	char *top = (char *)apart + size;
	const int dumps = prctl(PR_GET_DUMPABLE);
	const pid_t pid = clone(carry_out, top - (uintptr_t)top % 64, CLONE_VM | CLONE_CHILD_CLEARTID | SIGCHLD, apart,
	                        NULL, NULL, &apart->with_us);
	if (pid > 0 && !see_off(apart, pid)) {
		errno = ETIMEDOUT;
		return -1;
	}
	const int error = errno;
	/* Who changes its ids takes that from all who share its memory. */
	if (pid > 0 && dumps == 1)
		prctl(PR_SET_DUMPABLE, 1);
	munmap(apart, size);
	errno = error;
	return pid;
}
