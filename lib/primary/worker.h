/*
 * One worker, over all its incarnations, as the primary sees it.
 */
#ifndef CLUSTERFY_LIB_PRIMARY_WORKER_H
#define CLUSTERFY_LIB_PRIMARY_WORKER_H

#include "lib/command/exchange.h"
#include "lib/primary/options.h"
#include "lib/primary/policy.h"
#include "lib/primary/pulse.h"
#include "lib/primary/recycle.h"
#include "lib/primary/spawn.h"
#include "lib/primary/streams.h"
#include "lib/primary/supervise.h"

/*
 * What belongs to one process of a worker: it begins with zeros when the process has been started, and is finished when
 * the process has been reaped and what it wrote has been read. Nothing of it reaches the next incarnation.
 */
typedef struct cy__incarnation {
	bool running;      /* it has a process whose end has not been told */
	bool reaped;       /* which is dead: what it wrote last is being read */
	bool parting;      /* and this begins: its end is not told meanwhile */
	rx_exit exit;      /* how it ended, then */
	bool ready;        /* it was IDLE or PROCESSING */
	bool disconnected; /* its channel has ended, and everybody was told */
	rx_subscription child;
	int unwatched;      /* 0, or why its end cannot be waited for */
	uint32_t asker;     /* who asked for its end, if it was asked for, or for whom */
	cy_reason asked_as; /* CY_ENDED_ASKED, or why the library did */
	bool limited;       /* whoever asked has said how long its end may take */
	rx_task killing;    /* the next signal */
	int next_signal;
	cy__exchange order; /* the call that asks it to stop; it is under way while it has a leg */
	rx_task telling;    /* that call again, which could not be made */
	int asking;         /* the signal that is its argument */
} cy__incarnation;

struct cy__worker {
	cy__peer peer; /* with the id */
	cy_cluster *cluster;
	char *name; /* NULL: it has none */
	cy_worker_options options;
	cy__process_copy copy;       /* what the options point to */
	struct cy__allowed *allowed; /* where it may listen; NULL: it has no list */
	uint64_t refusals;           /* events that said where it may not */
	rx_nsec refused_at;          /* when the last of them came */
	cy__supervisor supervisor;
	cy__process process;
	cy__streams streams;
	cy__incarnation current;
	cy_worker_statistics earlier; /* what was counted of those that it has replaced */
	rx_task due;                  /* the start timeout, or the revival */
	cy__pulse pulse;
	cy__member *member; /* of a group; NULL: of none */
	cy__policy *policy; /* the program's own; NULL: none */
	cy__recycle recycle;
	uint32_t issued;         /* the highest incarnation that another process of it was given */
	cy__worker *successor;   /* it will take this one's place when it is ready; NULL: none */
	cy__worker *predecessor; /* whose place this one will take; NULL: nobody's */
	bool replaced;           /* another has taken its place */
	cy__worker *next_spare;
	cy__worker *buried; /* the next of those that are gone */
};

/* Start the first incarnation. @retval -E… with words; nothing is left of the process then */
int cy__worker_start(cy__worker *worker);
/* Start a further one; a failure is an event, and goes to the policy. @retval -E… */
int cy__worker_again(cy__worker *worker);
/* Emit its status as it is. */
void cy__worker_show(cy__worker *worker);
void cy__worker_hello(cy__worker *worker, const cy__frame *frame);
void cy__worker_goodbye(cy__worker *worker);
void cy__worker_disconnected(cy__worker *worker, int code, const char *why);
/* It says that its status is this. */
void cy__worker_status(cy__worker *worker, cy_status status);
/*
 * Ask it to stop: the command, then SIGTERM after @p timeout, then SIGKILL. One that awaits its revival is gone. Asked
 * twice, the earlier signal counts.
 */
void cy__worker_stop(cy__worker *worker, rx_nsec timeout, int signal);
/*
 * Somebody asks for its end; whoever is the first is the one who did. SIGTERM follows after @p timeout, then SIGKILL: an end
 * that is asked for has a deadline, however it is asked for.
 */
void cy__worker_ask(cy__worker *worker, uint32_t who, rx_nsec timeout);
/* cy__worker_ask() by the library itself, for @p who's sake. */
void cy__worker_ask_as(cy__worker *worker, cy_reason why, uint32_t who, rx_nsec timeout);
/* What its captured streams still had has been read: its end goes on, if its process has ended. */
void cy__worker_drained(cy__worker *worker);
/* The program's own policy has decided. @retval as cy__supervisor_decide() */
int cy__worker_decide(cy__worker *worker, cy_sequel sequel, rx_nsec delay);
/* What follows the end of one that has no process is its group's to say. */
void cy__worker_follow(cy__worker *worker, cy_sequel sequel);
/* It will be asked to stop, in its turn; SIGTERM and SIGKILL come when they would if it were asked now. */
void cy__worker_limit(cy__worker *worker, rx_nsec timeout);
/* Kill it, and do not revive it. */
void cy__worker_force(cy__worker *worker);
bool cy__worker_lives(const cy__worker *worker);
/* Whether it has a process that can be signalled: one that has been reaped is still `running` until its end is told. */
static inline bool cy__worker_has_process(const cy__worker *worker)
{
	return worker->current.running && !worker->current.reaped;
}

/* Zeroed memory becomes a worker that has not been started. */
void cy__worker_init(cy__worker *worker, cy_cluster *cluster, uint32_t id);
/* Releases it, memory included. */
void cy__worker_destroy(cy__worker *worker);

#endif
