#include "tests/support/memory.h"
#include "tests/support/test.h"
#include "lib/wire/channel.h"

#include <clusterfy/cluster/value.h>
#include <clusterfy/rx/base.h>
#include <clusterfy/rx/error.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* One end, and what it saw. */
struct side {
	cy__channel *channel;
	size_t frames, bytes;
	uint64_t calls[4096]; /* of the frames, in order */
	uint8_t kinds[4096];
	uint16_t flags[4096];
	uint32_t sums[4096]; /* of their bodies */
	int fds[64];
	size_t fd_count;
	int fd_error;
	bool leave_fds; /* claims none */
	int closed;
	int code;
	const char *why;
	int rooms, queued;
	void (*on_frame)(struct side *side, const cy__frame *frame);
};

static uint32_t sum_of(const uint8_t *bytes, size_t size)
{
	uint32_t sum = 2166136261u;
	for (size_t i = 0; i < size; i++)
		sum = (sum ^ bytes[i]) * 16777619u;
	return sum;
}

static void saw_frame(cy__channel *channel, const cy__frame *frame, cy__fds *fds, void *ctx)
{
	struct side *side = ctx;
	size_t i = side->frames++ % 4096;
	side->calls[i] = frame->call;
	side->kinds[i] = frame->kind;
	side->flags[i] = frame->flags;
	side->sums[i] = sum_of(frame->body, frame->body_size);
	side->bytes += frame->body_size;
	if (fds->error)
		side->fd_error = fds->error;
	for (size_t f = 0; f < fds->count && !side->leave_fds; f++)
		side->fds[side->fd_count++] = cy__fds_claim(fds, f);
	if (side->on_frame)
		side->on_frame(side, frame);
}

static void saw_end(cy__channel *channel, int code, const char *why, void *ctx)
{
	struct side *side = ctx;
	side->closed++;
	side->code = code;
	side->why = why;
}

static void saw_room(cy__channel *channel, void *ctx)
{
	((struct side *)ctx)->rooms++;
}

static void saw_queued(cy__channel *channel, void *ctx)
{
	((struct side *)ctx)->queued++;
}

static const cy__channel_ops ops = {.frame = saw_frame, .closed = saw_end, .room = saw_room, .queued = saw_queued};

static struct side left, right;

static void open_pair(const cy__channel_options *options)
{
	int ends[2];
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	ck_assert_int_eq(cy__channel_create(ends[0], options, &ops, &left, &left.channel), 0);
	ck_assert_int_eq(cy__channel_create(ends[1], options, &ops, &right, &right.channel), 0);
}

/* A channel on one end, a bare descriptor on the other. */
static int open_half(const cy__channel_options *options)
{
	int ends[2];
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	ck_assert_int_eq(cy__channel_create(ends[1], options, &ops, &right, &right.channel), 0);
	return ends[0];
}

static void close_pair(void)
{
	cy__channel_destroy(left.channel);
	cy__channel_destroy(right.channel);
	for (size_t i = 0; i < right.fd_count; i++)
		close(right.fds[i]);
}

static const cy__frame hello = {.kind = CY__HELLO, .call = CY__FRAME_VERSION};

static void greet(void)
{
	ck_assert_int_eq(cy__channel_send(left.channel, &hello, NULL), 0);
	ck_assert_int_eq(cy__channel_send(right.channel, &hello, NULL), 0);
	cy__channel_flush(left.channel);
	cy__channel_flush(right.channel);
	cy__channel_on_readable(left.channel, 0);
	cy__channel_on_readable(right.channel, 0);
	ck_assert_uint_eq(left.frames, 1);
	ck_assert_uint_eq(right.frames, 1);
	left.frames = right.frames = 0;
	left.bytes = right.bytes = 0;
}

/* Turn until nothing waits, as a loop would. */
static void settle(void)
{
	for (uint64_t before, after = 0, idle = 0; idle < 2; idle = before == after ? idle + 1 : 0) {
		before = after;
		cy__channel_flush(left.channel);
		cy__channel_on_readable(right.channel, 0);
		cy__channel_flush(right.channel);
		cy__channel_on_readable(left.channel, 0);
		cy__channel_counts of_left, of_right;
		cy__channel_count(left.channel, &of_left);
		cy__channel_count(right.channel, &of_right);
		after = of_left.bytes_in + of_right.bytes_in;
	}
}

static uint8_t *make_body(size_t size)
{
	uint8_t *body = malloc(size < 16 ? 16 : size);
	for (size_t i = 0; i < size; i++)
		body[i] = (uint8_t)(i * 31 + (i >> 8));
	return body;
}

static int send_call(struct side *side, uint64_t call, const uint8_t *body, size_t size)
{
	cy__frame frame = {.kind = CY__CALL, .call = call, .body = body, .body_size = size};
	return cy__channel_send(side->channel, &frame, NULL);
}

static size_t encode(uint8_t *bytes, const cy__frame *frame)
{
	size_t size = cy__frame_encode(frame, bytes);
	if (frame->body)
		memcpy(bytes + CY__FRAME_HEAD, frame->body, frame->body_size);
	else
		bytes[CY__FRAME_HEAD] = 0xc0;
	return size;
}

static void write_all(int fd, const void *bytes, size_t size)
{
	ck_assert_int_eq(write(fd, bytes, size), (ssize_t)size);
}

/* Of each code there is an older error, whose words nobody has read. */
TEST(a_refusal_of_the_channel_has_words_of_its_own)
{
	open_pair(&(cy__channel_options){.frame_max = 4096});
	greet();
	uint8_t *body = make_body(5000);
	const cy__frame bare = {.kind = CY__MESSAGE, .fd_count = 1};
	rx_raise(-EMSGSIZE, "older");
	ck_assert_int_eq(send_call(&left, 1, body, 5000), -EMSGSIZE);
	ck_assert_str_eq(rx_words(-EMSGSIZE), "a frame of 5045 bytes is longer than the limit of 4096");
	rx_raise(-EBADF, "older");
	ck_assert_int_eq(cy__channel_send(left.channel, &bare, NULL), -EBADF);
	ck_assert_str_eq(rx_words(-EBADF), "a frame says that it has descriptors, and has none");
	rx_raise(-EBADF, "older");
	ck_assert_int_eq(cy__channel_send(left.channel, &bare, &(cy__sending){.fds = (int[]){-1}}), -EBADF);
	ck_assert_str_eq(rx_words(-EBADF), "descriptor -1 cannot be copied: Bad file descriptor");
	rx_raise(-EPIPE, "older");
	cy__channel_close(left.channel);
	ck_assert_int_eq(send_call(&left, 1, body, 10), -EPIPE);
	ck_assert_str_eq(rx_words(-EPIPE), "the channel is closing");
	free(body);
	close_pair();
}

TEST(frames_arrive_in_order_and_whole)
{
	open_pair(NULL);
	greet();
	uint8_t *body = make_body(2000);
	for (uint64_t call = 0; call < 1000; call++)
		ck_assert_int_eq(send_call(&left, call, body, (size_t)call * 2 + 1), 0);
	settle();
	ck_assert_uint_eq(right.frames, 1000);
	for (uint64_t call = 0; call < 1000; call++) {
		ck_assert_uint_eq(right.calls[call], call);
		ck_assert_uint_eq(right.sums[call], sum_of(body, (size_t)call * 2 + 1));
	}
	free(body);
	close_pair();
}

