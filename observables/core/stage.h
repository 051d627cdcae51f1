/*
 * The stage interface: what an operator's file is written against.
 *
 * A recipe (rx_observable) is a chain of nodes, each a table of operations and its parameters. Subscribing lays out
 * one block, the run: a header, then a stage for each node, source first, then a sink. A stage is a header of 32
 * bytes and its state. Items go down from stage to stage by `next`, one indirect call each:
 *
 *     run │ source │ map │ filter │ take │ sink        one block
 *            next ──→ next ─→ next ──→ next ─→ observer
 *
 * What a stage may count on:
 *
 *  - It is never entered after its end, by whatever way: an item, an end, an inner run, a timer. run.c, whose head says
 *    what an end is, sees to that, so operators do not.
 *  - What ends is a prefix of the stages, source to some stage: all of it is marked as ended, the downstream hears of it,
 *    and all of it is stopped, source to sink, each stage once. Stages below may live on (a merge_map whose source has
 *    completed). After rx__complete(), rx__error() and rx__fail() the stage has ended.
 *  - One that has ended starts nothing: rx__subscribe_inner() and rx__timer_start() do nothing for it.
 *  - No block goes away while a frame of its own is on the C stack, so a stage may touch its state after anything it
 *    calls. Whoever enters a run from outside (a task, a subject, another run) pins it: rx__pin() and rx__unpin().
 *  - State is zero when the stage starts. `start` runs from sink to source; a source emits inside it, or later.
 *  - An item is borrowed and must not change while it is lent: a stage lends what lies on the C stack (RX__STACK) or
 *    what it was lent, never its own state.
 *
 * An operator that subscribes (merge_map, take_until, repeat) starts its state with an `rx_inners`, and calls
 * rx__subscribe_inner(). Each such subscription is a run of its own that holds this one; its events arrive as
 * `inner_*`. They stop when the stage stops.
 */
#ifndef RX_CORE_STAGE_H
#define RX_CORE_STAGE_H

#include <alloca.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include <clusterfy/rx.h>

#if defined(__GNUC__)
#define RX__LIKELY(condition) __builtin_expect(!!(condition), 1)
#define RX__THREAD _Thread_local __attribute__((tls_model("initial-exec")))
#define RX__OUT_OF_LINE __attribute__((cold, noinline))
#else
#define RX__LIKELY(condition) (condition)
#define RX__THREAD _Thread_local
#define RX__OUT_OF_LINE
#endif

typedef struct rx_stage rx_stage;
typedef struct rx_inner rx_inner;
typedef struct rx_stage_ops rx_stage_ops;
typedef struct rx_fusion rx_fusion;

/* How many items a source puts into one span, and how many bytes of them a stage puts on the stack. */
#define RX__SPAN 512
#define RX__SPAN_BYTES 16384
#define RX__CACHE_LINE 64

struct rx_stage {
	void (*next)(rx_stage *self, const void *item); /* the table's, or a variant that `start` chose */
	rx_stage *downstream;                           /* NULL in a sink */
	const rx_observable *node;                      /* table and parameters */
	uint32_t offset;                                /* bytes from the run's header */
	uint32_t flags;
};

enum {
	RX__DONE = 1,     /* its upstream has ended: no further event from there */
	RX__CLOSED = 2,   /* it has ended itself: rx__open() */
	RX__STARTED = 4,  /* it was started, and has something to stop, which is due */
	RX__FUSED = 8,    /* its `next` is a loop over it and those below: core/fuse.h */
	RX__STOPPED = 16, /* it has ended, and been stopped or is next: run.c's, nobody else asks */
	RX__ENDED = RX__DONE | RX__CLOSED,
};

/* The subscriptions that a stage holds: first in the state of every stage that subscribes. */
typedef struct rx_inners {
	rx_inner *first, *last;
} rx_inners;

/* The sink of an inner run. */
struct rx_inner {
	rx_stage stage;
	rx_stage *outer;
	rx_inner *previous, *next;
	rx_inner **where; /* the operator's pointer to this, until it ends; or NULL */
	size_t slot;      /* the operator's: which of its sources this is */
	void *data;       /* the operator's */
};

enum {
	/* Subscribes to its upstream by itself, as an inner run: the run begins here (repeat, retry). */
	RX__HEAD = 1,
	/* Stops before its upstream does: RxJS subscribed its notifier first (take_until). */
	RX__STOP_FIRST = 2,
	/* Cannot pass a pause up: it holds time or other sources of its own. */
	RX__UNPAUSABLE = 4,
	/* Has an rx_inners at the start of its state. Implied by any inner_ operation. */
	RX__SUBSCRIBES = 8,
	/* Emits no items, whatever it takes: its observable fits any type. */
	RX__SILENT = 16,
	/* A source that emits spans. */
	RX__SPANS = 32,
};

