/*
 * Peers: what comes in a frame is told apart here, and goes to where it is dealt with.
 */
#include "lib/cluster/cluster.h"
#include "lib/command/incoming.h"
#include "lib/command/opening.h"
#include "lib/command/port.h"
#include "lib/command/serve.h"
#include "lib/message/gauge.h"
#include "lib/message/message.h"
#include "lib/message/outbox.h"
#include "lib/primary/route.h"
#include "lib/primary/worker.h"
#include "lib/worker/join.h"

#include <sys/socket.h>
#include <time.h>

static void take_ping(cy__peer *peer, const cy__frame *frame)
{
	cy__peer_post(peer, &(cy__post){.kind = CY__PONG, .flags = CY__FRAME_URGENT, .call = frame->call});
}

static void dispatch(cy__peer *peer, const cy__frame *frame, cy__fds *fds)
{
	const bool primary = peer->cluster->primary;
	switch (frame->kind) {
	case CY__HELLO:
		if (primary)
			cy__worker_hello(peer->worker, frame);
		else
			cy__join_hello(peer->cluster, frame);
		break;
	case CY__CALL:
		peer->cluster->speaker = peer;
		if (primary)
			cy__route_call(peer, frame);
		else
			cy__serve_frame(peer, frame);
		break;
	case CY__CANCEL:
		cy__port_cancel(peer, frame->call);
		break;
	case CY__CREDIT:
		cy__port_grant(peer, frame);
		break;
	case CY__ITEM:
	case CY__END:
	case CY__ERROR:
		cy__reply_take(peer, frame, fds);
		break;
	case CY__MESSAGE:
		if (primary)
			cy__route_message(peer, frame, fds);
		else
			cy__message_take(peer, frame, fds);
		break;
	case CY__EVENT:
		if (!primary)
			cy__message_trouble(peer, frame);
		break;
	case CY__GOODBYE:
		peer->leaving = true;
		if (primary)
			cy__worker_goodbye(peer->worker);
		break;
	case CY__PING:
		take_ping(peer, frame);
		break;
	default:
		break; /* kept for later versions of the protocol, so no offence */
	}
}

/* ---- Turns ---------------------------------------------------------------------------------------------------------- */

/* Where a handler or an observer of the program's may run is looked at soon, what is large or for many at once. */
static unsigned weight_of(const cy__peer *peer, const cy__frame *frame)
{
	enum { ONE = 1, SOME = 4, MUCH = 16, LARGE = 4096 };
	if (frame->body_size >= LARGE || frame->to >= CY__TO_OTHERS)
		return MUCH;
	if (!peer->worker || frame->to != CY__TO_PRIMARY)
		return ONE;
	return frame->kind == CY__CALL ? MUCH : frame->kind == CY__MESSAGE ? SOME : ONE;
}

static void name_turn(cy__turns *turns, const cy__frame *frame)
{
	cy__text command = {"", 0};
	if (frame->kind == CY__CALL || frame->kind == CY__MESSAGE)
		cy__opening_read(frame->body, frame->body_size, &command);
	cy__turns_name(turns, cy__kind_name(frame->kind), command.bytes, command.size);
}

static void take_frame(cy__channel *channel, const cy__frame *frame, cy__fds *fds, void *ctx)
{
	cy__peer *peer = ctx;
	cy__turns *turns = peer->cluster->turns;
	const unsigned weight = weight_of(peer, frame);
	dispatch(peer, frame, fds);
	if (cy__turns_pass(turns, weight))
		name_turn(turns, frame);
}

static bool has_had_enough(cy__channel *channel, void *ctx)
{
	const cy__peer *peer = ctx;
	return peer->inspected || cy__turns_are_over(peer->cluster->turns);
}

static int read_later(cy__binding *binding)
{
	cy__peer *peer = CY__CONTAINER(binding, cy__peer, binding);
	return peer->reading.turns ? 0 : cy__turns_add(peer->cluster->turns, &peer->reading);
}

