/*
 * The contract of every operator (tests/support/contract.h), entered from inside. Once each chain runs undisturbed and its
 * moments are counted: an item, an error, a completion at the observer; a subscription and a teardown of the source, and of
 * what stands beside it; a finalizer; any function of the user's. Then it runs once for each of these moments, up to the
 * third of a kind, and each action: it is done there, and another one at the moment that follows.
 */
#include "tests/support/contract.h"
#include "tests/support/memory.h"
#include "tests/support/test.h"
#include "tests/support/ways.h"

#include <alloca.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POSITIONS = 3, LISTENERS = 3, ITEMS_KEPT = 24, MOMENTS = 400, SLICES = 8 };

enum moment {
	NEXT,
	ERROR,
	COMPLETE,
	SOURCE_BEGIN,
	SOURCE_TORN,
	BESIDE_BEGIN,
	BESIDE_TORN,
	FINALIZED,
	DROPPED,
	CALLED,
	KINDS
};

enum ending { COMPLETES, FAILS, STAYS, ENDINGS };

static const char *const moments[] = {
	"next",      "error", "complete", "subscription", "teardown", "subscription beside", "teardown beside",
	"finalizer", "drop",  "function"};

/* One subscription of the source, or of a stream beside it: it can be fed past its end. */
struct line {
	struct line *next;
	rx_subscriber *to;
	const rx_type *type;
	rx_subscription original;
	bool source, torn;
};

struct listener {
	rx_subscription subscription;
	bool left, ended;
	int dropped, finalized;
};

struct action {
	const char *name;
	void (*act)(void);
};

static struct world {
	const struct contract *contract;
	enum ending ending;
	bool at_once;
	enum moment kind; /* of the moment at which to act */
	int position;     /* 0: at none */
	const struct action *first, *second;
	int way, acted, moments, counts[KINDS];
	rx_scheduler *scheduler;
	rx_observable *recipe;
	struct line *lines;
	struct listener listeners[LISTENERS];
	rx_subscription items[ITEMS_KEPT]; /* of items that are observables */
	int listener_count, item_count, number, begun, dropped;
	bool over; /* nothing acts, and nothing counts */
} world;

#define holds(condition)                                                                                               \
	ck_assert_msg(condition, "%s: %s does not hold to: %s (source %s %s, way %d; at %s %d: %s, then: %s)",         \
	              world.contract->file, world.contract->text, #condition, world.at_once ? "at once" : "in time",   \
	              (const char *[]){"completes", "fails", "stays"}[world.ending], world.way, moments[world.kind],   \
	              world.position, world.first ? world.first->name : "", world.second ? world.second->name : "")

/* ---- Moments --------------------------------------------------------------------------------------------------- */

static void happen(enum moment kind)
{
	if (world.over || ++world.moments > MOMENTS)
		return;
	const int count = ++world.counts[kind];
	if (world.acted == 0 && world.position == count && world.kind == kind) {
		world.acted++;
		world.first->act();
	} else if (world.acted == 1) {
		world.acted++;
		world.second->act();
	}
}

static void happen_called(void)
{
	happen(CALLED);
}

/* ---- Lines ----------------------------------------------------------------------------------------------------- */

/* What a line passes on. */
struct origin {
	rx_observable *stream;
	bool source;
};

static int forward_next(const void *item, void *ctx)
{
	rx_next(((struct line *)ctx)->to, item);
	return 0;
}

static void forward_error(const rx_error *error, void *ctx)
{
	rx_fail(((struct line *)ctx)->to, error->code, "%s", error->message);
}

static void forward_complete(void *ctx)
{
	rx_complete(((struct line *)ctx)->to);
}

static void line_torn(void *ctx)
{
	struct line *line = ctx;
	holds(!line->torn);
	line->torn = true;
	rx_unsubscribe(&line->original);
	happen(line->source ? SOURCE_TORN : BESIDE_TORN);
}

static int line_subscribe(rx_subscriber *subscriber, void *ctx)
{
	const struct origin *origin = ctx;
	const rx_consumer next = {"next", NULL, forward_next};
	struct line *line = calloc(1, sizeof *line);
	*line = (struct line){
		.next = world.lines, .source = origin->source, .type = rx_observable_type(origin->stream)};
	line->to = rx_subscriber_ref(subscriber);
	world.lines = line;
	rx_observable *stream = rx_observable_ref(origin->stream);
	rx_on_teardown(subscriber, line_torn, line);
	happen(line->source ? SOURCE_BEGIN : BESIDE_BEGIN);
	if (line->torn)
		rx_observable_unref(stream);
	else
		rx_subscribe(stream,
		             &(rx_observer){
				     .next = &next, .error = forward_error, .complete = forward_complete, .ctx = line},
		             &line->original);
	if (line->torn)
		rx_unsubscribe(&line->original);
	return 0;
}

static void origin_drop(void *ctx)
{
	struct origin *origin = ctx;
	rx_observable_unref(origin->stream);
	free(origin);
	world.dropped++;
}

