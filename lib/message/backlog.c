#include "lib/message/backlog.h"

#include "lib/message/gauge.h"
#include "lib/message/letters.h"

#define PART 8 /* of the queue's bound */

static void letter_dropped(cy__letters *letters, uint32_t from)
{
	cy__gauge_drop(&CY__CONTAINER(letters, cy__peer, backlog)->gauge, from);
}

void cy__backlog_init(cy__peer *peer)
{
	peer->backlog.dropped = letter_dropped;
}

static int wait_or_drop(cy__peer *peer, const cy__post *post)
{
	const cy_options *options = &peer->cluster->options;
	peer->gauge.full = true;
	return cy__letters_add(&peer->backlog, post,
	                       &(cy__letters_bound){.frames = options->queue_frames / PART,
	                                            .bytes = options->queue_bytes / PART,
	                                            .passed = true});
}

static bool has_policy(cy__kind kind, uint16_t flags)
{
	return kind == CY__MESSAGE && (flags & CY__FRAME_FULL) != CY__FRAME_REFUSE;
}

int cy__backlog_take(cy__peer *peer, const cy__post *post)
{
	return has_policy(post->kind, post->flags) ? wait_or_drop(peer, post) : cy__gauge_refuse(&peer->gauge);
}

int cy__backlog_take_frame(cy__peer *peer, const cy__frame *frame, const int *fds)
{
	if (!has_policy(frame->kind, frame->flags))
		return cy__gauge_refuse(&peer->gauge);
	cy_value *body = cy_value_from_bytes(frame->body, frame->body_size, NULL);
	int code = cy_value_error(body);
	if (code >= 0)
		code = wait_or_drop(peer, &(cy__post){.kind = CY__MESSAGE,
		                                      .flags = frame->flags,
		                                      .from = frame->from,
		                                      .to = frame->to,
		                                      .body = body,
		                                      .fds = fds,
		                                      .fd_count = frame->fd_count});
	else
		code = rx_raise(code == -ENOMEM ? code : -EBADMSG, "%s", cy_value_words(body));
	cy_value_unref(body);
	return code;
}

/* @retval -EAGAIN  it goes on waiting */
static int send_first(cy__peer *peer, bool forced)
{
	const cy__letter *letter = peer->backlog.first;
	const int code = cy__peer_send(peer, &(cy__post){.kind = CY__MESSAGE,
	                                                 .flags = letter->flags,
	                                                 .from = letter->from,
	                                                 .to = letter->to,
	                                                 .body = letter->body,
	                                                 .fds = letter->fds,
	                                                 .fd_count = letter->fd_count,
	                                                 .forced = forced});
	if (code == -EAGAIN)
		return code;
	if (code < 0)
		cy__gauge_drop(&peer->gauge, letter->from);
	cy__letter_free(cy__letters_take(&peer->backlog));
	return 0;
}

static int send_all(cy__peer *peer, bool forced)
{
	int code = 0;
	while (code >= 0 && peer->channel && peer->backlog.first)
		code = send_first(peer, forced);
	return code;
}

void cy__backlog_send(cy__peer *peer)
{
	if (send_all(peer, false) >= 0)
		cy__gauge_ease(&peer->gauge);
}

void cy__backlog_force(cy__peer *peer)
{
	send_all(peer, true);
}

void cy__backlog_lost(cy__peer *peer)
{
	peer->gauge.dropped += peer->backlog.count;
	cy__letters_clear(&peer->backlog);
	cy__gauge_lost(&peer->gauge);
}