TEST(small_frames_leave_together)
{
	open_pair(NULL);
	greet();
	uint8_t *body = make_body(64);
	for (uint64_t call = 0; call < 16; call++)
		send_call(&left, call, body, 64);
	ck_assert_int_eq(left.queued, 2);
	cy__channel_flush(left.channel);
	uint8_t bytes[65536];
	ssize_t one_read = recv(cy__channel_fd(right.channel), bytes, sizeof bytes, MSG_PEEK);
	ck_assert_int_eq(one_read, 16 * (CY__FRAME_HEAD + 64));
	free(body);
	close_pair();
}

/* Every way to cut three frames in two reads, and bytes one at a time. */
TEST(any_split_gives_the_same_frames)
{
	uint8_t stream[512];
	uint8_t *body = make_body(60);
	size_t size = encode(stream, &hello);
	size += encode(stream + size, &(cy__frame){.kind = CY__CALL, .call = 1, .body = body, .body_size = 60});
	size += encode(stream + size, &(cy__frame){.kind = CY__CANCEL, .call = 2});
	for (size_t cut = 0; cut <= size; cut++) {
		memset(&right, 0, sizeof right);
		int fd = open_half(NULL);
		for (size_t i = 0; i < size; i += cut == size ? 1 : size) {
			if (cut == size) {
				write_all(fd, stream + i, 1);
			} else {
				write_all(fd, stream, cut);
				cy__channel_on_readable(right.channel, 0);
				write_all(fd, stream + cut, size - cut);
			}
			cy__channel_on_readable(right.channel, 0);
		}
		ck_assert_uint_eq(right.frames, 3);
		ck_assert_uint_eq(right.sums[1], sum_of(body, 60));
		ck_assert_uint_eq(right.calls[2], 2);
		close(fd);
		cy__channel_on_readable(right.channel, 0);
		ck_assert_int_eq(right.closed, 1);
		ck_assert_int_eq(right.code, 0);
		cy__channel_destroy(right.channel);
	}
	free(body);
}

static const size_t sizes[] = {1,      16 << 10, 65536 - CY__FRAME_HEAD,     65536,
                               800004, 4 << 20,  (16 << 20) - CY__FRAME_HEAD};

TEST(bodies_of_every_size_arrive, .to = 2 * sizeof sizes / sizeof *sizes)
{
	open_pair(NULL);
	greet();
	size_t size = sizes[_i / 2];
	uint8_t *body = make_body(size);
	/* Before a large one waits, and after it comes, a small one. */
	if (_i % 2)
		ck_assert_int_eq(send_call(&left, 1, body, 7), 0);
	ck_assert_int_eq(send_call(&left, 2, body, size), 0);
	/* It passes one that is cut. */
	const bool passes = send_call(&left, 3, body, 9) == 0 && size > 128 << 10;
	settle();
	ck_assert_uint_eq(right.closed, 0);
	ck_assert_uint_eq(right.sums[_i % 2 + passes], sum_of(body, size));
	ck_assert_uint_eq(cy__channel_pending(left.channel, NULL), 0);
	free(body);
	close_pair();
}

static int released;

static void release(void *owner)
{
	released++;
	free(owner);
}

TEST(a_kept_body_is_released_once_sent)
{
	open_pair(NULL);
	greet();
	size_t size = 900000;
	uint8_t *body = make_body(size);
	uint32_t sum = sum_of(body, size);
	cy__frame frame = {.kind = CY__ITEM, .call = 1, .body = body, .body_size = size};
	ck_assert_int_eq(cy__channel_send(left.channel, &frame, &(cy__sending){.release = release, .owner = body}), 0);
	cy__channel_flush(left.channel);
	ck_assert_int_eq(released, 0);
	settle();
	ck_assert_int_eq(released, 1);
	ck_assert_uint_eq(right.sums[0], sum);

	/* A small one is copied, so its owner need not wait. */
	body = make_body(10);
	frame.body = body;
	frame.body_size = 10;
	ck_assert_int_eq(cy__channel_send(left.channel, &frame, &(cy__sending){.release = release, .owner = body}), 0);
	ck_assert_int_eq(released, 2);

	/* One that is never sent is released by the end. */
	body = make_body(size);
	frame.body = body;
	frame.body_size = size;
	ck_assert_int_eq(cy__channel_send(left.channel, &frame, &(cy__sending){.release = release, .owner = body}), 0);
	close_pair();
	ck_assert_int_eq(released, 3);
}

static void answer(struct side *side, const cy__frame *frame)
{
	static uint8_t body[3000];
	if (frame->kind == CY__CALL && side->frames < 4000) {
		int error = cy__channel_send(
			side->channel,
			&(cy__frame){.kind = CY__ITEM, .call = frame->call, .body = body, .body_size = sizeof body},
			NULL);
		ck_assert(error == 0 || error == -EAGAIN);
	}
}

TEST(both_sides_full_go_on)
{
	open_pair(NULL);
	greet();
	left.on_frame = right.on_frame = answer;
	static uint8_t body[5000];
	for (uint64_t call = 0; call < 1000; call++) {
		ck_assert_int_eq(send_call(&left, call, body, sizeof body), 0);
		ck_assert_int_eq(send_call(&right, call, body, sizeof body), 0);
	}
	cy__channel_flush(left.channel);
	cy__channel_flush(right.channel);
	ck_assert(cy__channel_wants_write(left.channel));
	ck_assert(cy__channel_wants_write(right.channel));
	settle();
	ck_assert_uint_eq(left.frames, 2000);
	ck_assert_uint_eq(right.frames, 2000);
	ck_assert(!cy__channel_wants_write(left.channel));
	close_pair();
}

TEST(urgent_frames_pass_the_others_at_the_end_of_a_frame_or_piece)
{
	open_pair(NULL);
	greet();
	size_t size = 400000;
	uint8_t *body = make_body(size);
	for (uint64_t call = 1; call <= 3; call++)
		ck_assert_int_eq(send_call(&left, call, body, size), 0);
	cy__channel_flush(left.channel);
	for (uint64_t call = 10; call < 13; call++)
		cy__channel_send(left.channel, &(cy__frame){.kind = CY__PING, .flags = CY__FRAME_URGENT, .call = call},
		                 NULL);
	settle();
	static const uint64_t order[] = {10, 11, 12, 1, 2, 3};
	ck_assert_uint_eq(right.frames, 6);
	ck_assert_mem_eq(right.calls, order, sizeof order);
	ck_assert_uint_eq(right.sums[3], sum_of(body, size));
	ck_assert_uint_eq(right.sums[5], sum_of(body, size));
	free(body);
	close_pair();
}

TEST(it_is_known_whether_a_frame_has_left)
{
	open_pair(NULL);
	greet();
	uint8_t *body = make_body(400000);
	for (uint64_t call = 1; call <= 8; call++)
		send_call(&left, call, body, 100000);
	const uint64_t normal = cy__channel_mark(left.channel);
	send_call(&left, 9, body, 400000);
	const uint64_t bulk = cy__channel_mark(left.channel);
	cy__channel_flush(left.channel);
	ck_assert(!cy__channel_is_sent(left.channel, normal));
	ck_assert(!cy__channel_is_sent(left.channel, bulk));
	while (!cy__channel_is_sent(left.channel, normal)) {
		ck_assert(!cy__channel_is_sent(left.channel, bulk));
		cy__channel_on_readable(right.channel, 0);
		cy__channel_flush(left.channel);
	}
	settle();
	ck_assert(cy__channel_is_sent(left.channel, bulk));
	free(body);
	close_pair();
}

/* Pieces */

