/*
 * Runs: subscribing lays out one block for a chain, and what ends is a prefix of its stages. This file holds the
 * rules that every operator relies on and none repeats: what "ended" means, in what order things stop, and how long a
 * block lives.
 *
 * The end. A stage is open or it has ended, and rx__open() is the only question that anybody asks. What ends is always
 * a prefix of the stages, from the source to some stage, and it ends in three steps:
 *
 *  1. all of it is marked as ended (RX__CLOSED);
 *  2. the stage below hears of it, where it is the prefix that ends the stream and not the downstream that leaves;
 *  3. what was marked is stopped (RX__STOPPED), source to sink, each stage once.
 *
 * So after rx__complete(), rx__error() or rx__fail() on a stage that stage has ended, whatever the downstream did and
 * however often the stream was ended before; and everything above it has been stopped, or will be by a frame that is on
 * the C stack. Between the steps user code runs, which may push into the source, unsubscribe or end the stream again.
 * It meets marks: every way into a stage leads through this file or one of the inline functions of stage.h, and each
 * looks at them. Nothing enters a stage that has ended: no item, no end, no event of an inner run, no timer, no demand;
 * and such a stage starts nothing: an inner run and a timer are refused, and what it emits goes nowhere. What is left to
 * an operator is to ask after each call out of the library, before it calls out again. What it stores in a stage that has
 * been stopped meanwhile is released with the block, if not before (`clear`).
 *
 * RX__DONE says the same one stage further down, so that whoever hands something to a stage looks at the flags of that
 * stage only: it is set exactly where the upstream has ended and the stage itself has not.
 *
 * An inner run ends in the same way. Where the operator keeps a pointer to it (the `where` of rx__subscribe_inner()), the
 * pointer is NULL from step 1 on, so that nobody can hold one to a run that has ended.
 *
 * Builds with assertions check all of this at every way in: rx__check().
 *
 * One counter keeps a run: one reference while it is live, one for each of its frames on the C stack, one for each
 * inner run and each kept subscriber.
 */
#include <assert.h>

#include "observables/core/fuse.h"

static inline rx_stage *stage_of(rx_run *run, const rx_observable *node)
{
	return (rx_stage *)((char *)run + node->offset);
}

static inline rx_stage *sink_of(rx_run *run)
{
	return (rx_stage *)((char *)run + run->recipe->run_size);
}

static inline bool subscribes(const rx_stage_ops *ops)
{
	return ops->flags & RX__SUBSCRIBES;
}

static rx_inners *inners_of(const rx_stage *stage)
{
	return RX__STATE(stage);
}

/* ---- Ending ---------------------------------------------------------------------------------------------------- */

static void stop_stage(rx_stage *stage)
{
	const rx_stage_ops *ops = stage->node->ops;
	if (!(stage->flags & RX__STARTED))
		return;
	stage->flags &= ~(uint32_t)RX__STARTED;
	if (subscribes(ops))
		rx__stop_inners(stage);
	if (ops->stop)
		ops->stop(stage);
	if (ops->clear)
		ops->clear(stage);
}

static void stop_first(rx_run *run, rx_stage *first, rx_stage *last)
{
	for (const rx_observable *node = last->node; node; node = node->above) {
		rx_stage *stage = stage_of(run, node);
		if (node->ops->flags & RX__STOP_FIRST)
			stop_stage(stage);
		if (stage == first)
			break;
	}
}

static void stop_stages(rx_stage *first, rx_stage *last)
{
	if (last->node->flags & RX__STOPS_FIRST)
		stop_first(rx__run(last), first, last);
	for (rx_stage *stage = first;; stage = stage->downstream) {
		stop_stage(stage);
		if (stage == last)
			break;
	}
}

/* Step 1: mark every stage from the source to @p last. Those above one that is marked are. */
static inline void close_through(rx_stage *last)
{
	rx_run *run = rx__run(last);
	for (const rx_observable *node = last->node; node; node = node->above) {
		rx_stage *stage = stage_of(run, node);
		if (stage->flags & RX__CLOSED)
			break;
		stage->flags |= RX__CLOSED;
	}
}