static rx_observable *line_of(rx_observable *stream, bool source)
{
	struct origin *origin = malloc(sizeof *origin);
	*origin = (struct origin){stream, source};
	world.begun++;
	return rx_create(rx_observable_type(stream), line_subscribe, origin, origin_drop);
}

static rx_observable *line_beside(rx_observable *stream)
{
	return line_of(stream, false);
}

static int call_number(const void *in, size_t index, void *out, void *ctx)
{
	const parcel item = {(int)*(const int64_t *)in + 1, NULL};
	return rx_type_copy(&rx_type_parcel, out, &item);
}
static const rx_mapper number_rx_mapper = {"number", &rx_type_int64_t, &rx_type_parcel, call_number, NULL};

static rx_observable *source(void)
{
	static const parcel items[] = {{1, NULL}, {2, NULL}, {3, NULL}, {4, NULL}, {5, NULL}};
	rx_observable *first = world.at_once ? rx_from(&rx_type_parcel, items, 5)
	                                     : rx_pipe(rx_interval(RX_MS(1)), rx_take(5), rx_map(number));
	if (world.ending == FAILS)
		first = rx_concat(first, rx_throw_error(-EPIPE, "the source's"));
	else if (world.ending == STAYS)
		first = rx_concat(first, rx_never());
	return line_of(first, true);
}

/* The newest of its kind that is open, or else the newest. */
static struct line *newest(bool source)
{
	struct line *found = NULL;
	for (struct line *line = world.lines; line; line = line->next) {
		if (line->source == source && !line->torn)
			return line;
		if (line->source == source && !found)
			found = line;
	}
	return found;
}

static struct line *oldest_beside(void)
{
	struct line *found = NULL;
	for (struct line *line = world.lines; line; line = line->next)
		if (!line->source)
			found = line;
	return found;
}

static void release_lines(void)
{
	while (world.lines) {
		struct line *line = world.lines;
		world.lines = line->next;
		holds(line->torn);
		rx_subscriber_unref(line->to);
		free(line);
	}
}

/* ---- Listeners ------------------------------------------------------------------------------------------------- */

static int item_next(const void *item, void *ctx)
{
	happen(NEXT);
	return 0;
}

static void item_error(const rx_error *error, void *ctx)
{
	happen(ERROR);
}

static void item_complete(void *ctx)
{
	happen(COMPLETE);
}

/* Whoever gets an item can keep it, and listen to it where it is an observable. */
static void use(const void *item)
{
	const rx_consumer next = {"item", NULL, item_next};
	const rx_type *type = rx_observable_type(world.recipe);
	void *copy = alloca(type->size);
	if (rx_type_copy(type, copy, item) < 0)
		return;
	if (rx_type_same(type, &rx_type_rx_stream) && world.item_count < ITEMS_KEPT)
		rx_subscribe(rx_observable_ref(*(rx_stream *)copy),
		             &(rx_observer){.next = &next, .error = item_error, .complete = item_complete},
		             &world.items[world.item_count++]);
	rx_type_drop(type, copy);
}

static int on_next(const void *item, void *ctx)
{
	const struct listener *listener = ctx;
	holds(!listener->left && !listener->ended);
	if (world.recipe)
		use(item);
	happen(NEXT);
	return 0;
}

static void on_error(const rx_error *error, void *ctx)
{
	struct listener *listener = ctx;
	holds(!listener->left && !listener->ended);
	holds(rx_is_closed(&listener->subscription));
	listener->ended = true;
	happen(ERROR);
	holds(error->code < 0 && strlen(error->message) < 1000);
}

static void on_complete(void *ctx)
{
	struct listener *listener = ctx;
	holds(!listener->left && !listener->ended);
	holds(rx_is_closed(&listener->subscription));
	listener->ended = true;
	happen(COMPLETE);
}

static void on_drop(void *ctx)
{
	struct listener *listener = ctx;
	holds(listener->left || listener->ended);
	listener->dropped++;
	happen(DROPPED);
}

static void on_finalize(void *ctx)
{
	((struct listener *)ctx)->finalized++;
	happen(FINALIZED);
}

static void subscribe(void)
{
	if (!world.recipe || world.listener_count == LISTENERS)
		return;
	const rx_consumer next = {"next", NULL, on_next};
	struct listener *listener = &world.listeners[world.listener_count++];
	rx_subscribe(
		rx_observable_ref(world.recipe),
		&(rx_observer){
			.next = &next, .error = on_error, .complete = on_complete, .drop = on_drop, .ctx = listener},
		&listener->subscription);
	rx_add_finalizer(&listener->subscription, on_finalize, listener);
}

static void leave(struct listener *listener)
{
	if (!listener->ended)
		listener->left = true;
	rx_unsubscribe(&listener->subscription);
}

/* ---- Actions --------------------------------------------------------------------------------------------------- */

static void push(struct line *line)
{
	const parcel item = {++world.number % 8, NULL};
	const int64_t number = item.number;
	if (line)
		rx_next(line->to, line->type == &rx_type_int64_t ? (const void *)&number : &item);
}

static void complete(struct line *line)
{
	if (line)
		rx_complete(line->to);
}

