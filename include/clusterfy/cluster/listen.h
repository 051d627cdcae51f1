/**
 * @file
 * Listening: the primary binds an address once, and every worker that asks for it accepts from the same socket.
 */
#ifndef CLUSTERFY_CLUSTER_LISTEN_H
#define CLUSTERFY_CLUSTER_LISTEN_H

#include <clusterfy/cluster/worker.h>

RX_BEGIN_DECLS

/** A listening socket, shared with the other workers that listen on the same address. */
typedef struct cy_listener {
	int fd;              /**< non-blocking; the library's, closed when the subscription ends */
	const char *address; /**< the real one: with the port that was given, where 0 was asked for. Borrowed */
	uint16_t port;       /**< 0 for a Unix path */
} cy_listener;
RX__DECLARE_TYPE(cy_listener);

/** A connection that was accepted. A copy of one has a descriptor of its own. */
typedef struct cy_connection {
	int fd; /**< non-blocking; whoever takes it with cy_connection_take() owns it, else it is closed after the call */
	bool *taken;
} cy_connection;
RX__DECLARE_TYPE(cy_connection);

/** Options; zero means the default. */
typedef struct cy_listen_options {
	int backlog;    /**< 0: SOMAXCONN, which is also the most; that of the first to ask counts */
	bool ipv6_only; /**< for "[::]:port": no IPv4 as well */
} cy_listen_options;

/**
 * Listen, in a worker: emit one cy_listener, and keep it open until unsubscribed. It completes when the channel to the
 * primary ends.
 *
 * @param address  "host:port", "[v6]:port" (names are not looked up; an empty host is every address), or a path, which
 *                 begins with "/", or with "./" for this process's working directory as it is called now. The part of a
 *                 path behind its last slash has at most 107 bytes. Copied
 * @param options  NULL: all defaults
 *
 * Everybody who asks for the same address gets the same socket, port 0 included: the first one fixes the port. The last
 * one that closes it closes it (a path is then removed). There is a `listening` event with the real address.
 *
 * Where a worker may listen is `listen` of its cy_worker_options. One that has the primary's user, groups and
 * capabilities may listen anywhere unless there is a list; one that has others, because it was started as another user or
 * has given its own up, only where its list says so. A TCP address on the list is bound by the primary, low ports
 * included. A path is bound, and removed, with the rights that the worker itself has in the file system: it has to be
 * allowed to search the path and to write into the directory, the file is its user's, and less its umask. The directory
 * is opened once; what takes its place on the path later is not touched, nor is a file that is not the socket any more.
 * A worker of another user shares the socket if its list has that very path.
 *
 * Whoever shares a socket may accept from it, and can shut it down for all: name an address for those only who may. Who
 * asks after that gets one that listens again.
 *
 * Each socket that a worker uses counts as one of its `sockets` (cy_quota) and one of its `descriptors`, two if it is a
 * path, until it has closed it or has ended.
 *
 * Errors: -EACCES not on its list, which is an `error` event, too (once a second), or as bind says; -EPERM the primary may
 *         not take on the worker's rights, or this is the primary; -EDQUOT too many; -EINVAL no such address; -EISDIR a
 *         path without a name; -ENAMETOOLONG; -ETIMEDOUT a file system did not answer for two seconds; others of bind and
 *         listen (-EADDRINUSE…).
 * Cost:   in the primary some 20 us to see whose rights the worker has. A path takes a process that lives for it: some
 *         120 us to bind, however much memory the primary has, and to remove 30, 75 for another user.
 */
RX_API rx_observable *cy_listen(cy_cluster *cluster, const char *address, const cy_listen_options *options) RX_MUST_USE;
/**
 * From cy_listener to its connections (cy_connection), for as long as it is subscribed. A connection that failed before
 * it was accepted is passed over; running out of descriptors is waited out.
 */
RX_API rx_operator *cy_accept(void) RX_MUST_USE;
/** Own the connection from now on. @returns its descriptor, or -EALREADY */
RX_API int cy_connection_take(const cy_connection *connection);

RX_END_DECLS
#endif
