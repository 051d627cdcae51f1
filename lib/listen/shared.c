/*
 * The primary's listening sockets: one for each address, for as long as a worker uses it. A use is a call of cy_listen
 * that runs: it hands the descriptor out, and never ends. Whatever ends it, the worker's wish or its death, is the end of
 * the use.
 *
 * Who asks may listen where its list says so; without one, anywhere, if it has the primary's rights, and nowhere if not.
 * A path is bound and removed with the rights of the one who asked first, and given to others of the same user, or whose
 * list names that very path. Each worker pays for each socket that it uses, however often it does: two of its processes
 * do, while one takes the other's place.
 *
 * Whoever shares a socket can shut it down. Who asks next gets one that listens: the same again, or, as a Unix socket is not
 * to be revived, another.
 */
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/listen/allowed.h"
#include "lib/listen/bind.h"
#include "lib/listen/listen.h"
#include "lib/listen/path.h"
#include "lib/primary/worker.h"
#include "lib/primary/workers.h"

/* Further refusals of one worker within this time are no events. */
#define REFUSALS_APART RX_S(1)

/* A worker that uses a socket. */
struct user {
	struct user *next;
	cy__account *account; /* charged with a socket and its descriptors */
	size_t uses;
};

struct cy__listening {
	struct cy__listening *next, *previous;
	cy__address asked, real;
	char *text; /* of the real one; the paths of both point here */
	int fd, backlog;
	bool retired; /* it is in the list no more: another listens there */
	struct user *users;
	cy__path path; /* of one in the file system */
	cy__rights *rights;
};

struct use {
	cy_cluster *cluster;
	struct cy__listening *socket;
	struct user *user;
	uint32_t worker, incarnation;
};

/* What is asked for, by whom. */
struct demand {
	cy_cluster *cluster;
	cy__worker *worker;
	cy__address address;
	int backlog;
	cy__rights *rights;
};

static int no_memory(void)
{
	return rx_raise(-ENOMEM, "no memory");
}

/* ---- What it costs ------------------------------------------------------------------------------------------------- */

/* Of a path its directory, too. */
static size_t descriptors_of(const cy__address *address)
{
	return address->path ? 2 : 1;
}

static int charge(cy__account *account, const cy__address *address)
{
	int code = cy__charge(account, CY__SOCKETS, 1);
	if (code < 0)
		return code;
	code = cy__charge(account, CY__DESCRIPTORS, descriptors_of(address));
	if (code < 0)
		cy__discharge(account, CY__SOCKETS, 1);
	return code;
}

static void discharge(cy__account *account, const cy__address *address)
{
	cy__discharge(account, CY__DESCRIPTORS, descriptors_of(address));
	cy__discharge(account, CY__SOCKETS, 1);
}

/* ---- Whether it may ------------------------------------------------------------------------------------------------ */

static int refuse(const struct demand *demand, const char *text, const char *why)
{
	cy__worker *worker = demand->worker;
	cy_cluster *cluster = demand->cluster;
	const rx_nsec now = rx_now(cluster->scheduler);
	const int code =
		rx_raise(-EACCES, "%s may not listen on %s: %s", cy_label_of(cluster, worker->peer.id), text, why);
	if (!worker->refusals || now - worker->refused_at >= REFUSALS_APART) {
		char words[512];
		snprintf(words, sizeof words, "%s", rx_words(code));
		worker->refused_at = now;
		worker->refusals++;
		cy__trouble(cluster, worker->peer.id, code, "%s", words);
		rx_raise(code, "%s", words);
	}
	return code;
}

static const char *reason(const struct demand *demand)
{
	return demand->worker->allowed ? "the primary's list for it does not name that"
	                               : "it is not the primary's user, and has no list of where it may";
}

static bool is_free(const struct demand *demand)
{
	return demand->rights->own && !demand->worker->allowed;
}

static bool may_net(const struct demand *demand, const cy__address *address)
{
	const cy__allowed *allowed = demand->worker->allowed;
	return is_free(demand) || (allowed && cy__allowed_net(allowed, address));
}

/* Of another user's socket: its very name is on the list. */
static int may_share_path(const struct demand *demand, struct cy__listening *socket)
{
	const bool exact = demand->rights->uid != socket->rights->uid;
	int code = -EACCES;
	if (is_free(demand))
		return 0;
	if (demand->worker->allowed)
		code = cy__path_check(&socket->path, demand->rights, demand->worker->allowed, exact);
	if (code == -EACCES)
		return refuse(demand, socket->text, reason(demand));
	return code < 0 ? rx_raise(code, "listen on %s: %s", socket->text, strerror(-code)) : 0;
}