static void break_off(struct line *line)
{
	if (line)
		rx_fail(line->to, -EIO, "failed");
}

static void push_source(void)
{
	push(newest(true));
}

static void complete_source(void)
{
	complete(newest(true));
}

static void fail_source(void)
{
	break_off(newest(true));
}

static void push_beside(void)
{
	push(newest(false));
}

static void complete_beside(void)
{
	complete(newest(false));
}

static void fail_beside(void)
{
	break_off(newest(false));
}

static void push_oldest(void)
{
	push(oldest_beside());
}

static void unsubscribe(void)
{
	leave(&world.listeners[0]);
}

static void start_again(void)
{
	unsubscribe();
	subscribe();
}

static void let_go(void)
{
	rx_observable *recipe = world.recipe;
	world.recipe = NULL;
	rx_observable_unref(recipe);
}

static void pass_time(void)
{
	rx_virtual_run(world.scheduler, rx_now(world.scheduler) + RX_MS(3));
}

static void pause_and_resume(void)
{
	rx_pause(&world.listeners[0].subscription);
	push_source();
	rx_resume(&world.listeners[0].subscription);
}

static const struct action actions[] = {{"push into the source", push_source},
                                        {"complete the source", complete_source},
                                        {"fail the source", fail_source},
                                        {"push beside", push_beside},
                                        {"complete beside", complete_beside},
                                        {"fail beside", fail_beside},
                                        {"push into the oldest beside", push_oldest},
                                        {"unsubscribe", unsubscribe},
                                        {"subscribe", subscribe},
                                        {"unsubscribe and subscribe", start_again},
                                        {"let go of the recipe", let_go},
                                        {"let time pass", pass_time},
                                        {"pause, push and resume", pause_and_resume}};
enum { ACTIONS = sizeof actions / sizeof *actions };

/* ---- Trials ---------------------------------------------------------------------------------------------------- */

static void ignore_error(const rx_error *error, void *ctx)
{
}

static void play(void)
{
	world.over = false; /* so far the recipe was made, and nobody has subscribed */
	subscribe();
	rx_virtual_run(world.scheduler, rx_now(world.scheduler) + RX_MS(14));
	for (int i = 0; i < world.listener_count; i++)
		leave(&world.listeners[i]);
	world.over = true;
	for (int i = 0; i < world.item_count; i++)
		rx_unsubscribe(&world.items[i]);
	let_go();
	rx_virtual_run(world.scheduler, rx_now(world.scheduler) + RX_MS(30));
	release_lines();
}

static void check(size_t before)
{
	for (int i = 0; i < world.listener_count; i++)
		holds(world.listeners[i].dropped == 1 && world.listeners[i].finalized == 1);
	holds(world.begun == world.dropped);
	holds(parcels_live() == 0);
	rx_trim();
	holds(memory_live() == before);
}

/* One trial, as `world` says, from beginning to end. */
static void try(void)
{
	ways_choose(world.way);
	rx_trim();
	const size_t before = memory_live();
	world.scheduler = rx_virtual_create();
	rx_scheduler_set_current(world.scheduler);
	world.recipe = world.contract->make(source());
	play();
	rx_scheduler_set_current(NULL);
	rx_virtual_destroy(world.scheduler);
	check(before);
}

/*
 * Every action at the first moment of a kind, and every other one at those behind it; which one follows, and in what way
 * the stream runs, goes round.
 */
static void act_at(struct world script, size_t *round)
{
	const size_t step = script.position == 1 ? 1 : 2;
	for (size_t i = *round % step; i < ACTIONS; i += step, ++*round) {
		world = script;
		world.first = &actions[i];
		world.second = &actions[(*round + *round / ACTIONS) % ACTIONS];
		world.way = (int)(*round % WAYS);
		try();
	}
}

static void act_everywhere(const struct contract *contract, enum ending ending, bool at_once, size_t *round)
{
	const struct world undisturbed = {.contract = contract, .ending = ending, .at_once = at_once, .over = true};
	world = undisturbed;
	try();
	const struct world counted = world;
	for (int kind = 0; kind < KINDS; kind++)
		for (int position = 1; position <= counted.counts[kind] && position <= POSITIONS; position++) {
			struct world script = undisturbed;
			script.kind = (enum moment)kind;
			script.position = position;
			act_at(script, round);
		}
}

TEST(it_can_be_entered_at_every_moment, .from = 0, .to = SLICES, .timeout = 120)
{
	size_t round = 0;
	int number = 0;
	contract_hooks = (struct contract_hooks){happen_called, line_beside};
	rx_on_unhandled_error(ignore_error, NULL);
	for (const struct contract *contract = contracts(); contract; contract = contract->next)
		for (int ending = number++ % SLICES == _i ? 0 : ENDINGS; ending < ENDINGS; ending++)
			for (int at_once = 0; at_once < (ending == STAYS ? 1 : 2); at_once++)
				act_everywhere(contract, (enum ending)ending, at_once, &round);
	rx_on_unhandled_error(NULL, NULL);
	contract_hooks = (struct contract_hooks){0};
}
