/*
 * cy_listen: a call to the primary that stays open, and the descriptor that came with its one item.
 */
#include "lib/listen/listen.h"

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

static int listener_copy(void *to, const void *from)
{
	cy_listener copy = *(const cy_listener *)from;
	copy.address = cy__strdup(copy.address);
	if (!copy.address)
		return -ENOMEM;
	*(cy_listener *)to = copy;
	return 0;
}

static void listener_drop(void *value)
{
	rx_free((void *)((cy_listener *)value)->address);
}

static bool listener_equal(const void *x, const void *y)
{
	const cy_listener *a = x, *b = y;
	return a->fd == b->fd && a->port == b->port && strcmp(a->address, b->address) == 0;
}

static uint64_t listener_hash(const void *value)
{
	const cy_listener *listener = value;
	return (uint64_t)listener->fd << 16 ^ listener->port;
}

const rx_type rx_type_cy_listener = {.name = "cy_listener",
                                     .size = sizeof(cy_listener),
                                     .copy = listener_copy,
                                     .drop = listener_drop,
                                     .equal = listener_equal,
                                     .hash = listener_hash};

/* What the recipe holds. */
struct listen {
	cy_cluster *cluster;
	char *address;
	cy_listen_options options;
};

/* One subscription. */
struct listening {
	cy_cluster *cluster;
	rx_subscriber *subscriber;
	rx_subscription call;
	int fd;
};

static void emit_listening(cy_cluster *cluster, const char *address)
{
	cy__emit(cluster, (cy_event){.type = CY_EVENT_LISTENING,
	                             .worker = cluster->id,
	                             .origin = cluster->id,
	                             .sender = cluster->id,
	                             .incarnation = cluster->incarnation,
	                             .name = address});
}

static void take_reply(const cy_reply *reply, void *ctx)
{
	struct listening *listening = ctx;
	const char *address;
	int port, code = cy_unpack(reply->value, "[s, i]", &address, &port);
	if (code >= 0 && listening->fd < 0)
		code = listening->fd = cy_reply_descriptor(reply, 0);
	if (code < 0) {
		rx_fail(listening->subscriber, code, "listen: %s", rx_words(code));
		return;
	}
	emit_listening(listening->cluster, address);
	if (rx_wanted(listening->subscriber))
		rx_next(listening->subscriber,
		        &(cy_listener){.fd = listening->fd, .address = address, .port = (uint16_t)port});
}
RX_CONSUMER(take_reply, cy_reply);

/* Once it listens, only the end of the channel ends it, which others report. */
static void take_error(const rx_error *error, void *ctx)
{
	const struct listening *listening = ctx;
	if (listening->fd < 0)
		rx_fail_with(listening->subscriber, error);
	else
		rx_complete(listening->subscriber);
}

static void take_end(void *ctx)
{
	rx_complete(((struct listening *)ctx)->subscriber);
}

static void free_listening(void *ctx)
{
	struct listening *listening = ctx;
	rx_subscriber_unref(listening->subscriber);
	rx_free(listening);
}

/* Closed before the primary hears of it, so that the address is free when it has. */
static void teardown(void *ctx)
{
	struct listening *listening = ctx;
	if (listening->fd >= 0)
		close(listening->fd);
	listening->fd = -1;
	rx_unsubscribe(&listening->call);
}

/* The primary may have another working directory. */
static cy_value *absolute(const char *address)
{
	if (strncmp(address, "./", 2) != 0)
		return cy_string(address);
	char directory[PATH_MAX], text[2 * PATH_MAX];
	if (!getcwd(directory, sizeof directory))
		return NULL;
	if ((size_t)snprintf(text, sizeof text, "%s/%s", directory, address + 2) < sizeof text)
		return cy_string(text);
	errno = ENAMETOOLONG;
	return NULL;
}

/* @p arguments is consumed. */
static int ask(rx_subscriber *subscriber, cy_cluster *cluster, cy_value *arguments)
{
	struct listening *listening = rx_alloc_zero(sizeof *listening);
	if (listening)
		*listening = (struct listening){cluster, rx_subscriber_ref(subscriber), {NULL}, -1};
	if (!listening || rx_on_teardown(subscriber, teardown, listening) < 0) {
		if (listening)
			free_listening(listening);
		cy_value_unref(arguments);
		return -ENOMEM;
	}
	rx_subscribe(
		cy_call_with(cluster, cy_primary(), "cy_listen", arguments, &(cy_call_options){.timeout = RX_NEVER}),
		&(rx_observer){RX_NEXT(take_reply), .error = take_error, .complete = take_end, .ctx = listening,
	                       .drop = free_listening, .scheduler = cluster->scheduler},
		&listening->call);
	return 0;
}

static int begin(rx_subscriber *subscriber, void *ctx)
{
	const struct listen *listen = ctx;
	if (cy_current() != listen->cluster)
		return rx_raise(-ECANCELED, "the cluster has ended");
	if (cy_is_primary(listen->cluster))
		return rx_raise(-EPERM, "the primary does not listen: its workers do");
	cy_value *address = absolute(listen->address);
	if (!address)
		return rx_raise(-errno, "listen on %s: %s", listen->address, strerror(errno));
	return ask(subscriber, listen->cluster,
	           cy_pack("[v, i, b]", address, listen->options.backlog, (int)listen->options.ipv6_only));
}

static int subscribe(rx_subscriber *subscriber, void *ctx)
{
	rx_wait_forbid();
	const int code = begin(subscriber, ctx);
	rx_wait_allow();
	return code;
}

static void drop_listen(void *ctx)
{
	struct listen *listen = ctx;
	rx_free(listen->address);
	rx_free(listen);
}

rx_observable *cy_listen(cy_cluster *cluster, const char *address, const cy_listen_options *options)
{
	if (!address)
		return rx_throw_error(-EINVAL, "listen: no address (NULL)");
	struct listen *listen = rx_alloc_zero(sizeof *listen);
	char *copy = cy__strdup(address);
	if (!listen || !copy) {
		rx_free(listen);
		rx_free(copy);
		return rx_throw_error(-ENOMEM, "no memory");
	}
	listen->cluster = cluster;
	listen->address = copy;
	if (options)
		listen->options = *options;
	return rx_create(&rx_type_cy_listener, subscribe, listen, drop_listen);
}
