#include "observables/core/slot.h"

/* The item takes its predecessor's place before the pair is emitted, as the downstream may send the next one. */
static void pairwise_next(rx_stage *self, const void *item)
{
	rx_slot *slot = RX__STATE(self);
	const rx_type *type = rx__in(self);
	void *previous = RX__STACK(type);
	const bool second = slot->full;
	if (second)
		rx__slot_take(slot, type, previous);
	const int code = rx__slot_put(slot, type, item);
	if (code < 0)
		rx__fail(self, code);
	else if (second)
		rx__emit(self, &(rx_pair){type, previous, item});
	if (second)
		rx_type_drop(type, previous);
}

static void pairwise_clear(rx_stage *self)
{
	rx__slot_clear(RX__STATE(self), rx__in(self));
}

static const rx_stage_ops pairwise_ops = {.name = "pairwise",
                                          .state_size = sizeof(rx_slot),
                                          .extra = rx__slot_room_in,
                                          .next = pairwise_next,
                                          .clear = pairwise_clear};

rx_operator *rx_pairwise(void)
{
	return rx__operator(&pairwise_ops, NULL, &rx_type_rx_pair, NULL, NULL, 0);
}
