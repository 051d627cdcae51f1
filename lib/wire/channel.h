/**
 * @file
 * Channels: a non-blocking Unix stream socket that speaks frames, and passes descriptors.
 *
 * The engine knows no loop: who binds it (bind.h, or a test) tells it when the descriptor is readable or
 * writable and what time it is, and asks what it wants. Any callback may send, close or destroy the channel, or run
 * the loop again.
 *
 * Three classes of frames wait to be written. Urgent ones, by their flags, pass all others, at the end of a frame. What
 * has a large body is bulk, whatever its flags say (but for a hello): it is cut in pieces, and normal frames pass between
 * them, though not so many that the bulk does not go on. Within a class order is kept. Across normal and bulk it is kept
 *
 *   - among the frames of one call, and so a cancel that is not urgent stays behind its call;
 *   - among the messages and events of one sender;
 *   - among what is sent as `ordered`;
 *   - for a goodbye, and whatever has the flag CY__FRAME_BULK: it stays behind all that was sent before it.
 *
 * Calls, and replies to different calls, may pass each other: a small one does not wait behind a large one. An urgent
 * cancel must not pass its own call: ask cy__channel_is_sent() first.
 *
 * What comes in pieces is put together before it is delivered: one frame at a time, in memory of its own, whose size the
 * first piece tells and the limit on frames bounds.
 */
#ifndef CLUSTERFY_LIB_WIRE_CHANNEL_H
#define CLUSTERFY_LIB_WIRE_CHANNEL_H

#include "lib/wire/faults.h"
#include "lib/wire/frame.h"

typedef struct cy__channel cy__channel;

/** Zero means the default. */
typedef struct cy__channel_options {
	size_t frame_max;     /**< bytes of a frame, either way; 0: CY__FRAME_MAX_DEFAULT */
	size_t queue_bytes;   /**< bytes that may wait in a class; 0: 8 MiB. A frame over it waits if it is alone */
	size_t queue_frames;  /**< frames that may wait in a class; 0: 65536 */
	size_t bulk_bytes;    /**< bytes that may wait in the class of the bulk; 0: queue_bytes */
	size_t turn_bytes;    /**< read at most so much per turn; 0: 1 MiB */
	size_t turn_frames;   /**< deliver at most so many frames per turn; 0: 4096 */
	rx_nsec read_timeout; /**< half a frame, then silence for so long, ends the channel; 0: 10 s; RX_NEVER */
	bool distrusted; /**< the other end may have left what takes long to be closed: it is closed a little later then */
} cy__channel_options;

/** Descriptors that came with a frame. Who wants one calls cy__fds_claim(); the others are closed. */
typedef struct cy__fds {
	int *fd;
	size_t count;
	/** 0, or why those that were sent are not here: -EMFILE, none could be opened; -EDQUOT, its sender has too many. */
	int error;
} cy__fds;

/** @returns descriptor @p index, which is the caller's from now on; -1: no such one, or already claimed */
int cy__fds_claim(cy__fds *fds, size_t index);

typedef struct cy__channel_ops {
	/** A frame has come; its body and @p fds are borrowed for the call. */
	void (*frame)(cy__channel *channel, const cy__frame *frame, cy__fds *fds, void *ctx);
	/**
	 * Nothing comes any more, once. @p code is 0 at an end between two frames, else a negative errno with words:
	 * those of cy__frame_decode(), -EPROTO (no hello first, a second hello, bytes after a goodbye, descriptors
	 * announced and not sent or sent and not announced), -ECONNABORTED (an end within a frame), -ETIMEDOUT (half
	 * a frame, then silence), -ENOMEM, or what the kernel said. What waits to be written is dropped unless
	 * @p code is 0.
	 */
	void (*closed)(cy__channel *channel, int code, const char *why, void *ctx);
	/** After a send was refused, or forced past the bound, there is room again: half the bound. May be NULL. */
	void (*room)(cy__channel *channel, void *ctx);
	/** Asked after each frame: whether no more are to be delivered in this turn. May be NULL. */
	bool (*enough)(cy__channel *channel, void *ctx);
	/**
	 * Descriptors that have come stay open, for the frames that they belong to are not whole: @p now of them, @p before
	 * the last time. Not called for those of a frame that is whole. If it refuses more, they are closed, and the frame
	 * is delivered without. May be NULL.
	 */
	int (*kept)(cy__channel *channel, size_t before, size_t now, void *ctx);
	/** For who binds it: a frame waits in an empty queue, so that a flush is wanted soon. May be NULL. */
	void (*queued)(cy__channel *channel, void *ctx);
} cy__channel_ops;

/** Totals since the channel was made. */
typedef struct cy__channel_counts {
	uint64_t frames_in, bytes_in, frames_out, bytes_out;
	uint64_t refused; /**< sends refused with -EAGAIN */
} cy__channel_counts;

/**
 * Speak frames over @p fd, which the channel owns from now on (on failure it stays the caller's).
 * @param options  NULL: all defaults
 * @param ops      borrowed for the life of the channel
 * @retval -ENOMEM  and what fcntl says
 */
int cy__channel_create(int fd, const cy__channel_options *options, const cy__channel_ops *ops, void *ctx,
                       cy__channel **channel);
