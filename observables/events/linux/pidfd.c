/*
 * Linux's own way to wait for one child on any loop. The portable way stands in events/child.c, which takes it where
 * this one answers -ENOSYS.
 */
#include "observables/events/linux/pidfd.h"

#include <errno.h>

#ifdef __linux__
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#define BY_PIDFD ((idtype_t)3) /* P_PIDFD, which older headers lack */

/* Where a standard stream is closed, its number is not for this. */
static int move_above(int fd)
{
	const int above = fcntl(fd, F_DUPFD_CLOEXEC, 3), code = above < 0 ? -errno : above;
	close(fd);
	return code;
}

int rx__pidfd_open(int pid)
{
	const int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	return fd < 0 ? -errno : fd < 3 ? move_above(fd) : fd;
}

int rx__pidfd_wait(int pidfd, rx_exit *ended)
{
	siginfo_t info = {.si_pid = 0};
	if (waitid(BY_PIDFD, (id_t)pidfd, &info, WEXITED | WNOHANG) < 0)
		return -errno;
	if (!info.si_pid)
		return 0;
	const bool exited = info.si_code == CLD_EXITED;
	*ended = (rx_exit){.pid = info.si_pid,
	                   .code = exited ? info.si_status : -1,
	                   .signal = exited ? 0 : info.si_status,
	                   .core = info.si_code == CLD_DUMPED};
	return 1;
}
#else
int rx__pidfd_open(int pid)
{
	(void)pid;
	return -ENOSYS;
}

int rx__pidfd_wait(int pidfd, rx_exit *ended)
{
	(void)pidfd, (void)ended;
	return -ENOSYS;
}
#endif