typedef enum rx_step_kind {
	RX__NO_STEP,
	RX__MAPS,        /* state: rx__number() */
	RX__FILTERS,     /* state: rx__number() */
	RX__TAPS,        /* no state is looked at */
	RX__SCANS,       /* state: an rx_accumulator */
	RX__REDUCES,     /* state: an rx_accumulator */
	RX__TAKES,       /* state: how many it has taken; no function, but `count`, their number */
	RX__TAKES_WHILE, /* state: the index */
} rx_step_kind;

/* What a stage does with an item, for those who run several stages in one loop: core/fuse.h. */
typedef struct rx_step {
	rx_step_kind kind;
	bool kernel; /* the function has a loop of its own */
	union {
		int (*map)(const void *in, size_t index, void *out, void *ctx);
		int (*test)(const void *in, size_t index, void *ctx);
		int (*consume)(const void *in, void *ctx);
		int (*reduce)(void *acc, const void *in, size_t index, void *ctx);
		size_t count;
	};
	void *ctx;
} rx_step;

struct rx_stage_ops {
	const char *name;  /* as users write it, without rx_ */
	size_t state_size; /* bytes of state; 0 for none */
	uint32_t flags;
	/* Further bytes of state, known when the chain is built (room for an item). May be NULL. */
	size_t (*extra)(const rx_observable *node);
	/* Release what the parameters own, not their bytes. May be NULL. */
	void (*drop)(void *params);

	/* An item. NULL only in a source. */
	void (*next)(rx_stage *self, const void *item);
	/* Several items, packed. NULL: `next` for each, as long as the stage is open. */
	void (*span)(rx_stage *self, const void *items, size_t count);
	/* `next` in other words, where it is one of those of rx_step. May be NULL. */
	void (*step)(const void *params, rx_step *step);
	/* The upstream's end. NULL: passed on. */
	void (*error)(rx_stage *self, const rx_error *error);
	void (*complete)(rx_stage *self);

	/* Called once, sink to source; a negative result becomes the stream's error. May be NULL. */
	int (*start)(rx_stage *self);
	/* Called once, source to sink, when all stages above have been started and if the stage is still open. RxJS's
	 * operators subscribe to their source first: one whose timers or notifiers come after it starts them here. */
	void (*started)(rx_stage *self);
	/* Called once, source to sink, for each stage that was started. May be NULL. Inners stop before it is called.
	 * A sink's is called when the block goes, and releases what the sink owns. */
	void (*stop)(rx_stage *self);
	/*
	 * Release what the state owns, and leave it empty: items, subjects. Called after `stop`, and once more when the block
	 * goes: a user's function that was running when the stage ended may return to code that stores something. May be NULL.
	 */
	void (*clear)(rx_stage *self);

	/* Events of an inner run. NULL inner_next and inner_error pass on to the downstream. */
	void (*inner_next)(rx_stage *self, rx_inner *inner, const void *item);
	void (*inner_error)(rx_stage *self, rx_inner *inner, const rx_error *error);
	void (*inner_complete)(rx_stage *self, rx_inner *inner);
	/* After an inner run that completed has been torn down; @p inner is out of the list and about to go. */
	void (*inner_end)(rx_stage *self, rx_inner *inner);

	/* Demand: 0 or -ENOTSUP. NULL: a source cannot, any other stage asks its upstream. */
	int (*pause)(rx_stage *self);
	void (*resume)(rx_stage *self);
};

/* A node of a recipe. */
struct rx_observable {
	uint32_t refs;
	uint32_t flags; /* RX__MISTAKE and so on */
	uint32_t size;  /* of the node, and what lies behind it */
	const rx_stage_ops *ops;
	const void *params;
	const rx_type *type;         /* of what it emits; NULL: it emits nothing */
	rx_observable *upstream;     /* NULL in a source */
	const rx_observable *above;  /* the upstream, if it is of the same run; NULL where a run begins */
	const rx_observable *active; /* it, or the nearest above it, that has anything to start or to stop; or NULL */
	rx_operator *op;             /* owns the parameters; NULL: they lie behind this node */
	rx_operator *owner;          /* an operator with `apply` that made it, and owns contexts; or NULL */
	const char *function;        /* the name of the user's function, for messages; may be NULL */
	uint32_t offset;             /* of its stage, from the run's header */
	uint32_t room;               /* bytes of its state */
	uint32_t run_size;           /* of the run from its header to the end of this stage */
	char *label;                 /* its own; NULL: that of its operator */
	rx_step step;                /* the rest is core/fuse.c's */
	const rx_fusion *loop;       /* over this stage and those before it, from the first in the loop; NULL */
	uint8_t position;            /* in the loop; 0: the first, or there is none */
	bool spans;                  /* it may emit spans */
};

