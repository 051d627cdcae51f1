/*
 * A channel reads with one buffer and writes from a queue of chunks.
 *
 * Reading: each recvmsg takes what the socket has, frames are delivered where they lie, and only the part of a frame
 * at the end is moved, to the front. The buffer grows when a frame's head (checked by then) asks for it, and shrinks
 * when large frames have stayed away for a while. A callback may run the loop again, and so come back here while the
 * body of its frame still lies in the buffer: the inner call then leaves that buffer to the outer one and goes on in
 * another ("lent"). Of a frame that comes in pieces the bytes are read to where they will stay; what has come into the
 * buffer along with a piece's head is the only part that is copied.
 *
 * Writing: frames are packed one after the other into chunks, so that one sendmsg carries hundreds of them; a large
 * body stays where it is, behind the last head of its chunk. Where a frame ends is read from the lengths when bytes
 * have gone out, so that a small frame costs the queue nothing but its bytes.
 *
 * The bulk: each of its frames is a chunk of its own, in which one piece after the other stands. A small frame that may
 * not pass what waits there goes there, too; which these are is told by a count of the frames that wait for each of a few
 * hashes, so that it is a look-up, and wrong only in that a frame waits without need. A bulk frame begins when the normal
 * frames that were queued before it have gone; a normal frame goes between two pieces of it.
 *
 * Descriptors belong to the first byte of the sendmsg that carries them, and a recvmsg never crosses from one such
 * message into the next. So a frame with descriptors begins a chunk, and that chunk begins a sendmsg; at the other end
 * they wait in order, each with the place in the stream where its read ended: whoever begins behind that place was not
 * meant.
 */
#include "lib/wire/channel.h"

#include "lib/descriptor/descriptor.h"
#include "lib/value/home.h"
#include "lib/value/layout.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
	READ_BUFFER = 64 << 10,
	/* turns without a large frame after which a large buffer is given back */
	LARGE_TURNS = 256,
	CHUNK = 32 << 10,
	SPARE_CHUNKS = 8,
	SPARE_LARGE = 2 << 20,
	/* so much is written before another frame is queued, not only when the turn ends: the first time, and from then on */
	EARLIEST = 2 << 10,
	EARLY = 32 << 10,
	/* from here on a body is not copied where it need not be */
	LARGE_BODY = 16 << 10,
	/* a body of more than the second is cut in pieces of the first; the last one has up to the second */
	PIECE = 128 << 10,
	PIECE_MOST = PIECE + PIECE / 4,
	PIECE_HEAD = CY__FRAME_HEAD + CY__FRAME_PIECE,
	/* what is read besides the body of a frame that comes in pieces */
	BETWEEN_PIECES = 4 << 10,
	/* frames of which it is known whether they wait in the bulk, told apart by a hash; the last: what is ordered */
	STREAMS = 64,
	IOVECS = 64,
	ARRIVED_MAX = 2 * CY__FRAME_FDS_MAX,
};

struct chunk {
	struct chunk *next;
	size_t sent; /* of its bytes, then of its body */
	size_t used, capacity;
	const uint8_t *body; /* goes out after the bytes; NULL: none */
	size_t body_size;
	void (*release)(void *owner);
	void *owner;
	int *fds; /* go out with the first byte */
	size_t fd_count;
	void (*fds_closed)(void *owner, size_t count);
	void *fds_owner;
	/* Of the bulk, where a chunk is a frame. */
	cy__frame frame;
	size_t rest;    /* of its body, after the piece that stands here */
	uint64_t after; /* how many normal frames go before it */
	uint8_t stream;
	bool ordered;
	uint8_t bytes[];
};

struct queue {
	struct chunk *first, *last;
	size_t bytes, frames;
	size_t unfinished;  /* bytes still to be written of a frame whose first bytes have gone */
	uint64_t put, gone; /* frames ever */
	bool refused;       /* or forced past the bound, so that it is told when there is room again */
};

/* A descriptor that no frame has taken yet; below 0 it is why there is none of a whole set. */
struct arrived {
	uint64_t end;
	int fd;
};

/* A frame that comes in pieces. */
struct assembly {
	cy__frame frame;
	cy_value *block;
	uint8_t *body; /* its room; NULL: none comes */
	size_t size, got;
	size_t piece; /* bytes of the present piece that are still to come; then nothing unread is in the buffer */
	int *fds;
	size_t fd_count;
	int fd_error;
};

struct cy__channel {
	int fd;
	unsigned depth; /* how often the engine is on the stack */
	bool destroyed, ended;
	bool closing; /* takes nothing more to send */
	bool shut;    /* has told the peer so */
	bool mute;    /* nobody reads what would be written */
	bool held;    /* nothing is read */
	bool writing, blocked;
	bool stalled;         /* blocked, and the socket will not say when that is over */
	bool more;            /* frames that were read wait for the next turn */
	bool lent;            /* a frame's body is borrowed from the buffer */
	bool greeted, parted; /* the hello, the goodbye has come */
	const cy__channel_ops *ops;
	void *ctx;
	cy__channel_options options;

	uint8_t *in;
	size_t in_capacity, in_begin, in_end;
	size_t in_wanted;  /* the size of the frame that has begun; 0: not known */
	unsigned in_small; /* turns without a large frame */
	uint64_t in_place; /* of in_begin in the stream */
	rx_nsec deadline;
	struct arrived *arrived;
	size_t arrived_count;
	size_t kept; /* descriptors that whoever binds it knows to stay open */

	struct assembly assembly;
	cy__home *home;       /* of the blocks into which large bodies are read */
	unsigned home_turns;  /* without a use of it */
	bool large_is_likely; /* the last frame was: of the next not much more than its head is read into the buffer */

	struct queue queues[3];
	bool early;     /* something was written since the last flush */
	bool bulk_turn; /* normal frames have had theirs */
	uint32_t streams[STREAMS + 1];
	uint64_t mark;
	struct chunk
		*newest; /* where the frame stands that was queued last, if it is not urgent and all of it is there */
	size_t newest_at;
	struct chunk *spare, *spare_large;
	size_t spare_count;
	cy__channel_counts counts;
	cy__faults *faults; /* NULL: none */
};

enum { NORMAL, URGENT, BULK };

/* Chunks */

static void free_chunks(struct chunk *chunk)
{
	while (chunk) {
		struct chunk *next = chunk->next;
		rx_free(chunk);
		chunk = next;
	}
}

static struct chunk *take_spare(cy__channel *channel, size_t size)
{
	struct chunk *chunk = NULL;
	if (size <= CHUNK && channel->spare) {
		chunk = channel->spare;
		channel->spare = chunk->next;
		channel->spare_count--;
	} else if (size > CHUNK && channel->spare_large && channel->spare_large->capacity >= size) {
		chunk = channel->spare_large;
		channel->spare_large = NULL;
	}
	return chunk;
}

/* An empty chunk with room for @p size bytes, or NULL. */
static struct chunk *make_chunk(cy__channel *channel, size_t size)
{
	size_t capacity = size > CHUNK ? size : CHUNK;
	struct chunk *chunk = take_spare(channel, size);
	if (!chunk) {
		chunk = rx_alloc(sizeof *chunk + capacity);
		if (!chunk)
			return NULL;
		chunk->capacity = capacity;
	}
	*chunk = (struct chunk){.capacity = chunk->capacity};
	return chunk;
}

static void close_fds(struct chunk *chunk)
{
	for (size_t i = 0; i < chunk->fd_count; i++)
		cy__fd_discard(chunk->fds[i]);
	if (chunk->fds && chunk->fds_closed)
		chunk->fds_closed(chunk->fds_owner, chunk->fd_count);
	rx_free(chunk->fds);
	chunk->fds = NULL;
	chunk->fd_count = 0;
}