/* Steps 1 and 3: mark every stage from the source to @p last, and stop those that nobody has begun to stop. */
static inline void end_through(rx_stage *last)
{
	rx_run *run = rx__run(last);
	rx_stage *first = NULL;
	uint32_t flags = 0;
	for (const rx_observable *node = last->node; node; node = node->above) {
		rx_stage *stage = stage_of(run, node);
		if (stage->flags & RX__STOPPED)
			break;
		flags |= stage->flags |= RX__CLOSED | RX__STOPPED;
		first = stage;
	}
	if (flags & RX__STARTED)
		stop_stages(first, last);
}

/* Step 1 of the end of a stream that ends itself. @returns who has to hear of it */
static inline rx_stage *begin_end(rx_stage *self)
{
	rx_stage *down = self->downstream;
	assert(!(down->flags & RX__ENDED));
	const rx_observable *above = self->node->above;
	self->flags |= RX__CLOSED;
	if (above &&
	    rx__open(stage_of(rx__run(self), above))) /* most ends come from the source, which has marked itself */
		close_through(stage_of(rx__run(self), above));
	down->flags |= RX__DONE;
	return down;
}

/*
 * What the rules at the head of this file say of a stage and its neighbour above: both marks are those of a prefix, and
 * RX__DONE mirrors the end of the one above.
 */
#ifndef NDEBUG
void rx__check(const rx_stage *stage)
{
	const rx_observable *node = stage->downstream ? stage->node->above : rx__run(stage)->recipe;
	const uint32_t above = node ? stage_of(rx__run(stage), node)->flags : 0;
	assert(!node || !(stage->flags & RX__CLOSED) || above & RX__CLOSED);
	assert(!node || !(stage->flags & RX__STOPPED) || above & RX__STOPPED);
	assert(!(stage->flags & RX__STOPPED) || stage->flags & RX__CLOSED);
	assert(!node || stage->flags & RX__CLOSED || !(stage->flags & RX__DONE) == !(above & RX__CLOSED));
}

/* Whoever was started has been stopped, and holds no inner run. */
static void check_stopped(const rx_run *run)
{
	for (const rx_observable *node = run->recipe; node; node = node->above) {
		const rx_stage *stage = stage_of((rx_run *)run, node);
		assert(!(stage->flags & RX__STARTED));
		assert(!subscribes(node->ops) || !inners_of(stage)->first);
	}
}
#else
static void check_stopped(const rx_run *run)
{
}
#endif

static void run_finalizers(rx_run *run)
{
	while (run->finalizers) {
		struct rx_finalizer *finalizer = run->finalizers;
		run->finalizers = finalizer->next;
		finalizer->call(finalizer->ctx);
		rx_free(finalizer);
	}
}

/* What was stored in a stage that had been stopped. Out of line, so that the rest of a release is not. */
RX__OUT_OF_LINE static void clear_stages(rx_run *run)
{
	for (const rx_observable *node = run->recipe; node; node = node->above)
		if (node->ops->clear)
			node->ops->clear(stage_of(run, node));
}

void rx__run_release(rx_run *run)
{
	rx_observable *recipe = run->recipe;
	rx_stage *sink = sink_of(run);
	check_stopped(run);
	if (!RX__LIKELY(!(recipe->flags & RX__CLEARS)))
		clear_stages(run);
	if (sink->node->ops->stop)
		sink->node->ops->stop(sink);
	rx__pool_free(run, run->size);
	rx_observable_unref(recipe);
}

static inline void run_unref(rx_run *run)
{
	if (--run->refs == 0)
		rx__run_release(run);
}

/* End all of a run, once. The caller has it pinned. */
static void end_run(rx_run *run)
{
	rx_stage *sink = sink_of(run);
	if (!rx__open(sink))
		return;
	sink->flags |= RX__CLOSED;
	end_through(stage_of(run, run->recipe));
	run_finalizers(run);
	run_unref(run);
}

void rx__complete(rx_stage *self)
{
	RX__CHECK(self);
	if (!rx__open(self)) {
		rx__dropped(self->node, NULL);
		return;
	}
	rx_stage *down = begin_end(self);
	if (down->node->ops->complete)
		down->node->ops->complete(down);
	else
		rx__complete(down);
	end_through(self);
}

void rx__error(rx_stage *self, const rx_error *error)
{
	RX__CHECK(self);
	if (!rx__open(self)) {
		rx__dropped(self->node, error);
		return;
	}
	rx_stage *down = begin_end(self);
	if (down->node->ops->error)
		down->node->ops->error(down, error);
	else
		rx__error(down, error);
	end_through(self);
}

void rx__error_owned(rx_stage *self, const rx_error *error)
{
	rx__error(self, error);
	rx_error_unref(error);
}