/* A loop inside of a callback, in a slice of somebody else's, waits like every other for what is looked at. */
static rx_nsec begin_reading(cy__binding *binding)
{
	cy__peer *peer = CY__CONTAINER(binding, cy__peer, binding);
	if (peer->inspected && read_later(binding) >= 0)
		return -1;
	return cy__turns_enter(peer->cluster->turns, &peer->reading);
}

static void stop_reading(cy__binding *binding)
{
	cy__turns_leave(CY__CONTAINER(binding, cy__peer, binding)->cluster->turns);
}

static const cy__gate gate = {.enter = begin_reading, .leave = stop_reading, .put_off = read_later};

static bool read_on(cy__work *work)
{
	cy__peer *peer = CY__CONTAINER(work, cy__peer, reading);
	if (peer->binding.channel)
		cy__binding_read(&peer->binding);
	return false; /* what is left has been put off again */
}

bool cy__peer_read(cy__peer *peer)
{
	if (peer->binding.channel)
		cy__binding_take(&peer->binding);
	return peer->reading.turns;
}

/* ---- The channel ---------------------------------------------------------------------------------------------------- */

static void channel_closed(cy__channel *channel, int code, const char *why, void *ctx)
{
	(void)channel;
	cy__peer *peer = ctx;
	if (peer->worker)
		cy__worker_disconnected(peer->worker, code, why);
	else
		cy__primary_lost(peer->cluster, code, why);
}

static void frames_queued(cy__channel *channel, void *ctx)
{
	(void)channel;
	cy__peer *peer = ctx;
	cy__binding_queued(&peer->binding);
}

static void room_again(cy__channel *channel, void *ctx)
{
	(void)channel;
	cy__outbox_feed(ctx);
	cy__peer_grant_owed(ctx);
	cy__port_room(ctx);
}

static int keep_descriptors(cy__channel *channel, size_t before, size_t now, void *ctx)
{
	const cy__peer *peer = ctx;
	/* A worker's is there for as long as it has a channel; a worker has none for its primary until it is needed. */
	cy__account *account = peer->worker ? peer->account : cy__ledger_open(peer->cluster->ledger, peer->id);
	if (!account)
		return now > before ? -ENOMEM : 0;
	if (now > before)
		return cy__charge(account, CY__DESCRIPTORS, now - before);
	cy__discharge(account, CY__DESCRIPTORS, before - now);
	return 0;
}

static const cy__channel_ops channel_ops = {.frame = take_frame,
                                            .closed = channel_closed,
                                            .room = room_again,
                                            .queued = frames_queued,
                                            .enough = has_had_enough,
                                            .kept = keep_descriptors};

int cy__peer_open(cy__peer *peer, cy_cluster *cluster, uint32_t id, int fd)
{
	cy__channel_options options = {.frame_max = cluster->options.frame_max,
	                               .read_timeout = cluster->options.read_timeout,
	                               .distrusted = cluster->primary};
	cy__outbox_channel_options(&cluster->options, &options);
	peer->cluster = cluster;
	peer->id = id;
	peer->greeted = peer->leaving = peer->parted = false;
	if (!peer->gauge.cluster)
		cy__gauge_init(&peer->gauge, cluster, id);
	if (!peer->outbox.gauge)
		cy__outbox_init(&peer->outbox, &peer->gauge, peer->worker);
	return cy__channel_create(fd, &options, &channel_ops, peer, &peer->channel);
}

void cy__peer_bind(cy__peer *peer)
{
	cy__turns_remove(&peer->reading);
	peer->reading = (cy__work){.step = read_on, .what = "frames", .origin = peer->id};
	cy__bind(&peer->binding, peer->channel, peer->cluster->scheduler, peer->cluster->asap);
	cy__binding_guard(&peer->binding, &gate);
	cy__binding_poll(&peer->binding, peer->cluster->options.poll);
}

