/**
 * @file
 * Which worker of a group starts or stops next: a state machine. Pure: times and random numbers are handed in.
 *
 * Something that ends against its policy makes some of the others fall with it, which are stopped in reverse order, one
 * after the other; once all of these are down, and the delay is over, they start in order, each when the one before is
 * ready. How often, and after what delays, is counted as a worker's own revivals are: by a supervisor of the group's.
 */
#ifndef CLUSTERFY_LIB_PRIMARY_STRATEGY_H
#define CLUSTERFY_LIB_PRIMARY_STRATEGY_H

#include <clusterfy/cluster/group.h>

#include "lib/primary/supervise.h"

typedef enum cy__post_state {
	CY__DOWN = 0, /**< to be started when its turn has come */
	CY__STARTING,
	CY__READY,
	CY__RESTING, /**< it has ended as it may; it comes again only with others */
	CY__OUT      /**< gone for good */
} cy__post_state;

/** A member's place. */
typedef struct cy__place {
	cy_revive revive;
	cy__post_state state;
	bool falls;   /**< it has to end before anything starts */
	bool told;    /**< it knows */
	bool ordered; /**< it waits for those before it */
	rx_nsec due;  /**< it does not start before this */
} cy__place;

typedef enum cy__goal { CY__UP = 0, CY__GIVEN_UP, CY__STOPPED } cy__goal;

/** Fields are for reading; the caller's memory. */
typedef struct cy__strategy {
	cy_strategy strategy;
	cy__goal goal;
	bool announced;         /**< that all are ready, or that all is over */
	cy__supervisor account; /**< of the group's restarts */
	cy__place *places;      /**< the caller's */
	size_t count;
} cy__strategy;

typedef enum cy__step {
	CY__STEP_NONE = 0,
	CY__STEP_START, /**< the member of that number */
	CY__STEP_STOP,  /**< the member of that number */
	CY__STEP_READY, /**< all are */
	CY__STEP_OVER   /**< all are down, and no more is to be done */
} cy__step;

/**
 * @param places  one for each member, `revive` set and all else zero; borrowed
 * @retval -EINVAL  an unknown strategy, a policy that groups do not have, a revival that makes no sense
 * @retval -ENOMEM
 */
int cy__strategy_init(cy__strategy *strategy, const cy_group_options *options, cy__place *places, size_t count);
void cy__strategy_finish(cy__strategy *strategy);

/** A member is ready. */
void cy__strategy_ready(cy__strategy *strategy, size_t index);
/**
 * A member has ended, or could not be started.
 * @param regular  somebody asked for it, or it ended by itself with 0
 * @returns what follows for it: CY_REVIVES, CY_GONE (it is RESTING or OUT) or CY_FAILED (and so has the group)
 */
cy_sequel cy__strategy_ended(cy__strategy *strategy, size_t index, bool regular, rx_nsec now, uint32_t random);
/** A member that has no process is gone. */
void cy__strategy_lost(cy__strategy *strategy, size_t index);
/** Stop all of them. */
void cy__strategy_stop(cy__strategy *strategy);
/** Start all of those that have not gone, after it was given up. @retval -EBUSY it was not, or some still run */
int cy__strategy_again(cy__strategy *strategy);

/** What is to be done now; again and again until it is nothing. */
cy__step cy__strategy_next(cy__strategy *strategy, rx_nsec now, size_t *index);
/** When to ask again although nothing has happened; RX_NEVER: not at all. */
rx_nsec cy__strategy_due(const cy__strategy *strategy, rx_nsec now);

#endif
