/*
 * Whose rights a worker has, as the kernel sees it. What the primary does with files for a worker it does with these, and
 * whoever has not the primary's own is somebody else, who may listen only where the primary says so.
 */
#ifndef CLUSTERFY_LIB_LISTEN_RIGHTS_H
#define CLUSTERFY_LIB_LISTEN_RIGHTS_H

#include <sys/types.h>

#include "lib/primary/spawn.h"

/* As cy__rights.mask: as the primary's. */
#define CY__ANY_MASK ((mode_t)-1)

typedef struct cy__rights {
	bool own; /* they are the primary's: there is nothing to take on */
	uid_t uid;
	gid_t gid;
	uint64_t capabilities; /* the effective ones */
	mode_t mask;           /* of the files that it makes */
	bool same_groups;      /* the supplementary ones are the primary's */
	size_t count;
	gid_t groups[]; /* the supplementary ones */
} cy__rights;

/*
 * The rights of a process that has not been reaped: another user's that it was started as; else those that it has now, by
 * /proc; without /proc, those that it was started with.
 *
 * A process may have sent something and then have executed a set-user-ID program, whose rights are not the sender's: what
 * it was started as counts before what it is, and a real user that is not the primary's before an effective one.
 *
 * @param rights  to be released with rx_free()
 * @retval -EACCES  there is /proc, which does not show this process  @retval -ESRCH it has been reaped
 * @retval -ENOMEM, -EMFILE and the like. rx_raise() has said more
 */
int cy__rights_of(const cy__process *process, cy__rights **rights);

#endif
