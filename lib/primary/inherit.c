/*
 * How a worker finds its channel: a number and the inode of the socket that was meant, in one variable of the
 * environment. Debuggers and shells may stand between it and the primary, or may have closed it; a descriptor that
 * merely has the same number is told apart by the inode.
 */
#include "lib/primary/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>

static bool is_stream_socket(int fd)
{
	int domain = 0, type = 0;
	socklen_t size = sizeof(int);
	return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_UNIX &&
	       getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

/* "number:inode" */
static bool parse(const char *value, int *fd, uintmax_t *inode)
{
	char *rest;
	errno = 0;
	long number = strtol(value, &rest, 10);
	if (rest == value || *rest != ':' || number < 0 || number > INT_MAX)
		return false;
	value = rest + 1;
	*inode = strtoumax(value, &rest, 10);
	*fd = (int)number;
	return rest != value && !*rest && errno == 0;
}

static int verify(const char *value)
{
	int fd;
	uintmax_t inode;
	if (!parse(value, &fd, &inode))
		return -EINVAL;
	struct stat found;
	if (fstat(fd, &found) < 0 || !S_ISSOCK(found.st_mode) || found.st_ino != inode || !is_stream_socket(fd))
		return -ENOTSOCK;
	return fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 ? -errno : fd;
}

int cy__inherited_channel(void)
{
	const char *value = getenv(CY__CHANNEL_VARIABLE);
	if (!value)
		return -ENOENT;
	int result = verify(value);
	unsetenv(CY__CHANNEL_VARIABLE);
	return result;
}
