/*
 * The guardian: a process beside the primary that holds a pidfd of each worker, and kills those that have not ended when
 * the primary has been gone for the shutdown timeout. Nothing that a worker does to its signals, its user or its loop
 * prevents that, nor does the way in which the primary dies.
 *
 * Why a process: no code of a dead primary runs, the kernel's death signal is a worker's to ignore, block or lose (a
 * change of its user clears it), and a worker's own timer is a worker's. Why a program of its own: a copy of the primary
 * would hold its memory, its secrets, and would be killed with it for that memory; a thread would die with it; this
 * program again would run constructors, and take as much memory as the program does. So it is a program without a
 * library, that comes within the library (primary/guardian.c executes it from memory): nothing has to be installed or
 * found, it needs no /proc and no file system, and takes a few pages.
 *
 * It gives up nothing and asks for nothing: its rights are those that the primary had when it started it, at the first
 * fork. A pidfd gives none.
 *
 * Every signal that can be blocked is: it ends by the primary's end only, or by SIGKILL, which the primary notices. It has
 * a session of its own, so no terminal and no signal to the primary's group reaches it.
 */
#include "lib/guardian/protocol.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>

#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SCM_PIDFD
#define SCM_PIDFD 4
#endif
#define TO_THE_GROUP 4 /* PIDFD_SIGNAL_PROCESS_GROUP: Linux 6.9 */

/* ---- The kernel ------------------------------------------------------------------------------------------------- */

#define ADDRESS(pointer) ((long)(intptr_t)(pointer))

#ifdef CY__FREESTANDING
/* What the compiler may call by itself. */
void *memset(void *to, int byte, size_t size);
void *memset(void *to, int byte, size_t size)
{
	volatile unsigned char *at = to;
	while (size--)
		*at++ = (unsigned char)byte;
	return to;
}

/* Negative: -errno. */
static long call(long number, long a, long b, long c, long d, long e, long f)
{
	register long fourth __asm__("r10") = d;
	register long fifth __asm__("r8") = e;
	register long sixth __asm__("r9") = f;
	__asm__ volatile("syscall"
	                 : "+a"(number)
	                 : "D"(a), "S"(b), "d"(c), "r"(fourth), "r"(fifth), "r"(sixth)
	                 : "rcx", "r11", "memory");
	return number;
}

__asm__(".globl _start\n"
        "_start:\n"
        "	xor %ebp, %ebp\n"
        "	and $-16, %rsp\n"
        "	call cy__guard\n");
#else
#include <unistd.h>

static long call(long number, long a, long b, long c, long d, long e, long f)
{
	const long result = syscall(number, a, b, c, d, e, f);
	return result < 0 ? -errno : result;
}
#endif

static void close_fd(int fd)
{
	call(SYS_close, fd, 0, 0, 0, 0, 0);
}

