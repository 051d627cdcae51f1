/*
 * How a worker finds its channel: a number and the inode of the socket that was meant, in one variable of the
 * environment. Debuggers and shells may stand between it and the primary, or may have closed it; a descriptor that
 * merely has the same number is told apart by the inode.
 *
 * A program with more rights than whoever executes it (set-uid, set-gid, file capabilities) does not take that one for
 * its primary: the environment is the caller's, and so may the socket be. It is a worker only where the kernel says that
 * the socket was made, as one of a pair, by its own parent with the user and the group that it has itself, and that the
 * parent has its capabilities, too: workers of a primary that is set-uid are executed so. Else it is a primary, as
 * secure_getenv() would have it.
 */
#include "lib/primary/spawn.h"

#include <clusterfy/rx/error.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

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
		return rx_plain(-EINVAL);
	struct stat found;
	if (fstat(fd, &found) < 0 || !S_ISSOCK(found.st_mode) || found.st_ino != inode || !is_stream_socket(fd))
		return rx_plain(-ENOTSOCK);
	return fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 ? rx_plain(-errno) : fd;
}

/* Both ends of a connection to a name, or from one, have credentials of somebody who may know nothing of us. */
static bool is_of_a_pair(int fd)
{
	struct sockaddr_un name;
	socklen_t own = sizeof name, other = sizeof name;
	return getsockname(fd, (struct sockaddr *)&name, &own) == 0 && own <= offsetof(struct sockaddr_un, sun_path) &&
	       getpeername(fd, (struct sockaddr *)&name, &other) == 0 &&
	       other <= offsetof(struct sockaddr_un, sun_path);
}

/* What process @p pid may ever use, 0 being this one; none, if that cannot be told. */
static uint64_t capabilities_of(pid_t pid)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = pid};
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {{0}};
	if (syscall(SYS_capget, &header, sets) < 0)
		return 0;
	return (uint64_t)sets[1].permitted << 32 | sets[0].permitted;
}

/* @returns @p fd; -ENOENT: whoever made it has fewer rights; -EPERM: its maker is not, or no longer, the parent */
static int check_maker(int fd)
{
	struct ucred maker;
	socklen_t size = sizeof maker;
	if (!is_of_a_pair(fd) || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &maker, &size) < 0 || maker.uid != geteuid() ||
	    maker.gid != getegid())
		return rx_plain(-ENOENT);
	if (capabilities_of(0) & ~capabilities_of(maker.pid))
		return rx_plain(-ENOENT);
	return maker.pid == getppid() ? fd : rx_plain(-EPERM);
}

int cy__inherited_channel(void)
{
	const char *value = getenv(CY__CHANNEL_VARIABLE);
	if (!value)
		return rx_plain(-ENOENT);
	const int fd = verify(value);
	unsetenv(CY__CHANNEL_VARIABLE);
	if (!getauxval(AT_SECURE))
		return fd;
	const int checked = fd < 0 ? rx_plain(-ENOENT) : check_maker(fd);
	if (fd >= 0 && checked < 0)
		close(fd);
	return checked;
}