/* What was opened by port 0 may be asked for by the port that it got. */
static int may_share(const struct demand *demand, struct cy__listening *socket)
{
	if (socket->asked.path)
		return may_share_path(demand, socket);
	return may_net(demand, &demand->address) || may_net(demand, &socket->asked)
	               ? 0
	               : refuse(demand, socket->text, reason(demand));
}

/* ---- Sockets ------------------------------------------------------------------------------------------------------- */

static struct cy__listening *find(const cy_cluster *cluster, const cy__address *address)
{
	struct cy__listening *socket = cluster->listening;
	while (socket && !cy__address_equal(&socket->asked, address) && !cy__address_equal(&socket->real, address))
		socket = socket->next;
	return socket;
}

static void free_socket(struct cy__listening *socket)
{
	rx_free(socket->rights);
	rx_free(socket->text);
	rx_free(socket);
}

/* What somebody else has put there stays, and is no fault of the worker's. */
static void remove_path(cy_cluster *cluster, struct cy__listening *socket)
{
	const int code = cy__path_remove(&socket->path, socket->rights);
	if (code < 0 && code != -ENOENT && code != -ESTALE)
		cy__trouble(cluster, 0, code, "the socket %s stays: %s", socket->text, strerror(-code));
}

static void take_out(cy_cluster *cluster, struct cy__listening *socket)
{
	*(socket->previous ? &socket->previous->next : &cluster->listening) = socket->next;
	if (socket->next)
		socket->next->previous = socket->previous;
}

/* It ends for whoever has a copy of the descriptor, were it on its way to a worker that has lost interest. */
static void close_socket(cy_cluster *cluster, struct cy__listening *socket)
{
	if (!socket->retired)
		take_out(cluster, socket);
	shutdown(socket->fd, SHUT_RDWR);
	close(socket->fd);
	if (socket->asked.path && !socket->retired)
		remove_path(cluster, socket);
	free_socket(socket);
}

static bool is_shut(const struct cy__listening *socket)
{
	struct pollfd state = {.fd = socket->fd, .events = POLLRDHUP};
	return poll(&state, 1, 0) > 0 && (state.revents & (POLLHUP | POLLRDHUP));
}

static void retire(cy_cluster *cluster, struct cy__listening *socket)
{
	take_out(cluster, socket);
	socket->retired = true;
	if (socket->asked.path)
		remove_path(cluster, socket);
}

/* One that listens, or NULL. */
static struct cy__listening *find_open(cy_cluster *cluster, const cy__address *address)
{
	struct cy__listening *socket = find(cluster, address);
	if (!socket || !is_shut(socket))
		return socket;
	if (!socket->asked.path && cy__listen_again(socket->fd, &socket->real, socket->backlog) >= 0)
		return socket;
	retire(cluster, socket);
	return NULL;
}

static int open_net(const struct demand *demand, struct cy__listening *socket)
{
	char text[CY__ADDRESS_TEXT];
	if (!may_net(demand, &socket->asked)) {
		cy__address_print(&socket->asked, text);
		return refuse(demand, text, reason(demand));
	}
	socket->fd = cy__listen_bind(&socket->asked, demand->backlog, &socket->real);
	if (socket->fd < 0)
		return socket->fd;
	cy__address_print(&socket->real, text);
	socket->text = cy__strdup(text);
	return socket->text ? 0 : no_memory();
}

static int open_path(const struct demand *demand, struct cy__listening *socket)
{
	const char *why;
	socket->text = cy__strdup(demand->address.path);
	if (!socket->text)
		return no_memory();
	socket->asked.path = socket->real.path = socket->text;
	if (!is_free(demand) && !demand->worker->allowed)
		return refuse(demand, socket->text, reason(demand));
	const int code = socket->fd = cy__path_bind(socket->text, demand->backlog, demand->rights,
	                                            demand->worker->allowed, &socket->path, &why);
	if (code == -EACCES && !why)
		return refuse(demand, socket->text, reason(demand));
	return code < 0 ? rx_raise(code, "listen on %s: %s: %s", socket->text, why, strerror(-code)) : 0;
}

/* @p demand loses its rights to the socket. */
static int open_socket(struct demand *demand, struct cy__listening **out)
{
	cy_cluster *cluster = demand->cluster;
	struct cy__listening *socket = rx_alloc_zero(sizeof *socket);
	if (!socket)
		return no_memory();
	socket->asked = socket->real = demand->address;
	socket->fd = -1;
	socket->backlog = demand->backlog;
	const int code = demand->address.path ? open_path(demand, socket) : open_net(demand, socket);
	if (code < 0) {
		if (socket->fd >= 0)
			close(socket->fd);
		free_socket(socket);
		return code;
	}
	socket->rights = demand->rights;
	demand->rights = NULL;
	socket->next = cluster->listening;
	if (socket->next)
		socket->next->previous = socket;
	cluster->listening = *out = socket;
	return 0;
}