void cy__peer_count(const cy__peer *peer, cy__channel_counts *counts)
{
	cy__channel_counts now;
	if (!peer->channel)
		return;
	cy__channel_count(peer->channel, &now);
	counts->frames_in += now.frames_in;
	counts->frames_out += now.frames_out;
	counts->bytes_in += now.bytes_in;
	counts->bytes_out += now.bytes_out;
	counts->refused += now.refused;
}

static bool drop_letter(cy__peer *peer)
{
	const bool more = cy__outbox_drop_one(&peer->outbox);
	if (!more && peer->outbox.opening)
		cy__outbox_open(peer);
	return more;
}

static rx_nsec now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * RX_S(1) + time.tv_nsec;
}

static bool end_call(cy__peer *peer)
{
	return cy__peer_fail_leg(peer) || cy__port_cancel_lost(peer);
}

/*
 * Some at once, whoever waits, so that few calls end before anything else is said of the peer's end; unless each takes long,
 * as that of a path on which another user listens.
 */
static bool end_some(cy__peer *peer, bool (*end)(cy__peer *peer))
{
	enum { AT_ONCE = 64, LONG = 1000 * 1000 };
	cy__turns *turns = peer->cluster->turns;
	const rx_nsec begin = now();
	bool more = true;
	for (size_t ended = 0; more; ended++) {
		if (cy__turns_is_over(turns) && (ended >= AT_ONCE || now() - begin > LONG))
			break;
		more = end(peer);
	}
	return more;
}

static bool end_some_calls(cy__peer *peer)
{
	return end_some(peer, drop_letter) || end_some(peer, end_call);
}

static bool end_more_calls(cy__work *work)
{
	return end_some_calls(CY__CONTAINER(work, cy__peer, losing));
}

static void end_all_calls(cy__peer *peer)
{
	cy__turns_remove(&peer->losing);
	while (drop_letter(peer) || end_call(peer))
		;
}

static void begin_ending_calls(cy__peer *peer)
{
	if (peer->losing.turns)
		return;
	peer->losing = (cy__work){.step = end_more_calls, .what = "the end of a channel", .origin = peer->id};
	if (end_some_calls(peer) && !peer->losing.turns && cy__turns_add(peer->cluster->turns, &peer->losing) < 0)
		end_all_calls(peer);
}

void cy__peer_abandon(cy__peer *peer)
{
	cy__outbox_lose(&peer->outbox);
	cy__peer_lose_unsent(peer);
	begin_ending_calls(peer);
}

void cy__peer_lost(cy__peer *peer)
{
	cy__channel *channel = peer->channel;
	if (!channel)
		return;
	cy__unbind(&peer->binding);
	cy__turns_remove(&peer->reading);
	peer->outbox.opening = false;
	end_all_calls(peer); /* of an earlier channel */
	cy__peer_count(peer, &peer->past);
	/* What waits for its hello waits for that of the next incarnation. */
	if (!peer->outbox.held) {
		cy__outbox_lose(&peer->outbox);
		cy__peer_lose_legs(peer);
	}
	cy__port_lose_all(peer);
	peer->channel = NULL;
	peer->greeted = false;
	begin_ending_calls(peer);
	if (peer->worker)
		cy__outbox_hold(&peer->outbox);
	cy__channel_destroy(channel);
}

void cy__peer_finish(cy__peer *peer)
{
	cy__peer_lost(peer);
	cy__incoming_forget(peer);
	if (peer->outbox.gauge) /* it has been opened */
		cy__peer_abandon(peer);
	end_all_calls(peer);
	cy__outbox_finish(&peer->outbox);
	cy__gauge_finish(&peer->gauge);
	cy__table_finish(&peer->incoming);
}

static void release_body(void *owner)
{
	cy_value_unref(owner);
}