static int send_kind(cy__kind kind, uint16_t flags, uint64_t call, const uint8_t *body, size_t size)
{
	cy__frame frame = {.kind = (uint8_t)kind, .flags = flags, .call = call, .body = body, .body_size = size};
	return cy__channel_send(left.channel, &frame, NULL);
}

static void expect_order(const uint64_t *calls, size_t count)
{
	settle();
	ck_assert_uint_eq(right.frames, count);
	for (size_t i = 0; i < count; i++)
		ck_assert_msg(right.calls[i] == calls[i], "frame %zu is %d", i, (int)right.calls[i]);
	ck_assert_uint_eq(cy__channel_pending(left.channel, NULL), 0);
}

TEST(the_last_item_says_so_while_it_waits)
{
	open_pair(NULL);
	greet();
	ck_assert(!cy__channel_complete(left.channel, 1, 0));
	send_kind(CY__ITEM, 0, 1, NULL, 0);
	send_kind(CY__ITEM, 0, 2, NULL, 0);
	ck_assert(!cy__channel_complete(left.channel, 1, 0));
	ck_assert(!cy__channel_complete(left.channel, 2, 7));
	ck_assert(cy__channel_complete(left.channel, 2, 0));
	settle();
	ck_assert(!cy__channel_complete(left.channel, 2, 0));
	send_kind(CY__CALL, 0, 2, NULL, 0);
	ck_assert(!cy__channel_complete(left.channel, 2, 0));
	ck_assert_uint_eq(right.frames, 2);
	ck_assert_uint_eq(right.flags[0], 0);
	ck_assert_uint_eq(right.flags[1], CY__FRAME_LAST);
	close_pair();
}

enum { LARGE = 1000000 };

TEST(of_a_large_reply_too)
{
	open_pair(NULL);
	greet();
	uint8_t *body = make_body(LARGE);
	send_kind(CY__PING, 0, 1, NULL, 0);
	send_kind(CY__ITEM, 0, 2, body, LARGE);
	ck_assert(cy__channel_complete(left.channel, 2, 0));
	cy__channel_flush(left.channel);
	ck_assert(!cy__channel_complete(left.channel, 2, 0));
	settle();
	ck_assert_uint_eq(right.frames, 2);
	ck_assert_uint_eq(right.flags[1], CY__FRAME_LAST);
	ck_assert_uint_eq(right.sums[1], sum_of(body, LARGE));
	free(body);
	close_pair();
}

static cy_value *kept_block;

static void keep_block(struct side *side, const cy__frame *frame)
{
	(void)side;
	if (!kept_block && frame->block)
		kept_block = cy_value_ref(frame->block);
}

/* In pieces, or longer than what is read at once. */
TEST(a_large_body_may_be_kept_as_it_lies, .to = 2)
{
	const size_t size = _i ? LARGE : 100000;
	open_pair(NULL);
	greet();
	right.on_frame = keep_block;
	uint8_t *body = make_body(size);
	const uint32_t sum = sum_of(body, size);
	for (uint64_t call = 1; call <= 5; call++) {
		ck_assert_int_eq(send_call(&left, call, body, size), 0);
		settle();
		memset(body, (int)call, size);
	}
	size_t kept_size = 0;
	const uint8_t *kept = cy_value_bytes(kept_block, &kept_size);
	ck_assert_uint_eq(kept_size, size);
	ck_assert_uint_eq(sum_of(kept, size), sum);
	ck_assert_uint_eq(right.sums[0], sum);
	close_pair();
	ck_assert_uint_eq(sum_of(kept, size), sum);
	cy_value_unref(kept_block);
	free(body);
}

/* Of whatever size, kept or not, one after the other or at once. */
TEST(a_body_may_begin_with_bytes_from_elsewhere, .to = 24)
{
	static const size_t lengths[] = {1, 100, 20000, (160 << 10) - 7, (160 << 10) - 6, LARGE};
	static const uint8_t prefix[] = {'s', 'e', 'v', 'e', 'n', '.', '.'};
	const size_t size = lengths[_i / 4];
	open_pair(NULL);
	greet();
	uint8_t *whole = make_body(size + 7);
	const cy__frame frame = {.kind = CY__CALL, .call = 1, .body = whole + 7, .body_size = size};
	const cy__sending sending = {
		.prefix = prefix, .prefix_size = sizeof prefix, .release = _i % 2 ? release : NULL};
	if (_i & 2)
		send_kind(CY__CALL, 0, 2, NULL, 0);
	ck_assert_int_eq(cy__channel_send(left.channel, &frame, &sending), 0);
	if (!(_i & 1))
		memset(whole + 7, 0, size); /* it was copied, or has left */
	settle();
	uint8_t *expected = make_body(size + 7);
	memcpy(expected, prefix, sizeof prefix);
	const size_t at = _i & 2 ? 1 : 0;
	ck_assert_uint_eq(right.frames, at + 1);
	ck_assert_uint_eq(right.sums[at], sum_of(expected, size + 7));
	free(whole);
	free(expected);
	close_pair();
}

TEST(small_frames_pass_large_ones_where_their_order_allows)
{
	open_pair(NULL);
	greet();
	uint8_t *body = make_body(LARGE);
	send_kind(CY__ITEM, 0, 1, body, LARGE);
	send_kind(CY__END, 0, 1, NULL, 0); /* stays behind its item */
	send_kind(CY__CALL, 0, 2, NULL, 0);
	send_kind(CY__END, 0, 3, NULL, 0);
	expect_order((uint64_t[]){2, 3, 1, 1}, 4);
	ck_assert_uint_eq(right.kinds[2], CY__ITEM);
	ck_assert_uint_eq(right.sums[2], sum_of(body, LARGE));
	ck_assert_uint_eq(right.kinds[3], CY__END);
	free(body);
	close_pair();
}

TEST(messages_keep_their_order_whatever_their_size)
{
	open_pair(NULL);
	greet();
	uint8_t *body = make_body(LARGE);
	for (uint64_t call = 1; call <= 9; call++)
		send_kind(CY__MESSAGE, 0, call, body, call % 3 ? 10 : LARGE);
	expect_order((uint64_t[]){1, 2, 3, 4, 5, 6, 7, 8, 9}, 9);
	free(body);
	close_pair();
}

TEST(what_is_ordered_or_last_stays_behind_what_is_large)
{
	open_pair(NULL);
	greet();
	uint8_t *body = make_body(LARGE);
	const cy__sending ordered = {.ordered = true};
	cy__frame frame = {.kind = CY__ITEM, .call = 1, .body = body, .body_size = LARGE};
	ck_assert_int_eq(cy__channel_send(left.channel, &frame, &ordered), 0);
	frame = (cy__frame){.kind = CY__END, .call = 2};
	ck_assert_int_eq(cy__channel_send(left.channel, &frame, &ordered), 0);
	send_kind(CY__CALL, 0, 3, NULL, 0);
	send_kind(CY__CALL, CY__FRAME_BULK, 4, NULL, 0);
	send_kind(CY__CALL, 0, 5, NULL, 0);
	send_kind(CY__GOODBYE, 0, 6, NULL, 0);
	expect_order((uint64_t[]){3, 5, 1, 2, 4, 6}, 6);
	ck_assert_int_eq(right.closed, 0);
	free(body);
	close_pair();
}

/* A large frame goes on although small ones never end. */
TEST(bulk_is_not_starved)
{
	open_pair(&(cy__channel_options){.queue_bytes = 64 << 20});
	greet();
	uint8_t *body = make_body(LARGE);
	send_kind(CY__CALL, 0, 1, body, LARGE);
	const uint64_t mark = cy__channel_mark(left.channel);
	for (int rounds = 0; !cy__channel_is_sent(left.channel, mark); rounds++) {
		ck_assert_int_lt(rounds, 100);
		for (int i = 0; i < 10; i++)
			send_kind(CY__CALL, 0, 2, body, 100000);
		cy__channel_flush(left.channel);
		cy__channel_on_readable(right.channel, 0);
	}
	free(body);
	close_pair();
}

