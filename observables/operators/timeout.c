#include "observables/core/slot.h"

struct state {
	rx_inners inners; /* what came instead of the source */
	rx_stage_timer timer;
	size_t seen;
	rx_slot last; /* kept for `with` */
};

static size_t timeout_extra(const rx_observable *node)
{
	const rx_timeout_options *options = node->params;
	return options->with ? rx__slot_room_in(node) : 0;
}

static void fail(rx_stage *self)
{
	rx__fail(self, rx_raise(-ETIMEDOUT, "timed out"));
}

/* A chain without a type, after `never`, has none for items that come all the same. */
static void subscribe_instead(rx_stage *self, rx_observable *other)
{
	if (rx__open(self) && !self->node->type && rx_observable_type(other)) {
		rx_observable_unref(other);
		rx__fail(self, rx_raise(-EINVAL, "what replaces a source without items has some: say their type"));
	} else {
		rx__subscribe_inner(self, other, self->node->type, 0, NULL);
	}
}

static void replace(rx_stage *self)
{
	const rx_timeout_options *options = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	const rx_type *type = rx__in(self);
	rx_timeout_info info = {.seen = state->seen, .type = type};
	void *last = state->last.full ? RX__STACK(type) : NULL;
	const int code = last ? rx__slot_take(&state->last, type, last) : 0;
	if (code < 0) {
		rx__fail(self, code);
		return;
	}
	info.last = last;
	rx_observable *other = options->with(&info, options->ctx);
	if (last)
		rx_type_drop(type, last);
	subscribe_instead(self, other);
}

static void timeout_fire(rx_stage *self, rx_stage_timer *timer)
{
	const rx_timeout_options *options = RX__PARAMS(self);
	(void)timer;
	rx__stop_upstream(self);
	if (!rx__open(self))
		return;
	if (options->with)
		replace(self);
	else
		fail(self);
}

static void timeout_next(rx_stage *self, const void *item)
{
	const rx_timeout_options *options = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	rx_cancel(&state->timer.task);
	state->seen++;
	const int code = options->with ? rx__slot_put(&state->last, rx__in(self), item) : 0;
	if (code < 0) {
		rx__fail(self, code);
		return;
	}
	rx__emit(self, item);
	if (options->each > 0 && rx__open(self) && rx__upstream_open(self))
		rx__timer_start(self, &state->timer, options->scheduler, options->each, timeout_fire);
}

/* After the source: what it emits in the frame in which time runs out comes first. */
static void timeout_started(rx_stage *self)
{
	const rx_timeout_options *options = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	rx_scheduler *scheduler = options->scheduler ? options->scheduler : rx__scheduler(self);
	const rx_nsec first = options->first_at ? options->first_at - rx_now(scheduler)
	                      : options->first  ? options->first
	                                        : options->each;
	if (state->seen == 0)
		rx__timer_start(self, &state->timer, scheduler, first, timeout_fire);
}

static void timeout_inner_complete(rx_stage *self, rx_inner *inner)
{
	(void)inner;
	rx__complete(self);
}

static void timeout_stop(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	rx_cancel(&state->timer.task);
}

static void timeout_clear(rx_stage *self)
{
	rx__slot_clear(&((struct state *)RX__STATE(self))->last, rx__in(self));
}

static void timeout_drop(void *params)
{
	const rx_timeout_options *options = params;
	if (options->drop)
		options->drop(options->ctx);
}

static const rx_stage_ops timeout_ops = {.name = "timeout",
                                         .state_size = sizeof(struct state),
                                         .flags = RX__UNPAUSABLE | RX__SUBSCRIBES,
                                         .extra = timeout_extra,
                                         .drop = timeout_drop,
                                         .next = timeout_next,
                                         .started = timeout_started,
                                         .stop = timeout_stop,
                                         .clear = timeout_clear,
                                         .inner_complete = timeout_inner_complete};

rx_operator *rx_timeout_with(const rx_timeout_options *options)
{
	rx_timeout_options copy = *options;
	if (copy.first || copy.first_at || copy.each)
		return rx__operator(&timeout_ops, copy.with ? copy.type : NULL, NULL, NULL, &copy, sizeof copy);
	timeout_drop(&copy);
	return rx__operator_mistake(rx__mistake(-EINVAL, "timeout has no time"));
}

rx_operator *rx_timeout_on(rx_nsec each, rx_scheduler *scheduler)
{
	return rx_timeout_with(&(rx_timeout_options){.each = each ? each : RX_NOW, .scheduler = scheduler});
}
