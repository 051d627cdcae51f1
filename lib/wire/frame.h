/**
 * @file
 * Frames: bytes to frame and back. Pure: no I/O, no clock, no memory.
 *
 *     byte   0  length of what follows, 4 bytes, big-endian
 *            4  99          array of nine
 *            5  cc KK       kind
 *            7  cd FF FF    flags
 *           10  cf ...      call
 *           19  ce ...      from
 *           24  ce ...      to
 *           29  ce ...      credit
 *           34  cf ...      deadline
 *           43  cc NN       number of descriptors
 *           45  the body, any one MessagePack value: all that is left of the frame
 *
 * Every field of the head has one width, whatever its value, so that it is read and stamped where it lies. Any other
 * width is refused, though MessagePack would have it. The body is not looked at: who opens it checks it.
 *
 * The body of a large frame may come in pieces, each in a frame of the same kind, call, sender and target, of the class
 * CY__FRAME_BULK and, but for the last, with CY__FRAME_MORE. A piece's own body is
 *
 *     byte  45  92          array of two
 *           46  ce ...      how many bytes of the whole body are still to come, those of this piece included
 *           51  c6 ...      binary: the bytes of this piece, at least one, to the end of the frame
 *
 * so that the first one tells the size of the whole. Descriptors come with the first. One frame at a time comes in pieces,
 * and others come between them.
 */
#ifndef CLUSTERFY_LIB_WIRE_FRAME_H
#define CLUSTERFY_LIB_WIRE_FRAME_H

#include <clusterfy/rx/base.h>

/** What a hello says; peers of another version are refused. */
#define CY__FRAME_VERSION 1
/** Bytes before the body. */
#define CY__FRAME_HEAD 45
/** Bytes in the body of a piece before those of the whole. */
#define CY__FRAME_PIECE 11
/** Bytes that tell a frame's length. */
#define CY__FRAME_LENGTH 4
/** Descriptors that one frame may carry: what the kernel passes in one message. */
#define CY__FRAME_FDS_MAX 253
/** The limit on a frame, its length included, where none is set. */
#define CY__FRAME_MAX_DEFAULT ((size_t)16 << 20)
/** Bytes of a reply that are granted with its call, whatever its items. */
#define CY__CREDIT_BYTES ((int64_t)1 << 20)

/**
 * What a frame is; the numbers are the wire's, with gaps. The body of each, where the kind says nothing else: nil.
 * "Answers" means that `call` is that of the call it belongs to.
 */
typedef enum cy__kind {
	/** First each way, and never again. `call` is CY__FRAME_VERSION. Body: a map; from the primary what the worker
	 * is (id, name, incarnation, ...), from the worker what it found itself to be (pid, ...). */
	CY__HELLO = 0x01,

	/** A call; `credit` is the initial grant of items, with which go CY__CREDIT_BYTES (its
	 * largest value grants everything); `deadline` its deadline. Body: [name or nil, command, arguments]; the name only with CY__FRAME_NAMED. */
	CY__CALL = 0x10,
	/** Kept for streams of arguments. Body: the next argument. */
	CY__ARGUMENT = 0x11,
	/** Kept: no further argument. */
	CY__ARGUMENT_END = 0x12,
	/** The caller wants no more. Answers. */
	CY__CANCEL = 0x18,

	/** One item of a reply; with CY__FRAME_LAST its end as well. Answers. Body: the item. */
	CY__ITEM = 0x20,
	/** A reply is complete. Answers. */
	CY__END = 0x21,
	/** A reply has failed. Answers. Body: [code, words]. */
	CY__ERROR = 0x22,
	/** A further grant: `credit` items (at least one), of a call to many those of the process `to`. Answers. Body: nil,
	 * or a number of bytes as an unsigned integer of 64 bits. */
	CY__CREDIT = 0x28,

	/** One way, no reply. Body: [name or nil, message's name, value]; the first only with CY__FRAME_NAMED. */
	CY__MESSAGE = 0x38,
	/** Something happened that concerns the receiver. Body: a map. */
	CY__EVENT = 0x39,

	/** The sender closes the channel and means it; no byte follows. */
	CY__GOODBYE = 0x61,

	/** Answered by a pong with the same `call`. */
	CY__PING = 0x70,
	CY__PONG = 0x71
} cy__kind;

enum {
	/** This is a piece, and not the last one; with CY__FRAME_BULK only, and never of a hello or a goodbye. */
	CY__FRAME_MORE = 0x0001,
	/** The priority, two bits: the class in which the frame waits to be written (see channel.h). */
	CY__FRAME_PRIORITY = 0x0006,
	CY__FRAME_NORMAL = 0x0000,
	/** Passes everything that is not urgent. */
	CY__FRAME_URGENT = 0x0002,
	/** Is passed by everything else; on the wire, what is large or has to stay behind it. */
	CY__FRAME_BULK = 0x0004,
	/** Whom it is for must bear the name in its body; `to` is CY__TO_UNKNOWN or must be that id. */
	CY__FRAME_NAMED = 0x0008,
	/** Of a message, two bits: what becomes of it where a queue is full (see cy_when_full). */
	CY__FRAME_FULL = 0x0030,
	CY__FRAME_REFUSE = 0x0000,
	CY__FRAME_DROP_OLDEST = 0x0010,
	CY__FRAME_DROP_NEWEST = 0x0020,
	CY__FRAME_KEEP_LATEST = 0x0030,
	/** Of an item: the reply is complete with it, as by an end behind it. */
	CY__FRAME_LAST = 0x0040,
	/** Descriptors were sent with it, and none come: a process on the way could not open them. */
	CY__FRAME_LOST = 0x0080,
	/** All flags; any other bit is refused. */
	CY__FRAME_FLAGS = 0x00ff
};

