/**
 * @file
 * The life of one worker, over all its incarnations: a state machine. Pure: times and random numbers are handed in.
 *
 *     started ── set(LOADED) ── set(IDLE ⇄ PROCESSING) ── set(STOPPING) ── ended
 *        ^                                                                   |
 *        '-------------- CY_REVIVES, after the delay ------------------------'--> CY_GONE, CY_FAILED, CY_UNDECIDED
 */
#ifndef CLUSTERFY_LIB_PRIMARY_SUPERVISE_H
#define CLUSTERFY_LIB_PRIMARY_SUPERVISE_H

#include <clusterfy/cluster/process.h>
#include <clusterfy/cluster/status.h>

/** Fields are for reading; the caller's memory. */
typedef struct cy__supervisor {
	cy_revive revive;
	cy_revival revival;     /**< every default filled in */
	cy_status status;       /**< CY_EXITED before the first start */
	cy_sequel sequel;       /**< what follows; 0 while it runs or before the first start */
	uint32_t incarnation;   /**< 1 is the first; 0 before it */
	bool asked;             /**< somebody asked for the end of this incarnation */
	bool overdue;           /**< it was not ready in time, and is being killed */
	bool hung;              /**< its loop did not turn, and it is being killed */
	rx_nsec ready;          /**< since when; RX_NEVER: not yet */
	rx_nsec due;            /**< of the start timeout, or of the revival; RX_NEVER: nothing is due */
	uint32_t restarts;      /**< incarnations after the first */
	uint32_t failed_starts; /**< of any kind: no process, no hello, not ready in time */

	double delay;  /* the next backoff, in nanoseconds */
	rx_nsec *ends; /* a ring of the last revival.limit ends that wanted a revival */
	uint32_t ends_count, ends_next;
} cy__supervisor;

typedef struct cy__end {
	cy_reason reason;
	bool intended;    /**< asked for */
	cy_sequel sequel; /**< what follows */
	rx_nsec delay;    /**< with CY_REVIVES: until then; `due` of the supervisor is its time */
} cy__end;

/**
 * @param revival  NULL: all defaults
 * @retval -EINVAL  a factor below 1, a jitter above 1, a negative time other than RX_NOW, a limit above
 *                  65536 that is not CY_UNLIMITED, an unknown policy
 * @retval -ENOMEM  no memory for the window
 */
int cy__supervisor_init(cy__supervisor *supervisor, cy_revive revive, const cy_revival *revival);
void cy__supervisor_finish(cy__supervisor *supervisor);

/**
 * An incarnation begins; call it before the process is started. After CY_FAILED, or CY_GONE, it is a start by hand,
 * with delays and limit anew.
 * @retval -EBUSY  it runs
 */
int cy__supervisor_start(cy__supervisor *supervisor, rx_nsec now);

/**
 * The status of the running incarnation.
 * @retval 1        it has changed
 * @retval 0        it has not: it had this one, or it is STOPPING, which is sticky
 * @retval -EINVAL  not a step that exists: back to INITIALIZING or LOADED; EXITED is for cy__supervisor_ended()
 * @retval -ESRCH   it does not run
 */
int cy__supervisor_set(cy__supervisor *supervisor, cy_status status, rx_nsec now);
/** Somebody asks for its end (a STOPPING asks, too). One that awaits its revival, or a decision, is gone by it. */
void cy__supervisor_ask(cy__supervisor *supervisor);
/** Whether the start timeout has passed, and from now on counts: kill it. True once. */
bool cy__supervisor_overdue(cy__supervisor *supervisor, rx_nsec now);

/** Its loop does not turn: it is being killed, and however it ends, it has failed. */
void cy__supervisor_hung(cy__supervisor *supervisor);

/** No process could be started for the incarnation that began. @p random: any 32 random bits, for the jitter. */
int cy__supervisor_not_started(cy__supervisor *supervisor, rx_nsec now, uint32_t random, cy__end *outcome);
/**
 * The process has ended: by @p signal, or if that is 0 with @p code.
 * @retval -ESRCH  it does not run
 */
int cy__supervisor_ended(cy__supervisor *supervisor, int code, int signal, rx_nsec now, uint32_t random,
                         cy__end *outcome);

/** Whether the revival is due. */
bool cy__supervisor_revival_due(const cy__supervisor *supervisor, rx_nsec now);
/**
 * The program's own policy has decided about a CY_UNDECIDED one: CY_REVIVES (after @p delay), CY_GONE or CY_FAILED.
 * @retval -EALREADY  nothing is undecided
 * @retval -EINVAL    not a decision
 */
int cy__supervisor_decide(cy__supervisor *supervisor, cy_sequel sequel, rx_nsec delay, rx_nsec now);
/** What follows the end of one that does not run is somebody else's to say: CY_REVIVES, without a time, or another. */
void cy__supervisor_follow(cy__supervisor *supervisor, cy_sequel sequel);
/** Another takes its place: the history of its ends, for delays and limit, is @p heir's from now on. */
void cy__supervisor_succeed(cy__supervisor *heir, cy__supervisor *supervisor);
/** Whether its name is held: it runs, awaits its revival, or is undecided. */
bool cy__supervisor_lives(const cy__supervisor *supervisor);

#endif
