#include "lib/worker/join.h"

#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "lib/shutdown/shutdown.h"
#include "lib/worker/orphan.h"

/* The primary has let this process ignore SIGINT until now; it did not ask for more. */
static void become_interruptible(const cy_cluster *cluster)
{
	struct sigaction action;
	if (!cy__signals_include(cluster, SIGINT) && sigaction(SIGINT, NULL, &action) == 0 &&
	    action.sa_handler == SIG_IGN)
		signal(SIGINT, SIG_DFL);
}

static void take_name(cy_cluster *cluster, const cy_value *named)
{
	const char *name = NULL;
	if (named && cy_value_type(named) == CY_STRING)
		cy_get_string(named, NULL, &name);
	cluster->name = name ? cy__strdup(name) : NULL;
	cluster->unwelcome = name && !cluster->name ? -ENOMEM : 0;
}

void cy__join_hello(cy_cluster *cluster, const cy__frame *frame)
{
	cy_value *body = cy_value_from_bytes(frame->body, frame->body_size, NULL), *metadata = NULL, *named = NULL;
	uint64_t id = 0, incarnation = 0;
	int64_t timeout = 0, kill_after = 0;
	bool interruptible = false;
	int code = cy_unpack(body,
	                     "{'id': U, 'name'?: v, 'incarnation': U, 'metadata': v, 'timeout': I, 'kill_after': I, "
	                     "'interruptible': b}",
	                     &id, &named, &incarnation, &metadata, &timeout, &kill_after, &interruptible);
	if (code >= 0 && id >= 1 && id <= CY__ID_MAX) {
		take_name(cluster, named);
		cluster->id = (uint32_t)id;
		cluster->incarnation = (uint32_t)incarnation;
		cy_value_unref(cluster->metadata);
		cluster->metadata = metadata;
		cluster->options.shutdown_timeout = timeout;
		cluster->options.kill_after = kill_after;
		cluster->peer.greeted = true;
		if (!interruptible)
			become_interruptible(cluster);
	} else {
		cy_value_unref(metadata);
		cluster->unwelcome = code < 0 ? code : -EPROTO;
	}
	cy_value_unref(named);
	cy_value_unref(body);
}

static int await_bytes(cy_cluster *cluster)
{
	struct pollfd poller = {.fd = cy__channel_fd(cluster->peer.channel), .events = POLLIN};
	if (poll(&poller, 1, -1) < 0 && errno != EINTR)
		return rx_raise(-errno, "join: the channel: %s", strerror(errno));
	return 0;
}

/*
 * It was sent right after this process had been started, so it is there as a rule, or comes at once, or its sender is
 * dead: reading comes before asking.
 */
static int await_hello(cy_cluster *cluster)
{
	for (int code = 0;; code = await_bytes(cluster)) {
		if (code < 0)
			return code;
		cy__channel_on_readable(cluster->peer.channel, rx_now(cluster->scheduler));
		if (cluster->unwelcome < 0)
			return rx_raise(cluster->unwelcome, "join: the primary's hello: %s",
			                strerror(-cluster->unwelcome));
		if (!cluster->peer.channel)
			return rx_raise(-ECONNRESET, "join: the primary has gone");
		if (cluster->peer.greeted)
			return 0;
	}
}

static int say_hello(cy_cluster *cluster)
{
	cy_value *body = cy_pack("{'pid': i}", (int)getpid());
	const int code = cy__peer_post(
		&cluster->peer,
		&(cy__post){.kind = CY__HELLO, .from = cluster->id, .call = CY__FRAME_VERSION, .body = body});
	cy_value_unref(body);
	if (code >= 0)
		cy__channel_flush(cluster->peer.channel);
	return code < 0 ? rx_raise(code, "join: saying hello: %s", strerror(-code)) : 0;
}

int cy__join_primary(cy_cluster *cluster, int fd)
{
	int code = cy__peer_open(&cluster->peer, cluster, CY__TO_PRIMARY, fd);
	if (code < 0) {
		close(fd);
		return rx_raise(code, "join: the channel: %s", strerror(-code));
	}
	code = await_hello(cluster);
	if (code >= 0)
		code = cy__orphan_guard(cluster->options.shutdown_timeout);
	if (code < 0)
		return code;
	cy__peer_bind(&cluster->peer);
	return say_hello(cluster);
}

/*
 * The channel has ended. Asked for, this process finishes what it does; else the primary is dead, or has thrown it out,
 * and it has its shutdown timeout, even if its loop does not turn any more.
 */
void cy__primary_lost(cy_cluster *cluster, int code, const char *why)
{
	const bool asked = cluster->peer.leaving || cluster->stage == CY__FLUSHING;
	cy__peer_lost(&cluster->peer);
	if (!cluster->started && !cluster->label)
		return; /* while joining: who joins sees it */
	if (!asked)
		cy__orphan_arm();
	if (code < 0)
		cy__trouble(cluster, 0, code, "the channel to the primary has ended: %s", why);
	cy__emit(cluster, (cy_event){.type = CY_EVENT_DISCONNECT,
	                             .worker = cluster->id,
	                             .incarnation = cluster->incarnation,
	                             .intended = asked,
	                             .code = code});
	cy__stop_begin(cluster, 0);
	cy__stop_progress(cluster);
}
