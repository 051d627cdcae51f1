/*
 * A frame from anybody's bytes, and a channel that reads them. The first byte says in what pieces the others arrive;
 * they must give the same frames, and the same end, as all at once.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/wire/channel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FRAME_LIMIT = 4096, INPUT_LIMIT = 32768 };

/* What a channel has told about the bytes it was given. */
struct heard {
	size_t frames;
	uint64_t sum;
	int ends, code;
};

static void require(bool condition)
{
	if (!condition)
		abort();
}

/* What decodes is what encodes to it. */
static void check_frame(const uint8_t *data, size_t size)
{
	cy__frame frame;
	const char *why = NULL;
	uint8_t head[CY__FRAME_HEAD];
	int code = cy__frame_decode(data, size, FRAME_LIMIT, &frame, &why);

	require(code == 0 || (code < 0 && why));
	if (code < 0)
		return;
	require(cy__frame_encode(&frame, head) == size);
	require(!memcmp(head, data, sizeof head));
	require(frame.body == data + CY__FRAME_HEAD && frame.body_size == size - CY__FRAME_HEAD);
}

static void hear_frame(cy__channel *channel, const cy__frame *frame, cy__fds *fds, void *ctx)
{
	struct heard *heard = ctx;

	require(heard->ends == 0 && fds->count == 0 && frame->body_size > 0);
	heard->frames++;
	heard->sum = heard->sum * 31 + frame->call + frame->kind;
	for (size_t i = 0; i < frame->body_size; i++)
		heard->sum = heard->sum * 31 + frame->body[i];
}

static void hear_end(cy__channel *channel, int code, const char *why, void *ctx)
{
	struct heard *heard = ctx;

	require((code < 0) == (why != NULL));
	heard->ends++;
	heard->code = code;
}

static const cy__channel_ops ops = {.frame = hear_frame, .closed = hear_end};

static struct heard hear(const uint8_t *data, size_t size, size_t piece)
{
	struct heard heard = {0};
	cy__channel *channel;
	int ends[2];

	require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
	require(cy__channel_create(ends[0], &(cy__channel_options){.frame_max = FRAME_LIMIT}, &ops, &heard, &channel) ==
	        0);
	while (size > 0 && !heard.ends) {
		size_t part = piece < size ? piece : size;
		require(send(ends[1], data, part, MSG_NOSIGNAL) == (ssize_t)part);
		cy__channel_on_readable(channel, 0);
		data += part;
		size -= part;
	}
	close(ends[1]);
	for (int turn = 0; turn < 4; turn++)
		cy__channel_on_readable(channel, 0);
	require(heard.ends == 1);
	cy__channel_destroy(channel);
	return heard;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0 || size > INPUT_LIMIT)
		return 0;
	size_t piece = data[0] ? data[0] : 1;
	data++;
	size--;
	check_frame(data, size);
	struct heard whole = hear(data, size, INPUT_LIMIT), pieces = hear(data, size, piece);
	require(whole.frames == pieces.frames && whole.sum == pieces.sum && whole.code == pieces.code);
	return 0;
}
