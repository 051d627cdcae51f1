/*
 * What every operator must hold to; the table of them is made from their test files (tests/support/contract.h).
 *
 * A source counts its subscriptions and teardowns, and lives longer than it is wanted: it can go on emitting after its
 * end. An observer counts what comes, and does what the trial says when the first item is there.
 */
#include "tests/support/contract.h"
#include "tests/support/memory.h"
#include "tests/support/test.h"
#include "tests/support/ways.h"

#include <alloca.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ITEMS 5

enum ending { COMPLETES, FAILS, STAYS };
enum act { WATCHES, UNSUBSCRIBES, EMITS, ENDS };

/* What a trial is like. */
struct script {
	enum ending ending;
	bool at_once;     /* all inside subscribe; otherwise an item each millisecond */
	bool stubborn;    /* goes on after its end */
	enum act act;     /* of the observer, inside its first item */
	rx_nsec leave_at; /* 0: it does not */
};

/* One subscription of the source. */
struct feed {
	struct feed *next;
	struct trial *trial;
	rx_subscriber *to;
	rx_task task;
	int emitted;
	bool torn;
};

struct trial {
	const struct contract *contract;
	struct script script;
	rx_scheduler *scheduler;
	struct feed *feeds;
	int live, dropped; /* subscriptions of the source; drops of its recipe */
	rx_subscription subscription;
	rx_subscription inners[64]; /* of items that are observables */
	size_t inner_count;
	const rx_type *type; /* of what comes out */
	int items, errors, completions, finished;
	bool left;
};

static struct trial *now; /* for messages */

