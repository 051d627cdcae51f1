/*
 * Gauges: how full the queue to one process is. A fullness begins when something is refused or has to wait, and ends
 * when half of the bound is free again. It is told once, however much it costs: as an `error` event here, and to each
 * sender in another process. Who asked for it (cy_room()) hears of its end.
 */
#ifndef CLUSTERFY_LIB_MESSAGE_GAUGE_H
#define CLUSTERFY_LIB_MESSAGE_GAUGE_H

#include "lib/cluster/cluster.h"

void cy__gauge_init(cy__gauge *gauge, cy_cluster *cluster, uint32_t id);
void cy__gauge_finish(cy__gauge *gauge);
/* A call or a message of @p origin's is refused: counted, and an event. @returns -EAGAIN, with words */
int cy__gauge_refuse(cy__gauge *gauge, uint32_t origin);
/* A message of @p origin's is dropped: counted, and an event; that worker is told unless @p told says that it was. */
void cy__gauge_drop(cy__gauge *gauge, uint32_t origin, bool *told);
/* A message of @p origin's was refused or dropped here, in the primary: tell that worker. */
void cy__gauge_tell(cy__gauge *gauge, uint32_t origin, int code);
/* Whoever was refused: the fullness is over, and the next one is told again. */
void cy__gauge_calm(cy__gauge *gauge);
/* There is room again for what this process sends. Calls back who waits for it. */
void cy__gauge_ease(cy__gauge *gauge);
/* There will be none: whoever waits for it hears that the process has gone. */
void cy__gauge_lost(cy__gauge *gauge);

#endif
