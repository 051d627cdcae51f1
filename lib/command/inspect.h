/*
 * Large bodies from other processes, looked at in slices of the turns of whoever has sent them: whether they are values.
 */
#ifndef CLUSTERFY_LIB_COMMAND_INSPECT_H
#define CLUSTERFY_LIB_COMMAND_INSPECT_H

#include "lib/cluster/cluster.h"

/* A smaller body is looked at at once: some 100 us at most. */
#define CY__LARGE ((size_t)16384)

typedef struct cy__inspection cy__inspection;

/* Whether the body of @p frame takes long to look at: it is large, and not so for a few long strings. */
bool cy__takes_long(const cy__frame *frame);

/*
 * It is done, and the inspection gone: @p body is a value, or a mistake, borrowed. Comes from the turns, never from inside
 * of cy__inspect().
 */
typedef void cy__inspected(void *ctx, cy_value *body);

/*
 * Look at the body of @p frame, of which it takes a reference or a copy, after whatever else waits in the turns of
 * @p origin, to whom the memory is charged; @p forced: past its limit, too.
 * @retval -EDQUOT, -ENOMEM
 */
int cy__inspect(cy_cluster *cluster, uint32_t origin, const cy__frame *frame, bool forced, cy__inspected *done,
                void *ctx, cy__inspection **out);
/* It is not wanted any more. NULL is accepted. */
void cy__inspection_cancel(cy__inspection *inspection);

#endif