enum {
	RX__MISTAKE = 1,       /* swallows what is piped on it, so that the first mistake is the one reported */
	RX__STOPS_ITSELF = 16, /* its stage has something to stop */
	/* Of its stage, or of one above it in its run: */
	RX__STOPS = 2,       /* it has something to stop */
	RX__STOPS_FIRST = 4, /* it has RX__STOP_FIRST */
	RX__CLEARS = 8,      /* it owns what has to be released */
};

/* An operator without a source. */
struct rx_operator {
	uint32_t refs;
	const rx_stage_ops *ops; /* NULL where `apply` does it all */
	rx_observable *(*apply)(rx_operator *op,
	                        rx_observable *source); /* consumes the source; NULL: a node of `ops` */
	void (*drop)(void *params);                     /* for those with `apply` */
	struct rx_finalizer *owned;                     /* contexts that live as long as it does: rx_own() */
	const rx_type *in;                              /* what it takes; NULL: anything */
	const rx_type *out;                             /* what it emits; NULL: what it takes */
	const char *function;
	rx_observable *mistake; /* what every application returns instead; NULL */
	char *label;            /* given by the user; NULL: the name of the operation */
	_Alignas(16) unsigned char params[];
};

struct rx_finalizer {
	struct rx_finalizer *next;
	void (*call)(void *ctx);
	void *ctx;
};

/* Append to a list of finalizers; -ENOMEM. */
int rx__finalizer_append(struct rx_finalizer **list, void (*call)(void *ctx), void *ctx);

struct rx_run {
	uint32_t refs; /* liveness, frames on the stack, inner runs, kept subscribers */
	uint32_t size; /* of the block */
	rx_observable *recipe;
	rx_scheduler *scheduler;
	rx_subscription *handle;         /* the user's, while it is open */
	struct rx_finalizer *finalizers; /* the user's, in order */
};

/* The sink of a run that has an observer. */
typedef struct rx_sink {
	rx_stage stage;
	int (*call)(const void *item, void *ctx);
	void *ctx;
	void (*error)(const rx_error *error, void *ctx);
	void (*complete)(void *ctx);
} rx_sink;

/* Its `next`, where the observer takes items. */
void rx__sink_next(rx_stage *self, const void *item);

/* Hand an item to @p down. An observer gets it at once, and not through the `next` of its stage. */
static inline void rx__hand(rx_stage *down, const void *item)
{
	if (down->flags & RX__ENDED)
		return;
	const rx_sink *sink = (const rx_sink *)down;
	if (down->next == rx__sink_next)
		sink->call(item, sink->ctx);
	else
		down->next(down, item);
}

/* ---- Inside a stage -------------------------------------------------------------------------------------------- */

#define RX__STATE(self) ((void *)((self) + 1))
#define RX__PARAMS(self) ((self)->node->params)
/* Room on the C stack for one item of a type. */
#define RX__STACK(type) alloca((type)->size ? (type)->size : 1)
/* Room there for several, aligned as wide vector instructions like it. */
#define RX__STACK_SPAN(type, count)                                                                                    \
	((void *)(((uintptr_t)alloca((type)->size * (count) + RX__CACHE_LINE) + RX__CACHE_LINE - 1) &                  \
	          ~(uintptr_t)(RX__CACHE_LINE - 1)))

/* How many items of a type a stage makes at once. */
static inline size_t rx__span_room(const rx_type *type)
{
	const size_t fit = type->size ? RX__SPAN_BYTES / type->size : RX__SPAN;
	return fit == 0 ? 1 : fit < RX__SPAN ? fit : RX__SPAN;
}

static inline rx_run *rx__run(const rx_stage *self)
{
	return (rx_run *)((char *)self - self->offset);
}

/*
 * The number of the item that has come, for a function that may ask for it. It is all of the stage's state, and there is
 * none (rx__number_room()) where the function is a kernel.
 */
static inline size_t rx__number(const rx_stage *self)
{
	return self->node->room ? (*(size_t *)RX__STATE(self))++ : 0;
}

static inline size_t rx__number_room(bool kernel)
{
	return kernel ? 0 : sizeof(size_t);
}

static inline rx_scheduler *rx__scheduler(const rx_stage *self)
{
	return rx__run(self)->scheduler;
}

