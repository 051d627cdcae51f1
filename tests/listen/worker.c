/*
 * The program of the tests that listen: PROGRAM(listener).
 *
 *     listen [address, ipv6_only]   listens until cancelled, and answers [address, port]
 *     shut address                  shuts the socket down that it shares
 *     serve address                 listens, and greets each connection with "hello"
 *     serve later                   the same, for connections that have passed through a delay
 *     hold address                  listens for as long as the worker lives, and closes each connection
 *     starve                        no further descriptor can be opened; feed: again
 *     become user                   the worker is that user from now on, in that user's group and no other
 *     mask mode                     its files are made without these rights
 *     ping                          answers, after all that was said before
 */
#include <fcntl.h>
#include <grp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/cluster.h"

static int name_of(const cy_listener *listener, cy_body *body, void *ctx)
{
	(void)ctx;
	if (!(fcntl(listener->fd, F_GETFL) & O_NONBLOCK) || !(fcntl(listener->fd, F_GETFD) & FD_CLOEXEC))
		return rx_raise(-EDOM, "the descriptor's flags are wrong");
	*body = cy_pack("[s, i]", listener->address, (int)listener->port);
	return 0;
}
RX_MAPPER(name_of, cy_body, cy_listener);

static rx_observable *listen_here(const cy_request *request, void *ctx)
{
	(void)ctx;
	const char *address;
	bool ipv6_only;
	if (cy_unpack(request->arguments, "[s, b]", &address, &ipv6_only) < 0)
		return cy_refuse(-EINVAL, "listen takes [address, ipv6_only]");
	return rx_pipe(cy_listen(request->cluster, address, &(cy_listen_options){.ipv6_only = ipv6_only}),
	               rx_map(name_of));
}

static int greet(const cy_connection *connection, cy_body *body, void *ctx)
{
	(void)ctx;
	const int fd = cy_connection_take(connection);
	if (fd < 0 || cy_connection_take(connection) != -EALREADY)
		return rx_raise(-EDOM, "a connection is taken once");
	const bool whole = write(fd, "hello", 5) == 5;
	close(fd);
	*body = cy_bool(whole);
	return 0;
}
RX_MAPPER(greet, cy_body, cy_connection);

static rx_observable *serve(const cy_request *request, void *ctx)
{
	const char *address;
	if (cy_get_string(request->arguments, NULL, &address) < 0)
		return cy_refuse(-EINVAL, "serve takes an address");
	rx_observable *connections = rx_pipe(cy_listen(request->cluster, address, NULL), cy_accept());
	return rx_pipe(ctx ? rx_pipe(connections, rx_delay(RX_MS(1))) : connections, rx_map(greet));
}

static void take_connection(const cy_connection *connection, void *ctx)
{
	(void)connection, (void)ctx; /* nobody takes it, so that it is closed */
}
RX_CONSUMER(take_connection, cy_connection);

static rx_observable *hold(const cy_request *request, void *ctx)
{
	(void)ctx;
	const char *address;
	if (cy_get_string(request->arguments, NULL, &address) < 0)
		return cy_refuse(-EINVAL, "hold takes an address");
	rx_subscribe(rx_pipe(cy_listen(request->cluster, address, NULL), cy_accept()),
	             &(rx_observer){RX_NEXT(take_connection)}, NULL);
	return NULL;
}

static int shut_down(const cy_listener *listener, cy_body *body, void *ctx)
{
	(void)ctx;
	*body = cy_bool(shutdown(listener->fd, SHUT_RDWR) == 0);
	return 0;
}
RX_MAPPER(shut_down, cy_body, cy_listener);

static rx_observable *shut(const cy_request *request, void *ctx)
{
	(void)ctx;
	const char *address;
	if (cy_get_string(request->arguments, NULL, &address) < 0)
		return cy_refuse(-EINVAL, "shut takes an address");
	return rx_pipe(cy_listen(request->cluster, address, NULL), rx_map(shut_down), rx_take(1));
}

static rx_observable *starve(const cy_request *request, void *ctx)
{
	(void)request;
	struct rlimit limit;
	getrlimit(RLIMIT_NOFILE, &limit);
	const int next = dup(0);
	close(next);
	limit.rlim_cur = ctx ? limit.rlim_max : (rlim_t)next;
	return setrlimit(RLIMIT_NOFILE, &limit) < 0 ? cy_refuse(-errno, "setrlimit") : NULL;
}

static rx_observable *become(const cy_request *request, void *ctx)
{
	(void)ctx;
	uint64_t user = 0;
	if (cy_get_uint(request->arguments, NULL, &user) < 0)
		return cy_refuse(-EINVAL, "become takes a user's number");
	const gid_t group = (gid_t)user;
	if (setgroups(1, &group) < 0 || setresgid(group, group, group) < 0 ||
	    setresuid((uid_t)user, (uid_t)user, (uid_t)user) < 0)
		return cy_refuse(-errno, "become: %s", strerror(errno));
	return NULL;
}

static rx_observable *mask(const cy_request *request, void *ctx)
{
	(void)ctx;
	uint64_t mode = 0;
	if (cy_get_uint(request->arguments, NULL, &mode) < 0)
		return cy_refuse(-EINVAL, "mask takes a mode");
	umask((mode_t)mode);
	return NULL;
}

static rx_observable *ping(const cy_request *request, void *ctx)
{
	(void)request, (void)ctx;
	return NULL;
}

PROGRAM(listener)
{
	static char yes;
	cy_cluster *cluster = cy_join(&(cy_options){.graceful_signals = {SIGINT, SIGTERM}});
	if (!cluster || cy_is_primary(cluster))
		return 99;
	const cy_command commands[] = {{.name = "listen", .run = listen_here},
	                               {.name = "serve", .run = serve},
	                               {.name = "serve later", .run = serve, .ctx = &yes},
	                               {.name = "hold", .run = hold},
	                               {.name = "shut", .run = shut},
	                               {.name = "starve", .run = starve},
	                               {.name = "feed", .run = starve, .ctx = &yes},
	                               {.name = "become", .run = become},
	                               {.name = "mask", .run = mask},
	                               {.name = "ping", .run = ping}};
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		cy_register(cluster, &commands[i]);
	return cy_run(cluster);
}