/* Bytes of a large frame as they are on the wire: two pieces, and a small frame between them. */
static size_t encode_pieces(uint8_t *bytes, const uint8_t *body, size_t size, size_t first)
{
	cy__frame frame = {.kind = CY__CALL, .flags = CY__FRAME_BULK | CY__FRAME_MORE, .call = 1};
	uint8_t piece[400] = {0};
	frame.body = piece;
	frame.body_size = CY__FRAME_PIECE + first;
	cy__piece_encode(piece, (uint32_t)size, (uint32_t)first);
	memcpy(piece + CY__FRAME_PIECE, body, first);
	size_t at = encode(bytes, &frame);
	at += encode(bytes + at, &(cy__frame){.kind = CY__CALL, .call = 2});
	cy__piece_encode(piece, (uint32_t)(size - first), (uint32_t)(size - first));
	memcpy(piece + CY__FRAME_PIECE, body + first, size - first);
	frame.flags = CY__FRAME_BULK;
	frame.body_size = CY__FRAME_PIECE + size - first;
	return at + encode(bytes + at, &frame);
}

TEST(any_split_of_pieces_gives_the_same_frames)
{
	uint8_t bytes[1000], *body = make_body(300);
	const size_t begin = encode(bytes, &hello), size = begin + encode_pieces(bytes + begin, body, 300, 100);
	for (size_t cut = begin; cut <= size; cut++) {
		right = (struct side){0};
		int fd = open_half(NULL);
		write_all(fd, bytes, cut);
		cy__channel_on_readable(right.channel, 0);
		write_all(fd, bytes + cut, size - cut);
		close(fd);
		cy__channel_on_readable(right.channel, 0);
		ck_assert_uint_eq(right.frames, 3);
		ck_assert_uint_eq(right.calls[1], 2);
		ck_assert_uint_eq(right.sums[2], sum_of(body, 300));
		ck_assert_int_eq(right.code, 0);
		cy__channel_destroy(right.channel);
	}
	free(body);
}

TEST(half_a_message_then_the_end_or_silence, .to = 2)
{
	uint8_t bytes[1000], *body = make_body(300);
	const size_t begin = encode(bytes, &hello), size = begin + encode_pieces(bytes + begin, body, 300, 100);
	int fd = open_half(NULL);
	write_all(fd, bytes, size - 256); /* up to the second piece */
	if (_i == 0)
		close(fd);
	cy__channel_on_readable(right.channel, 0);
	cy__channel_on_readable(right.channel, 0);
	ck_assert_uint_eq(right.frames, 2);
	if (_i) {
		ck_assert_int_eq(cy__channel_deadline(right.channel), RX_S(10));
		cy__channel_on_time(right.channel, RX_S(10));
		close(fd);
	}
	ck_assert_int_eq(right.code, _i ? -ETIMEDOUT : -ECONNABORTED);
	cy__channel_destroy(right.channel);
	free(body);
}

static const struct piece_lie {
	int at; /* in the first piece or, from 1000, in the second */
	uint8_t byte;
	int code;
} piece_lies[] = {
	{45, 0x93, -EPROTO},       {46, 0xcd, -EPROTO},     {51, 0xc5, -EPROTO},       {55, 99, -EPROTO},
	{47, 0x02, -EMSGSIZE},     {50, 50, -EPROTO},       {1000 + 9, 0x05, -EPROTO}, {1000 + 6, CY__ITEM, -EPROTO},
	{1000 + 18, 9, -EPROTO},   {1000 + 23, 9, -EPROTO}, {1000 + 28, 9, -EPROTO},   {1000 + 50, 199, -EPROTO},
	{1000 + 50, 201, -EPROTO}, {6, CY__HELLO, -EINVAL}, {44, 1, -EPROTO},
};

TEST(a_lie_about_pieces_ends_the_channel, .to = sizeof piece_lies / sizeof *piece_lies)
{
	const struct piece_lie *lie = &piece_lies[_i];
	uint8_t bytes[1000], *body = make_body(300);
	const size_t begin = encode(bytes, &hello), size = begin + encode_pieces(bytes + begin, body, 300, 100);
	const size_t second = begin + CY__FRAME_HEAD + CY__FRAME_PIECE + 100 + CY__FRAME_HEAD + 1;
	bytes[lie->at < 1000 ? begin + (size_t)lie->at : second + (size_t)lie->at - 1000] = lie->byte;
	int fd = open_half(&(cy__channel_options){.frame_max = 10000});
	write_all(fd, bytes, size);
	cy__channel_on_readable(right.channel, 0);
	ck_assert_int_eq(right.closed, 1);
	ck_assert_int_eq(right.code, lie->code);
	ck_assert_ptr_nonnull(right.why);
	close(fd);
	cy__channel_destroy(right.channel);
	free(body);
}

/* Bounds */

TEST(a_full_queue_refuses_and_tells_when_there_is_room)
{
	open_pair(&(cy__channel_options){.queue_frames = 10});
	greet();
	static uint8_t body[10];
	for (uint64_t call = 0; call < 10; call++)
		ck_assert_int_eq(send_call(&left, call, body, sizeof body), 0);
	ck_assert_int_eq(send_call(&left, 10, body, sizeof body), -EAGAIN);
	ck_assert_int_eq(left.rooms, 0);
	/* The other class has its own bound. */
	ck_assert_int_eq(
		cy__channel_send(left.channel, &(cy__frame){.kind = CY__PING, .flags = CY__FRAME_URGENT}, NULL), 0);
	settle();
	ck_assert_int_eq(left.rooms, 1);
	ck_assert_uint_eq(right.frames, 11);
	ck_assert_int_eq(send_call(&left, 10, body, sizeof body), 0);
	cy__channel_counts counts;
	cy__channel_count(left.channel, &counts);
	ck_assert_uint_eq(counts.refused, 1);
	settle();
	ck_assert_int_eq(left.rooms, 1);
	close_pair();
}

TEST(the_bound_on_bytes_lets_one_large_frame_wait_alone)
{
	open_pair(&(cy__channel_options){.queue_bytes = 1000});
	greet();
	uint8_t *body = make_body(5000);
	ck_assert_int_eq(send_call(&left, 1, body, 5000), 0);
	ck_assert_int_eq(send_call(&left, 2, body, 1), -EAGAIN);
	settle();
	ck_assert_int_eq(send_call(&left, 3, body, 900), 0);
	ck_assert_int_eq(send_call(&left, 4, body, 900), -EAGAIN);
	free(body);
	close_pair();
}

TEST(what_is_forced_is_never_refused_and_room_is_told_all_the_same)
{
	open_pair(&(cy__channel_options){.queue_frames = 4});
	greet();
	static uint8_t body[10];
	const cy__frame reply = {.kind = CY__END, .call = 9};
	size_t bytes;
	for (uint64_t call = 0; call < 4; call++)
		ck_assert_int_eq(send_call(&left, call, body, 10), 0);
	for (int i = 0; i < 20; i++)
		ck_assert_int_eq(cy__channel_send(left.channel, &reply, &(cy__sending){.forced = true}), 0);
	ck_assert_uint_eq(cy__channel_backlog(left.channel, &bytes), 24);
	settle();
	ck_assert_int_eq(left.rooms, 1);
	ck_assert_uint_eq(right.frames, 24);
	close_pair();
}

