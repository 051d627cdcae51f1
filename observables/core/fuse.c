#include "observables/core/fuse.h"

#include "observables/core/accumulate.h"

#if defined(__GNUC__)
#define INLINE static inline __attribute__((always_inline))
/* So that what the linker puts before a loop does not move its speed. */
#define ALIGNED __attribute__((aligned(64)))
#else
#define INLINE static inline
#define ALIGNED
#endif

enum {
	MOST = 4,  /* stages in one loop */
	ROOM = 64, /* bytes on the stack for what a stage makes; larger items go from stage to stage */
};

bool rx__fusing = true, rx__spanning = true;

/* One of the stages. */
struct lane {
	rx_stage *stage;
	const rx_step *step;
	void *room;
	size_t *number; /* what rx__number() counts; where it counts nothing, something that nobody reads */
};

/* Where the last of them hands its items. */
struct end {
	rx_stage *stage;
	int (*call)(const void *item, void *ctx); /* of an observer, which takes them at once; NULL: a stage */
	void *ctx;
};

/* ---- One item in one stage: what it hands on, or NULL ----------------------------------------------------------------- */

INLINE const void *stop_with(const struct lane *lane, int code)
{
	if (code < 0)
		rx__fail(lane->stage, code);
	return NULL;
}

INLINE const void *map(const struct lane *lane, const void *item)
{
	const int code = lane->step->map(item, (*lane->number)++, lane->room, lane->step->ctx);
	return RX__LIKELY(code >= 0) ? lane->room : stop_with(lane, code);
}

INLINE const void *filter(const struct lane *lane, const void *item)
{
	const int code = lane->step->test(item, (*lane->number)++, lane->step->ctx);
	return code > 0 ? item : stop_with(lane, code);
}

INLINE const void *take_while(const struct lane *lane, const void *item)
{
	size_t *index = RX__STATE(lane->stage);
	const int code = lane->step->test(item, (*index)++, lane->step->ctx);
	if (code == 0)
		rx__complete(lane->stage);
	return code > 0 ? item : stop_with(lane, code);
}

INLINE const void *tap(const struct lane *lane, const void *item)
{
	const int code = lane->step->consume(item, lane->step->ctx);
	return RX__LIKELY(code >= 0) ? item : stop_with(lane, code);
}

INLINE const void *take(const struct lane *lane, const void *item)
{
	size_t *taken = RX__STATE(lane->stage);
	if (*taken == lane->step->count)
		return NULL;
	++*taken;
	return item;
}

/* Entered again meanwhile, the innermost call is the first to see that there are none left, and closes the stage. */
INLINE void end_take(const struct lane *lane)
{
	const size_t *taken = RX__STATE(lane->stage);
	if (*taken == lane->step->count && rx__open(lane->stage))
		rx__complete(lane->stage);
}

/* Lend the accumulator to the loop; false where the item has become the accumulator. */
static bool lend(const struct lane *lane, const void *item)
{
	rx_accumulator *accumulator = RX__STATE(lane->stage);
	const rx_type *type = lane->stage->node->type;
	if (accumulator->slot.full) {
		rx__slot_lend(&accumulator->slot, type, lane->room);
		return true;
	}
	accumulator->index = 1;
	rx__slot_put(&accumulator->slot, type, item);
	return false;
}

/* The function failed, or its stage was stopped or entered again meanwhile. */
static const void *interrupted(const struct lane *lane, int code)
{
	rx_accumulator *accumulator = RX__STATE(lane->stage);
	const rx_type *type = lane->stage->node->type;
	if (code < 0 || !rx__open(lane->stage)) {
		rx__slot_return(&accumulator->slot, type, lane->room);
		return stop_with(lane, code);
	}
	rx__slot_claim(&accumulator->slot, type, lane->room);
	return lane->room;
}

/*
 * The accumulator stays lent to this loop from one item to the next: only what enters the stage meanwhile, or stops it,
 * makes it leave, so that it is there says that nothing has. It owns nothing (rx__fuse() saw to that).
 */
INLINE const void *accumulate(const struct lane *lane, const void *item)
{
	rx_accumulator *accumulator = RX__STATE(lane->stage);
	if (!RX__LIKELY(accumulator->slot.lent == lane->room) && !lend(lane, item))
		return item;
	const int code = lane->step->reduce(lane->room, item, accumulator->index++, lane->step->ctx);
	if (RX__LIKELY(code >= 0 && accumulator->slot.lent == lane->room))
		return lane->room;
	return interrupted(lane, code);
}