/* What the chunk holds is sent, or never will be. */
static void recycle_chunk(cy__channel *channel, struct chunk *chunk)
{
	if (channel->newest == chunk)
		channel->newest = NULL;
	close_fds(chunk);
	if (chunk->release)
		chunk->release(chunk->owner);
	if (chunk->capacity == CHUNK && channel->spare_count < SPARE_CHUNKS) {
		chunk->next = channel->spare;
		channel->spare = chunk;
		channel->spare_count++;
	} else if (chunk->capacity > CHUNK && chunk->capacity <= SPARE_LARGE) {
		rx_free(channel->spare_large);
		channel->spare_large = chunk;
	} else {
		rx_free(chunk);
	}
}

static size_t chunk_left(const struct chunk *chunk)
{
	return chunk->used + chunk->body_size - chunk->sent;
}

static void drop_queue(cy__channel *channel, struct queue *queue)
{
	struct chunk *chunk = queue->first;
	queue->first = queue->last = NULL;
	queue->bytes = queue->frames = queue->unfinished = 0;
	while (chunk) {
		struct chunk *next = chunk->next;
		recycle_chunk(channel, chunk);
		chunk = next;
	}
}

/* Nobody reads what would be written. */
static void fall_mute(cy__channel *channel)
{
	channel->mute = true;
	channel->blocked = channel->stalled = false;
	drop_queue(channel, &channel->queues[NORMAL]);
	drop_queue(channel, &channel->queues[URGENT]);
	drop_queue(channel, &channel->queues[BULK]);
	memset(channel->streams, 0, sizeof channel->streams);
}

/* Life */

static void fill_in_defaults(cy__channel_options *options)
{
	if (!options->frame_max)
		options->frame_max = CY__FRAME_MAX_DEFAULT;
	if (!options->queue_bytes)
		options->queue_bytes = (size_t)8 << 20;
	if (!options->queue_frames)
		options->queue_frames = 65536;
	if (!options->bulk_bytes)
		options->bulk_bytes = options->queue_bytes;
	if (!options->turn_bytes)
		options->turn_bytes = (size_t)1 << 20;
	if (!options->turn_frames)
		options->turn_frames = 4096;
	if (!options->read_timeout)
		options->read_timeout = RX_S(10);
}

static int prepare_descriptor(int fd)
{
	int flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		return rx_plain(-errno);
	return 0;
}

int cy__channel_create(int fd, const cy__channel_options *options, const cy__channel_ops *ops, void *ctx,
                       cy__channel **channel)
{
	cy__channel *created = rx_alloc_zero(sizeof *created);
	if (!created)
		return -ENOMEM;
	created->in = rx_alloc(READ_BUFFER);
	created->in_capacity = READ_BUFFER;
	created->home = cy__home_create();
	int error = created->in && created->home ? prepare_descriptor(fd) : -ENOMEM;
	if (error < 0) {
		cy__home_close(created->home);
		rx_free(created->in);
		rx_free(created);
		return error;
	}
	created->fd = fd;
	created->ops = ops;
	created->ctx = ctx;
	created->deadline = RX_NEVER;
	if (options)
		created->options = *options;
	fill_in_defaults(&created->options);
	*channel = created;
	return 0;
}

static void close_arrived(cy__channel *channel)
{
	for (size_t i = 0; i < channel->arrived_count; i++)
		cy__fd_discard(channel->arrived[i].fd);
	channel->arrived_count = 0;
}

static void close_assembly_fds(struct assembly *assembly)
{
	for (size_t i = 0; assembly->fds && i < assembly->fd_count; i++)
		cy__fd_discard(assembly->fds[i]);
	rx_free(assembly->fds);
	assembly->fds = NULL;
	assembly->fd_count = 0;
}

static void drop_assembly(struct assembly *assembly)
{
	close_assembly_fds(assembly);
	cy_value_unref(assembly->block);
	*assembly = (struct assembly){.body = NULL};
}

static size_t open_descriptors(const cy__channel *channel)
{
	size_t count = channel->assembly.fd_count;
	for (size_t i = 0; i < channel->arrived_count; i++)
		count += channel->arrived[i].fd >= 0;
	return count;
}

/* Of each set its place in the stream is left, and why there is none. */
static void refuse_arrived(cy__channel *channel)
{
	size_t sets = 0;
	for (size_t i = 0; i < channel->arrived_count; i++) {
		const struct arrived arrived = channel->arrived[i];
		cy__fd_discard(arrived.fd);
		if (sets && channel->arrived[sets - 1].end == arrived.end)
			continue;
		channel->arrived[sets++] =
			(struct arrived){.end = arrived.end, .fd = arrived.fd < 0 ? arrived.fd : -EDQUOT};
	}
	channel->arrived_count = sets;
	if (channel->assembly.fd_count)
		channel->assembly.fd_error = -EDQUOT;
	close_assembly_fds(&channel->assembly);
}

/* Whoever sends descriptors, and not the frame that they are for, has them open here: that is bounded. */
static void settle_descriptors(cy__channel *channel)
{
	const size_t before = channel->kept, now = open_descriptors(channel);
	if (now == before || !channel->ops->kept)
		return;
	channel->kept = now;
	if (now <= CY__FRAME_FDS_MAX && channel->ops->kept(channel, before, now, channel->ctx) >= 0)
		return;
	refuse_arrived(channel);
	channel->kept = 0;
	channel->ops->kept(channel, before, 0, channel->ctx);
}

static void free_channel(cy__channel *channel)
{
	rx_free(channel->in);
	rx_free(channel->arrived);
	free_chunks(channel->spare);
	rx_free(channel->spare_large);
	cy__home_close(channel->home);
	cy__faults_destroy(channel->faults);
	rx_free(channel);
}

static void enter(cy__channel *channel)
{
	channel->depth++;
}

/* The channel may be gone afterwards. */
static void leave(cy__channel *channel)
{
	if (--channel->depth == 0 && channel->destroyed)
		free_channel(channel);
}

void cy__channel_destroy(cy__channel *channel)
{
	if (!channel || channel->destroyed)
		return;
	enter(channel);
	channel->destroyed = channel->ended = true;
	fall_mute(channel);
	close_arrived(channel);
	drop_assembly(&channel->assembly);
	settle_descriptors(channel);
	if (channel->options.distrusted)
		cy__fd_discard(channel->fd);
	else
		close(channel->fd);
	channel->fd = -1;
	leave(channel);
}

static void end(cy__channel *channel, int code, const char *why)
{
	if (channel->ended)
		return;
	channel->ended = true;
	channel->more = false;
	channel->deadline = RX_NEVER;
	close_arrived(channel);
	drop_assembly(&channel->assembly);
	settle_descriptors(channel);
	if (code < 0)
		fall_mute(channel);
	channel->ops->closed(channel, code, why, channel->ctx);
}

void cy__channel_fail(cy__channel *channel, int code, const char *why)
{
	enter(channel);
	end(channel, code, why);
	leave(channel);
}

/* Writing */

/* What one sendmsg is to carry. */
struct gathered {
	struct iovec parts[IOVECS];
	size_t count;
	struct chunk *with_fds; /* whose descriptors go out; only ever the first one's */
	bool full;
};

/* How far a queue has been gathered. */
struct cursor {
	struct queue *queue;
	const struct chunk *chunk;
	size_t at; /* in the chunk's bytes and body */
};