/** Values of `from` and `to` besides ids of workers. */
#define CY__TO_PRIMARY UINT32_C(0)
#define CY__TO_ALL UINT32_C(0xffffffff)     /**< all workers */
#define CY__TO_OTHERS UINT32_C(0xfffffffe)  /**< all workers but the sender */
#define CY__TO_ANY UINT32_C(0xfffffffd)     /**< one of them, the least busy */
#define CY__TO_UNKNOWN UINT32_C(0xfffffffc) /**< the name alone tells */
/** Ids of workers are from 1 up to this. */
#define CY__ID_MAX UINT32_C(0xfffffeff)

typedef struct cy__frame {
	uint8_t kind;
	uint8_t fd_count;
	uint16_t flags;
	uint32_t from, to, credit;
	uint64_t call;
	rx_nsec deadline; /**< CLOCK_MONOTONIC, which all processes of a machine share; 0: none */
	/** Decoded: borrowed from the bytes. To be sent: NULL stands for nil. */
	const uint8_t *body;
	size_t body_size;
	/** Delivered: a block that has the body as its bytes, all of them, which nobody has looked at; NULL: none. Who
	 * takes a reference to it keeps the bytes. */
	struct cy_value *block;
} cy__frame;

/** Whether @p kind is one of cy__kind. */
bool cy__kind_known(uint8_t kind);
/** A kind's name in lower case, or "unknown". */
const char *cy__kind_name(uint8_t kind);

/**
 * Write the head of @p frame, its length included. The body is to follow (one byte of nil, 0xc0, if it is NULL).
 * No check: a frame that is to be sent is right by construction.
 * @returns the size of the whole frame
 */
size_t cy__frame_encode(const cy__frame *frame, uint8_t head[CY__FRAME_HEAD]);

/**
 * How large a frame is, its length field included, from its first four bytes.
 * @param max  the limit on it
 * @param why  set, on failure only, to static words
 * @retval -EMSGSIZE  over the limit
 * @retval -ENODATA   too short for a head and a body
 */
int cy__frame_size(const uint8_t length[CY__FRAME_LENGTH], size_t max, size_t *size, const char **why);

/**
 * Read and check the head of a frame; so that a bad one is refused before its body has come.
 * @param head   its first CY__FRAME_HEAD bytes; cy__frame_size() has been asked about them
 * @param frame  all but the body; untouched on failure
 * @param why    set, on failure only, to static words
 * @retval -EILSEQ            not an array of nine
 * @retval -EPROTOTYPE        a field is of another type or width
 * @retval -ENOMSG            unknown kind
 * @retval -EINVAL            unknown flags, or a priority that does not exist
 * @retval -ERANGE            the deadline is no time
 * @retval -E2BIG             more descriptors than a frame may carry
 * @retval -EDOM              a credit that grants no item
 * @retval -EPROTONOSUPPORT   a hello of another version
 */
int cy__frame_decode_head(const uint8_t head[CY__FRAME_HEAD], cy__frame *frame, const char **why);

/**
 * The two above on bytes that are all there.
 * @param size  as many bytes as there are; the frame must end with them
 * @retval -ENODATA  there are fewer bytes than the length says, or more; and what the two above refuse
 */
int cy__frame_decode(const uint8_t *bytes, size_t size, size_t max, cy__frame *frame, const char **why);

/** Write what the body of a piece begins with: @p size bytes of the @p rest that is still to come. */
void cy__piece_encode(uint8_t head[CY__FRAME_PIECE], uint32_t rest, uint32_t size);
/**
 * Read it. @p frame: that of the piece, its head decoded; @p size: of the frame.
 * @retval -EPROTO  not of this form, or of a length that cannot be
 */
int cy__piece_decode(const uint8_t head[CY__FRAME_PIECE], const cy__frame *frame, size_t size, size_t *rest,
                     const char **why);

/** Overwrite `from` in an encoded frame. */
void cy__frame_stamp_from(uint8_t *head, uint32_t from);
/** Overwrite `to` in an encoded frame. */
void cy__frame_stamp_to(uint8_t *head, uint32_t to);
/** Overwrite `call` in an encoded frame. */
void cy__frame_stamp_call(uint8_t *head, uint64_t call);
/** If @p head is that of a frame of this kind, call and sender: set @p flag. Returns whether it is. */
bool cy__frame_stamp_flag(uint8_t *head, const cy__frame *frame, uint16_t flag);
/** Overwrite `credit` in an encoded frame. */
void cy__frame_stamp_credit(uint8_t *head, uint32_t credit);

#endif
