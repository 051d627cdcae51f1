/*
 * cy_room(): who waits until a queue has room again.
 */
#ifndef CLUSTERFY_LIB_MESSAGE_ROOM_H
#define CLUSTERFY_LIB_MESSAGE_ROOM_H

#include "lib/cluster/cluster.h"

/* One subscription; linked to the gauge until it has ended. */
typedef struct cy__room_wait {
	struct cy__room_wait *next, **link;
	rx_subscriber *subscriber;
	cy__gauge *gauge;
} cy__room_wait;

/* There is room, or there will be none: an end, after which the wait is gone. */
void cy__room_tell(cy__room_wait *wait);
void cy__room_fail(cy__room_wait *wait);

#endif
