/*
 * Error events that frames of another process cause, limited for each origin: a peer that can cause one with each of its
 * frames would flood whoever watches. Some come at once, then a few a second; the others are counted, and one event a second
 * says how many they were, so that none is lost without a word.
 *
 *     frames    xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx ...
 *     events    16                |1s  "and 1234 more errors of Paul (1)", 4  |1s  "and 1250 more errors of Paul (1)", 4
 *
 * What this process has to say by itself (limits, lost channels, exits) never passes here: that is cy__trouble().
 */
#ifndef CLUSTERFY_LIB_EVENT_TROUBLE_H
#define CLUSTERFY_LIB_EVENT_TROUBLE_H

#include <clusterfy/rx/scheduler.h>

#include "lib/command/table.h"

enum {
	/* error events of one origin at once, */
	CY__TROUBLE_BURST = 16,
	/* and in each second after that */
	CY__TROUBLE_MORE = 4,
};

typedef struct cy__troubles {
	cy__table origins; /* that have caused some lately */
	struct cy__troublemaker *first;
	rx_task tick; /* while there are any */
} cy__troubles;

#endif
