/*
 * How a worker finds its channel: a number and the inode of the socket that was meant, in one variable of the
 * environment. Debuggers and shells may stand between it and the primary, or may have closed it; a descriptor that
 * merely has the same number is told apart by the inode.
 */
#include "lib/primary/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
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

/* Digits at @p text, of a number up to @p most. By hand: at a worker's start, strtol alone would cost two page faults. */
static const char *read_digits(const char *text, uintmax_t most, uintmax_t *number)
{
	const char *at = text;
	for (*number = 0; *at >= '0' && *at <= '9'; at++) {
		const uintmax_t digit = (uintmax_t)(*at - '0');
		if (*number > (most - digit) / 10)
			return NULL;
		*number = 10 * *number + digit;
	}
	return at > text ? at : NULL;
}

/* "number:inode" */
static bool parse(const char *value, int *fd, uintmax_t *inode)
{
	uintmax_t number;
	value = read_digits(value, INT_MAX, &number);
	if (!value || *value != ':')
		return false;
	*fd = (int)number;
	value = read_digits(value + 1, UINTMAX_MAX, inode);
	return value && !*value;
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
