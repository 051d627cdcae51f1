#include "lib/descriptor/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { FIRST = 3 }; /* behind the standard streams */

int cy__fd_copy(int fd)
{
	return fcntl(fd, F_DUPFD_CLOEXEC, FIRST);
}

int cy__fd_above(int fd)
{
	if (fd < 0 || fd >= FIRST)
		return fd;
	const int above = cy__fd_copy(fd), error = errno;
	close(fd);
	errno = error;
	return above;
}

int cy__fd_pair_above(int ends[2])
{
	int error = 0;
	for (int i = 0; i < 2; i++) {
		ends[i] = cy__fd_above(ends[i]);
		if (ends[i] < 0)
			error = errno;
	}
	if (!error)
		return 0;
	cy__fd_close(&ends[0]);
	cy__fd_close(&ends[1]);
	errno = error;
	return -1;
}

void cy__fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

bool cy__fd_is_inherited(int fd)
{
	return fcntl(fd, F_GETFD) == 0;
}

/* Something that needs neither a file system nor a peer. The kernel gives the lowest number that is free. */
unsigned cy__fd_hold_standard(void)
{
	unsigned held = 0;
	for (;;) {
		int fd = epoll_create1(EPOLL_CLOEXEC);
		if (fd < 0)
			return held;
		if (fd >= FIRST) {
			cy__fd_close(&fd);
			return held;
		}
		held |= 1U << fd;
	}
}

void cy__fd_release_standard(unsigned held)
{
	for (int fd = 0; fd < FIRST; fd++)
		if (held & 1U << fd)
			close(fd);
}