TEST(the_bulk_has_a_bound_of_its_own)
{
	enum { SIZE = 1 << 20 };
	open_pair(&(cy__channel_options){.queue_bytes = 1000, .bulk_bytes = 2 * SIZE});
	greet();
	uint8_t *body = make_body(SIZE);
	ck_assert_int_eq(send_call(&left, 1, body, SIZE), 0);
	ck_assert_int_eq(send_call(&left, 2, body, SIZE), 0);
	ck_assert_int_eq(send_call(&left, 3, body, SIZE), -EAGAIN);
	ck_assert_int_eq(send_call(&left, 4, body, 900), 0);
	ck_assert_int_eq(send_call(&left, 5, body, 900), -EAGAIN);
	settle();
	ck_assert_int_gt(left.rooms, 0);
	free(body);
	close_pair();
}

TEST(one_that_is_held_is_not_read_until_it_is_let_go)
{
	open_pair(NULL);
	greet();
	const size_t frames = right.frames;
	static uint8_t body[10];
	cy__channel_hold(right.channel, true);
	ck_assert(!cy__channel_wants_read(right.channel));
	ck_assert_int_eq(send_call(&left, 1, body, 10), 0);
	cy__channel_flush(left.channel);
	cy__channel_on_readable(right.channel, 0);
	ck_assert_uint_eq(right.frames, frames);
	cy__channel_hold(right.channel, false);
	ck_assert(cy__channel_wants_turn(right.channel));
	settle();
	ck_assert_uint_eq(right.frames, frames + 1);
	close_pair();
}

TEST(a_frame_over_the_limit_is_not_sent)
{
	open_pair(&(cy__channel_options){.frame_max = 100});
	greet();
	static uint8_t body[100];
	ck_assert_int_eq(send_call(&left, 1, body, 100 - CY__FRAME_HEAD), 0);
	ck_assert_int_eq(send_call(&left, 2, body, 101 - CY__FRAME_HEAD), -EMSGSIZE);
	settle();
	ck_assert_uint_eq(right.frames, 1);
	close_pair();
}

TEST(a_turn_has_its_budget)
{
	open_pair(&(cy__channel_options){.turn_frames = 10});
	greet();
	static uint8_t body[10];
	for (uint64_t call = 0; call < 25; call++)
		send_call(&left, call, body, sizeof body);
	cy__channel_flush(left.channel);
	cy__channel_on_readable(right.channel, 0);
	ck_assert_uint_eq(right.frames, 10);
	ck_assert(cy__channel_wants_turn(right.channel));
	ck_assert_int_eq(cy__channel_deadline(right.channel), RX_NEVER);
	cy__channel_on_readable(right.channel, 0);
	ck_assert_uint_eq(right.frames, 20);
	cy__channel_on_readable(right.channel, 0);
	ck_assert_uint_eq(right.frames, 25);
	ck_assert(!cy__channel_wants_turn(right.channel));
	close_pair();
}

TEST(a_turn_reads_a_bounded_number_of_bytes)
{
	open_pair(&(cy__channel_options){.turn_bytes = 1});
	greet();
	uint8_t *body = make_body(60000);
	send_call(&left, 1, body, 60000);
	send_call(&left, 2, body, 60000);
	cy__channel_flush(left.channel);
	cy__channel_on_readable(right.channel, 0);
	ck_assert_uint_eq(right.frames, 1);
	cy__channel_on_readable(right.channel, 0);
	ck_assert_uint_eq(right.frames, 2);
	free(body);
	close_pair();
}

/* Ends */

static void send_hello(int fd)
{
	uint8_t bytes[CY__FRAME_HEAD + 1];
	write_all(fd, bytes, encode(bytes, &hello));
	cy__channel_on_readable(right.channel, 0);
	ck_assert_uint_eq(right.frames, 1);
}

static void assert_ended(int code, const char *words)
{
	ck_assert_int_eq(right.closed, 1);
	ck_assert_int_eq(right.code, code);
	if (words)
		ck_assert_msg(right.why && strstr(right.why, words), "%s", right.why);
	ck_assert(!cy__channel_wants_read(right.channel));
	cy__channel_on_readable(right.channel, RX_S(1000));
	cy__channel_on_time(right.channel, RX_S(1000));
	ck_assert_int_eq(right.closed, 1);
}

TEST(half_a_frame_then_the_end, .from = 1, .to = CY__FRAME_HEAD + 10)
{
	int fd = open_half(NULL);
	send_hello(fd);
	uint8_t bytes[CY__FRAME_HEAD + 10];
	uint8_t body[10] = {0};
	encode(bytes, &(cy__frame){.kind = CY__CALL, .body = body, .body_size = sizeof body});
	write_all(fd, bytes, (size_t)_i);
	close(fd);
	cy__channel_on_readable(right.channel, 0);
	cy__channel_on_readable(right.channel, 0);
	ck_assert_uint_eq(right.frames, 1);
	assert_ended(-ECONNABORTED, "within a frame");
	close_pair();
}

TEST(half_a_frame_then_silence)
{
	int fd = open_half(&(cy__channel_options){.read_timeout = RX_S(2)});
	send_hello(fd);
	ck_assert_int_eq(cy__channel_deadline(right.channel), RX_NEVER);
	write_all(fd, "\0", 1);
	cy__channel_on_readable(right.channel, RX_S(10));
	ck_assert_int_eq(cy__channel_deadline(right.channel), RX_S(12));
	cy__channel_on_readable(right.channel, RX_S(11));
	ck_assert_int_eq(cy__channel_deadline(right.channel), RX_S(12));
	write_all(fd, "\0", 1);
	cy__channel_on_readable(right.channel, RX_S(11));
	ck_assert_int_eq(cy__channel_deadline(right.channel), RX_S(13));
	cy__channel_on_time(right.channel, RX_S(12));
	ck_assert_int_eq(right.closed, 0);
	cy__channel_on_time(right.channel, RX_S(13));
	assert_ended(-ETIMEDOUT, "silence");
	close(fd);
	close_pair();
}

TEST(who_was_stopped_reads_before_it_judges)
{
	int fd = open_half(&(cy__channel_options){.read_timeout = RX_S(2)});
	send_hello(fd);
	uint8_t bytes[CY__FRAME_HEAD + 1];
	size_t size = encode(bytes, &(cy__frame){.kind = CY__PING});
	write_all(fd, bytes, 10);
	cy__channel_on_readable(right.channel, RX_S(1));
	write_all(fd, bytes + 10, size - 10);
	cy__channel_on_time(right.channel, RX_S(3600));
	ck_assert_int_eq(right.closed, 0);
	ck_assert_uint_eq(right.frames, 2);
	ck_assert_int_eq(cy__channel_deadline(right.channel), RX_NEVER);
	close(fd);
	close_pair();
}

/* Lies: what is sent after a hello, and what it is called. */
static const struct lie {
	cy__frame frame;
	int at;
	uint8_t byte;
	int code;
	const char *words;
} lies[] = {
	{{.kind = CY__CALL}, 0, 0xff, -EMSGSIZE, "limit"},
	{{.kind = CY__CALL}, 3, 0x01, -ENODATA, "short"},
	{{.kind = CY__CALL}, 4, 0xdd, -EILSEQ, "array"},
	{{.kind = CY__CALL}, 10, 0xce, -EPROTOTYPE, "call"},
	{{.kind = CY__CALL}, 6, 0xee, -ENOMSG, "kind"},
	{{.kind = CY__CALL}, 8, 0x40, -EINVAL, "flags"},
	{{.kind = CY__CALL}, 35, 0xff, -ERANGE, "deadline"},
	{{.kind = CY__CALL}, 44, 0xff, -E2BIG, "descriptors"},
	{{.kind = CY__CALL}, 44, 0x01, -EPROTO, "announced"},
	{{.kind = CY__HELLO, .call = 1}, 0, 0x00, -EPROTO, "second hello"},
	{{.kind = CY__HELLO, .call = 2}, 0, 0x00, -EPROTONOSUPPORT, "version"},
};

