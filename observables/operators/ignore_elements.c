#include "observables/core/stage.h"

static void ignore_elements_next(rx_stage *self, const void *item)
{
	(void)self, (void)item;
}

static void ignore_elements_span(rx_stage *self, const void *items, size_t count)
{
	(void)self, (void)items, (void)count;
}

static const rx_stage_ops ignore_elements_ops = {
	.name = "ignore_elements", .flags = RX__SILENT, .next = ignore_elements_next, .span = ignore_elements_span};

rx_operator *rx_ignore_elements(void)
{
	return rx__operator(&ignore_elements_ops, NULL, NULL, NULL, NULL, 0);
}