void rx__fail(rx_stage *self, int code)
{
	rx__error_owned(self, rx__error_from_code(code, self->node));
}

void rx__stop_upstream(rx_stage *self)
{
	if (!rx__open(self))
		return;
	self->flags |= RX__DONE;
	if (self->node->above)
		end_through(stage_of(rx__run(self), self->node->above));
}

/* ---- Beginning ------------------------------------------------------------------------------------------------- */

/* Most states are a number or two. */
static inline void clear_state(rx_stage *stage, size_t room)
{
	if (room > 2 * sizeof(uint64_t))
		memset(RX__STATE(stage), 0, room);
	else if (room == 2 * sizeof(uint64_t))
		memset(RX__STATE(stage), 0, 2 * sizeof(uint64_t));
	else if (room)
		memset(RX__STATE(stage), 0, sizeof(uint64_t));
}

static inline void begin_loop(rx_stage *first, const rx_fusion *loop)
{
	if (!rx__fusing)
		return;
	first->next = loop->next;
	first->flags = RX__FUSED;
}

/* Write the stages above @p below, the sink. */
static void lay_out(rx_run *run, rx_stage *below)
{
	const rx_fusion *loop = NULL;
	for (const rx_observable *node = run->recipe; node; node = node->above) {
		rx_stage *stage = stage_of(run, node);
		*stage = (rx_stage){.next = node->ops->next, .downstream = below, .node = node, .offset = node->offset};
		clear_state(stage, node->room);
		below = stage;
		if (!loop)
			loop = node->loop;
		if (loop && node->position == 0) {
			begin_loop(stage, loop);
			loop = NULL;
		}
	}
}

/*
 * Lay out a run of @p recipe (consumed) above a sink of @p sink_size bytes, all of which but its stage the caller fills
 * in. NULL without memory; the recipe has been released then.
 */
static inline rx_run *create_run(rx_observable *recipe, const rx_observable *sink_node, size_t sink_size,
                                 rx_scheduler *scheduler)
{
	const size_t size = recipe->run_size + sink_size;
	rx_run *run = rx__pool_alloc(size);
	if (!run) {
		rx_observable_unref(recipe);
		return NULL;
	}
	*run = (rx_run){.refs = 1, .size = (uint32_t)size, .recipe = recipe, .scheduler = scheduler};
	rx_stage *sink = sink_of(run);
	*sink = (rx_stage){.next = sink_node->ops->next, .node = sink_node, .offset = recipe->run_size};
	lay_out(run, sink);
	return run;
}

/* Tell the stages from @p first on that all above them has been started, source to sink. */
static void tell_started(rx_run *run, rx_stage *first)
{
	const rx_stage *sink = sink_of(run);
	for (rx_stage *stage = first; stage != sink; stage = stage->downstream)
		if (stage->node->ops->started && rx__open(stage))
			stage->node->ops->started(stage);
}

/* Start the stages, sink to source, until one of them ends what is above it. */
static void start_stages(rx_run *run, const rx_observable *node)
{
	bool late = false;
	rx_stage *first = NULL;
	run->refs++;
	for (; node; node = node->above ? node->above->active : NULL) {
		rx_stage *stage = stage_of(run, node);
		RX__CHECK(stage);
		if (!rx__open(stage))
			break;
		first = stage;
		const rx_stage_ops *ops = node->ops;
		if (node->flags & RX__STOPS_ITSELF)
			stage->flags |= RX__STARTED;
		late |= ops->started != NULL;
		const int code = ops->start ? ops->start(stage) : 0;
		if (code < 0 && rx__open(stage))
			rx__fail(stage, code);
	}
	if (late)
		tell_started(run, first);
	run_unref(run);
}

static inline void start_run(rx_run *run)
{
	if (run->recipe->active)
		start_stages(run, run->recipe->active);
}

/* ---- Subscribing from outside ---------------------------------------------------------------------------------- */

void rx__sink_next(rx_stage *self, const void *item)
{
	const rx_sink *sink = (rx_sink *)self;
	sink->call(item, sink->ctx);
}

static void sink_ignore(rx_stage *self, const void *item)
{
	(void)self, (void)item;
}

/* From here on the subscription is the caller's again. */
static void detach(rx_run *run)
{
	if (run->handle)
		run->handle->run = NULL;
	run->handle = NULL;
}