TEST(a_lie_ends_the_channel_and_says_why, .to = sizeof lies / sizeof *lies)
{
	const struct lie *lie = &lies[_i];
	int fd = open_half(NULL);
	send_hello(fd);
	ck_assert_int_eq(send_call(&right, 1, NULL, 0), 0);
	uint8_t bytes[CY__FRAME_HEAD + 1];
	size_t size = encode(bytes, &lie->frame);
	bytes[lie->at] = lie->byte;
	size_t before = memory_bytes();
	write_all(fd, bytes, size);
	cy__channel_on_readable(right.channel, 0);
	ck_assert_uint_eq(right.frames, 1);
	assert_ended(lie->code, lie->words);
	ck_assert_uint_le(memory_bytes(), before);
	ck_assert_int_eq(send_call(&right, 1, NULL, 0), -EPIPE);
	close(fd);
	close_pair();
}

TEST(a_bad_head_is_refused_before_its_body_comes)
{
	int fd = open_half(NULL);
	send_hello(fd);
	uint8_t bytes[CY__FRAME_HEAD];
	cy__frame_encode(&(cy__frame){.kind = 0xee, .body = bytes, .body_size = 10 << 20}, bytes);
	write_all(fd, bytes, sizeof bytes);
	cy__channel_on_readable(right.channel, 0);
	assert_ended(-ENOMSG, "kind");
	close(fd);
	close_pair();
}

TEST(no_frame_before_the_hello)
{
	int fd = open_half(NULL);
	uint8_t bytes[CY__FRAME_HEAD + 1];
	write_all(fd, bytes, encode(bytes, &(cy__frame){.kind = CY__CALL}));
	cy__channel_on_readable(right.channel, 0);
	assert_ended(-EPROTO, "before the hello");
	close(fd);
	close_pair();
}

TEST(no_byte_after_the_goodbye)
{
	int fd = open_half(NULL);
	send_hello(fd);
	uint8_t bytes[CY__FRAME_HEAD + 2];
	size_t size = encode(bytes, &(cy__frame){.kind = CY__GOODBYE});
	write_all(fd, bytes, size + 1);
	cy__channel_on_readable(right.channel, 0);
	ck_assert_uint_eq(right.frames, 2);
	assert_ended(-EPROTO, "goodbye");
	close(fd);
	close_pair();
}

TEST(what_was_sent_arrives_before_the_end)
{
	open_pair(NULL);
	greet();
	uint8_t *body = make_body(300000);
	for (uint64_t call = 0; call < 5; call++)
		ck_assert_int_eq(send_call(&left, call, body, 300000), 0);
	cy__channel_close(left.channel);
	ck_assert_int_eq(send_call(&left, 5, body, 1), -EPIPE);
	settle();
	ck_assert_uint_eq(right.frames, 5);
	ck_assert_int_eq(right.closed, 1);
	ck_assert_int_eq(right.code, 0);
	/* The other way still works until it is closed, too. */
	ck_assert_int_eq(send_call(&right, 9, body, 10), 0);
	cy__channel_close(right.channel);
	cy__channel_on_readable(left.channel, 0);
	cy__channel_on_readable(left.channel, 0);
	ck_assert_uint_eq(left.frames, 1);
	ck_assert_int_eq(left.closed, 1);
	free(body);
	close_pair();
}

/* A worker replies and dies while what we send it fills its socket: its reply is not lost. */
TEST(a_reply_is_read_though_writing_fails)
{
	open_pair(NULL);
	greet();
	uint8_t *body = make_body(300000);
	for (uint64_t call = 0; call < 5; call++)
		send_call(&left, call, body, 300000);
	cy__channel_flush(left.channel);
	send_call(&right, 77, body, 10);
	cy__channel_flush(right.channel);
	cy__channel_destroy(right.channel);
	right.channel = NULL;
	cy__channel_flush(left.channel);
	ck_assert_int_eq(send_call(&left, 6, body, 1), -EPIPE);
	ck_assert(!cy__channel_wants_write(left.channel));
	ck_assert_int_eq(left.closed, 0);
	cy__channel_on_readable(left.channel, 0);
	cy__channel_on_readable(left.channel, 0);
	ck_assert_uint_eq(left.frames, 1);
	ck_assert_uint_eq(left.calls[0], 77);
	ck_assert_int_eq(left.closed, 1);
	ck_assert_int_eq(left.code, 0);
	free(body);
	close_pair();
}

/* Descriptors */

