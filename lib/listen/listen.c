/*
 * cy_listen: a call to the primary that stays open, and the descriptor that came with its one item.
 */
#include "lib/listen/listen.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
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

static void take_error(const rx_error *error, void *ctx)
{
	rx_fail_with(((struct listening *)ctx)->subscriber, error);
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
	if (address[0] != '.' || address[1] != '/')
		return cy_string(address);
	char text[2 * PATH_MAX], *directory = realpath(".", NULL);
	snprintf(text, sizeof text, "%s/%s", directory ? directory : "", address + 2);
	free(directory);
	return cy_string(text);
}

static int subscribe(rx_subscriber *subscriber, void *ctx)
{
	const struct listen *listen = ctx;
	if (cy_current() != listen->cluster)
		return rx_raise(-ECANCELED, "the cluster has ended");
	if (cy_is_primary(listen->cluster))
		return rx_raise(-EPERM, "the primary does not listen: its workers do");
	struct listening *listening = rx_alloc_zero(sizeof *listening);
	if (!listening)
		return -ENOMEM;
	*listening = (struct listening){listen->cluster, rx_subscriber_ref(subscriber), {NULL}, -1};
	if (rx_on_teardown(subscriber, teardown, listening) < 0) {
		free_listening(listening);
		return -ENOMEM;
	}
	cy_value *arguments = cy_pack("[v, i, b]", absolute(listen->address), listen->options.backlog,
	                              (int)listen->options.ipv6_only);
	rx_subscribe(cy_call_with(listen->cluster, cy_primary(), "cy_listen", arguments,
	                          &(cy_call_options){.timeout = RX_NEVER}),
	             &(rx_observer){RX_NEXT(take_reply), .error = take_error, .complete = take_end, .ctx = listening,
	                            .drop = free_listening, .scheduler = listen->cluster->scheduler},
	             &listening->call);
	return 0;
}

static void drop_listen(void *ctx)
{
	struct listen *listen = ctx;
	rx_free(listen->address);
	rx_free(listen);
}

rx_observable *cy_listen(cy_cluster *cluster, const char *address, const cy_listen_options *options)
{
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
