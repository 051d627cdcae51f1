#include "observables/core/again.h"

static int retry_start(rx_stage *self)
{
	rx__again(self);
	return 0;
}

static void retry_inner_next(rx_stage *self, rx_inner *inner, const void *item)
{
	const rx_retry_options *options = RX__PARAMS(self);
	rx_again *again = RX__STATE(self);
	if (!rx__again_is_source(inner)) {
		rx__again_notified(self, inner);
		return;
	}
	if (options->reset_on_success)
		again->count = 0;
	rx__emit(self, item);
}

static void retry_inner_error(rx_stage *self, rx_inner *inner, const rx_error *error)
{
	const rx_retry_options *options = RX__PARAMS(self);
	rx_again *again = RX__STATE(self);
	if (!rx__again_is_source(inner) || again->count >= options->count) {
		rx__error(self, error);
		return;
	}
	again->count++;
	if (options->notifier)
		rx__again_when(self, options->notifier(error, again->count, options->ctx));
	else if (options->delay)
		rx__again_after(self, options->delay);
	else
		rx__again(self);
}

static void retry_inner_complete(rx_stage *self, rx_inner *inner)
{
	(void)inner;
	rx__complete(self);
}

static const rx_stage_ops retry_ops = {.name = "retry",
                                       .state_size = sizeof(rx_again),
                                       .flags = RX__HEAD | RX__SUBSCRIBES,
                                       .start = retry_start,
                                       .stop = rx__again_stop,
                                       .clear = rx__relay_clear,
                                       .inner_next = retry_inner_next,
                                       .inner_error = retry_inner_error,
                                       .inner_complete = retry_inner_complete};

static rx_operator *retry(rx_retry_options options)
{
	return rx__operator(&retry_ops, NULL, NULL, NULL, &options, sizeof options);
}

rx_operator *rx_retry(size_t count)
{
	return retry((rx_retry_options){.count = count});
}

rx_operator *rx_retry_with(const rx_retry_options *options)
{
	rx_retry_options filled = options ? *options : (rx_retry_options){0};
	if (!filled.count)
		filled.count = RX_FOREVER;
	return retry(filled);
}
