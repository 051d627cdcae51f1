#include "lib/listen/bind.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lib/descriptor/descriptor.h"

static int listen_or_close(int fd, int backlog)
{
	if (listen(fd, backlog) == 0)
		return fd;
	const int code = -errno;
	close(fd);
	return code;
}

static socklen_t size_of(const cy__address *address)
{
	return address->net.any.sa_family == AF_INET6 ? sizeof address->net.v6 : sizeof address->net.v4;
}

static int bind_tcp(int fd, const cy__address *address)
{
	const bool v6 = address->net.any.sa_family == AF_INET6;
	const int yes = 1, only = address->ipv6_only;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) < 0 ||
	    (v6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only) < 0) ||
	    bind(fd, &address->net.any, size_of(address)) < 0)
		return rx_plain(-errno);
	return 0;
}

static int open_tcp(const cy__address *address, int backlog, cy__address *real)
{
	const int fd = cy__fd_above(socket(address->net.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
	if (fd < 0)
		return rx_plain(-errno);
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

int cy__listen_bind(const cy__address *address, int backlog, cy__address *real)
{
	char text[CY__ADDRESS_TEXT];
	const int fd = open_inet(address, backlog, real);
	if (fd >= 0)
		return fd;
	cy__address_print(address, text);
	return rx_raise(fd, "listen on %s: %s", text, strerror(-fd));
}

/* A port that was asked for by its number stays bound, one that the kernel has chosen does not. */
int cy__listen_again(int fd, const cy__address *real, int backlog)
{
	if (bind(fd, &real->net.any, size_of(real)) < 0 && errno != EINVAL)
		return rx_plain(-errno);
	return listen(fd, backlog) < 0 ? rx_plain(-errno) : 0;
}