static void add_part(struct gathered *gathered, const uint8_t *bytes, size_t size)
{
	gathered->parts[gathered->count++] = (struct iovec){.iov_base = (void *)(uintptr_t)bytes, .iov_len = size};
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Gather up to @p most bytes of the chunk at the cursor; returns how many. */
static size_t gather_chunk(struct gathered *gathered, struct cursor *cursor, size_t most)
{
	const struct chunk *chunk = cursor->chunk;
	size_t taken = 0;
	if (cursor->at < chunk->used) {
		taken = least(most, chunk->used - cursor->at);
		add_part(gathered, chunk->bytes + cursor->at, taken);
		cursor->at += taken;
	}
	if (taken < most && chunk->body_size && cursor->at >= chunk->used) {
		size_t done = cursor->at - chunk->used, more = least(most - taken, chunk->body_size - done);
		add_part(gathered, chunk->body + done, more);
		cursor->at += more;
		taken += more;
	}
	return taken;
}

/* Whether the chunk at the cursor can go out with what was gathered before it. */
static bool admit_chunk(struct gathered *gathered, struct cursor *cursor)
{
	bool with_fds = cursor->chunk->fds && cursor->at == 0;
	if (gathered->count + 2 > IOVECS || (with_fds && gathered->count > 0))
		gathered->full = true;
	else if (with_fds)
		gathered->with_fds = (struct chunk *)(uintptr_t)cursor->chunk;
	return !gathered->full;
}

/* Gather up to @p most bytes of a queue; returns how many. */
static size_t gather(struct gathered *gathered, struct cursor *cursor, size_t most)
{
	size_t taken = 0;
	while (taken < most && cursor->chunk && !gathered->full && admit_chunk(gathered, cursor)) {
		taken += gather_chunk(gathered, cursor, most - taken);
		if (cursor->at < cursor->chunk->used + cursor->chunk->body_size)
			continue;
		if (cursor->chunk->rest)
			break; /* its next piece has no head yet */
		cursor->chunk = cursor->chunk->next;
		cursor->at = 0;
	}
	return taken;
}

static struct cursor cursor_of(struct queue *queue)
{
	return (struct cursor){queue, queue->first, queue->first ? queue->first->sent : 0};
}

static size_t frame_size_at(const uint8_t *length)
{
	uint32_t size;
	memcpy(&size, length, sizeof size);
	return (size_t)be32toh(size) + CY__FRAME_LENGTH;
}

static void pop_chunk(cy__channel *channel, struct queue *queue)
{
	struct chunk *chunk = queue->first;
	queue->first = chunk->next;
	if (!queue->first)
		queue->last = NULL;
	recycle_chunk(channel, chunk);
}

/* The next piece of a bulk frame takes the place of the last one. The first one begins with @p prefix. */
static void put_piece(struct chunk *chunk, size_t left, const uint8_t *prefix, size_t prefix_size)
{
	const size_t size = left <= PIECE_MOST ? left : PIECE;
	cy__frame piece = chunk->frame;
	chunk->rest = left - size;
	chunk->body_size = size - prefix_size;
	piece.flags |= chunk->rest ? CY__FRAME_MORE : 0;
	piece.body = chunk->body;
	piece.body_size = CY__FRAME_PIECE + size;
	cy__frame_encode(&piece, chunk->bytes);
	cy__piece_encode(chunk->bytes + CY__FRAME_HEAD, (uint32_t)left, (uint32_t)size);
	if (prefix_size)
		memcpy(chunk->bytes + PIECE_HEAD, prefix, prefix_size);
	chunk->sent = 0;
	chunk->used = PIECE_HEAD + prefix_size;
	chunk->frame.fd_count = 0;
}

static void next_piece(struct queue *queue, struct chunk *chunk)
{
	chunk->body += chunk->body_size;
	put_piece(chunk, chunk->rest, NULL, 0);
	queue->bytes += PIECE_HEAD;
}

static void finish_frame(cy__channel *channel, struct queue *queue, const struct chunk *chunk)
{
	queue->frames--;
	queue->gone++;
	channel->counts.frames_out++;
	if (queue != &channel->queues[BULK])
		return;
	channel->streams[chunk->stream]--;
	channel->streams[STREAMS] -= chunk->ordered;
}

/* @p size bytes of the queue have gone out. A release may have dropped the queue meanwhile. */
static void account(cy__channel *channel, struct queue *queue, size_t size)
{
	while (size && queue->first) {
		struct chunk *chunk = queue->first;
		if (!queue->unfinished)
			queue->unfinished = frame_size_at(chunk->bytes + chunk->sent);
		size_t part = least(size, queue->unfinished);
		if (channel->newest == chunk && queue == &channel->queues[BULK])
			channel->newest = NULL; /* its first piece is on its way */
		chunk->sent += part;
		queue->bytes -= part;
		queue->unfinished -= part;
		size -= part;
		if (!queue->unfinished && !chunk->rest)
			finish_frame(channel, queue, chunk);
		if (chunk_left(chunk) == 0 && chunk->rest)
			next_piece(queue, chunk);
		else if (chunk_left(chunk) == 0)
			pop_chunk(channel, queue);
	}
}

static ssize_t send_gathered(cy__channel *channel, struct gathered *gathered)
{
	union {
		struct cmsghdr header;
		uint8_t bytes[CMSG_SPACE(CY__FRAME_FDS_MAX * sizeof(int))];
	} control;
	struct msghdr message = {.msg_iov = gathered->parts, .msg_iovlen = gathered->count};
	const struct chunk *chunk = gathered->with_fds;
	if (chunk) {
		size_t size = chunk->fd_count * sizeof(int);
		memset(&control, 0, CMSG_SPACE(size));
		message.msg_control = &control;
		message.msg_controllen = CMSG_SPACE(size);
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(size);
		memcpy(CMSG_DATA(&control.header), chunk->fds, size);
	}
	ssize_t sent;
	do
		sent = cy__socket_write(channel->faults, channel->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (sent < 0 && errno == EINTR);
	return sent;
}

/* What one sendmsg carries: so much of these queues, in this order. */
struct plan {
	struct gathered gathered;
	struct segment {
		struct queue *queue;
		size_t size;
	} segments[6];
	size_t count, total;
};

static size_t add_segment(struct plan *plan, struct cursor *cursor, size_t most)
{
	const size_t size = gather(&plan->gathered, cursor, most);
	if (size)
		plan->segments[plan->count++] = (struct segment){cursor->queue, size};
	plan->total += size;
	return size;
}

/* Its turn has come, and what goes before it has gone. */
static bool is_bulks_turn(const cy__channel *channel)
{
	const struct chunk *first = channel->queues[BULK].first;
	return channel->bulk_turn && first && channel->queues[NORMAL].gone >= first->after;
}

/*
 * The rest of a frame that has begun, all that is urgent, then what is normal, then the bulk; a piece of it before what is
 * normal if the last time nothing was left for it.
 */
static void make_plan(cy__channel *channel, struct plan *plan)
{
	struct queue *normal = &channel->queues[NORMAL], *bulk = &channel->queues[BULK];
	struct cursor of_normal = cursor_of(normal), of_urgent = cursor_of(&channel->queues[URGENT]),
		      of_bulk = cursor_of(bulk);
	plan->count = plan->total = plan->gathered.count = 0;
	plan->gathered.with_fds = NULL;
	plan->gathered.full = false;
	add_segment(plan, &of_normal, normal->unfinished);
	size_t of_the_bulk = add_segment(plan, &of_bulk, bulk->unfinished);
	add_segment(plan, &of_urgent, SIZE_MAX);
	if (!of_the_bulk && is_bulks_turn(channel))
		of_the_bulk = add_segment(plan, &of_bulk, chunk_left(bulk->first));
	add_segment(plan, &of_normal, SIZE_MAX);
	if (!of_normal.chunk)
		of_the_bulk += add_segment(plan, &of_bulk, SIZE_MAX);
	channel->bulk_turn = bulk->first && !of_the_bulk;
}

static void account_plan(cy__channel *channel, const struct plan *plan, size_t sent)
{
	for (size_t i = 0; i < plan->count && sent; i++) {
		const size_t part = least(sent, plan->segments[i].size);
		account(channel, plan->segments[i].queue, part);
		sent -= part;
	}
}

/* One sendmsg; returns whether it is worth another. */
static bool write_once(cy__channel *channel)
{
	struct plan plan;
	make_plan(channel, &plan);
	ssize_t result = send_gathered(channel, &plan.gathered);
	if (result < 0) {
		/* Without buffers, or with too many descriptors under way, it is a matter of time, too. */
		channel->stalled = errno == ENOBUFS || errno == ENOMEM || errno == ETOOMANYREFS;
		channel->blocked = errno == EAGAIN || channel->stalled;
		if (!channel->blocked)
			fall_mute(channel);
		return false;
	}
	if (plan.gathered.with_fds)
		close_fds(plan.gathered.with_fds);
	channel->counts.bytes_out += (size_t)result;
	channel->blocked = (size_t)result < plan.total;
	account_plan(channel, &plan, (size_t)result);
	return !channel->blocked;
}

static bool has_queued(const cy__channel *channel)
{
	return channel->queues[NORMAL].first || channel->queues[URGENT].first || channel->queues[BULK].first;
}

static void write_queued(cy__channel *channel)
{
	if (channel->writing)
		return;
	channel->writing = true;
	channel->blocked = channel->stalled = false;
	while (!channel->mute && has_queued(channel) && write_once(channel))
		;
	channel->writing = false;
	if (channel->closing && !channel->shut && !channel->destroyed && !has_queued(channel)) {
		channel->shut = true;
		shutdown(channel->fd, SHUT_WR);
	}
}

static size_t bytes_bound(const cy__channel *channel, const struct queue *queue)
{
	return queue == &channel->queues[BULK] ? channel->options.bulk_bytes : channel->options.queue_bytes;
}

static void tell_room(cy__channel *channel)
{
	bool told = false;
	for (size_t i = 0; i < sizeof channel->queues / sizeof *channel->queues; i++) {
		struct queue *queue = &channel->queues[i];
		if (!queue->refused || queue->bytes > bytes_bound(channel, queue) / 2 ||
		    queue->frames > channel->options.queue_frames / 2)
			continue;
		queue->refused = false;
		told = true;
	}
	if (told && channel->ops->room && !channel->mute && !channel->closing)
		channel->ops->room(channel, channel->ctx);
}

void cy__channel_flush(cy__channel *channel)
{
	enter(channel);
	write_queued(channel);
	channel->early = false;
	tell_room(channel);
	if (channel->held && channel->mute)
		cy__channel_hold(channel, false);
	leave(channel);
}

void cy__channel_on_writable(cy__channel *channel)
{
	cy__channel_flush(channel);
}

void cy__channel_close(cy__channel *channel)
{
	enter(channel);
	channel->closing = true;
	write_queued(channel);
	leave(channel);
}

/* Sending */

static int refuse_full(cy__channel *channel)
{
	channel->counts.refused++;
	return rx_plain(-EAGAIN);
}

static bool is_full(const cy__channel *channel, const struct queue *queue, size_t size)
{
	return queue->frames > 0 &&
	       (queue->frames >= channel->options.queue_frames || queue->bytes + size > bytes_bound(channel, queue));
}

static int duplicate(const int *fds, size_t count, int **copies)
{
	int *made = rx_alloc(count * sizeof *made);
	if (!made)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		made[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, 3);
		if (made[i] < 0) {
			const int error =
				rx_raise(-errno, "descriptor %d cannot be copied: %s", fds[i], strerror(errno));
			while (i)
				close(made[--i]);
			rx_free(made);
			return error;
		}
	}
	*copies = made;
	return 0;
}

static int keep_fds(struct chunk *chunk, const cy__frame *frame, const cy__sending *sending)
{
	const int error = duplicate(sending->fds, frame->fd_count, &chunk->fds);
	if (error < 0)
		return error;
	chunk->fd_count = frame->fd_count;
	chunk->fds_closed = sending->fds_closed;
	chunk->fds_owner = sending->fds_owner;
	return 0;
}

static void append_chunk(struct queue *queue, struct chunk *chunk)
{
	if (queue->last)
		queue->last->next = chunk;
	else
		queue->first = chunk;
	queue->last = chunk;
}

/* The chunk at the end of the queue, if @p size more bytes have room in it; else a new one, which begins with @p fds. */
static int find_chunk(cy__channel *channel, struct queue *queue, size_t size, const cy__frame *frame,
                      const cy__sending *sending, struct chunk **found)
{
	struct chunk *chunk = queue->last;
	if (chunk && !chunk->body_size && chunk->capacity - chunk->used >= size && !frame->fd_count) {
		*found = chunk;
		return 0;
	}
	chunk = make_chunk(channel, size);
	if (!chunk)
		return -ENOMEM;
	int error = frame->fd_count ? keep_fds(chunk, frame, sending) : 0;
	if (error < 0) {
		recycle_chunk(channel, chunk);
		return error;
	}
	append_chunk(queue, chunk);
	*found = chunk;
	return 0;
}

static const uint8_t nil = 0xc0;

static size_t body_size_of(const cy__frame *frame)
{
	return frame->body ? frame->body_size : 1;
}

static void copy_bytes(struct chunk *chunk, const uint8_t *bytes, size_t size)
{
	memcpy(chunk->bytes + chunk->used, bytes, size);
	chunk->used += size;
}

static void copy_body(struct chunk *chunk, const cy__frame *frame)
{
	copy_bytes(chunk, frame->body ? frame->body : &nil, body_size_of(frame));
}

/* The head, and what goes before the body; returns the size of the whole frame. */
static size_t put_head(struct chunk *chunk, const cy__frame *frame, const cy__sending *sending)
{
	cy__frame whole = *frame;
	whole.body = frame->body ? frame->body : &nil;
	whole.body_size = sending->prefix_size + body_size_of(frame);
	const size_t size = cy__frame_encode(&whole, chunk->bytes + chunk->used);
	chunk->used += CY__FRAME_HEAD;
	if (sending->prefix_size)
		copy_bytes(chunk, sending->prefix, sending->prefix_size);
	return size;
}

/* How a frame came is no concern of who takes it, or passes it on. */
static uint16_t normal_flags(uint16_t flags)
{
	return (flags & CY__FRAME_PRIORITY) == CY__FRAME_BULK
	               ? (uint16_t)(flags & ~(CY__FRAME_PRIORITY | CY__FRAME_MORE))
	               : flags;
}

/* Frames whose order is kept: of one call, of the messages and events of one sender. */
static unsigned stream_of(const cy__frame *frame)
{
	const bool message = frame->kind == CY__MESSAGE || frame->kind == CY__EVENT;
	const uint64_t key = message ? ~(uint64_t)frame->from : frame->call;
	return (unsigned)(key * UINT64_C(0x9e3779b97f4a7c15) >> 58);
}

static unsigned class_of(const cy__channel *channel, const cy__frame *frame, const cy__sending *sending)
{
	const uint16_t priority = frame->flags & CY__FRAME_PRIORITY;
	if (priority == CY__FRAME_URGENT)
		return URGENT;
	if (sending->prefix_size + frame->body_size > PIECE_MOST && frame->kind != CY__HELLO)
		return BULK;
	if (!channel->queues[BULK].first)
		return NORMAL;
	return priority == CY__FRAME_BULK || frame->kind == CY__GOODBYE || channel->streams[stream_of(frame)] ||
	                       (sending->ordered && channel->streams[STREAMS])
	               ? BULK
	               : NORMAL;
}

/* What is cut, or small and may not pass it. */
static struct chunk *make_bulk(cy__channel *channel, const cy__frame *frame, const cy__sending *sending, bool keep)
{
	const size_t size = PIECE_HEAD + sending->prefix_size + (keep ? 0 : body_size_of(frame));
	struct chunk *chunk = size > CHUNK ? make_chunk(channel, size) : rx_alloc(sizeof *chunk + size);
	if (!chunk)
		return NULL;
	if (size <= CHUNK)
		*chunk = (struct chunk){.capacity = size};
	chunk->frame = *frame;
	chunk->frame.flags = (frame->flags & ~CY__FRAME_PRIORITY) | CY__FRAME_BULK;
	chunk->after = channel->queues[NORMAL].put;
	chunk->stream = (uint8_t)stream_of(frame);
	chunk->ordered = sending->ordered;
	return chunk;
}

/* The body that is cut lies behind the head, or where its owner keeps it. */
static void put_body(struct chunk *chunk, const cy__frame *frame, const cy__sending *sending, bool keep)
{
	chunk->body = frame->body;
	if (keep) {
		chunk->release = sending->release;
		chunk->owner = sending->owner;
	}
	put_piece(chunk, sending->prefix_size + frame->body_size, sending->prefix, sending->prefix_size);
}

/* What the socket has not taken at once is copied: from the piece that stands in the chunk to the end of the body. */
static void keep_rest(struct chunk *chunk)
{
	chunk->body = memcpy(chunk->bytes + chunk->used, chunk->body, chunk->body_size + chunk->rest);
}

static int enqueue_bulk(cy__channel *channel, const cy__frame *frame, const cy__sending *sending)
{
	struct queue *queue = &channel->queues[BULK];
	const bool cut = sending->prefix_size + frame->body_size > PIECE_MOST, keep = cut && sending->release;
	const bool through = cut && !keep && !has_queued(channel) && !channel->writing;
	struct chunk *chunk = make_bulk(channel, frame, sending, keep);
	const int error = !chunk ? -ENOMEM : frame->fd_count ? keep_fds(chunk, frame, sending) : 0;
	if (error < 0) {
		if (chunk)
			recycle_chunk(channel, chunk);
		return error;
	}
	append_chunk(queue, chunk);
	queue->frames++;
	queue->put++;
	channel->streams[chunk->stream]++;
	channel->streams[STREAMS] += chunk->ordered;
	if (cut) {
		put_body(chunk, frame, sending, keep);
		queue->bytes += PIECE_HEAD + sending->prefix_size + frame->body_size;
	} else {
		queue->bytes += put_head(chunk, &chunk->frame, sending);
		copy_body(chunk, frame);
	}
	channel->newest = chunk;
	channel->newest_at = 0;
	if (through)
		write_queued(channel);
	if (cut && !keep && queue->last == chunk)
		keep_rest(chunk);
	if (!keep && sending->release)
		sending->release(sending->owner);
	return 0;
}

/*
 * A large body that nobody keeps alive: the socket may take it from where it lies, at once; what it leaves is copied
 * into the room that the chunk has for it.
 */
static void send_through(cy__channel *channel, struct queue *queue, struct chunk *chunk, const cy__frame *frame)
{
	chunk->body = frame->body;
	chunk->body_size = frame->body_size;
	write_queued(channel);
	if (queue->last != chunk)
		return;
	chunk->body = NULL;
	chunk->body_size = 0;
	copy_body(chunk, frame);
}

static int enqueue(cy__channel *channel, struct queue *queue, const cy__frame *frame, const cy__sending *sending)
{
	bool large = frame->body && frame->body_size >= LARGE_BODY;
	bool keep = large && sending->release;
	bool through = large && !keep && !has_queued(channel) && !channel->writing;
	const size_t copied = CY__FRAME_HEAD + sending->prefix_size + (keep ? 0 : body_size_of(frame));
	struct chunk *chunk;
	int error = find_chunk(channel, queue, copied, frame, sending, &chunk);
	if (error < 0)
		return error;
	channel->newest = chunk;
	channel->newest_at = chunk->used;
	queue->bytes += put_head(chunk, frame, sending);
	queue->frames++;
	queue->put++;
	if (keep) {
		chunk->body = frame->body;
		chunk->body_size = frame->body_size;
		chunk->release = sending->release;
		chunk->owner = sending->owner;
	} else if (through) {
		send_through(channel, queue, chunk, frame);
	} else {
		copy_body(chunk, frame);
	}
	if (!keep && sending->release)
		sending->release(sending->owner);
	return 0;
}

static bool is_lost(const cy__channel *channel, const cy__frame *frame)
{
	return channel->faults && cy__faults_lose(channel->faults, frame->kind);
}

static int lose(const cy__frame *frame, const cy__sending *sending)
{
	if (sending->release)
		sending->release(sending->owner);
	if (frame->fd_count && sending->fds_closed)
		sending->fds_closed(sending->fds_owner, frame->fd_count);
	return 0;
}

/* So that the peer is awake, and then at work, while this turn goes on. A release may destroy the channel. */
static void write_early(cy__channel *channel)
{
	if (channel->queues[NORMAL].bytes < (channel->early ? EARLY : EARLIEST) || channel->blocked)
		return;
	channel->early = true;
	write_queued(channel);
}

static int refuse_closing(const cy__channel *channel)
{
	return rx_raise(-EPIPE, channel->closing ? "the channel is closing" : "the channel's other end has gone");
}

static int check_sending(const cy__channel *channel, const cy__frame *frame, const cy__sending *sending, size_t size)
{
	const size_t most = channel->options.frame_max < UINT32_MAX ? channel->options.frame_max : UINT32_MAX;
	if (channel->closing || channel->mute)
		return refuse_closing(channel);
	if (size > most)
		return rx_raise(-EMSGSIZE, "a frame of %zu bytes is longer than the limit of %zu", size, most);
	return frame->fd_count && !sending->fds ? rx_raise(-EBADF, "a frame says that it has descriptors, and has none")
	                                        : 0;
}

/* Queue what has been let in. */
static int put(cy__channel *channel, unsigned class, const cy__frame *frame, const cy__sending *sending)
{
	const bool idle = !has_queued(channel);
	const int error = is_lost(channel, frame) ? lose(frame, sending)
	                  : class == BULK         ? enqueue_bulk(channel, frame, sending)
	                                          : enqueue(channel, &channel->queues[class], frame, sending);
	if (error < 0)
		return error;
	channel->mark = channel->queues[class].put << 2 | class;
	if (idle && channel->ops->queued && has_queued(channel))
		channel->ops->queued(channel, channel->ctx);
	return 0;
}

int cy__channel_send(cy__channel *channel, const cy__frame *frame, const cy__sending *sending)
{
	static const cy__sending plain;
	if (!sending)
		sending = &plain;
	const unsigned class = class_of(channel, frame, sending);
	struct queue *queue = &channel->queues[class];
	const size_t size = CY__FRAME_HEAD + sending->prefix_size + body_size_of(frame);
	int error = check_sending(channel, frame, sending, size);
	if (error < 0)
		return error;
	if (is_full(channel, queue, size)) {
		queue->refused = true;
		if (!sending->forced)
			return refuse_full(channel);
	}
	cy__frame sent = *frame;
	if (class == NORMAL)
		sent.flags = normal_flags(frame->flags); /* nothing is there that it would have to stay behind */
	enter(channel);
	if (class == NORMAL)
		write_early(channel);
	error = channel->mute ? refuse_closing(channel) : put(channel, class, &sent, sending);
	leave(channel);
	return error;
}

/* Where frames may be lost, each is what it says it is. */
bool cy__channel_complete(cy__channel *channel, uint64_t call, uint32_t from)
{
	const cy__frame item = {.kind = CY__ITEM, .call = call, .from = from};
	struct chunk *chunk = channel->newest;
	return chunk && chunk->sent <= channel->newest_at && !channel->faults &&
	       cy__frame_stamp_flag(chunk->bytes + channel->newest_at, &item, CY__FRAME_LAST);
}

uint64_t cy__channel_mark(const cy__channel *channel)
{
	return channel->mark;
}

bool cy__channel_is_sent(const cy__channel *channel, uint64_t mark)
{
	return channel->queues[mark & 3].gone >= mark >> 2;
}

cy__marks cy__channel_marks(const cy__channel *channel)
{
	cy__marks marks;
	for (size_t i = 0; i < sizeof marks.gone / sizeof *marks.gone; i++)
		marks.gone[i] = channel->queues[i].gone;
	return marks;
}

bool cy__marks_have(const cy__marks *marks, uint64_t mark)
{
	return marks->gone[mark & 3] >= mark >> 2;
}

/* Reading */

int cy__fds_claim(cy__fds *fds, size_t index)
{
	if (index >= fds->count)
		return -1;
	int fd = fds->fd[index];
	fds->fd[index] = -1;
	return fd;
}

/* The unread bytes go to the front of a buffer of @p capacity bytes. */
static int replace_buffer(cy__channel *channel, size_t capacity)
{
	uint8_t *fresh = rx_alloc(capacity);
	if (!fresh)
		return -ENOMEM;
	size_t unread = channel->in_end - channel->in_begin;
	if (unread)
		memcpy(fresh, channel->in + channel->in_begin, unread);
	/* A lent buffer is freed by the call that has lent it. */
	if (!channel->lent)
		rx_free(channel->in);
	channel->lent = false;
	channel->in = fresh;
	channel->in_capacity = capacity;
	channel->in_begin = 0;
	channel->in_end = unread;
	return 0;
}

/* Room to read into: enough for the frame that has begun, and not little. */
static int make_room(cy__channel *channel)
{
	size_t wanted = channel->in_wanted > CY__FRAME_HEAD ? channel->in_wanted : CY__FRAME_HEAD;
	if (wanted > channel->in_capacity)
		return replace_buffer(channel, wanted);
	size_t unread = channel->in_end - channel->in_begin;
	if (unread == 0 && !channel->lent)
		channel->in_begin = channel->in_end = 0;
	size_t room = channel->in_capacity - channel->in_end;
	if (channel->in_begin == 0 || (room >= wanted - unread && room >= READ_BUFFER / 4))
		return 0;
	if (channel->lent)
		return replace_buffer(channel, channel->in_capacity);
	memmove(channel->in, channel->in + channel->in_begin, unread);
	channel->in_begin = 0;
	channel->in_end = unread;
	return 0;
}

static void keep_arrived(cy__channel *channel, int fd, uint64_t place)
{
	channel->arrived[channel->arrived_count++] = (struct arrived){.end = place, .fd = fd};
}

static int make_arrived(cy__channel *channel, size_t count, const char **why)
{
	if (!channel->arrived)
		channel->arrived = rx_alloc(ARRIVED_MAX * sizeof *channel->arrived);
	if (!channel->arrived) {
		*why = "no memory for descriptors";
		return -ENOMEM;
	}
	if (channel->arrived_count + count > ARRIVED_MAX) {
		*why = "descriptors that no frame announced";
		return rx_plain(-EPROTO);
	}
	return 0;
}

/* Keep what came with a read that ended at @p place, or close it. */
static int receive_fds(cy__channel *channel, struct msghdr *message, uint64_t place, const char **why)
{
	bool cut = message->msg_flags & MSG_CTRUNC;
	int error = cut ? make_arrived(channel, 1, why) : 0;
	if (cut && error == 0)
		keep_arrived(channel, -EMFILE, place);
	for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header; header = CMSG_NXTHDR(message, header)) {
		if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
			continue;
		size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		if (!cut && error == 0)
			error = make_arrived(channel, count, why);
		for (size_t i = 0; i < count; i++) {
			int fd;
			memcpy(&fd, CMSG_DATA(header) + i * sizeof fd, sizeof fd);
			if (cut || error < 0)
				cy__fd_discard(fd);
			else
				keep_arrived(channel, cy__fd_above(fd), place); /* -1: it is lost */
		}
	}
	return error;
}

