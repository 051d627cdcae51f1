#include "observables/core/merging.h"

static void run_item(rx_stage *self, const void *item)
{
	const rx_projection *projection = RX__PARAMS(self);
	rx_merging *merging = RX__STATE(self);
	merging->active++;
	rx__subscribe_inner(self, projection->project(self, item, merging->index++), projection->out, 0, NULL);
}

static void run_oldest(rx_stage *self)
{
	const rx_type *type = ((const rx_projection *)RX__PARAMS(self))->in;
	rx_merging *merging = RX__STATE(self);
	void *item = RX__STACK(type);
	rx__ring_pop(&merging->waiting, type, item);
	run_item(self, item);
	rx_type_drop(type, item);
}

/* A loop, where RxJS recurses: an inner run that ends inside it has its successor started when it has unwound. */
static void drain(rx_stage *self)
{
	const size_t limit = ((const rx_projection *)RX__PARAMS(self))->limit;
	rx_merging *merging = RX__STATE(self);
	if (merging->draining)
		return;
	merging->draining = true;
	while (rx__open(self) && merging->waiting.count && merging->active < limit)
		run_oldest(self);
	merging->draining = false;
	if (rx__open(self) && merging->done && !merging->waiting.count && !merging->active)
		rx__complete(self);
}

void rx__merging_next(rx_stage *self, const void *item)
{
	const rx_projection *projection = RX__PARAMS(self);
	rx_merging *merging = RX__STATE(self);
	if (merging->active < projection->limit && !merging->waiting.count) {
		run_item(self, item);
		return;
	}
	const int code = rx__ring_push(&merging->waiting, projection->in, item);
	if (code < 0)
		rx__fail(self, code);
	else if (merging->active < projection->limit) /* for one that ran has ended in the copying */
		drain(self);
}

void rx__merging_complete(rx_stage *self)
{
	((rx_merging *)RX__STATE(self))->done = true;
	drain(self);
}

void rx__merging_inner_end(rx_stage *self, rx_inner *inner)
{
	(void)inner;
	((rx_merging *)RX__STATE(self))->active--;
	drain(self);
}

void rx__merging_clear(rx_stage *self)
{
	const rx_projection *projection = RX__PARAMS(self);
	rx__ring_clear(&((rx_merging *)RX__STATE(self))->waiting, projection->in);
}