cy_value *cy__post_body(const cy__post *post)
{
	return post->opening_size ? cy__opening_join(post->opening, post->opening_size, post->body)
	                          : cy_value_ref(post->body);
}

/* Calls and messages are bounded; an event is for whoever has caused it. What else the library says comes with these. */
static bool is_bounded(const cy__post *post)
{
	return (post->kind == CY__CALL || post->kind == CY__MESSAGE || post->kind == CY__EVENT) && !post->forced;
}

static int post_frame(cy__peer *peer, const cy__post *post, const cy__frame *frame, const cy__sending *sending)
{
	if (!is_bounded(post) && !post->leg) {
		const int code = peer->channel ? cy__channel_send(peer->channel, frame, sending)
		                               : rx_raise(-EPIPE, "%s has gone", cy_label_of(peer->cluster, peer->id));
		cy__outbox_choke(peer);
		return code;
	}
	return cy__outbox_send(peer, &(cy__parcel){.frame = frame,
	                                           .sending = sending,
	                                           .origin = post->kind == CY__EVENT ? post->to : post->from,
	                                           .manner = post->forced ? CY__FORCED : CY__BOUNDED,
	                                           .last = post->last,
	                                           .leg = post->leg});
}

int cy__peer_post(cy__peer *peer, const cy__post *post)
{
	cy__frame frame = {.kind = (uint8_t)post->kind,
	                   .flags = post->flags,
	                   .from = post->from,
	                   .to = post->to,
	                   .credit = post->credit,
	                   .call = post->call,
	                   .deadline = post->deadline,
	                   .fd_count = (uint8_t)post->fd_count};
	cy__sending sending = {.fds = post->fds,
	                       .prefix = post->opening,
	                       .prefix_size = post->opening_size,
	                       .forced = post->forced || !is_bounded(post),
	                       .ordered = post->ordered};
	if (!post->body)
		return post_frame(peer, post, &frame, &sending);
	int code = cy_value_error(post->body);
	if (code < 0)
		return rx_raise(code, "%s", cy_value_words(post->body));
	frame.body = cy_value_bytes(post->body, &frame.body_size);
	sending.release = release_body;
	sending.owner = cy_value_ref(post->body);
	code = post_frame(peer, post, &frame, &sending);
	if (code < 0)
		cy_value_unref(post->body);
	return code;
}

int cy__peer_forward(cy__peer *peer, const cy__frame *frame, cy__leg *leg, uint32_t from, cy__fds *fds)
{
	cy__frame passed = *frame;
	passed.call = leg ? leg->number : 0;
	passed.from = from;
	passed.fd_count = fds ? (uint8_t)fds->count : 0;
	cy__sending sending = {.fds = fds ? fds->fd : NULL};
	if (frame->block) {
		sending.release = release_body;
		sending.owner = cy_value_ref(frame->block);
	}
	const int code =
		cy__outbox_send(peer, &(cy__parcel){.frame = &passed, .sending = &sending, .origin = from, .leg = leg});
	if (code < 0)
		cy_value_unref(sending.owner);
	return code;
}

void cy__peer_give_up(cy__peer *peer, int code)
{
	char label[320];
	shutdown(cy__channel_fd(peer->channel), SHUT_RDWR); /* its end is read in a turn of its own */
	cy__trouble(peer->cluster, peer->id, code, "an answer cannot be sent, and %s loses its channel: %s",
	            cy__label(peer->cluster, peer->id, label, sizeof label), strerror(-code));
}

void cy__peer_offend(cy__peer *peer, int code, const char *why)
{
	if (peer->channel)
		cy__channel_fail(peer->channel, code, why);
}

void cy__peer_leave(cy__peer *peer)
{
	if (!peer->channel || peer->parted)
		return;
	peer->leaving = peer->parted = true;
	cy__outbox_force(peer);
	cy__peer_post(peer, &(cy__post){.kind = CY__GOODBYE});
	cy__channel_close(peer->channel);
}