/* The type of the items that arrive; NULL where there will be none. */
static inline const rx_type *rx__in(const rx_stage *self)
{
	return self->node->upstream ? self->node->upstream->type : NULL;
}

/*
 * Whether the stage is open, and has not ended: run.c says what that means. To be asked after every call out of the
 * library (items go out, too) by whoever is about to call out again.
 */
static inline bool rx__open(const rx_stage *self)
{
	return !(self->flags & RX__CLOSED);
}

#ifdef NDEBUG
#define RX__CHECK(stage) ((void)0)
#else
/* Assert what run.c says of a stage that is being entered, by whatever way. */
#define RX__CHECK(stage) rx__check(stage)
void rx__check(const rx_stage *stage);
#endif

/* Whether anything may still come from the upstream of a stage that is open. */
static inline bool rx__upstream_open(const rx_stage *self)
{
	return !(self->flags & RX__DONE);
}

/* Hand an item to the downstream. */
static inline void rx__emit(rx_stage *self, const void *item)
{
	rx_stage *down = self->downstream;
	RX__CHECK(down);
	if (RX__LIKELY(!(down->flags & RX__ENDED)))
		down->next(down, item);
}

extern bool rx__spanning;
void rx__fused_span(rx_stage *first, const void *items, size_t count);

/* Whether several items at once are one call. */
static inline bool rx__takes_spans(const rx_stage *self)
{
	return self->node->ops->span && rx__spanning;
}

/*
 * Hand several items to the downstream. Only within one run, and never where several sources can enter; rx__absorber()
 * finds where they can go even so.
 */
static inline void rx__emit_span(rx_stage *self, const void *items, size_t count)
{
	rx_stage *down = self->downstream;
	RX__CHECK(down);
	if (down->flags & RX__ENDED)
		return;
	if (rx__takes_spans(down)) {
		if (down->flags & RX__FUSED)
			rx__fused_span(down, items, count);
		else
			down->node->ops->span(down, items, count);
		return;
	}
	const size_t size = self->node->type->size;
	for (const char *item = items; count-- && !(down->flags & RX__ENDED); item += size)
		down->next(down, item);
}

/*
 * End the stream: mark everything from the source to this stage as ended, tell the downstream, stop what was marked. Where
 * the stage has ended already, nobody hears of it but the hook for what comes too late.
 */
void rx__complete(rx_stage *self);
void rx__error(rx_stage *self, const rx_error *error);
/* The same with an error that is consumed: one that the stage's state has held, for the end releases that. */
void rx__error_owned(rx_stage *self, const rx_error *error);
/* rx__error() for a negative result of a user's function, with the stage's name and the words of rx_raise(). */
void rx__fail(rx_stage *self, int code);
/*
 * End everything from the source to this stage's upstream, silently: nothing further comes from there. What that stops is
 * the user's, and may end this stage as well.
 */
void rx__stop_upstream(rx_stage *self);
/* What the user calls a stage, else NULL. */
static inline const char *rx__stage_label(const rx_observable *node)
{
	return node->label ? node->label : node->op ? node->op->label : NULL;
}
/* "map(scale)", or what the user calls it, into @p text. */
void rx__stage_name(const rx_observable *node, char *text, size_t size);

static inline void rx__pin(rx_stage *self)
{
	rx__run(self)->refs++;
}
void rx__run_release(rx_run *run);
/* The counterpart of rx__pin(): the stage may be gone afterwards. */
static inline void rx__unpin(rx_stage *self)
{
	rx_run *run = rx__run(self);
	if (--run->refs == 0)
		rx__run_release(run);
}

/* ---- Time ------------------------------------------------------------------------------------------------------ */

/* A task of a stage. `stop` must cancel it: rx_cancel(&timer.task). */
typedef struct rx_stage_timer {
	rx_task task;
	rx_stage *stage;
	void (*fire)(rx_stage *self, struct rx_stage_timer *timer);
} rx_stage_timer;

/*
 * Call @p fire after @p delay, with the run pinned, if the stage is open then. One that waits is moved. @p scheduler NULL:
 * the run's. A stage that has ended starts no timer.
 */
void rx__timer_start(rx_stage *self, rx_stage_timer *timer, rx_scheduler *scheduler, rx_nsec delay,
                     void (*fire)(rx_stage *self, rx_stage_timer *timer));

/* ---- Subscribing inside a stage -------------------------------------------------------------------------------- */

/*
 * Subscribe the stage to @p source, which is consumed. @p type is what its items must be (NULL: anything). The inner
 * is published at @p where (may be NULL; in memory that outlives the inner run) before its first event. It is there as
 * long as it runs: what ends it, be it its own end, which comes before inner_complete and inner_error, or
 * rx__stop_inner(), puts NULL there, unless another has taken the place. A stage that has ended subscribes to nothing.
 */
