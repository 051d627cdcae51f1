#include "observables/operators/share.h"

rx_operator *rx_share_replay(const rx_share_replay_options *options)
{
	rx_share_config config = {.replays = true, .options = {.reset_on_complete = RX_RESET_NO}};
	if (options)
		config.replay = *options;
	config.options.reset_on_ref_count_zero = config.replay.ref_count ? RX_RESET_YES : RX_RESET_NO;
	return rx__share(&config);
}
