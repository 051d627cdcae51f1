/*
 * What rx_share() and rx_share_replay() have in common.
 */
#ifndef RX_OPERATORS_SHARE_H
#define RX_OPERATORS_SHARE_H

#include <clusterfy/rx/multicasting.h>

#include "observables/core/stage.h"

typedef struct rx_share_config {
	rx_share_options options;
	bool replays; /* instead of the options' connector */
	rx_share_replay_options replay;
} rx_share_config;

rx_operator *rx__share(const rx_share_config *config);

#endif
