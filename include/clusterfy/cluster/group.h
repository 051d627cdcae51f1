/**
 * @file
 * Groups: workers that belong together, started in order and stopped in reverse, as Erlang's supervisors mean it.
 *
 *     static const cy_member members[] = {
 *             {"database", {.revive = CY_REVIVE_ALWAYS}},
 *             {"cache", {.revive = CY_REVIVE_ON_FAILURE}},
 *             {"web", {.revive = CY_REVIVE_ON_FAILURE}},
 *     };
 *     cy_group_start(cluster, "site", members, 3, &(cy_group_options){.strategy = CY_REST_FOR_ONE});
 *
 * A member's `revive` says which of its ends are wrong, and set the strategy off:
 *
 *     CY_REVIVE_ALWAYS      every end, one that was asked for by cy_shutdown(), or by a signal to it, included
 *     CY_REVIVE_ON_FAILURE  one that nobody asked for, by a code other than 0 or by a signal, or before it said hello
 *     CY_REVIVE_NEVER       none; and once it has ended, or was stopped for another's sake, it is gone for good
 *
 * An end that is not wrong lets the member rest: it comes again only when the strategy starts it with others. Others that
 * the strategy starts again are stopped first, in order, in reverse. Delays, and the limit, are the group's: beyond it
 * all of its members are stopped and have FAILED, and nobody outside notices but by the events.
 */
#ifndef CLUSTERFY_CLUSTER_GROUP_H
#define CLUSTERFY_CLUSTER_GROUP_H

#include <clusterfy/cluster/worker.h>

RX_BEGIN_DECLS

/** Who is started again when one has ended wrongly. */
typedef enum cy_strategy {
	CY_ONE_FOR_ONE = 0, /**< that one */
	CY_ALL_FOR_ONE,     /**< all of them */
	CY_REST_FOR_ONE     /**< that one, and those after it */
} cy_strategy;

typedef struct cy_member {
	const char *name; /**< as that of cy_fork() */
	/** Of `revival`, only `start` counts; neither CY_REVIVE_DECIDE nor `policy` is for groups. */
	cy_worker_options options;
} cy_member;

/** Zero means the default. */
typedef struct cy_group_options {
	cy_strategy strategy;
	cy_revival revival; /**< of the group as a whole; `start` is each member's own */
} cy_group_options;

/**
 * Start a group: its members exist from now on, each with its id and name; the first one is started soon, each further
 * one when the one before is ready. Calls to those that wait for their turn wait with them.
 *
 * Each time that all are ready, that it starts some again, has failed, or was stopped, there is a `group` event.
 *
 * @param name     of the group, unique among groups
 * @param members  copied; metadata is consumed
 * @param options  NULL: all defaults
 * @retval -EEXIST  there is a group of that name, or a living worker of one of the members'
 * @retval -EINVAL  a name or an option is wrong, or there are no members
 * @retval -EPERM, -ESHUTDOWN, -ENOMEM
 */
RX_API int cy_group_start(cy_cluster *cluster, const char *name, const cy_member *members, size_t count,
                          const cy_group_options *options);
/**
 * Complete once all of a group's members are ready (or rest, or are gone); without an item.
 *
 * Errors: -ENOENT no such group; -ESRCH it has failed, or was stopped; -ECANCELED the cluster has ended.
 */
RX_API rx_observable *cy_group_ready(cy_cluster *cluster, const char *name) RX_MUST_USE;
/**
 * Stop a group: its members in reverse order, each when the one after has gone. Complete when there is none; then its
 * name is free. cy_stop(), and cy_shutdown() of all, stop groups like this, too, but within one timeout for all.
 *
 * @param timeout  for each member, from its turn on; as in cy_shutdown()
 *
 * Errors: -ENOENT no such group; -ECANCELED the cluster has ended.
 */
RX_API rx_observable *cy_group_stop(cy_cluster *cluster, const char *name, rx_nsec timeout) RX_MUST_USE;
/**
 * Start a group that has failed again, by hand; delays and limit begin anew.
 * @retval -ENOENT  no such group
 * @retval -EBUSY   it has not failed, or some members still run
 * @retval -EEXIST  another worker bears a member's name by now
 */
RX_API int cy_group_restart(cy_cluster *cluster, const char *name);
/**
 * The ids of a group's members, in order; those that are gone for good left out.
 * @param ids  may be NULL if @p room is 0
 * @returns how many there are, however many had room
 * @retval -ENOENT  no such group
 */
RX_API int cy_group_members(const cy_cluster *cluster, const char *name, uint32_t *ids, size_t room);

RX_END_DECLS
#endif