INLINE const void *enter(rx_step_kind kind, const struct lane *lane, const void *item)
{
	switch (kind) {
	case RX__MAPS:
		return map(lane, item);
	case RX__FILTERS:
		return filter(lane, item);
	case RX__TAPS:
		return tap(lane, item);
	case RX__TAKES:
		return take(lane, item);
	case RX__TAKES_WHILE:
		return take_while(lane, item);
	case RX__SCANS:
		return accumulate(lane, item);
	case RX__REDUCES:
		accumulate(lane, item);
		return NULL;
	default:
		return NULL;
	}
}

/* ---- One item in all of them ------------------------------------------------------------------------------------------ */

INLINE void hand_on(const struct end *end, const void *item)
{
	if (end->stage->flags & RX__ENDED)
		return;
	if (end->call)
		end->call(item, end->ctx);
	else
		end->stage->next(end->stage, item);
}

/* @p kinds begins at its highest digit. Not a loop, so that every kind is a constant to the compiler. */
#define KIND(kinds, length, i) ((rx_step_kind)((kinds) >> 4 * ((length) - (i)-1) & 15))

#define PASS(i, rest)                                                                                                  \
	do {                                                                                                           \
		item = enter(KIND(kinds, length, i), &lanes[i], item);                                                 \
		if (!item)                                                                                             \
			break;                                                                                         \
		if (length == (i) + 1)                                                                                 \
			hand_on(end, item);                                                                            \
		else if (RX__LIKELY(!(lanes[(i) + 1].stage->flags & RX__ENDED)))                                       \
			rest;                                                                                          \
		if (KIND(kinds, length, i) == RX__TAKES)                                                               \
			end_take(&lanes[i]);                                                                           \
	} while (0)

INLINE void pass(uint32_t kinds, int length, const struct lane *lanes, const struct end *end, const void *item)
{
	PASS(0, PASS(1, PASS(2, PASS(3, (void)0))));
}

INLINE bool keeps_item(rx_step_kind kind)
{
	return kind == RX__SCANS || kind == RX__REDUCES;
}

INLINE struct end prepare(int length, rx_stage *stage, struct lane *lanes, char (*rooms)[ROOM], size_t *nothing)
{
	for (int i = 0; i < length; i++) {
		const rx_step *step = &stage->node->step;
		lanes[i] = (struct lane){stage, step, rooms[i], step->kernel ? nothing : RX__STATE(stage)};
		stage = stage->downstream;
	}
	const rx_sink *sink = (const rx_sink *)stage;
	if (stage->next == rx__sink_next)
		return (struct end){stage, sink->call, sink->ctx};
	return (struct end){.stage = stage};
}

/* What does not change from item to item is at hand on the stack. */
INLINE void keep_steps(int length, struct lane *lanes, rx_step *steps)
{
	for (int i = 0; i < length; i++) {
		steps[i] = *lanes[i].step;
		lanes[i].step = &steps[i];
	}
}

INLINE void settle(uint32_t kinds, int length, const struct lane *lanes)
{
	for (int i = 0; i < length; i++) {
		if (!keeps_item(KIND(kinds, length, i)))
			continue;
		rx_accumulator *accumulator = RX__STATE(lanes[i].stage);
		if (accumulator->slot.lent == lanes[i].room)
			rx__slot_return(&accumulator->slot, lanes[i].stage->node->type, lanes[i].room);
	}
}

INLINE void run_one(uint32_t kinds, int length, rx_stage *first, const void *item)
{
	_Alignas(16) char rooms[MOST][ROOM];
	struct lane lanes[MOST];
	size_t nothing = 0;
	const struct end end = prepare(length, first, lanes, rooms, &nothing);
	pass(kinds, length, lanes, &end, item);
	settle(kinds, length, lanes);
}

INLINE void run_span(uint32_t kinds, int length, rx_stage *first, const char *item, size_t count)
{
	_Alignas(16) char rooms[MOST][ROOM];
	struct lane lanes[MOST];
	rx_step steps[MOST];
	size_t nothing = 0;
	const size_t size = rx__in(first)->size;
	const struct end end = prepare(length, first, lanes, rooms, &nothing);
	keep_steps(length, lanes, steps);
	for (; count-- && rx__open(first); item += size)
		pass(kinds, length, lanes, &end, item);
	settle(kinds, length, lanes);
}

/* ---- The sequences that have a loop ----------------------------------------------------------------------------------- */

#define M RX__MAPS
#define F RX__FILTERS
#define T RX__TAPS
#define S RX__SCANS
#define K RX__TAKES
#define W RX__TAKES_WHILE
#define R RX__REDUCES