/* ---- Uses ---------------------------------------------------------------------------------------------------------- */

static struct user *find_user(const struct cy__listening *socket, const cy__account *account)
{
	struct user *user = socket->users;
	while (user && user->account != account)
		user = user->next;
	return user;
}

static void drop_user(struct cy__listening *socket, struct user *user)
{
	struct user **at = &socket->users;
	while (*at != user)
		at = &(*at)->next;
	*at = user->next;
	discharge(user->account, &socket->asked);
	rx_free(user);
}

static void drop_use(void *ctx)
{
	struct use *use = ctx;
	struct cy__listening *socket = use->socket;
	if (--use->user->uses == 0)
		drop_user(socket, use->user);
	if (!socket->users)
		close_socket(use->cluster, socket);
	rx_free(use);
}

static int share_or_open(struct demand *demand, struct cy__listening **socket)
{
	*socket = find_open(demand->cluster, &demand->address);
	return *socket ? may_share(demand, *socket) : open_socket(demand, socket);
}

/* Paid for before there is a socket. */
static int begin_user(struct demand *demand, cy__account *account, struct cy__listening **socket, struct user **out)
{
	struct user *user = rx_alloc_zero(sizeof *user);
	int code = user ? charge(account, &demand->address) : no_memory();
	if (code < 0) {
		rx_free(user);
		return code;
	}
	code = share_or_open(demand, socket);
	if (code < 0) {
		discharge(account, &demand->address);
		rx_free(user);
		return code;
	}
	*user = (struct user){.next = (*socket)->users, .account = account};
	(*socket)->users = *out = user;
	return 0;
}

/* One that uses the socket already pays no more. */
static int begin_use(struct demand *demand, struct use *use)
{
	cy__account *account = cy__ledger_open(demand->cluster->ledger, demand->worker->peer.id);
	if (!account)
		return no_memory();
	use->socket = find_open(demand->cluster, &demand->address);
	use->user = use->socket ? find_user(use->socket, account) : NULL;
	const int code =
		use->user ? may_share(demand, use->socket) : begin_user(demand, account, &use->socket, &use->user);
	if (code >= 0)
		use->user->uses++;
	return code;
}

static int hand_out(rx_subscriber *subscriber, void *ctx)
{
	const struct use *use = ctx;
	cy_cluster *cluster = use->cluster;
	const struct cy__listening *socket = use->socket;
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
		                             .incarnation = use->incarnation,
		                             .name = socket->text});
	return 0;
}

/* ---- The command --------------------------------------------------------------------------------------------------- */

static int read_demand(const cy_request *request, struct demand *demand)
{
	const char *text;
	bool ipv6_only;
	int code = cy_unpack(request->arguments, "[s, i, b]", &text, &demand->backlog, &ipv6_only);
	if (code >= 0 && strlen(text) >= PATH_MAX)
		code = rx_raise(-ENAMETOOLONG, "listen: an address has less than %d bytes", PATH_MAX);
	if (code >= 0)
		code = cy__address_parse(text, ipv6_only, &demand->address);
	if (demand->backlog <= 0 || demand->backlog > SOMAXCONN)
		demand->backlog = SOMAXCONN;
	return code;
}

static int serve(const cy_request *request, struct use *use)
{
	struct demand demand = {.cluster = request->cluster, .worker = request->cluster->speaker->worker};
	int code = read_demand(request, &demand);
	if (code >= 0)
		code = cy__rights_of(&demand.worker->process, &demand.rights);
	if (code < 0)
		return code;
	use->incarnation = demand.worker->supervisor.incarnation;
	code = begin_use(&demand, use);
	rx_free(demand.rights);
	return code;
}

rx_observable *cy__listen_serve(const cy_request *request, void *ctx)
{
	if (request->origin == CY__TO_PRIMARY)
		return rx_throw_error(-EPERM, "the primary does not listen: its workers do");
	struct use *use = rx_alloc_zero(sizeof *use);
	if (!use)
		return rx_throw_error(-ENOMEM, "no memory");
	*use = (struct use){.cluster = request->cluster, .worker = request->origin};
	const int code = serve(request, use);
	if (code < 0) {
		rx_free(use);
		return rx_throw_error(code, "%s", rx_words(code));
	}
	return rx_create(&rx_type_cy_body, hand_out, use, drop_use);
}