static int make_file(void)
{
	int fd = memfd_create("file", MFD_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	return fd;
}

static bool is_same_file(int a, int b)
{
	struct stat of_a, of_b;
	ck_assert_int_eq(fstat(a, &of_a), 0);
	ck_assert_int_eq(fstat(b, &of_b), 0);
	return of_a.st_ino == of_b.st_ino && of_a.st_dev == of_b.st_dev;
}

static int send_fds(struct side *side, uint64_t call, const uint8_t *body, size_t size, const int *fds, size_t count)
{
	cy__frame frame = {
		.kind = CY__MESSAGE, .call = call, .body = body, .body_size = size, .fd_count = (uint8_t)count};
	return cy__channel_send(side->channel, &frame, &(cy__sending){.fds = fds});
}

TEST(a_large_message_and_a_descriptor_arrive_together)
{
	open_pair(NULL);
	greet();
	uint8_t *body = make_body(800004);
	int fd = make_file();
	send_call(&left, 1, body, 10);
	ck_assert_int_eq(send_fds(&left, 2, body, 800004, &fd, 1), 0);
	send_call(&left, 3, body, 10);
	settle();
	ck_assert_uint_eq(right.frames, 3);
	ck_assert_uint_eq(right.sums[2], sum_of(body, 800004));
	ck_assert_uint_eq(right.fd_count, 1);
	ck_assert(is_same_file(right.fds[0], fd));
	ck_assert_int_eq(fcntl(right.fds[0], F_GETFD), FD_CLOEXEC);
	close(fd);
	free(body);
	close_pair();
}

/* Straight away, with nothing queued before it: the way that does not copy. */
TEST(a_large_message_and_a_descriptor_leave_at_once)
{
	open_pair(NULL);
	greet();
	uint8_t *body = make_body(50000);
	int fd = make_file();
	ck_assert_int_eq(send_fds(&left, 2, body, 50000, &fd, 1), 0);
	ck_assert_uint_eq(cy__channel_pending(left.channel, NULL), 0);
	settle();
	ck_assert_uint_eq(right.fd_count, 1);
	ck_assert(is_same_file(right.fds[0], fd));
	close(fd);
	free(body);
	close_pair();
}

TEST(the_same_descriptor_twice)
{
	open_pair(NULL);
	greet();
	int fd = make_file();
	int both[] = {fd, fd};
	ck_assert_int_eq(send_fds(&left, 1, NULL, 0, both, 2), 0);
	ck_assert_int_eq(send_fds(&left, 2, NULL, 0, &fd, 1), 0);
	ck_assert_int_eq(send_fds(&left, 3, NULL, 0, &fd, 1), 0);
	close(fd); /* a copy waits: the sender's own may go */
	settle();
	ck_assert_uint_eq(right.fd_count, 4);
	ck_assert(is_same_file(right.fds[0], right.fds[3]));
	ck_assert_int_ne(right.fds[0], right.fds[1]);
	close_pair();
}

static void note_fds(struct side *side, const cy__frame *frame)
{
	ck_assert_uint_eq(side->fd_count, frame->credit);
}

TEST(descriptors_in_a_batch_reach_their_frames)
{
	open_pair(NULL);
	greet();
	right.on_frame = note_fds;
	int fds[3] = {make_file(), make_file(), make_file()};
	uint32_t sent = 0;
	for (uint64_t call = 0; call < 40; call++) {
		uint8_t count = call % 7 == 3 ? (uint8_t)(call % 3 + 1) : 0;
		sent += count;
		cy__frame frame = {.kind = CY__MESSAGE, .call = call, .credit = sent, .fd_count = count};
		ck_assert_int_eq(cy__channel_send(left.channel, &frame, &(cy__sending){.fds = fds}), 0);
	}
	settle();
	ck_assert_uint_eq(right.frames, 40);
	ck_assert_uint_eq(right.fd_count, sent);
	ck_assert(is_same_file(right.fds[sent - 1], fds[(38 % 3)]));
	for (int i = 0; i < 3; i++)
		close(fds[i]);
	close_pair();
}

TEST(an_urgent_descriptor_passes_the_bulk)
{
	open_pair(NULL);
	greet();
	uint8_t *body = make_body(500000);
	int first = make_file(), second = make_file();
	ck_assert_int_eq(send_fds(&left, 1, body, 500000, &first, 1), 0);
	ck_assert_int_eq(send_fds(&left, 2, body, 500000, &first, 1), 0);
	cy__channel_flush(left.channel);
	cy__frame frame = {.kind = CY__MESSAGE, .flags = CY__FRAME_URGENT, .call = 9, .fd_count = 1};
	ck_assert_int_eq(cy__channel_send(left.channel, &frame, &(cy__sending){.fds = &second}), 0);
	settle();
	static const uint64_t order[] = {9, 1, 2};
	ck_assert_mem_eq(right.calls, order, sizeof order);
	ck_assert_uint_eq(right.fd_count, 3);
	ck_assert(is_same_file(right.fds[0], second));
	ck_assert(is_same_file(right.fds[2], first));
	close(first);
	close(second);
	free(body);
	close_pair();
}

/* What is left open is found by the fixture. */
TEST(unclaimed_descriptors_are_closed)
{
	open_pair(NULL);
	greet();
	right.leave_fds = true;
	int fd = make_file();
	send_fds(&left, 1, NULL, 0, &fd, 1);
	settle();
	ck_assert_uint_eq(right.frames, 1);
	/* Nor is anything left of what was never sent, or never taken. */
	send_fds(&left, 2, NULL, 0, &fd, 1);
	cy__channel_flush(left.channel);
	send_fds(&left, 3, NULL, 0, &fd, 1);
	close(fd);
	close_pair();
}

static void send_raw(int socket, const void *bytes, size_t size, const int *fds, size_t count)
{
	char control[CMSG_SPACE(253 * sizeof(int))] = {0};
	struct iovec part = {(void *)(uintptr_t)bytes, size};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	if (count) {
		message.msg_control = control;
		message.msg_controllen = CMSG_SPACE(count * sizeof(int));
		struct cmsghdr *header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(header), fds, count * sizeof(int));
	}
	ck_assert_int_eq(sendmsg(socket, &message, 0), (ssize_t)size);
}

TEST(descriptors_that_nobody_announced_end_the_channel)
{
	int fd = open_half(NULL);
	send_hello(fd);
	uint8_t bytes[CY__FRAME_HEAD + 1];
	size_t size = encode(bytes, &(cy__frame){.kind = CY__PING});
	int file = make_file();
	send_raw(fd, bytes, size, &file, 1);
	send_raw(fd, bytes, size, NULL, 0);
	cy__channel_on_readable(right.channel, 0);
	ck_assert_uint_eq(right.frames, 2);
	assert_ended(-EPROTO, "announced");
	close(file);
	close(fd);
	close_pair();
}

TEST(another_number_than_announced_ends_the_channel, .from = 1, .to = 4)
{
	int fd = open_half(NULL);
	send_hello(fd);
	uint8_t bytes[CY__FRAME_HEAD + 1];
	size_t size = encode(bytes, &(cy__frame){.kind = CY__PING, .fd_count = 2});
	int files[] = {make_file(), make_file(), make_file()};
	size_t sent = _i == 1 ? 1 : 3;
	send_raw(fd, bytes, size - 5, files, sent);
	/* The rest comes with what is missing, which makes it no better. */
	send_raw(fd, bytes + size - 5, 5, files, _i == 3 ? 0 : (size_t)_i);
	cy__channel_on_readable(right.channel, 0);
	cy__channel_on_readable(right.channel, 0);
	ck_assert_uint_eq(right.frames, 1);
	assert_ended(-EPROTO, "announced");
	for (int i = 0; i < 3; i++)
		close(files[i]);
	close(fd);
	close_pair();
}

TEST(a_flood_of_descriptors_ends_the_channel)
{
	int fd = open_half(NULL);
	send_hello(fd);
	uint8_t bytes[CY__FRAME_HEAD + 1000] = {0};
	cy__frame_encode(&(cy__frame){.kind = CY__PING, .body = bytes, .body_size = 1000}, bytes);
	int files[100];
	int file = make_file();
	for (int i = 0; i < 100; i++)
		files[i] = file;
	for (int i = 0; i < 10 && !right.closed; i++) {
		send_raw(fd, bytes + i * 50, 50, files, 100);
		cy__channel_on_readable(right.channel, 0);
	}
	assert_ended(-EPROTO, "announced");
	close(file);
	close(fd);
	close_pair();
}

TEST(without_free_numbers_the_frame_arrives_and_says_so)
{
	open_pair(NULL);
	greet();
	int fds[] = {make_file(), make_file()};
	send_fds(&left, 1, NULL, 0, fds, 2);
	send_call(&left, 2, NULL, 0);
	cy__channel_flush(left.channel);
	/* One number is free: the kernel opens one and drops the other. */
	int next = dup(fds[0]);
	close(next);
	struct rlimit limit, tight;
	getrlimit(RLIMIT_NOFILE, &limit);
	tight = limit;
	tight.rlim_cur = (rlim_t)next + 1;
	setrlimit(RLIMIT_NOFILE, &tight);
	cy__channel_on_readable(right.channel, 0);
	cy__channel_on_readable(right.channel, 0);
	setrlimit(RLIMIT_NOFILE, &limit);
	ck_assert_uint_eq(right.frames, 2);
	ck_assert_uint_eq(right.fd_count, 0);
	ck_assert_int_eq(right.fd_error, -EMFILE);
	ck_assert_int_eq(right.closed, 0);
	/* The next ones come as ever. */
	send_fds(&left, 3, NULL, 0, fds, 2);
	settle();
	ck_assert_uint_eq(right.fd_count, 2);
	close(fds[0]);
	close(fds[1]);
	close_pair();
}

