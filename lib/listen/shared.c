/*
 * The primary's listening sockets: one for each address, for as long as a worker uses it. A use is a call of cy_listen
 * that runs: it hands the descriptor out, and never ends. Whatever ends it, the worker's wish or its death, is the end of
 * the use.
 */
#include <sys/stat.h>
#include <unistd.h>

#include "lib/listen/bind.h"
#include "lib/listen/listen.h"
#include "lib/primary/worker.h"
#include "lib/primary/workers.h"

struct cy__listening {
	struct cy__listening *next;
	cy__address asked, real;
	char *text; /* of the real one; the paths of both point here */
	int fd;
	size_t uses;
	dev_t device; /* what the path is, so that nothing else is removed */
	ino_t inode;
};

struct use {
	cy_cluster *cluster;
	struct cy__listening *socket;
	uint32_t worker;
};

static struct cy__listening *find(const cy_cluster *cluster, const cy__address *address)
{
	struct cy__listening *socket = cluster->listening;
	while (socket && !cy__address_equal(&socket->asked, address) && !cy__address_equal(&socket->real, address))
		socket = socket->next;
	return socket;
}

static void remove_path(const struct cy__listening *socket)
{
	struct stat now;
	if (lstat(socket->text, &now) == 0 && now.st_dev == socket->device && now.st_ino == socket->inode)
		unlink(socket->text);
}

/* It ends for whoever has a copy of the descriptor, were it on its way to a worker that has lost interest. */
static void close_socket(struct cy__listening *socket)
{
	if (socket->asked.path)
		remove_path(socket);
	shutdown(socket->fd, SHUT_RDWR);
	close(socket->fd);
	rx_free(socket->text);
	rx_free(socket);
}

static int name_socket(struct cy__listening *socket)
{
	char text[CY__ADDRESS_TEXT];
	struct stat status;
	if (!socket->asked.path) {
		cy__address_print(&socket->real, text);
	} else if (lstat(socket->asked.path, &status) == 0) {
		socket->device = status.st_dev;
		socket->inode = status.st_ino;
	}
	socket->text = cy__strdup(socket->asked.path ? socket->asked.path : text);
	if (!socket->text)
		return -ENOMEM;
	if (socket->asked.path)
		socket->asked.path = socket->real.path = socket->text;
	return 0;
}

static int open_socket(cy_cluster *cluster, const cy__address *address, int backlog, struct cy__listening **out)
{
	struct cy__listening *socket = rx_alloc_zero(sizeof *socket);
	if (!socket)
		return -ENOMEM;
	socket->asked = *address;
	socket->fd = cy__listen_bind(address, backlog, &socket->real);
	int code = socket->fd < 0 ? socket->fd : name_socket(socket);
	if (code < 0) {
		if (socket->fd >= 0)
			close(socket->fd);
		if (socket->fd >= 0 && address->path)
			unlink(address->path);
		rx_free(socket);
		return code;
	}
	socket->next = cluster->listening;
	cluster->listening = *out = socket;
	return 0;
}

static void drop_use(void *ctx)
{
	struct use *use = ctx;
	struct cy__listening **at = &use->cluster->listening;
	if (--use->socket->uses == 0) {
		while (*at != use->socket)
			at = &(*at)->next;
		*at = use->socket->next;
		close_socket(use->socket);
	}
	rx_free(use);
}

static int hand_out(rx_subscriber *subscriber, void *ctx)
{
	const struct use *use = ctx;
	cy_cluster *cluster = use->cluster;
	const struct cy__listening *socket = use->socket;
	const cy__worker *worker = cy__workers_find(cluster, use->worker);
	int fd = socket->fd;
	cy_body body = cy_pack("[s, i]", socket->text, (int)cy__address_port(&socket->real));
	cluster->enclosed = &(cy__fds){.fd = &fd, .count = 1};
	const bool wanted = rx_next(subscriber, &body);
	cluster->enclosed = NULL;
	cy_value_unref(body);
	if (wanted)
		cy__emit(cluster, (cy_event){.type = CY_EVENT_LISTENING,
		                             .worker = use->worker,
		                             .origin = use->worker,
		                             .sender = use->worker,
		                             .incarnation = worker ? worker->supervisor.incarnation : 0,
		                             .name = socket->text});
	return 0;
}

static rx_observable *refuse(int code)
{
	return rx_throw_error(code, "%s", rx_words(code));
}

rx_observable *cy__listen_serve(const cy_request *request, void *ctx)
{
	(void)ctx;
	cy_cluster *cluster = request->cluster;
	const char *text;
	int backlog;
	bool ipv6_only;
	cy__address address;
	if (request->origin == CY__TO_PRIMARY)
		return rx_throw_error(-EPERM, "the primary does not listen: its workers do");
	int code = cy_unpack(request->arguments, "[s, i, b]", &text, &backlog, &ipv6_only);
	if (code >= 0)
		code = cy__address_parse(text, ipv6_only, &address);
	if (code < 0)
		return refuse(code);
	struct use *use = rx_alloc_zero(sizeof *use);
	if (!use)
		return refuse(-ENOMEM);
	*use = (struct use){.cluster = cluster, .socket = find(cluster, &address), .worker = request->origin};
	if (!use->socket)
		code = open_socket(cluster, &address, backlog, &use->socket);
	if (code < 0) {
		rx_free(use);
		return refuse(code);
	}
	use->socket->uses++;
	return rx_create(&rx_type_cy_body, hand_out, use, drop_use);
}