static void sink_error(rx_stage *self, const rx_error *error)
{
	const rx_sink *sink = (rx_sink *)self;
	detach(rx__run(self));
	if (sink->error)
		sink->error(error, sink->ctx);
	else
		rx__unhandled(error);
	end_run(rx__run(self));
}

static void sink_complete(rx_stage *self)
{
	const rx_sink *sink = (rx_sink *)self;
	detach(rx__run(self));
	if (sink->complete)
		sink->complete(sink->ctx);
	end_run(rx__run(self));
}

static const rx_stage_ops sink_ops = {
	.name = "observer", .next = rx__sink_next, .error = sink_error, .complete = sink_complete};
static const rx_observable sink_node = {.ops = &sink_ops};

/* Of an observer that has something to drop. */
typedef struct owning_sink {
	rx_sink sink;
	void (*drop)(void *ctx);
} owning_sink;

static void owning_stop(rx_stage *self)
{
	const owning_sink *owning = (owning_sink *)self;
	owning->drop(owning->sink.ctx);
}

static const rx_stage_ops owning_ops = {
	.name = "observer", .next = rx__sink_next, .error = sink_error, .complete = sink_complete, .stop = owning_stop};
static const rx_observable owning_node = {.ops = &owning_ops};

/* Of one that may take several items at once. */
typedef struct spanning_sink {
	owning_sink owning;
	bool (*span)(const void *items, size_t count, void *ctx);
} spanning_sink;

static void spanning_span(rx_stage *self, const void *items, size_t count)
{
	const spanning_sink *spanning = (spanning_sink *)self;
	const rx_sink *sink = &spanning->owning.sink;
	if (spanning->span(items, count, sink->ctx))
		return;
	const size_t size = rx__run(self)->recipe->type->size;
	for (const char *item = items; count-- && rx__open(self); item += size)
		sink->call(item, sink->ctx);
}

static const rx_stage_ops spanning_ops = {.name = "observer",
                                          .next = rx__sink_next,
                                          .span = spanning_span,
                                          .error = sink_error,
                                          .complete = sink_complete,
                                          .stop = owning_stop};
static const rx_observable spanning_node = {.ops = &spanning_ops};

/* What there is to say when no run could be made. */
static void refuse(const rx_observer *observer, const rx_error *error)
{
	if (observer->error)
		observer->error(error, observer->ctx);
	else
		rx__unhandled(error);
	if (observer->drop)
		observer->drop(observer->ctx);
	rx_error_unref(error);
}

static const rx_error *observer_misfit(const rx_observable *source, const rx_consumer *next)
{
	char giver[128];
	rx__stage_name(source, giver, sizeof giver);
	return rx_error_create(-EINVAL, "observer(%s) takes %s, but %s before it gives %s", next->name, next->in->name,
	                       giver, source->type->name);
}

static inline void fill_sink(rx_sink *sink, const rx_observer *observer)
{
	if (!observer->next)
		sink->stage.next = sink_ignore;
	sink->call = observer->next ? observer->next->call : NULL;
	sink->ctx = observer->ctx;
	sink->error = observer->error;
	sink->complete = observer->complete;
	if (observer->drop)
		((owning_sink *)sink)->drop = observer->drop;
}

/* A run that has yet to be started; NULL where the observer was refused. */
static inline rx_run *subscribe(rx_observable *source, const rx_observer *observer, const rx_observable *node,
                                size_t size, rx_subscription *subscription)
{
	if (subscription)
		subscription->run = NULL;
	source = source ? source : rx__given(NULL);
	if (observer->next && !rx__type_fits(source->type, observer->next->in)) {
		const rx_error *error = observer_misfit(source, observer->next);
		rx_observable_unref(source);
		refuse(observer, error);
		return NULL;
	}
	rx_run *run =
		create_run(source, node, size, observer->scheduler ? observer->scheduler : rx_scheduler_current());
	if (!run) {
		refuse(observer, rx__error_from_code(-ENOMEM, NULL));
		return NULL;
	}
	fill_sink((rx_sink *)sink_of(run), observer);
	run->handle = subscription;
	if (subscription)
		subscription->run = run;
	return run;
}

void rx_subscribe(rx_observable *source, const rx_observer *observer, rx_subscription *subscription)
{
	static const rx_observer nobody;
	if (!observer)
		observer = &nobody;
	const bool owning = observer->drop;
	rx_run *run = subscribe(source, observer, owning ? &owning_node : &sink_node,
	                        owning ? sizeof(owning_sink) : sizeof(rx_sink), subscription);
	if (run)
		start_run(run);
}