void rx__subscribe_inner(rx_stage *self, rx_observable *source, const rx_type *type, size_t slot, rx_inner **where);
/* As above, with an operator's datum set before the first event. */
void rx__subscribe_inner_with(rx_stage *self, rx_observable *source, const rx_type *type, size_t slot, void *data,
                              rx_inner **where);
/*
 * Where several items at once may be handed to instead of one by one to @p down, in this run or in the outer ones that an
 * inner one passes on to: from there on all are kernels, to one that emits nothing before the end, so that nobody is called
 * who could look, leave or send something in between. NULL: nowhere.
 */
rx_stage *rx__absorber(rx_stage *down);
/*
 * rx_subscribe() for an observer that has a `drop`, whose connection nobody can pause, and that may take several items at
 * once: @p span says whether it did, and if not, `next` gets each.
 */
void rx__subscribe_spans(rx_observable *source, const rx_observer *observer,
                         bool (*span)(const void *items, size_t count, void *ctx), rx_subscription *subscription);
/* Stop one inner run, silently. NULL is accepted. */
void rx__stop_inner(rx_inner *inner);
/* Stop all of them, in the order of subscription. */
void rx__stop_inners(rx_stage *self);

/* ---- Building recipes ------------------------------------------------------------------------------------------ */

/*
 * A source of items of @p type. The parameters are copied (@p size bytes, NULL for none) and now belong to the recipe:
 * ops->drop() releases what they own. Never NULL: without memory they are dropped, and the result errors.
 */
rx_observable *rx__source(const rx_stage_ops *ops, const rx_type *type, void *params, size_t size);
/*
 * An operator from @p in (NULL: any type) to @p out (NULL: the type it takes), named @p function after the user's
 * function (or NULL). Parameters as in rx__source(). Never NULL.
 */
rx_operator *rx__operator(const rx_stage_ops *ops, const rx_type *in, const rx_type *out, const char *function,
                          void *params, size_t size);
/* An operator that is a function of its source (which @p apply consumes); @p drop releases the parameters. */
rx_operator *rx__operator_apply(rx_observable *(*apply)(rx_operator *op, rx_observable *source), const rx_type *in,
                                void *params, size_t size, void (*drop)(void *params));
/* One node more: what rx_pipe() does for each operator. Consumes both. */
rx_observable *rx__apply(rx_observable *source, rx_operator *op);
/* An observable that errors when subscribed, and swallows what is piped on it. Never NULL. */
rx_observable *rx__mistake(int code, const char *format, ...) RX_PRINTF(2, 3);
rx_observable *rx__no_memory(void);
/* @p observable; where the user gave NULL, a mistake, of -EINVAL. */
rx_observable *rx__given(rx_observable *observable);
/* The same where an item that @p self took for an observable is NULL. */
rx_observable *rx__no_inner(const rx_stage *self);
/* An operator whose every application is @p mistake (consumed). Never NULL. */
rx_operator *rx__operator_mistake(rx_observable *mistake);
rx_operator *rx__operator_no_memory(void);
/* Whether @p observable is a mistake. */
static inline bool rx__is_mistake(const rx_observable *observable)
{
	return observable->flags & RX__MISTAKE;
}

/*
 * The error, borrowed, of what rx_throw_error() or rx_throw() made; NULL for any other. A function that returns an
 * observable fails with it, and where RxJS tells a throw from an observable that errors, so does the operator.
 */
const rx_error *rx__thrown(const rx_observable *observable);

/* Whether a type fits where another is wanted; NULL fits anything. */
static inline bool rx__type_fits(const rx_type *have, const rx_type *want)
{
	return !have || !want || have == want || rx_type_same(have, want);
}

/* A new error for @p code: with the words of rx_raise(), if it was the last, and the stage's name. */
const rx_error *rx__error_from_code(int code, const rx_observable *node);

/* At every callback of the loop: what was raised before it belongs to something else. */
void rx__forget_words(void);
/* rx_error_create() for a list of arguments. */
const rx_error *rx__error_create(int code, const char *format, va_list arguments);
/* Report an event that came after the end. */
void rx__dropped(const rx_observable *node, const rx_error *error);
/* Report an error that nobody handles. */
void rx__unhandled(const rx_error *error);

/* Blocks of runs and of recipes' nodes, from a pool of the thread. */
void *rx__pool_alloc(size_t size);
void *rx__pool_alloc_zero(size_t size);
void rx__pool_free(void *memory, size_t size);

#endif
