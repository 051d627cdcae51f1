#include "observables/core/again.h"

static int repeat_start(rx_stage *self)
{
	const rx_repeat_options *options = RX__PARAMS(self);
	if (options->count)
		rx__again(self);
	else
		rx__complete(self);
	return 0;
}

static void repeat_inner_next(rx_stage *self, rx_inner *inner, const void *item)
{
	if (rx__again_is_source(inner))
		rx__emit(self, item);
	else
		rx__again_notified(self, inner);
}

static void repeat_inner_complete(rx_stage *self, rx_inner *inner)
{
	const rx_repeat_options *options = RX__PARAMS(self);
	rx_again *again = RX__STATE(self);
	if (!rx__again_is_source(inner) || ++again->count >= options->count)
		rx__complete(self);
}

/* The source has been torn down. */
static void repeat_inner_end(rx_stage *self, rx_inner *inner)
{
	const rx_repeat_options *options = RX__PARAMS(self);
	const rx_again *again = RX__STATE(self);
	(void)inner;
	if (options->notifier)
		rx__again_when(self, options->notifier(again->count, options->ctx));
	else if (options->delay)
		rx__again_after(self, options->delay);
	else
		rx__again(self);
}

static const rx_stage_ops repeat_ops = {.name = "repeat",
                                        .state_size = sizeof(rx_again),
                                        .flags = RX__HEAD | RX__SUBSCRIBES,
                                        .start = repeat_start,
                                        .stop = rx__again_stop,
                                        .clear = rx__relay_clear,
                                        .inner_next = repeat_inner_next,
                                        .inner_complete = repeat_inner_complete,
                                        .inner_end = repeat_inner_end};

static rx_operator *repeat(rx_repeat_options options)
{
	return rx__operator(&repeat_ops, NULL, NULL, NULL, &options, sizeof options);
}

rx_operator *rx_repeat(size_t count)
{
	return repeat((rx_repeat_options){.count = count});
}

rx_operator *rx_repeat_with(const rx_repeat_options *options)
{
	rx_repeat_options filled = options ? *options : (rx_repeat_options){0};
	if (!filled.count)
		filled.count = RX_FOREVER;
	return repeat(filled);
}
