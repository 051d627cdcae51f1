/*
 * What the parts of the cluster layer share: the handle, the peers.
 *
 *     event/       cy_event: making, copying, emitting
 *     command/     registry: name → handler; exchange: a call as its caller sees it; serve: a call that runs here;
 *                  call: cy_call(); builtin: the library's own commands
 *     message/     cy_send(); outbox: what waits for a process; letter: one of it; gauge: how full a queue is; room: cy_room()
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

#include "lib/cluster/chance.h"
#include "lib/command/table.h"
#include "lib/event/trouble.h"
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

/*
 * What one origin has waiting for one process: in the order in which it came, with those that may give way in a list of their
 * own, and the latest of each name in a table.
 */
typedef struct cy__lane {
	struct cy__outbox *outbox;
	uint32_t origin;
	cy__account *account; /* NULL: an origin that is not bounded by one */
	cy__letter *first, *last;
	cy__letter *loose, *loose_last; /* may be dropped */
	size_t count, bytes, loose_count, loose_bytes;
	cy__table latest;                 /* letters that keep the latest, by a hash of their names */
	cy__share frames, room;           /* its part of what may wait: messages and calls, and their bytes */
	cy__share items, items_room;      /* the same of replies */
	cy__share calls;                  /* its calls that this process serves */
	size_t deficit;                   /* bytes that it may still send in its turn */
	bool told;                        /* the origin has been told that it finds no room */
	struct cy__lane *next, *previous; /* in the round of those that have something waiting */
} cy__lane;

/* What waits for one process, in a lane for each origin; see message/outbox.h. */
typedef struct cy__outbox {
	struct cy__gauge *gauge;
	cy__lane own;     /* of this process */
	cy__table others; /* lanes of others, by their origins */
	cy__lane *turn;   /* whose turn it is; NULL: nothing waits */
	size_t active;    /* lanes in the round */
	size_t count, bytes;
	size_t forced; /* of them, ends of replies and the like, which are never refused */
	uint64_t sequence;
	uint64_t lost;   /* what has a number up to this one is to be dropped */
	size_t dropping; /* of them, still here */
	cy__capacity frames, room, items, items_room, calls;
	bool held;    /* nothing goes out yet: its hello has not come */
	bool opening; /* it has come, and what is to be dropped comes first */
	bool feeding;
} cy__outbox;

/*
 * How full the queue to one process is: what was refused and dropped, who has been told, who waits for room; see
 * message/gauge.h.
 */
typedef struct cy__gauge {
	cy_cluster *cluster;
	uint32_t id;               /* of that process */
	bool full;                 /* for what this process sends: since a refusal, until there is room again */
	bool in_fullness;          /* for anybody */
	uint32_t filler;           /* whose frames found it so, when that was last said */
	uint64_t refused, dropped; /* calls and messages, ever: over all incarnations */
	uint8_t said, to_say;      /* in this fullness: what it is */
	rx_task saying;
	struct cy__room_wait *waits, **waits_end;
} cy__gauge;

/* The other end of a channel: in the primary one for each worker, in a worker the primary. */
typedef struct cy__peer {
	cy_cluster *cluster;
	cy__worker *worker; /* in the primary; NULL in a worker */
	uint32_t id;
	cy__channel *channel; /* NULL: none, or no more */
	cy__binding binding;
	cy__work reading;               /* what has come waits for its turn */
	struct cy__incoming *inspected; /* a large frame of its, behind which all else waits; NULL: none */
	bool greeted;                   /* its hello has come */
	bool leaving;                   /* a goodbye was sent or has come: the end of the channel is asked for */
	bool parted;                    /* it was sent */
	cy__table incoming;             /* its calls, by their numbers: ports */
	struct cy__port *blocked;       /* those that wait for room in its queue */
	cy__leg *legs;                  /* calls to it that await replies */
	cy__leg *owing;                 /* those of them that are owed credit */
	size_t leg_count;
	uint64_t legs_left; /* how many ever were, and are no more */
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
	cy__outbox outbox;    /* what its channel has no room for yet */
	cy__account *account; /* in the primary: of what it makes this process hold; NULL in a worker */
} cy__peer;

/* Limits of accounts that have been met, and not been said yet. */
typedef struct cy__quota_event {
	uint32_t origin;
	cy__resource resource;
	size_t limit;
} cy__quota_event;

typedef struct cy__quota_events {
	cy__quota_event met[64];
	size_t count;
	rx_task saying;
} cy__quota_events;

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
	cy__quota_events quota_events;
	cy__troubles troubles;
	cy__turns *turns; /* work of others that takes longer than a slice of a turn */
	cy__turn passed;  /* the last turn that passed the limit, until an event has said so */
	rx_task passing;
	cy__chance chance;
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
	uint64_t late;      /* replies that nobody awaited */
	cy__outbox letters; /* messages to itself */
	cy__gauge own;      /* how full that is */
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
	cy__worker *spares;         /* processes beside those in the list: see primary/succession.h */
	struct cy__spread *spreads; /* frames for many that go on in turns */
	cy__peer *speaker;          /* whose call is being looked at */
	cy_worker_statistics gone;  /* what was counted of workers that are gone */
	unsigned interrupts;        /* SIGINTs that have come */
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
void cy__trouble(cy_cluster *cluster, uint32_t worker, int code, const char *format, ...) RX_PRINTF(4, 5) RX_RARE;
/* The same about @p worker, for what @p origin does. */
void cy__trouble_by(cy_cluster *cluster, uint32_t worker, uint32_t origin, int code, const char *words);
/* The same, where a frame of @p origin's is the cause: not more often than lib/event/trouble.h says, the others counted. */
void cy__trouble_by_frame(cy_cluster *cluster, uint32_t origin, int code, const char *format, ...) RX_PRINTF(4, 5);
/* How many were not said one by one, now: nobody hears it later. */
void cy__troubles_tell(cy_cluster *cluster);
void cy__troubles_finish(cy_cluster *cluster);
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
/* It has no channel and gets none: what waits for it will never be sent. Calls fail, many of them in later turns. */
void cy__peer_abandon(cy__peer *peer);
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
	bool forced;  /* past every bound */
	bool ordered; /* behind whatever was sent as ordered before it */
	bool last;    /* behind whatever was sent before it, by whomever */
	cy__leg *leg; /* of a call: it knows where the call waits */
} cy__post;
/*
 * Send a frame. A call or a message that finds no room in the channel waits in the outbox; what the library itself has to say
 * is never refused.
 * @retval as cy__outbox_send(); the mistake that the body is
 */
int cy__peer_post(cy__peer *peer, const cy__post *post);
/* Its whole body, opening included; to be released. May be a mistake. */
cy_value *cy__post_body(const cy__post *post);
/* Pass a call (on @p leg) or a message on, body and descriptors as they are, with another sender. */
int cy__peer_forward(cy__peer *peer, const cy__frame *frame, cy__leg *leg, uint32_t from, cy__fds *fds);
/* It waits for something that cannot be sent, for @p code: rather no channel than a peer that waits for ever. */
void cy__peer_give_up(cy__peer *peer, int code) RX_RARE;
/* It has broken the protocol: its channel ends, with @p why. */
void cy__peer_offend(cy__peer *peer, int code, const char *why) RX_RARE;
/* Say goodbye and close after what was sent. */
void cy__peer_leave(cy__peer *peer);

#endif
