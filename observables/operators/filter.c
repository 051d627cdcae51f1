#include "observables/core/stage.h"

struct filter {
	const rx_predicate *predicate;
	void *ctx;
};

static void filter_next(rx_stage *self, const void *item)
{
	const struct filter *filter = RX__PARAMS(self);
	const int code = filter->predicate->call(item, rx__number(self), filter->ctx);
	if (code > 0)
		rx__emit(self, item);
	else if (code < 0)
		rx__fail(self, code);
}

static void filter_span(rx_stage *self, const void *items, size_t count)
{
	const rx_predicate *predicate = ((const struct filter *)RX__PARAMS(self))->predicate;
	const size_t size = predicate->in->size;
	const char *item = items;
	if (!predicate->span) {
		for (; count-- && rx__open(self); item += size)
			filter_next(self, item);
		return;
	}
	const size_t room = rx__span_room(predicate->in);
	char *out = RX__STACK_SPAN(predicate->in, room);
	while (count && rx__open(self)) {
		const size_t part = count < room ? count : room;
		const size_t kept = predicate->span(item, part, out);
		if (kept)
			rx__emit_span(self, out, kept);
		item += part * size;
		count -= part;
	}
}

static void filter_step(const void *params, rx_step *step)
{
	const struct filter *filter = params;
	const rx_predicate *predicate = filter->predicate;
	*step = (rx_step){RX__FILTERS, .kernel = predicate->span, .test = predicate->call, .ctx = filter->ctx};
}

static size_t filter_extra(const rx_observable *node)
{
	return rx__number_room(((const struct filter *)node->params)->predicate->span);
}

static const rx_stage_ops filter_ops = {
	.name = "filter", .extra = filter_extra, .next = filter_next, .span = filter_span, .step = filter_step};

rx_operator *rx_filter_fn(const rx_predicate *predicate, void *ctx)
{
	return rx__operator(&filter_ops, predicate->in, NULL, predicate->name, &(struct filter){predicate, ctx},
	                    sizeof(struct filter));
}
