/*
 * Listening sockets. A path that is too long for a socket address is bound through its directory's descriptor.
 */
#include "lib/listen/bind.h"
#include "lib/descriptor/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

static int listen_or_close(int fd, int backlog)
{
	if (listen(fd, backlog > 0 ? backlog : SOMAXCONN) == 0)
		return fd;
	const int code = -errno;
	close(fd);
	return code;
}

/* ---- TCP --------------------------------------------------------------------------------------------------------- */

static int bind_tcp(int fd, const cy__address *address)
{
	const bool v6 = address->net.any.sa_family == AF_INET6;
	const int yes = 1, only = address->ipv6_only;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) < 0 ||
	    (v6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only) < 0) ||
	    bind(fd, &address->net.any, v6 ? sizeof address->net.v6 : sizeof address->net.v4) < 0)
		return -errno;
	return 0;
}

static int open_tcp(const cy__address *address, int backlog, cy__address *real)
{
	const int fd = cy__fd_above(socket(address->net.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
	if (fd < 0)
		return -errno;
	const int code = bind_tcp(fd, address);
	if (code < 0) {
		close(fd);
		return code;
	}
	*real = *address;
	socklen_t size = sizeof real->net;
	getsockname(fd, &real->net.any, &size);
	return listen_or_close(fd, backlog);
}

/* Every address: both stacks, or IPv4 where there is no other. */
static int open_inet(const cy__address *address, int backlog, cy__address *real)
{
	const int fd = open_tcp(address, backlog, real);
	if (!address->everywhere || address->ipv6_only || (fd != -EAFNOSUPPORT && fd != -EADDRNOTAVAIL))
		return fd;
	cy__address v4 = {.everywhere = true};
	v4.net.v4.sin_family = AF_INET;
	v4.net.v4.sin_port = address->net.v6.sin6_port;
	return open_tcp(&v4, backlog, real);
}

/* ---- Paths -------------------------------------------------------------------------------------------------------- */

/* The directory of @p path, which begins with a slash. */
static int open_directory(const char *path, const char *name)
{
	char *directory = strndup(path, (size_t)(name - path));
	const int fd = directory ? cy__fd_above(open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC)) : -1;
	const int code = fd < 0 ? -errno : fd;
	free(directory);
	return code;
}

/* A name for @p path that fits; *directory is to be closed after its use, or -1. */
static int fit(const char *path, struct sockaddr_un *name, int *directory)
{
	const size_t room = sizeof name->sun_path;
	*directory = -1;
	name->sun_family = AF_UNIX;
	if ((size_t)snprintf(name->sun_path, room, "%s", path) < room)
		return 0;
	const char *base = strrchr(path, '/') + 1;
	*directory = open_directory(path, base);
	if (*directory < 0)
		return *directory;
	if ((size_t)snprintf(name->sun_path, room, "/proc/self/fd/%d/%s", *directory, base) < room)
		return 0;
	close(*directory);
	return -ENAMETOOLONG;
}

static int bind_path(int fd, const char *path)
{
	struct sockaddr_un name;
	int directory;
	int code = fit(path, &name, &directory);
	if (code < 0)
		return code;
	if (bind(fd, (const struct sockaddr *)&name, sizeof name) < 0)
		code = -errno;
	if (directory >= 0)
		close(directory);
	return code;
}

static int open_path(const char *path, int backlog)
{
	const int fd = cy__fd_above(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
	if (fd < 0)
		return -errno;
	int code = bind_path(fd, path);
	if (code < 0) {
		close(fd);
		return code;
	}
	code = listen_or_close(fd, backlog);
	if (code < 0)
		unlink(path);
	return code;
}

int cy__listen_bind(const cy__address *address, int backlog, cy__address *real)
{
	char text[CY__ADDRESS_TEXT];
	*real = *address;
	const int fd = address->path ? open_path(address->path, backlog) : open_inet(address, backlog, real);
	if (fd >= 0)
		return fd;
	if (!address->path)
		cy__address_print(address, text);
	return rx_raise(fd, "listen on %s: %s", address->path ? address->path : text, strerror(-fd));
}