#define holds(condition)                                                                                               \
	ck_assert_msg(condition, "%s: %s does not hold to: %s", now->contract->file, now->contract->text, #condition)

/* ---- Source ---------------------------------------------------------------------------------------------------- */

static void feed_end(struct feed *feed)
{
	if (feed->trial->script.ending == COMPLETES)
		rx_complete(feed->to);
	else if (feed->trial->script.ending == FAILS)
		rx_fail(feed->to, -EPIPE, "the source's");
}

static void feed_item(struct feed *feed)
{
	const parcel item = {++feed->emitted, NULL};
	rx_next(feed->to, &item);
}

/* The end, and what a stubborn source says after it. */
static void feed_finish(struct feed *feed)
{
	feed_end(feed);
	if (!feed->trial->script.stubborn)
		return;
	feed_item(feed);
	feed_end(feed);
}

static void feed_run(rx_task *task)
{
	struct feed *feed = (struct feed *)((char *)task - offsetof(struct feed, task));
	if (feed->emitted >= ITEMS) {
		feed_finish(feed);
		return;
	}
	feed_item(feed);
	if (feed->trial->script.stubborn || !feed->torn)
		rx_schedule(feed->trial->scheduler, task, RX_MS(1));
}

static void feed_teardown(void *ctx)
{
	struct feed *feed = ctx;
	holds(!feed->torn);
	feed->torn = true;
	feed->trial->live--;
	if (!feed->trial->script.stubborn)
		rx_cancel(&feed->task);
}

static void feed_at_once(struct feed *feed)
{
	while (feed->emitted < ITEMS && (feed->trial->script.stubborn || !feed->torn))
		feed_item(feed);
	feed_finish(feed);
}

static int source_subscribe(rx_subscriber *subscriber, void *ctx)
{
	struct trial *trial = ctx;
	struct feed *feed = calloc(1, sizeof *feed);
	*feed = (struct feed){.next = trial->feeds, .trial = trial, .task.run = feed_run};
	feed->to = rx_subscriber_ref(subscriber);
	trial->feeds = feed;
	trial->live++;
	const int code = rx_on_teardown(subscriber, feed_teardown, feed);
	if (code < 0) {
		feed_teardown(feed);
		return code;
	}
	if (trial->script.at_once)
		feed_at_once(feed);
	else
		rx_schedule(trial->scheduler, &feed->task, RX_MS(1));
	return 0;
}

static void source_drop(void *ctx)
{
	((struct trial *)ctx)->dropped++;
}

static void release_feeds(struct trial *trial)
{
	while (trial->feeds) {
		struct feed *feed = trial->feeds;
		trial->feeds = feed->next;
		rx_cancel(&feed->task);
		rx_subscriber_unref(feed->to);
		free(feed);
	}
}

/* ---- Observer -------------------------------------------------------------------------------------------------- */

static struct feed *newest_open(struct trial *trial)
{
	struct feed *feed = trial->feeds;
	while (feed && feed->torn)
		feed = feed->next;
	return feed;
}

static void act(struct trial *trial)
{
	struct feed *feed = newest_open(trial);
	switch (trial->script.act) {
	case UNSUBSCRIBES:
		rx_unsubscribe(&trial->subscription);
		trial->left = true;
		holds(trial->live == 0 || trial->contract->late);
		break;
	case EMITS:
		if (feed)
			feed_item(feed);
		break;
	case ENDS:
		if (feed)
			rx_complete(feed->to);
		break;
	default:
		break;
	}
}

static void ignore_error(const rx_error *error, void *ctx)
{
	(void)error, (void)ctx;
}

/* Whoever gets an item can keep it, and listen to it where it is an observable. */
static void use(struct trial *trial, const void *item)
{
	void *copy = alloca(trial->type->size);
	if (rx_type_copy(trial->type, copy, item) < 0)
		return;
	if (rx_type_same(trial->type, &rx_type_rx_stream) && trial->inner_count < 64)
		rx_subscribe(rx_observable_ref(*(rx_stream *)copy), &(rx_observer){.error = ignore_error},
		             &trial->inners[trial->inner_count++]);
	rx_type_drop(trial->type, copy);
}

static int on_next(const void *item, void *ctx)
{
	struct trial *trial = ctx;
	holds(trial->errors + trial->completions == 0);
	holds(!trial->left);
	use(trial, item);
	if (++trial->items == 1)
		act(trial);
	return 0;
}

static void on_error(const rx_error *error, void *ctx)
{
	struct trial *trial = ctx;
	holds(error->code < 0 && error->message);
	holds(trial->errors + trial->completions == 0);
	holds(!trial->left);
	trial->errors++;
}

static void on_complete(void *ctx)
{
	struct trial *trial = ctx;
	holds(trial->errors + trial->completions == 0);
	holds(!trial->left);
	trial->completions++;
}

static void on_drop(void *ctx)
{
	((struct trial *)ctx)->finished++;
}

/* ---- A trial --------------------------------------------------------------------------------------------------- */

static void leave(struct trial *trial)
{
	rx_unsubscribe(&trial->subscription);
	trial->left = true;
	holds(trial->live == 0);
	for (size_t i = 0; i < trial->inner_count; i++)
		rx_unsubscribe(&trial->inners[i]);
}

static void subscribe(struct trial *trial, rx_observable *recipe)
{
	trial->type = rx_observable_type(recipe);
	const rx_consumer next = {"next", NULL, on_next};
	const rx_observer observer = {.next = &next,
	                              .error = on_error,
	                              .complete = on_complete,
	                              .ctx = trial,
	                              .drop = on_drop,
	                              .scheduler = trial->scheduler};
	rx_subscribe(recipe, &observer, &trial->subscription);
}

/* Run the recipe (consumed) once, to its end or the observer's. */
static void run(struct trial *trial, rx_observable *recipe)
{
	const rx_nsec begin = rx_now(trial->scheduler);
	subscribe(trial, recipe);
	rx_virtual_run(trial->scheduler, begin + (trial->script.leave_at ? trial->script.leave_at : RX_MS(200)));
	leave(trial);
	rx_virtual_run(trial->scheduler, begin + RX_MS(400));
	release_feeds(trial);
	holds(trial->finished == 1);
}

static rx_observable *build(struct trial *trial)
{
	return trial->contract->make(rx_create(&rx_type_parcel, source_subscribe, trial, source_drop));
}

/* How memory runs out: after some allocations, once or for good. */
struct failure {
	void (*after)(size_t count); /* NULL: it does not */
	size_t count;
	bool met; /* the result: an allocation was refused */
};

static void begin(struct trial *trial)
{
	trial->scheduler = rx_virtual_create();
	rx_scheduler_set_current(trial->scheduler);
	rx_on_unhandled_error(ignore_error, NULL);
	now = trial;
}

static void end(struct trial *trial)
{
	holds(trial->live == 0);
	holds(trial->dropped == 1);
	holds(parcels_live() == 0);
	rx_on_unhandled_error(NULL, NULL);
	rx_scheduler_set_current(NULL);
	rx_virtual_destroy(trial->scheduler);
}

/* One trial from beginning to end; memory is as it was. */
static struct trial try_with(const struct contract *contract, struct script script, struct failure *failure)
{
	struct trial trial = {.contract = contract, .script = script};
	rx_trim();
	const size_t before = memory_live();
	begin(&trial);
	if (failure->after)
		failure->after(failure->count);
	run(&trial, build(&trial));
	failure->met = failure->after && memory_refused() > 0;
	memory_recover();
	end(&trial);
	rx_trim();
	holds(memory_live() == before);
	return trial;
}

static struct trial try(const struct contract *contract, struct script script)
{
	return try_with(contract, script, &(struct failure){0});
}

static void try_all(struct script script)
{
	for (const struct contract *contract = contracts(); contract; contract = contract->next) {
		script.at_once = false;
		try(contract, script);
		script.at_once = true;
		try(contract, script);
	}
}

/* ---- The contract ---------------------------------------------------------------------------------------------- */

TEST(nothing_comes_after_the_end, .from = 0, .to = WAYS)
{
	ways_choose(_i);
	try_all((struct script){.ending = COMPLETES, .stubborn = true});
	try_all((struct script){.ending = FAILS, .stubborn = true});
}

TEST(every_subscription_of_the_source_is_torn_down_once, .from = 0, .to = WAYS)
{
	ways_choose(_i);
	try_all((struct script){.ending = COMPLETES});
	try_all((struct script){.ending = FAILS});
	try_all((struct script){.ending = STAYS});
}

TEST(an_error_of_the_source_is_the_end)
{
	for (const struct contract *contract = contracts(); contract; contract = contract->next) {
		const struct trial trial = try(contract, (struct script){.ending = FAILS});
		now = &(struct trial){.contract = contract};
		holds(contract->recovers || trial.errors + trial.completions == 1);
	}
}

TEST(it_can_be_left_at_any_time, .from = 0, .to = WAYS)
{
	ways_choose(_i);
	for (int ms = 0; ms < 12; ms++)
		try_all((struct script){.ending = COMPLETES, .leave_at = RX_MS(ms) + 1});
}

TEST(it_can_be_left_from_inside_an_item, .from = 0, .to = WAYS)
{
	ways_choose(_i);
	try_all((struct script){.ending = COMPLETES, .act = UNSUBSCRIBES});
	try_all((struct script){.ending = STAYS, .stubborn = true, .act = UNSUBSCRIBES});
}

TEST(it_can_be_entered_from_inside_an_item, .from = 0, .to = WAYS)
{
	ways_choose(_i);
	try_all((struct script){.ending = COMPLETES, .act = EMITS});
	try_all((struct script){.ending = FAILS, .act = EMITS});
}

TEST(it_can_be_ended_from_inside_an_item, .from = 0, .to = WAYS)
{
	ways_choose(_i);
	try_all((struct script){.ending = COMPLETES, .act = ENDS});
	try_all((struct script){.ending = STAYS, .act = ENDS, .stubborn = true});
}

TEST(a_recipe_runs_anew_for_each_subscription)
{
	for (const struct contract *contract = contracts(); contract; contract = contract->next) {
		struct trial trial = {.contract = contract}, first;
		begin(&trial);
		rx_observable *recipe = build(&trial);
		run(&trial, rx_observable_ref(recipe));
		first = trial;
		trial = (struct trial){.contract = contract, .scheduler = first.scheduler, .dropped = first.dropped};
		run(&trial, recipe);
		holds(trial.items == first.items && trial.errors == first.errors);
		holds(trial.completions == first.completions);
		end(&trial);
	}
}

/* ---- Memory ---------------------------------------------------------------------------------------------------- */

/* Without memory there is an error, or nothing is missing. */
static void try_every_allocation(const struct contract *contract, struct script script, void (*fail)(size_t count))
{
	const struct trial whole = try(contract, script);
	struct failure failure = {.after = fail, .met = true};
	for (; failure.met; failure.count++) {
		struct trial trial = try_with(contract, script, &failure);
		now = &trial;
		holds(contract->recovers || trial.errors == 1 ||
		      (trial.items == whole.items && trial.completions == whole.completions));
	}
}

static void without_memory(void (*fail)(size_t count))
{
	for (const struct contract *contract = contracts(); contract; contract = contract->next)
		for (int at_once = 0; at_once < 2; at_once++)
			try_every_allocation(contract, (struct script){.ending = COMPLETES, .at_once = at_once}, fail);
}

TEST(it_survives_the_failure_of_any_allocation, .timeout = 300)
{
	without_memory(memory_fail_once_after);
}

TEST(it_survives_the_failure_of_all_further_allocations, .timeout = 300)
{
	without_memory(memory_fail_after);
}
