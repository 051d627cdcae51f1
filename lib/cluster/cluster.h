/*
 * What the parts of the cluster layer share: the handle, the peers.
 *
 *     event/       cy_event: making, copying, emitting
 *     command/     registry: name → handler; exchange: a call as its caller sees it; serve: a call that runs here;
 *                  call: cy_call(); builtin: the library's own commands
 *     message/     cy_send(); letters: messages that wait; gauge: how full a queue is; room: cy_room()
 *     primary/     spawn and supervise (both without a loop), worker: one worker over its incarnations; workers: all of
 *                  them; route: whom a frame is for
 *     worker/      join: becoming a worker; status
 *     shutdown/    methods, signals, stop: the order in which things end
 *     storage/     the tree, and the operations on it from any process
 *     statistics/, listen/
 *
 * A frame comes in at a peer (peer.c). A call goes to command/serve.c if it is for this process, else, in the primary,
 * through primary/route.c into an exchange with a leg for each worker it is for. A reply finds its leg by its number.
 */
#ifndef CLUSTERFY_LIB_CLUSTER_CLUSTER_H
#define CLUSTERFY_LIB_CLUSTER_CLUSTER_H

#include <errno.h>
#include <string.h>

#include <clusterfy/cluster.h>

#include "lib/command/table.h"
#include "lib/ledger/ledger.h"
#include "lib/ledger/turns.h"
#include "lib/wire/bind.h"
#include "lib/wire/channel.h"

typedef struct cy__worker cy__worker;
typedef struct cy__serve cy__serve;
typedef struct cy__leg cy__leg;
typedef struct cy__letter cy__letter;
typedef struct cy__group cy__group;
typedef struct cy__member cy__member;
typedef struct cy__guardian cy__guardian;

/* Messages that wait; see message/letters.h. Zero but for `dropped` is none. */
typedef struct cy__letters {
	cy__letter *first, *last;
	size_t count, bytes;
	/* One that @p from has sent was dropped, as its policy has it. */
	void (*dropped)(struct cy__letters *letters, uint32_t from);
} cy__letters;

/*
 * How full the queue to one process is: what was refused and dropped, who has been told, who waits for room; see
 * message/gauge.h.
 */
typedef struct cy__gauge {
	cy_cluster *cluster;
	uint32_t id;               /* of that process */
	bool full;                 /* since a refusal, until there is room again */
	uint64_t refused, dropped; /* calls and messages, ever: over all incarnations */
	uint8_t said, to_say;      /* in this fullness: what it is */
	rx_task saying;
	uint32_t *told; /* senders, in other processes, that have been told of this fullness */
	size_t told_count;
	struct cy__room_wait *waits, **waits_end;
} cy__gauge;

/* The other end of a channel: in the primary one for each worker, in a worker the primary. */
typedef struct cy__peer {
	cy_cluster *cluster;
	cy__worker *worker; /* in the primary; NULL in a worker */
	uint32_t id;
	cy__channel *channel; /* NULL: none, or no more */
	cy__binding binding;
	cy__work reading;         /* what has come waits for its turn */
	bool greeted;             /* its hello has come */
	bool leaving;             /* a goodbye was sent or has come: the end of the channel is asked for */
	bool parted;              /* it was sent */
	cy__table incoming;       /* its calls, by their numbers: ports */
	struct cy__port *blocked; /* those that wait for room in its queue */
	cy__leg *legs;            /* calls to it that await replies */
	size_t leg_count;
	/*
	 * What its last channel has left: calls in both directions that are ended in slices, while another channel may be
	 * open already. Legs of lower numbers than `lost_below` belong there.
	 */
	cy__leg *lost_legs;
	struct cy__port *lost_ports;
	uint64_t lost_below;
	cy__marks lost_marks;
	cy__work losing;
	uint64_t served;         /* calls that it has answered, over all incarnations */
	cy__channel_counts past; /* of its earlier channels */
	cy__gauge gauge;
	cy__letters backlog; /* messages that gave way at its queue's bound, and may be dropped */
} cy__peer;

/* The registry of this process's commands. */
typedef struct cy__registry {
	struct cy__entry *first;
} cy__registry;

/* This process's shutdown methods, and how far they are. */
typedef struct cy__methods {
	struct cy__method *first, *last;
	size_t running;
	bool begun;
	void (*done)(cy_cluster *cluster);
} cy__methods;

/* How far this process is on its way out. */
typedef enum cy__stage {
	CY__RUNNING,
	CY__STOPPING, /* new calls are refused; what runs is finished */
	CY__CLEANING, /* the shutdown methods run */
	CY__FLUSHING, /* what is left to say is written out */
	CY__ENDED,
} cy__stage;

struct cy_cluster {
	cy_options options; /* every default filled in */
	rx_scheduler *scheduler, *asap;
	cy__ledger *ledger; /* who makes this process hold what */
	cy__turns *turns;   /* work of others that takes longer than a slice of a turn */
	cy__turn passed;    /* the last turn that passed the limit, until an event has said so */
	rx_task passing;
	bool primary;
	bool started;
	uint32_t id, incarnation;
	char *name;
	char *label;
	cy_value *metadata;