/* With every sequence its beginnings are here, too: rx__fuse() finds a loop by what it becomes with one stage more. */
/* The formatter finds no end of moving these about. */
/* clang-format off */
#define SEQUENCES(X) \
	X(1, M, M) X(1, F, F) X(1, T, T) X(1, S, S) X(1, R, R) \
	TWO(X, M, M) TWO(X, M, F) TWO(X, M, T) TWO(X, M, S) TWO(X, M, K) TWO(X, M, W) TWO(X, M, R) \
	TWO(X, F, M) TWO(X, F, F) TWO(X, F, T) TWO(X, F, S) TWO(X, F, K) TWO(X, F, W) TWO(X, F, R) \
	TWO(X, T, M) TWO(X, T, F) TWO(X, T, K) TWO(X, S, M) TWO(X, S, F) TWO(X, S, K) TWO(X, S, R) \
	THREE(X, M, M, M) THREE(X, M, M, F) THREE(X, M, M, K) THREE(X, M, M, R) \
	THREE(X, M, F, M) THREE(X, M, F, F) THREE(X, M, F, K) THREE(X, M, F, R) \
	THREE(X, F, M, M) THREE(X, F, M, F) THREE(X, F, M, K) THREE(X, F, M, R) \
	THREE(X, F, F, M) THREE(X, F, F, F) THREE(X, F, F, K) THREE(X, F, F, R) \
	FOUR(X, M, F, M, F) FOUR(X, M, F, M, K) FOUR(X, M, F, M, R) FOUR(X, M, M, M, M) \
	FOUR(X, F, M, F, M) FOUR(X, F, M, F, K) FOUR(X, F, M, F, R)
/* clang-format on */
#define TWO(X, a, b) X(2, a##b, a << 4 | b)
#define THREE(X, a, b, c) X(3, a##b##c, (a << 4 | b) << 4 | c)
#define FOUR(X, a, b, c, d) X(4, a##b##c##d, ((a << 4 | b) << 4 | c) << 4 | d)

#define DEFINE(length, name, kinds)                                                                                    \
	static void next_##name(rx_stage *first, const void *item)                                                     \
	{                                                                                                              \
		run_one(kinds, length, first, item);                                                                   \
	}                                                                                                              \
	ALIGNED static void span_##name(rx_stage *first, const void *items, size_t count)                              \
	{                                                                                                              \
		run_span(kinds, length, first, items, count);                                                          \
	}
#define LIST(length, name, kinds) {kinds, next_##name, span_##name},

SEQUENCES(DEFINE)
static const rx_fusion loops[] = {SEQUENCES(LIST)};

static const rx_fusion *find(uint32_t kinds)
{
	for (size_t i = 0; i < sizeof loops / sizeof *loops; i++)
		if (loops[i].kinds == kinds)
			return &loops[i];
	return NULL;
}

/* ---- Recipes ---------------------------------------------------------------------------------------------------------- */

static bool fits(const rx_type *type)
{
	return type && !type->copy && !type->drop && type->size <= ROOM;
}

/* Whether it calls an ordinary function for each item. Where take has its number, others have theirs. */
static bool is_one_by_one(const rx_step *step)
{
	return step->kind != RX__TAKES && step->map && !step->kernel;
}

/* Whether the stage can be in a loop: one that makes items makes small ones, and where spans arrive kernels are better. */
static bool can_fuse(const rx_observable *node)
{
	const rx_step *step = &node->step;
	const bool makes = step->kind == RX__MAPS || keeps_item(step->kind);
	if (!step->kind || (makes && !fits(node->type)))
		return false;
	return !node->upstream->spans || is_one_by_one(step);
}

void rx__fuse(rx_observable *node)
{
	const rx_observable *upstream = node->upstream;
	if (node->ops->step)
		node->ops->step(node->params, &node->step);
	node->spans =
		node->ops->flags & RX__SPANS || (upstream->spans && node->ops->span && !is_one_by_one(&node->step));
	if (!can_fuse(node))
		return;
	if (upstream->loop)
		node->loop = find(upstream->loop->kinds << 4 | node->step.kind);
	if (node->loop)
		node->position = upstream->position + 1;
	else
		node->loop = find(node->step.kind);
}

void rx__fused_span(rx_stage *first, const void *items, size_t count)
{
	const rx_stage *last = first;
	while (last->downstream->node->position > 0)
		last = last->downstream;
	last->node->loop->span(first, items, count);
}