static void end_of_file(cy__channel *channel)
{
	if (channel->in_end > channel->in_begin || channel->assembly.body)
		end(channel, -ECONNABORTED, "the channel ended within a frame");
	else
		end(channel, 0, NULL);
}

/* Where the next bytes go: those of a piece to where they will stay, what follows into the buffer. */
static size_t find_room(cy__channel *channel, struct iovec *parts)
{
	const struct assembly *assembly = &channel->assembly;
	size_t count = 0, room = channel->in_capacity - channel->in_end;
	if (assembly->piece)
		parts[count++] = (struct iovec){assembly->body + assembly->got, assembly->piece};
	if (assembly->body) {
		const size_t unread = channel->in_end - channel->in_begin;
		const size_t wanted = channel->in_wanted > unread ? channel->in_wanted - unread : 0;
		room = least(room, wanted > BETWEEN_PIECES ? wanted : BETWEEN_PIECES);
	} else if (channel->large_is_likely && channel->in_begin == channel->in_end) {
		room = least(room, BETWEEN_PIECES);
	}
	parts[count++] = (struct iovec){channel->in + channel->in_end, room};
	return count;
}

/* Of @p got bytes that have come, how many are of the piece. */
static size_t take_directly(cy__channel *channel, size_t got)
{
	struct assembly *assembly = &channel->assembly;
	const size_t part = least(got, assembly->piece);
	assembly->got += part;
	assembly->piece -= part;
	channel->in_place += part;
	return part;
}

