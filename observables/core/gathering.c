#include "observables/core/gathering.h"

void rx__gathering_next(rx_stage *self, const void *item)
{
	rx_gathered *gathered = RX__STATE(self);
	if (!*(const rx_stream *)item) { /* which would end the array below */
		rx__subscribe_inner(self, rx__no_inner(self), NULL, 0, NULL);
		return;
	}
	const int code = rx__ring_push(&gathered->streams, &rx_type_rx_stream, item);
	if (code < 0)
		rx__fail(self, code);
}

/* Nothing was ever popped, so with a NULL at the end the streams are the array that is wanted. */
void rx__gathering_complete(rx_stage *self)
{
	const rx_gathering *gathering = RX__PARAMS(self);
	rx_gathered *gathered = RX__STATE(self);
	const int code = rx__ring_push(&gathered->streams, &rx_type_rx_stream, &(rx_stream){NULL});
	if (code < 0) {
		rx__fail(self, code);
		return;
	}
	rx_ring streams = gathered->streams;
	gathered->streams = (rx_ring){0};
	rx_observable *joined = gathering->join(rx__ring_at(&streams, &rx_type_rx_stream, 0));
	rx_free(streams.items);
	rx__subscribe_inner(self, joined, NULL, 0, NULL);
}

void rx__gathering_clear(rx_stage *self)
{
	rx_gathered *gathered = RX__STATE(self);
	rx__ring_clear(&gathered->streams, &rx_type_rx_stream);
}

void rx__gathering_inner_complete(rx_stage *self, rx_inner *inner)
{
	(void)inner;
	rx__complete(self);
}

rx_operator *rx__gathering(const rx_stage_ops *ops, rx_observable *(*join)(rx_observable *const *sources))
{
	return rx__operator(ops, &rx_type_rx_stream, &rx_type_rx_tuple, NULL, &(rx_gathering){join},
	                    sizeof(rx_gathering));
}