static int64_t now(void)
{
	struct timespec time = {0};
#ifdef CY__FREESTANDING
	call(SYS_clock_gettime, CLOCK_MONOTONIC, ADDRESS(&time), 0, 0, 0, 0);
#else
	clock_gettime(CLOCK_MONOTONIC, &time);
#endif
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void pause_for_ms(int ms)
{
	const struct timespec pause = {.tv_nsec = ms * 1000000L};
#ifdef CY__FREESTANDING
	call(SYS_nanosleep, ADDRESS(&pause), 0, 0, 0, 0, 0);
#else
	nanosleep(&pause, NULL);
#endif
}

_Noreturn static void leave(int status)
{
	for (;;)
		call(SYS_exit_group, status, 0, 0, 0, 0, 0);
}

/* ---- Who is guarded ---------------------------------------------------------------------------------------------- */

/* Which descriptors they are, epoll knows; none is above the highest that there was. */
static struct {
	int poll;
	int highest;
	size_t count;
	bool ended; /* the primary */
	bool killed;
	int64_t deadline; /* below 0: none */
	cy__guard_hello hello;
} guard;

static uint64_t as_data(int fd, uint32_t flags)
{
	return (uint64_t)flags << 32 | (uint32_t)fd;
}

static int watch(int fd, uint32_t flags)
{
	struct epoll_event event = {.events = EPOLLIN, .data.u64 = as_data(fd, flags)};
	return (int)call(SYS_epoll_ctl, guard.poll, EPOLL_CTL_ADD, fd, ADDRESS(&event), 0, 0);
}

/* Others may have the same one, the primary or a copy of it: closed here alone it would be told of again, and for ever. */
static void unwatch(int fd)
{
	call(SYS_epoll_ctl, guard.poll, EPOLL_CTL_DEL, fd, 0, 0, 0);
	close_fd(fd);
}

static void forget(int fd)
{
	unwatch(fd);
	guard.count--;
}

static void answer(uint32_t flags, int code)
{
	const cy__guard_note note = {.flags = flags, .code = code};
	call(SYS_sendto, CY__GUARD_SOCKET, ADDRESS(&note), sizeof note, MSG_DONTWAIT | MSG_NOSIGNAL, 0, 0);
}

static void keep(int fd, uint32_t flags)
{
	if (fd < 0)
		return; /* it ended before its note was read */
	const int code = watch(fd, flags);
	if (code < 0) {
		close_fd(fd);
		answer(flags, code);
		return;
	}
	guard.count++;
	if (fd > guard.highest)
		guard.highest = fd;
}

/* ---- What is said to it ------------------------------------------------------------------------------------------ */

static size_t aligned(size_t size)
{
	return (size + sizeof(size_t) - 1) & ~(sizeof(size_t) - 1);
}

/* The sender's own counts if none is enclosed. */
static void take_fds(const struct msghdr *message, uint32_t flags)
{
	int sender = -1;
	bool enclosed = false;
	const unsigned char *at = message->msg_control, *end = at + message->msg_controllen;
	while (end - at >= (ptrdiff_t)sizeof(struct cmsghdr)) {
		const struct cmsghdr *header = (const struct cmsghdr *)(const void *)at;
		const int *fds = (const int *)(const void *)(at + aligned(sizeof *header));
		const size_t count = (header->cmsg_len - aligned(sizeof *header)) / sizeof *fds;
		if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_PIDFD && count) {
			sender = fds[0];
		} else if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
			enclosed = true;
			for (size_t i = 0; i < count; i++)
				keep(fds[i], flags);
		}
		at += aligned(header->cmsg_len);
	}
	if (!enclosed)
		keep(sender, flags);
	else if (sender >= 0)
		close_fd(sender);
}

enum { TAKEN, NOTHING, OVER };

static int receive(void *bytes, size_t size, struct msghdr *message, void *control, size_t room)
{
	struct iovec part = {bytes, size};
	*message = (struct msghdr){.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = room};
	const long got =
		call(SYS_recvmsg, CY__GUARD_SOCKET, ADDRESS(message), MSG_DONTWAIT | MSG_CMSG_CLOEXEC, 0, 0, 0);
	message->msg_iov = NULL;
	if (got == -EAGAIN || got == -EINTR)
		return NOTHING;
	return got <= 0 ? OVER : TAKEN;
}

static int take_note(void)
{
	union {
		struct cmsghdr header;
		unsigned char bytes[1024];
	} control = {.bytes = {0}};
	_Static_assert(sizeof control >= CMSG_SPACE(CY__GUARD_FDS * sizeof(int)) + CMSG_SPACE(sizeof(int)), "room");
	struct msghdr message;
	cy__guard_note note = {0};
	const int result = receive(&note, sizeof note, &message, &control, sizeof control);
	if (result != TAKEN)
		return result;
	take_fds(&message, note.flags);
	if (message.msg_flags & MSG_CTRUNC)
		answer(note.flags, -EMFILE);
	return TAKEN;
}

static void take_notes(bool *over)
{
	int result;
	while ((result = take_note()) == TAKEN)
		;
	if (result == OVER)
		*over = true;
}

/* ---- The end ----------------------------------------------------------------------------------------------------- */

/*
 * From here on nobody is told that it is guarded: whoever is about to be started finds the socket shut, and is not. What
 * was said before that is still there.
 */
static void primary_ended(void)
{
	bool over;
	call(SYS_shutdown, CY__GUARD_SOCKET, SHUT_RD, 0, 0, 0, 0);
	take_notes(&over);
	guard.ended = true;
	guard.deadline = guard.hello.timeout < 0 ? -1 : now() + guard.hello.timeout;
	unwatch(CY__GUARD_SOCKET);
	unwatch(CY__GUARD_PRIMARY);
}

