#include "observables/core/join.h"

struct state {
	rx_inners inners;
	bool won;
};

static int race_start(rx_stage *self)
{
	const rx_join *join = RX__PARAMS(self);
	const struct state *state = RX__STATE(self);
	for (size_t i = 0; i < join->count && rx__open(self) && !state->won; i++)
		rx__subscribe_inner(self, rx__join_source(join, i), NULL, i, NULL);
	return 0;
}

static void stop_others(rx_stage *self, const rx_inner *winner)
{
	const struct state *state = RX__STATE(self);
	rx_inner *first;
	while (rx__open(self) && (first = state->inners.first) != winner)
		rx__stop_inner(first);
	while (rx__open(self) && winner->next)
		rx__stop_inner(winner->next);
}

static void race_inner_next(rx_stage *self, rx_inner *inner, const void *item)
{
	struct state *state = RX__STATE(self);
	if (!state->won) {
		state->won = true;
		stop_others(self, inner);
	}
	rx__emit(self, item);
}

static void race_inner_complete(rx_stage *self, rx_inner *inner)
{
	(void)inner;
	rx__complete(self);
}

static const rx_stage_ops race_ops = {.name = "race",
                                      .state_size = sizeof(struct state),
                                      .flags = RX__SUBSCRIBES,
                                      .drop = rx__join_drop,
                                      .start = race_start,
                                      .inner_next = race_inner_next,
                                      .inner_complete = race_inner_complete};

rx_observable *rx_race_array(rx_observable *const *sources)
{
	return rx__join(&race_ops, NULL, sources);
}