void rx__subscribe_spans(rx_observable *source, const rx_observer *observer,
                         bool (*span)(const void *items, size_t count, void *ctx), rx_subscription *subscription)
{
	rx_run *run = subscribe(source, observer, &spanning_node, sizeof(spanning_sink), subscription);
	if (!run)
		return;
	((spanning_sink *)sink_of(run))->span = span;
	start_run(run);
}

/* Whether nothing but memory is to be released: no stage has anything to stop, and nobody is left who could look at one. */
static inline bool is_quiet(const rx_run *run)
{
	return run->refs == 1 && !run->finalizers && !(run->recipe->flags & RX__STOPS);
}

void rx_unsubscribe(rx_subscription *subscription)
{
	rx_run *run = subscription->run;
	if (!run)
		return;
	detach(run);
	if (is_quiet(run)) {
		run_unref(run);
		return;
	}
	run->refs++;
	end_run(run);
	run_unref(run);
}

bool rx_is_closed(const rx_subscription *subscription)
{
	return !subscription->run;
}

int rx_add_finalizer(rx_subscription *subscription, void (*call)(void *ctx), void *ctx)
{
	if (!subscription->run) {
		call(ctx);
		return 0;
	}
	return rx__finalizer_append(&subscription->run->finalizers, call, ctx);
}

int rx__finalizer_append(struct rx_finalizer **list, void (*call)(void *ctx), void *ctx)
{
	struct rx_finalizer *finalizer = rx_alloc(sizeof *finalizer);
	if (!finalizer)
		return -ENOMEM;
	*finalizer = (struct rx_finalizer){.call = call, .ctx = ctx};
	while (*list)
		list = &(*list)->next;
	*list = finalizer;
	return 0;
}

/* ---- Demand ---------------------------------------------------------------------------------------------------- */

/* The stage that answers for demand: the first one above the sink with a word of its own, else the source. */
static rx_stage *flow_stage(rx_run *run)
{
	for (const rx_observable *node = run->recipe;; node = node->above)
		if (node->ops->pause || node->ops->flags & RX__UNPAUSABLE || !node->above)
			return stage_of(run, node);
}

int rx_pause(rx_subscription *subscription)
{
	if (!subscription->run)
		return -ENOTSUP;
	rx_stage *stage = flow_stage(subscription->run);
	RX__CHECK(stage);
	rx__pin(stage);
	const int code = stage->node->ops->pause && rx__open(stage) ? stage->node->ops->pause(stage) : -ENOTSUP;
	rx__unpin(stage);
	return code;
}

void rx_resume(rx_subscription *subscription)
{
	rx_run *run = subscription->run;
	if (!run)
		return;
	rx_stage *stage = flow_stage(run);
	RX__CHECK(stage);
	run->refs++;
	if (stage->node->ops->resume && rx__open(stage))
		stage->node->ops->resume(stage);
	run_unref(run);
}

/* ---- Subscribing inside a stage -------------------------------------------------------------------------------- */

/* Nobody is to hold a pointer to it any more. */
static void unpublish(rx_inner *inner)
{
	rx_inner **where = inner->where;
	if (!where)
		return;
	if (*where == inner)
		*where = NULL;
	inner->where = NULL;
}

static void unlink_inner(rx_inner *inner)
{
	rx_inners *list = inners_of(inner->outer);
	if (inner->previous)
		inner->previous->next = inner->next;
	else if (list->first == inner)
		list->first = inner->next;
	else
		return; /* not in the list any more */
	if (inner->next)
		inner->next->previous = inner->previous;
	else
		list->last = inner->previous;
	inner->previous = inner->next = NULL;
}

static void link_inner(rx_inner *inner)
{
	rx_inners *list = inners_of(inner->outer);
	inner->next = NULL;
	inner->previous = list->last;
	if (list->last)
		list->last->next = inner;
	else
		list->first = inner;
	list->last = inner;
}

static void inner_pass(rx_stage *self, const void *item)
{
	rx_stage *outer = ((rx_inner *)self)->outer;
	if (rx__open(outer))
		rx__hand(outer->downstream, item);
}