static void kill_cgroup(void)
{
	if (guard.hello.has_cgroup)
		call(SYS_write, CY__GUARD_KILL, ADDRESS("1"), 1, 0, 0, 0);
}

/* Their ends are awaited, but for those that this process may not kill. */
static void kill_all(void)
{
	guard.killed = true;
	kill_cgroup();
	for (int fd = 0; fd <= guard.highest; fd++) /* what is no pidfd is refused */
		if (call(SYS_pidfd_send_signal, fd, SIGKILL, 0, 0, 0, 0) == -EPERM)
			forget(fd);
}

static void worker_ended(int fd, uint32_t flags)
{
	if (flags & CY__GUARD_OWN_GROUP)
		call(SYS_pidfd_send_signal, fd, SIGKILL, 0, TO_THE_GROUP, 0, 0);
	forget(fd);
}

/* Descendants of workers may still be in it; then it goes. */
static void remove_cgroup(void)
{
	for (int tries = 0; guard.hello.has_cgroup && tries < 500; tries++) {
		kill_cgroup();
		const long code =
			call(SYS_unlinkat, CY__GUARD_CGROUP, ADDRESS(guard.hello.cgroup), AT_REMOVEDIR, 0, 0, 0);
		if (code != -EBUSY)
			return;
		pause_for_ms(10);
	}
}

/* ---- From the beginning ------------------------------------------------------------------------------------------ */

static void settle(void)
{
	const uint64_t all = ~UINT64_C(0);
	struct {
		uint64_t now, most;
	} limit = {0}; /* the kernel's, on every machine */
	call(SYS_rt_sigprocmask, SIG_SETMASK, ADDRESS(&all), 0, sizeof all, 0, 0);
	call(SYS_prctl, PR_SET_NAME, ADDRESS("cy-guardian"), 0, 0, 0, 0);
	call(SYS_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0, 0);
	if (call(SYS_prlimit64, 0, RLIMIT_NOFILE, 0, ADDRESS(&limit), 0, 0) == 0) {
		limit.now = limit.most;
		call(SYS_prlimit64, 0, RLIMIT_NOFILE, ADDRESS(&limit), 0, 0, 0);
	}
}

static int begin(void)
{
	struct msghdr message;
	settle();
	if (receive(&guard.hello, sizeof guard.hello, &message, NULL, 0) != TAKEN ||
	    guard.hello.version != CY__GUARD_VERSION)
		return -EPROTO;
	guard.poll = (int)call(SYS_epoll_create1, EPOLL_CLOEXEC, 0, 0, 0, 0, 0);
	close_fd(CY__GUARD_PROGRAM);
	if (guard.poll < 0)
		return guard.poll;
	return watch(CY__GUARD_SOCKET, 0) < 0 || watch(CY__GUARD_PRIMARY, 0) < 0 ? -ENOMEM : 0;
}

/* Milliseconds until something is due; -1: nothing is. */
static int patience(void)
{
	if (!guard.ended || guard.killed || guard.deadline < 0)
		return -1;
	const int64_t left = guard.deadline - now();
	return left <= 0 ? 0 : left / 1000000 >= INT_MAX ? INT_MAX : (int)((left + 999999) / 1000000);
}

static void take_event(const struct epoll_event *event, bool *over)
{
	const int fd = (int)(uint32_t)event->data.u64;
	if (fd == CY__GUARD_SOCKET)
		take_notes(over);
	else if (fd == CY__GUARD_PRIMARY)
		*over = true;
	else
		worker_ended(fd, (uint32_t)(event->data.u64 >> 32));
}

static void turn(void)
{
	struct epoll_event events[32] = {0};
	bool over = false;
	const long count = call(SYS_epoll_pwait, guard.poll, ADDRESS(events), 32, patience(), 0, 8);
	for (long i = 0; i < count; i++)
		take_event(&events[i], &over);
	if (over && !guard.ended)
		primary_ended();
	if (guard.ended && !guard.killed && patience() == 0)
		kill_all();
}

#ifdef CY__FREESTANDING
_Noreturn void cy__guard(void);
_Noreturn void cy__guard(void)
#else
int main(void)
#endif
{
	if (begin() < 0)
		leave(1);
	while (!guard.ended || guard.count > 0)
		turn();
	remove_cgroup();
	leave(0);
}