/* One recvmsg; returns how many bytes came. @p dry: the socket has no more. */
static size_t receive(cy__channel *channel, bool *dry)
{
	*dry = true;
	if (make_room(channel) < 0) {
		end(channel, -ENOMEM, "no memory for a frame");
		return 0;
	}
	union {
		struct cmsghdr header;
		uint8_t bytes[CMSG_SPACE(CY__FRAME_FDS_MAX * sizeof(int))];
	} control;
	struct iovec parts[2];
	struct msghdr message = {.msg_iov = parts,
	                         .msg_iovlen = find_room(channel, parts),
	                         .msg_control = &control,
	                         .msg_controllen = sizeof control};
	ssize_t got;
	do
		got = cy__socket_read(channel->faults, channel->fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	if (got == 0 || (got < 0 && errno == ECONNRESET)) {
		end_of_file(channel);
		return 0;
	}
	if (got < 0) {
		if (errno != EAGAIN)
			end(channel, -errno, "the channel cannot be read");
		return 0;
	}
	channel->in_end += (size_t)got - take_directly(channel, (size_t)got);
	channel->counts.bytes_in += (size_t)got;
	bool has_control = message.msg_controllen > 0 || (message.msg_flags & MSG_CTRUNC);
	const size_t room = parts[0].iov_len + (message.msg_iovlen > 1 ? parts[1].iov_len : 0);
	*dry = (size_t)got < room && !has_control;
	if (has_control) {
		const char *why = NULL;
		uint64_t place = channel->in_place + (channel->in_end - channel->in_begin);
		int error = receive_fds(channel, &message, place, &why);
		if (error < 0)
			end(channel, error, why);
	}
	return (size_t)got;
}

static int refuse(int code, const char *words, const char **why)
{
	*why = words;
	return code;
}

/* A hello first, and no second one; nothing after a goodbye. */
static int check_order(const cy__channel *channel, const cy__frame *frame, const char **why)
{
	if (channel->parted)
		return refuse(-EPROTO, "bytes after a goodbye", why);
	if (!channel->greeted && frame->kind != CY__HELLO)
		return refuse(-EPROTO, "a frame before the hello", why);
	if (channel->greeted && frame->kind == CY__HELLO)
		return refuse(-EPROTO, "a second hello", why);
	return 0;
}

/* How many descriptors came with the message that brought the first of them. */
static size_t first_set(const cy__channel *channel)
{
	size_t count = 0;
	while (count < channel->arrived_count && channel->arrived[count].end == channel->arrived[0].end)
		count++;
	return count;
}

/* The descriptors of the frame that begins where the unread bytes do, into @p room. */
static int take_fds(cy__channel *channel, const cy__frame *frame, int *room, cy__fds *fds, const char **why)
{
	if (channel->arrived_count && channel->arrived[0].end <= channel->in_place)
		return refuse(-EPROTO, "descriptors that no frame announced", why);
	if (!frame->fd_count)
		return 0;
	size_t count = first_set(channel);
	bool lost = count == 1 && channel->arrived[0].fd < 0;
	if (!lost && count != frame->fd_count)
		return refuse(-EPROTO, "not as many descriptors as were announced", why);
	if (lost)
		fds->error = channel->arrived[0].fd;
	else
		fds->count = count;
	for (size_t i = 0; i < fds->count; i++)
		room[i] = channel->arrived[i].fd;
	channel->arrived_count -= count;
	memmove(channel->arrived, channel->arrived + count, channel->arrived_count * sizeof *channel->arrived);
	return 0;
}

/* So that whoever it is passed on to knows it, too: in the flags, and from them. */
static uint16_t note_lost(uint16_t flags, cy__fds *fds)
{
	if ((flags & CY__FRAME_LOST) && !fds->count && !fds->error)
		fds->error = -EMFILE;
	return fds->error ? flags | CY__FRAME_LOST : (uint16_t)(flags & ~CY__FRAME_LOST);
}

static void close_unclaimed(const cy__fds *fds)
{
	for (size_t i = 0; i < fds->count; i++)
		cy__fd_discard(fds->fd[i]);
}

/* Hand a frame over, with its body where it lies. */
static void hand_over(cy__channel *channel, const cy__frame *frame, cy__fds *fds)
{
	uint8_t *buffer = channel->in;
	bool was_lent = channel->lent;
	channel->lent = true;
	if (!is_lost(channel, frame))
		channel->ops->frame(channel, frame, fds, channel->ctx);
	if (channel->in == buffer)
		channel->lent = was_lent;
	else if (!was_lent)
		rx_free(buffer);
	close_unclaimed(fds);
}

/* A frame's head has come: everything that can be told from it. */
static int look_at_head(cy__channel *channel, cy__frame *frame, size_t *size, const char **why)
{
	const uint8_t *bytes = channel->in + channel->in_begin;
	size_t unread = channel->in_end - channel->in_begin;
	if (unread && channel->parted)
		return refuse(-EPROTO, "bytes after a goodbye", why);
	if (unread < CY__FRAME_LENGTH)
		return 0;
	int error = cy__frame_size(bytes, channel->options.frame_max, size, why);
	if (error < 0 || unread < CY__FRAME_HEAD)
		return error;
	error = cy__frame_decode_head(bytes, frame, why);
	return error < 0 ? error : check_order(channel, frame, why);
}

static bool is_whole(const cy__channel *channel)
{
	return channel->assembly.body && channel->assembly.got == channel->assembly.size;
}

/* All pieces have come. A callback may destroy the channel, or read on. */
static bool deliver_assembled(cy__channel *channel)
{
	struct assembly whole = channel->assembly;
	channel->assembly = (struct assembly){.body = NULL};
	cy__fds fds = {.fd = whole.fds, .count = whole.fd_count, .error = whole.fd_error};
	whole.frame.body = whole.body;
	whole.frame.body_size = whole.size;
	whole.frame.block = whole.block;
	whole.frame.flags = note_lost(normal_flags(whole.frame.flags), &fds);
	channel->counts.frames_in++;
	if (!is_lost(channel, &whole.frame))
		channel->ops->frame(channel, &whole.frame, &fds, channel->ctx);
	drop_assembly(&whole);
	return !channel->ended;
}

static int begin_assembly(cy__channel *channel, const cy__frame *frame, size_t size, const char **why)
{
	struct assembly *assembly = &channel->assembly;
	int room[CY__FRAME_FDS_MAX];
	cy__fds fds = {.fd = room};
	if (size > channel->options.frame_max - CY__FRAME_HEAD)
		return refuse(-EMSGSIZE, "a frame longer than the limit, in pieces", why);
	const int error = take_fds(channel, frame, room, &fds, why);
	if (error < 0)
		return error;
	assembly->frame = *frame;
	assembly->size = size;
	assembly->fd_error = fds.error;
	assembly->block = cy__home_take(channel->home, size);
	assembly->body = assembly->block ? cy__value_room(assembly->block) : NULL;
	channel->home_turns = 0;
	channel->large_is_likely = true;
	assembly->fds = fds.count ? rx_alloc(fds.count * sizeof *room) : NULL;
	if (!assembly->body || (fds.count && !assembly->fds)) {
		close_unclaimed(&fds);
		drop_assembly(assembly);
		return refuse(-ENOMEM, "no memory for a frame", why);
	}
	assembly->fd_count = fds.count;
	if (fds.count)
		memcpy(assembly->fds, room, fds.count * sizeof *room);
	return 0;
}

static int check_next(const struct assembly *assembly, const cy__frame *frame, size_t rest, const char **why)
{
	const cy__frame *first = &assembly->frame;
	if (frame->kind != first->kind || frame->call != first->call || frame->from != first->from ||
	    frame->to != first->to || frame->fd_count)
		return refuse(-EPROTO, "a piece of another frame than the one that has begun", why);
	if (rest != assembly->size - assembly->got)
		return refuse(-EPROTO, "a piece that does not go on where the last one has ended", why);
	return 0;
}

static bool is_piece(const cy__channel *channel, const cy__frame *frame)
{
	return (frame->flags & CY__FRAME_PRIORITY) == CY__FRAME_BULK &&
	       ((frame->flags & CY__FRAME_MORE) || channel->assembly.body);
}

/* A piece begins the unread bytes: take what is there of it. Returns whether its head was. */
static bool take_piece(cy__channel *channel, const cy__frame *frame, size_t size)
{
	struct assembly *assembly = &channel->assembly;
	const size_t unread = channel->in_end - channel->in_begin;
	const char *why = NULL;
	size_t rest;
	channel->in_wanted = PIECE_HEAD;
	if (unread < PIECE_HEAD && size > PIECE_HEAD)
		return false;
	int error = size > PIECE_HEAD ? cy__piece_decode(channel->in + channel->in_begin + CY__FRAME_HEAD, frame, size,
	                                                 &rest, &why)
	                              : refuse(-EPROTO, "a piece without a byte", &why);
	if (error == 0)
		error = assembly->body ? check_next(assembly, frame, rest, &why)
		                       : begin_assembly(channel, frame, rest, &why);
	if (error < 0) {
		end(channel, error, why);
		return false;
	}
	const size_t whole = size - PIECE_HEAD, part = least(whole, unread - PIECE_HEAD);
	memcpy(assembly->body + assembly->got, channel->in + channel->in_begin + PIECE_HEAD, part);
	assembly->got += part;
	assembly->piece = whole - part;
	channel->in_begin += PIECE_HEAD + part;
	channel->in_place += PIECE_HEAD + part;
	channel->in_wanted = 0;
	return true;
}

/* A large frame whose end is not there yet: the rest of its body is read to where it will stay. */
static bool is_to_be_awaited(const cy__channel *channel, const cy__frame *frame, size_t size)
{
	const size_t unread = channel->in_end - channel->in_begin;
	return size >= LARGE_BODY && unread >= CY__FRAME_HEAD && unread < size && !channel->assembly.body &&
	       frame->kind != CY__HELLO && frame->kind != CY__GOODBYE;
}

static bool await_rest(cy__channel *channel, const cy__frame *frame, size_t size)
{
	struct assembly *assembly = &channel->assembly;
	const size_t part = channel->in_end - channel->in_begin - CY__FRAME_HEAD;
	const char *why = NULL;
	const int error = begin_assembly(channel, frame, size - CY__FRAME_HEAD, &why);
	if (error < 0) {
		end(channel, error, why);
		return false;
	}
	memcpy(assembly->body, channel->in + channel->in_begin + CY__FRAME_HEAD, part);
	assembly->got = part;
	assembly->piece = assembly->size - part;
	channel->in_begin += CY__FRAME_HEAD + part;
	channel->in_place += CY__FRAME_HEAD + part;
	channel->in_wanted = 0;
	return true;
}

/* Deliver the frame that the unread bytes begin with, if all of it is there; returns whether it was. */
static bool deliver(cy__channel *channel)
{
	cy__frame frame = {.body = NULL};
	const char *why = NULL;
	size_t size = 0, unread = channel->in_end - channel->in_begin;
	if (is_whole(channel))
		return deliver_assembled(channel);
	int error = look_at_head(channel, &frame, &size, &why);
	if (error == 0 && is_piece(channel, &frame))
		return take_piece(channel, &frame, size);
	if (error == 0 && is_to_be_awaited(channel, &frame, size))
		return await_rest(channel, &frame, size);
	channel->in_wanted = size;
	if (error == 0 && (size == 0 || unread < size))
		return false;
	int room[CY__FRAME_FDS_MAX];
	cy__fds fds = {.fd = room};
	if (error == 0)
		error = take_fds(channel, &frame, room, &fds, &why);
	if (error < 0) {
		end(channel, error, why);
		return false;
	}
	frame.flags = note_lost(normal_flags(frame.flags), &fds);
	frame.body = channel->in + channel->in_begin + CY__FRAME_HEAD;
	frame.body_size = size - CY__FRAME_HEAD;
	channel->in_begin += size;
	channel->in_place += size;
	channel->in_wanted = 0;
	if (size > READ_BUFFER)
		channel->in_small = 0;
	channel->large_is_likely = size >= LARGE_BODY;
	channel->greeted = true;
	channel->parted = frame.kind == CY__GOODBYE;
	channel->counts.frames_in++;
	hand_over(channel, &frame, &fds);
	return !channel->ended;
}

/* Large buffers do not stay for ever, and very large ones not at all. */
static void shrink(cy__channel *channel)
{
	if (++channel->home_turns == LARGE_TURNS)
		cy__home_trim(channel->home);
	if (channel->lent || channel->in_capacity <= READ_BUFFER || channel->in_begin < channel->in_end)
		return;
	if (channel->in_capacity <= SPARE_LARGE && ++channel->in_small < LARGE_TURNS)
		return;
	channel->in_small = 0;
	/* Without memory for a small one the large one stays. */
	(void)replace_buffer(channel, READ_BUFFER);
}

/* Half a frame waits for its rest; each byte of it gives it time anew. */
static void set_deadline(cy__channel *channel, size_t got, rx_nsec now)
{
	rx_nsec timeout = channel->options.read_timeout;
	if ((channel->in_begin == channel->in_end && !channel->assembly.body) || channel->more)
		channel->deadline = RX_NEVER;
	else if (got || channel->deadline == RX_NEVER)
		channel->deadline = timeout > RX_NEVER - now ? RX_NEVER : now + timeout;
}

static bool is_enough(cy__channel *channel, size_t frames)
{
	return frames == channel->options.turn_frames ||
	       (channel->ops->enough && channel->ops->enough(channel, channel->ctx));
}

/* Read and deliver within the budget of a turn; returns how many bytes came. */
static size_t read_turn(cy__channel *channel)
{
	size_t got = 0, frames = 0;
	bool dry = false;
	for (;;) {
		bool spent = false;
		while (!channel->ended && !channel->held && !spent && deliver(channel))
			spent = is_enough(channel, ++frames);
		if (spent)
			channel->more = !channel->ended && (channel->in_begin < channel->in_end || is_whole(channel));
		if (channel->ended || channel->held || spent || dry || got >= channel->options.turn_bytes)
			break;
		got += receive(channel, &dry);
	}
	return got;
}

void cy__channel_on_readable(cy__channel *channel, rx_nsec now)
{
	if (channel->ended)
		return;
	enter(channel);
	if (channel->held)
		cy__channel_flush(channel);
	channel->more = false;
	size_t got = channel->held || channel->ended ? 0 : read_turn(channel);
	if (!channel->ended) {
		settle_descriptors(channel);
		set_deadline(channel, got, now);
		shrink(channel);
	}
	if (!channel->destroyed)
		cy__channel_flush(channel);
	leave(channel);
}

void cy__channel_on_time(cy__channel *channel, rx_nsec now)
{
	if (channel->ended || now < channel->deadline)
		return;
	if (channel->held)
		channel->deadline = RX_NEVER; /* it is not the peer who is silent */
	/* Who was stopped itself looks at what came meanwhile before it judges. */
	enter(channel);
	cy__channel_on_readable(channel, now);
	if (now >= channel->deadline)
		end(channel, -ETIMEDOUT, "half a frame, and then silence");
	leave(channel);
}

/* Questions */

void cy__channel_hold(cy__channel *channel, bool hold)
{
	/* What was read meanwhile, and not delivered, is looked at in a turn of its own. */
	if (channel->held && !hold && !channel->ended)
		channel->more = true;
	channel->held = hold && !channel->mute;
}

size_t cy__channel_backlog(const cy__channel *channel, size_t *bytes)
{
	*bytes = channel->queues[NORMAL].bytes;
	return channel->queues[NORMAL].frames + channel->queues[URGENT].frames + channel->queues[BULK].frames;
}

bool cy__channel_wants_read(const cy__channel *channel)
{
	return !channel->ended && !channel->held;
}

bool cy__channel_wants_write(const cy__channel *channel)
{
	return channel->blocked && !channel->stalled;
}

bool cy__channel_is_stalled(const cy__channel *channel)
{
	return channel->stalled;
}

bool cy__channel_wants_turn(const cy__channel *channel)
{
	return channel->more;
}

rx_nsec cy__channel_deadline(const cy__channel *channel)
{
	return channel->deadline;
}

size_t cy__channel_pending(const cy__channel *channel, size_t *frames)
{
	size_t bytes = 0, count = 0;
	for (size_t i = 0; i < sizeof channel->queues / sizeof *channel->queues; i++) {
		bytes += channel->queues[i].bytes;
		count += channel->queues[i].frames;
	}
	if (frames)
		*frames = count;
	return bytes;
}

void cy__channel_set_faults(cy__channel *channel, cy__faults *faults)
{
	cy__faults_destroy(channel->faults);
	channel->faults = faults;
}

rx_nsec cy__channel_delay(const cy__channel *channel)
{
	return channel->faults ? cy__faults_delay(channel->faults) : 0;
}

int cy__channel_fd(const cy__channel *channel)
{
	return channel->fd;
}

void cy__channel_count(const cy__channel *channel, cy__channel_counts *counts)
{
	*counts = channel->counts;
}