TEST(a_closed_descriptor_is_refused_when_it_is_sent)
{
	open_pair(NULL);
	greet();
	int fds[] = {make_file(), 4000};
	ck_assert_int_eq(send_fds(&left, 1, NULL, 0, fds, 2), -EBADF);
	cy__frame frame = {.kind = CY__MESSAGE, .fd_count = 1};
	ck_assert_int_eq(cy__channel_send(left.channel, &frame, NULL), -EBADF);
	ck_assert_uint_eq(cy__channel_pending(left.channel, NULL), 0);
	close(fds[0]);
	close_pair();
}

/* Callbacks */

static void destroy_self(struct side *side, const cy__frame *frame)
{
	cy__channel_destroy(side->channel);
	side->channel = NULL;
}

TEST(it_can_be_destroyed_from_a_frame)
{
	open_pair(NULL);
	greet();
	right.on_frame = destroy_self;
	int fd = make_file();
	right.leave_fds = true;
	send_fds(&left, 1, NULL, 0, &fd, 1);
	send_call(&left, 2, NULL, 0);
	cy__channel_flush(left.channel);
	cy__channel_on_readable(right.channel, 0);
	ck_assert_uint_eq(right.frames, 1);
	ck_assert_int_eq(right.closed, 0);
	close(fd);
	close_pair();
}

static void poll_inside(struct side *side, const cy__frame *frame)
{
	uint32_t before = sum_of(frame->body, frame->body_size);
	cy__channel_on_readable(side->channel, 0);
	ck_assert_uint_eq(sum_of(frame->body, frame->body_size), before);
}

/* A handler that computes and polls the loop meanwhile: its frame stays where it is, the others come. */
TEST(a_frame_stays_while_its_handler_reads_on, .to = 2)
{
	open_pair(&(cy__channel_options){.turn_frames = _i ? 3 : 0});
	greet();
	right.on_frame = poll_inside;
	uint8_t *body = make_body(200000);
	static const size_t lengths[] = {100, 30000, 64000, 5, 200000, 17, 40000, 1, 90000, 3};
	for (uint64_t call = 0; call < 100; call++)
		ck_assert_int_eq(send_call(&left, call, body, lengths[call % 10]), 0);
	while (cy__channel_pending(left.channel, NULL) || right.frames < 100) {
		cy__channel_flush(left.channel);
		cy__channel_on_readable(right.channel, 0);
	}
	for (uint64_t call = 0; call < 100; call++)
		ck_assert_uint_eq(right.sums[call], sum_of(body, lengths[right.calls[call] % 10]));
	free(body);
	close_pair();
}

static void destroy_release(void *owner)
{
	struct side *side = owner;
	cy__channel_destroy(side->channel);
	side->channel = NULL;
}

TEST(it_can_be_destroyed_from_a_release, .to = 3)
{
	open_pair(NULL);
	greet();
	uint8_t *body = make_body(20000);
	cy__frame frame = {.kind = CY__ITEM, .body = body, .body_size = 20000};
	send_call(&left, 1, body, 10);
	cy__channel_send(left.channel, &frame, &(cy__sending){.release = destroy_release, .owner = &left});
	if (_i == 0)
		cy__channel_destroy(left.channel);
	else if (_i == 1)
		cy__channel_flush(left.channel);
	else
		ck_assert_int_eq(send_call(&left, 2, body, 10), -EPIPE);
	ck_assert_ptr_null(left.channel);
	free(body);
	close_pair();
}

/* The first part of many leaves before the turn ends, and nothing of it is sent again. */
TEST(many_frames_begin_to_leave_early)
{
	open_pair(NULL);
	greet();
	uint8_t *body = make_body(64);
	for (uint64_t call = 0; call < 2000; call++)
		send_call(&left, call, body, 64);
	uint8_t byte;
	ck_assert_int_eq(recv(cy__channel_fd(right.channel), &byte, 1, MSG_PEEK | MSG_DONTWAIT), 1);
	settle();
	ck_assert_uint_eq(right.frames, 2000);
	ck_assert_uint_eq(right.sums[1999], sum_of(body, 64));
	free(body);
	close_pair();
}

/* Memory */

TEST(a_warm_channel_allocates_nothing)
{
	open_pair(NULL);
	greet();
	static uint8_t body[200];
#ifdef TEST_SANITIZED
	const size_t size = 10000; /* blocks of larger ones are not kept there */
#else
	const size_t size = 1 << 20;
#endif
	uint8_t *large = make_body(size);
	size_t before = 0;
	for (uint64_t round = 0; round < 20; round++) {
		if (round == 3)
			before = memory_allocations();
		for (uint64_t call = 0; call < 1000; call++)
			ck_assert_int_eq(send_call(&left, call, body, sizeof body), 0);
		settle();
		ck_assert_int_eq(send_call(&left, 0, large, size), 0);
		ck_assert_int_eq(send_call(&right, 0, large, size), 0);
		settle();
	}
	ck_assert_uint_eq(memory_allocations(), before);
	ck_assert_uint_eq(right.frames, 20 * 1001);
	free(large);
	close_pair();
}

TEST(large_buffers_do_not_stay)
{
	open_pair(NULL);
	greet();
	uint8_t *large = make_body(8 << 20);
	send_call(&left, 1, large, (8 << 20) - 100);
	settle();
	ck_assert_uint_eq(right.frames, 1);
	ck_assert_uint_lt(memory_bytes(), 1 << 20);
	send_call(&left, 1, large, 1 << 20);
	settle();
	ck_assert_uint_gt(memory_bytes(), 1 << 20);
	for (int i = 0; i < 300; i++) {
		send_call(&left, 1, large, 10);
		cy__channel_flush(left.channel);
		cy__channel_on_readable(right.channel, 0);
	}
	size_t held = memory_bytes();
	cy__channel_destroy(right.channel);
	ck_assert_uint_lt(held - memory_bytes(), 200000);
	right.channel = NULL;
	free(large);
	close_pair();
}

/* With the nth allocation failing: an error comes out, and nothing is left or half sent. */
TEST(without_memory_it_refuses_and_goes_on, .to = 12)
{
	int ends[2];
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	int file = make_file();
	uint8_t *body = make_body(100000);
	memory_fail_once_after((size_t)_i);
	if (cy__channel_create(ends[0], NULL, &ops, &left, &left.channel) < 0) {
		memory_recover();
		ck_assert_int_eq(cy__channel_create(ends[0], NULL, &ops, &left, &left.channel), 0);
	}
	if (cy__channel_create(ends[1], NULL, &ops, &right, &right.channel) < 0)
		ck_assert_int_eq(cy__channel_create(ends[1], NULL, &ops, &right, &right.channel), 0);
	size_t sent = 0, failed = 0;
	for (int round = 0; round < 2; round++) {
		cy__frame first = hello;
		if (sent == 0 && cy__channel_send(left.channel, &first, NULL) < 0 && ++failed &&
		    cy__channel_send(left.channel, &first, NULL) < 0)
			ck_abort();
		sent += sent == 0;
		int errors[] = {send_fds(&left, 1, body, 100000, &file, 1), send_fds(&left, 2, body, 10, &file, 1),
		                send_call(&left, 3, body, 100000)};
		for (size_t i = 0; i < 3; i++) {
			ck_assert_msg(errors[i] == 0 || errors[i] == -ENOMEM || (errors[i] == -EPIPE && right.closed),
			              "%d %d %s", errors[i], right.code, right.why);
			sent += errors[i] == 0;
			failed += errors[i] != 0;
		}
		settle();
	}
	memory_recover();
	ck_assert(failed <= 1 || right.closed);
	if (right.closed)
		ck_assert_int_eq(right.code, -ENOMEM);
	else
		ck_assert_uint_eq(right.frames, sent);
	free(body);
	close(file);
	close_pair();
}
