/*
 * A frame whose body takes long to look at: it is kept, looked at in the turns of the peer that has sent it
 * (command/inspect.h), and taken then. Nothing more is read of this peer meanwhile, so that all that it says keeps its order.
 * A peer has one at most: cy__peer's `inspected`.
 */
#ifndef CLUSTERFY_LIB_COMMAND_INCOMING_H
#define CLUSTERFY_LIB_COMMAND_INCOMING_H

#include "lib/cluster/cluster.h"

/*
 * It has been looked at: @p body is a value, or a mistake, borrowed. The bytes of @p frame are those of @p body, its size
 * what has come; @p fds are the descriptors that came with it, closed afterwards where nobody claims them.
 */
typedef void cy__incoming_taken(cy__peer *peer, const cy__frame *frame, cy_value *body, cy__fds *fds);

/*
 * Keep @p frame, and descriptors as duplicates: where they cannot be duplicated, their error is kept. The memory is charged to
 * the peer; @p forced: past its limit.
 * @retval -EDQUOT, -ENOMEM  nothing is kept
 */
int cy__incoming_keep(cy__peer *peer, const cy__frame *frame, cy__fds *fds, bool forced, cy__incoming_taken *taken);
/* It is not wanted any more. Nothing if there is none. */
void cy__incoming_forget(cy__peer *peer);

#endif
