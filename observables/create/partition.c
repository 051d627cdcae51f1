#include "observables/core/stage.h"

struct reject {
	const rx_predicate *predicate;
	void *ctx;
};

static void reject_next(rx_stage *self, const void *item)
{
	const struct reject *reject = RX__PARAMS(self);
	size_t *index = RX__STATE(self);
	const int code = reject->predicate->call(item, (*index)++, reject->ctx);
	if (code == 0)
		rx__emit(self, item);
	else if (code < 0)
		rx__fail(self, code);
}

static const rx_stage_ops reject_ops = {.name = "partition", .state_size = sizeof(size_t), .next = reject_next};

rx_parts rx_partition_fn(rx_observable *source, const rx_predicate *predicate, void *ctx)
{
	rx_operator *reject = rx__operator(&reject_ops, predicate->in, NULL, predicate->name,
	                                   &(struct reject){predicate, ctx}, sizeof(struct reject));
	return (rx_parts){
		.passing = rx__apply(rx_observable_ref(source), rx_filter_fn(predicate, ctx)),
		.failing = rx__apply(source, reject),
	};
}