/** Close at once, drop what waits, call nothing back. From inside a callback, too. NULL is accepted. */
void cy__channel_destroy(cy__channel *channel);

#define CY__PREFIX_MAX 1024

/** A frame to be sent, beyond what is in cy__frame. */
typedef struct cy__sending {
	/** frame.fd_count of them; duplicated, so they stay the caller's */
	const int *fds;
	/** Bytes that go out before the body, as a part of it; copied. At most CY__PREFIX_MAX. */
	const uint8_t *prefix;
	size_t prefix_size;
	/**
	 * If set: the body stays valid until this was called with @p owner, so that it need not be copied. Called
	 * exactly once if the send succeeds (perhaps before it returns); not at all if it fails.
	 */
	void (*release)(void *owner);
	void *owner;
	/** Never refused with -EAGAIN: for what is bounded otherwise. */
	bool forced;
	/** It stays behind everything that was sent as `ordered` before it. */
	bool ordered;
	/** If set, and the send succeeds: called once, when the channel has closed its duplicates of the descriptors. */
	void (*fds_closed)(void *fds_owner, size_t count);
	void *fds_owner;
} cy__sending;

/**
 * Queue a frame. Written by cy__channel_flush(), which a bound channel calls once per turn of the loop.
 * @param sending  NULL: no descriptors, body copied
 * @retval -EAGAIN    no room in its class
 * @retval -EMSGSIZE  over the limit on frames
 * @retval -EPIPE     the channel is closing, or the other end has gone
 * @retval -ENOMEM    nothing was queued
 * @retval -EBADF, -EMFILE  a descriptor could not be duplicated
 */
int cy__channel_send(cy__channel *channel, const cy__frame *frame, const cy__sending *sending);

/**
 * If the frame that was queued last is an item of this call and sender, and none of it has been written: let it be the last
 * of its reply, so that no end need follow.
 * @returns whether it is
 */
bool cy__channel_complete(cy__channel *channel, uint64_t call, uint32_t from);

/** Stands for the frame that was queued last; see cy__channel_is_sent(). */
uint64_t cy__channel_mark(const cy__channel *channel);
/** Whether the frame that @p mark stands for has been handed to the kernel, all of it. */
bool cy__channel_is_sent(const cy__channel *channel, uint64_t mark);

/** How far a channel has got: which frames have been handed to the kernel, for when it is no more. */
typedef struct cy__marks {
	uint64_t gone[3];
} cy__marks;
cy__marks cy__channel_marks(const cy__channel *channel);
bool cy__marks_have(const cy__marks *marks, uint64_t mark);

/** Write what waits, as far as the socket takes it. Calls nothing but `room`. */
void cy__channel_flush(cy__channel *channel);
/** The socket is readable: drain it, within the budget; then flush. @p now is the time for the read deadline. */
void cy__channel_on_readable(cy__channel *channel, rx_nsec now);
/** The socket is writable. */
void cy__channel_on_writable(cy__channel *channel);
/** The time is @p now: the channel ends if its deadline has passed. */
void cy__channel_on_time(cy__channel *channel, rx_nsec now);

/** The peer has broken the protocol in what a frame says: the channel ends, with @p code and @p why (for the call). */
void cy__channel_fail(cy__channel *channel, int code, const char *why) RX_RARE;

/**
 * Read nothing until it is called with false: a peer that does not read what it has asked for is not read either. It goes
 * on by itself when nobody reads what is written.
 */
void cy__channel_hold(cy__channel *channel, bool hold);
/** Frames that wait to be written, and the bytes of the normal ones; what was forced past the bound is among them. */
size_t cy__channel_backlog(const cy__channel *channel, size_t *bytes);

/** Whether on_readable is wanted: until `closed` was called, and while it is not held. */
bool cy__channel_wants_read(const cy__channel *channel);
/** Whether the socket took less than there is, so that on_writable is wanted. */
bool cy__channel_wants_write(const cy__channel *channel);
/** Whether the kernel has refused to take more for another reason than that the socket is full, so that nobody will say when
 * it may be tried again: call cy__channel_flush() a little later. */
bool cy__channel_is_stalled(const cy__channel *channel);
/** Whether frames that have been read wait for the next turn (call on_readable although nothing new came). */
bool cy__channel_wants_turn(const cy__channel *channel);
/** When on_time is wanted; RX_NEVER: not at all. */
rx_nsec cy__channel_deadline(const cy__channel *channel);
/** Bytes, and frames if @p frames is not NULL, that wait to be written. */
size_t cy__channel_pending(const cy__channel *channel, size_t *frames);
/** Give it faults, which are the channel's from now on; NULL: none any more. */
void cy__channel_set_faults(cy__channel *channel, cy__faults *faults);
/** How much later than it can on_readable is to be called: 0 without faults. */
rx_nsec cy__channel_delay(const cy__channel *channel);
/** The descriptor, for who binds it; open until the channel is destroyed. */
int cy__channel_fd(const cy__channel *channel);
void cy__channel_count(const cy__channel *channel, cy__channel_counts *counts);

/** Take no more to send; when what waits is written, end the writing side. `closed` comes when the peer ends, too. */
void cy__channel_close(cy__channel *channel);

#endif