/* Whether it computes, and does nothing else: no user's function but a kernel, and no type with functions of its own. */
static bool is_pure(const rx_stage *stage)
{
	const rx_observable *node = stage->node;
	return node->step.kernel && !(stage->flags & RX__ENDED) && rx__takes_spans(stage) && !node->type->copy &&
	       !node->type->drop;
}

rx_stage *rx__absorber(rx_stage *down)
{
	while (down->next == inner_pass && !(down->flags & RX__ENDED) && rx__open(((rx_inner *)down)->outer))
		down = ((rx_inner *)down)->outer->downstream;
	for (rx_stage *stage = down; is_pure(stage); stage = stage->downstream)
		if (stage->node->step.kind == RX__REDUCES)
			return down;
	return NULL;
}

static void inner_next(rx_stage *self, const void *item)
{
	rx_inner *inner = (rx_inner *)self;
	RX__CHECK(inner->outer);
	if (rx__open(inner->outer))
		inner->outer->node->ops->inner_next(inner->outer, inner, item);
}

static void inner_error(rx_stage *self, const rx_error *error)
{
	rx_inner *inner = (rx_inner *)self;
	rx_stage *outer = inner->outer;
	RX__CHECK(outer);
	unpublish(inner);
	if (!rx__open(outer))
		return;
	if (outer->node->ops->inner_error)
		outer->node->ops->inner_error(outer, inner, error);
	else
		rx__error(outer, error);
	rx__stop_inner(inner);
}

static void inner_complete(rx_stage *self)
{
	rx_inner *inner = (rx_inner *)self;
	rx_stage *outer = inner->outer;
	RX__CHECK(outer);
	unpublish(inner);
	if (!rx__open(outer))
		return;
	if (outer->node->ops->inner_complete)
		outer->node->ops->inner_complete(outer, inner);
	if (!rx__open(self))
		return;
	unlink_inner(inner);
	end_run(rx__run(self));
	if (outer->node->ops->inner_end && rx__open(outer))
		outer->node->ops->inner_end(outer, inner);
}

static void inner_release(rx_stage *self)
{
	rx__unpin(((rx_inner *)self)->outer);
}

static const rx_stage_ops inner_ops = {
	.name = "inner", .next = inner_next, .error = inner_error, .complete = inner_complete, .stop = inner_release};
static const rx_observable inner_node = {.ops = &inner_ops};

/* What is subscribed instead of an observable whose items are of the wrong type. Consumes it. */
static rx_observable *inner_misfit(const rx_stage *self, rx_observable *source, const rx_type *type)
{
	char taker[128], giver[128];
	rx__stage_name(self->node, taker, sizeof taker);
	rx__stage_name(source, giver, sizeof giver);
	rx_observable *mistake = rx__mistake(-EINVAL, "%s takes observables of %s, but %s gives %s", taker, type->name,
	                                     giver, source->type->name);
	rx_observable_unref(source);
	return mistake;
}

void rx__subscribe_inner_with(rx_stage *self, rx_observable *source, const rx_type *type, size_t slot, void *data,
                              rx_inner **where)
{
	assert(subscribes(self->node->ops));
	if (where)
		*where = NULL;
	if (!rx__open(self)) {
		rx_observable_unref(source);
		return;
	}
	if (!source)
		source = rx__no_memory();
	if (!rx__type_fits(source->type, type))
		source = inner_misfit(self, source, type);
	rx_run *run = create_run(source, &inner_node, sizeof(rx_inner), rx__scheduler(self));
	if (!run) {
		rx__fail(self, -ENOMEM);
		return;
	}
	rx_inner *inner = (rx_inner *)sink_of(run);
	if (!self->node->ops->inner_next)
		inner->stage.next = inner_pass;
	inner->outer = self;
	inner->slot = slot;
	inner->data = data;
	inner->where = where;
	rx__pin(self);
	link_inner(inner);
	if (where)
		*where = inner;
	start_run(run);
}

void rx__subscribe_inner(rx_stage *self, rx_observable *source, const rx_type *type, size_t slot, rx_inner **where)
{
	rx__subscribe_inner_with(self, source, type, slot, NULL, where);
}

void rx__stop_inner(rx_inner *inner)
{
	if (!inner)
		return;
	rx_run *run = rx__run(&inner->stage);
	unpublish(inner);
	unlink_inner(inner);
	run->refs++;
	end_run(run);
	run_unref(run);
}

void rx__stop_inners(rx_stage *self)
{
	for (rx_inner *inner; (inner = inners_of(self)->first);)
		rx__stop_inner(inner);
}