	rx_subject *events;
	rx_subject *output; /* lines of captured workers */
	rx_subject *end;    /* emits the exit status (int), once */
	rx_task alive;      /* keeps the loop running */
	cy__registry commands;
	cy__table calls; /* legs, by their numbers */
	uint64_t next_call;
	cy__serve *serving; /* calls that run here */
	size_t serving_count;
	uint64_t late;       /* replies that nobody awaited */
	cy__letters letters; /* messages to itself */
	cy__gauge own;       /* how full that is */
	rx_task post;
	cy__methods methods;
	rx_subscription signals[CY_SIGNALS + 1];
	int uncaught; /* 0, or why one of them cannot be caught */
	cy__stage stage;
	int exit_status;
	int signal;           /* what made it stop, or 0 */
	rx_task deadline;     /* of the stop */
	rx_task nudge;        /* the stop goes on */
	bool holding;         /* it does not, until everybody has been told */
	rx_subject *flushing; /* in a worker: completes when all is done but the last words */

	cy_storage *storage;        /* in a worker the copies that its mirrors keep, or NULL */
	struct cy__mirror *mirrors; /* a worker's */
	struct cy__keeper *keeper;  /* the primary's, with the workers' mirrors */
	struct cy__fanout *fanout;

	/* The primary's. */
	cy__worker **workers; /* in the order of their ids */
	size_t worker_count, worker_room;
	uint32_t next_id;
	cy__worker *buried; /* gone for good, and kept until nothing on the stack can point to them */
	rx_task burial;
	cy__guardian *guardian; /* NULL: no worker has been started yet */
	cy__group *groups;
	cy__worker *spares;        /* processes beside those in the list: see primary/succession.h */
	cy__peer *speaker;         /* whose call is being looked at */
	cy_worker_statistics gone; /* what was counted of workers that are gone */
	unsigned interrupts;       /* SIGINTs that have come */
	struct cy__listening *listening;
	cy__fds *enclosed; /* descriptors of the item that one of the library's own handlers is emitting */

	/* A worker's. */
	cy__peer peer; /* the primary */
	cy_status status;
	bool status_set; /* by the program, so that cy_start() leaves it */
	bool busy;       /* the program says that it is PROCESSING */
	int unwelcome;   /* 0, or why the primary's hello was of no use */
	rx_task telling; /* the status again, which the primary could not be told */
};

#define CY__CONTAINER(pointer, type, member) ((type *)((char *)(pointer)-offsetof(type, member)))

/* In text[], "Primary", "Paul (1)", "2"; by what this process knows. */
const char *cy__label(const cy_cluster *cluster, uint32_t id, char *text, size_t size);
/* The cluster ends: its events complete, and cy_run() returns. */
void cy__conclude(cy_cluster *cluster);
/* An error event: @p code with words. */
void cy__trouble(cy_cluster *cluster, uint32_t worker, int code, const char *format, ...) RX_PRINTF(4, 5);
/* A copy from rx_alloc(), or NULL. */
char *cy__strdup(const char *text);
/* Emit an event in this process; the time is filled in. */
void cy__emit(cy_cluster *cluster, cy_event event);
/* Whether anybody listens: for events that come with every call. */
bool cy__is_heard(const cy_cluster *cluster);

/* ---- Peers ----------------------------------------------------------------------------------------------------- */

/* Speak over @p fd, which the peer owns then. @retval -E… */
int cy__peer_open(cy__peer *peer, cy_cluster *cluster, uint32_t id, int fd);
/* From now on the loop drives it. */
void cy__peer_bind(cy__peer *peer);
/* Read what has come, if its turn is now. @returns whether it waits for that */
bool cy__peer_read(cy__peer *peer);
/* Add what its channel has counted so far. */
void cy__peer_count(const cy__peer *peer, cy__channel_counts *counts);
/* The channel is no more: calls of the peer's are cancelled, calls to it fail. */
void cy__peer_lost(cy__peer *peer);
void cy__peer_finish(cy__peer *peer);

/* A frame of the cluster's own making; zero means nothing of it. */
typedef struct cy__post {
	cy__kind kind;
	uint16_t flags;
	uint32_t from, to, credit;
	uint64_t call;
	rx_nsec deadline;
	cy_value *body; /* borrowed: the queue takes a reference of its own */
	/* What goes out before the body, copied: command/opening.h. */
	const uint8_t *opening;
	size_t opening_size;
	const int *fds;
	size_t fd_count;
	bool reserved;
	bool forced;  /* past the bound */
	bool ordered; /* behind whatever was sent as ordered before it */
} cy__post;
/*
 * What may be dropped, and finds the queue full, waits in the backlog.
 * @retval as cy__channel_send(); -EPIPE without a channel; the mistake that the body is
 */
int cy__peer_post(cy__peer *peer, const cy__post *post);
/* The same, with a channel, and what finds the queue full is simply refused. */
int cy__peer_send(cy__peer *peer, const cy__post *post);
/* Its whole body, opening included; to be released. May be a mistake. */
cy_value *cy__post_body(const cy__post *post);
/* Pass a frame on, body and descriptors as they are, with another call number and sender. */
int cy__peer_forward(cy__peer *peer, const cy__frame *frame, uint64_t call, uint32_t from, cy__fds *fds);
/* It waits for something that cannot be sent, for @p code: rather no channel than a peer that waits for ever. */
void cy__peer_give_up(cy__peer *peer, int code);
/* It has broken the protocol: its channel ends, with @p why. */
void cy__peer_offend(cy__peer *peer, int code, const char *why);
/* Say goodbye and close after what was sent. */
void cy__peer_leave(cy__peer *peer);

#endif
