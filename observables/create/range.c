#include "observables/core/cursor.h"

struct range {
	int64_t start, count;
};

/* Unsigned, so that past the largest number it goes on with the smallest. */
RX__KERNEL static void count_up(int64_t *span, size_t count, uint64_t start)
{
	for (size_t i = 0; i < count; i++)
		span[i] = (int64_t)(start + i);
}

static void range_emit(rx_stage *self, size_t first, size_t count)
{
	const struct range *range = RX__PARAMS(self);
	_Alignas(RX__CACHE_LINE) int64_t span[RX__SPAN];
	count_up(span, count, (uint64_t)range->start + first);
	rx__cursor_emit(self, span, count);
}

static void range_run(rx_stage *self)
{
	const struct range *range = RX__PARAMS(self);
	rx__cursor_run(self, range->count > 0 ? (size_t)range->count : 0, range_emit);
}

static int range_start(rx_stage *self)
{
	range_run(self);
	return 0;
}

static const rx_stage_ops range_ops = {.name = "range",
                                       .state_size = sizeof(rx_cursor),
                                       .flags = RX__SPANS,
                                       .start = range_start,
                                       .pause = rx__cursor_pause,
                                       .resume = range_run};

rx_observable *rx_range(int64_t start, int64_t count)
{
	return rx__source(&range_ops, &rx_type_int64_t, &(struct range){start, count}, sizeof(struct range));
}
