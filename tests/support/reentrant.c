#include "tests/support/reentrant.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <clusterfy/rx.h>

enum { SUBJECTS = 4, ACTIONS = 16, OBSERVERS = 12, FEEDS = 16, OPERATORS = 6, MOMENTS = 600, MS = 40 };

/* ---- What there is --------------------------------------------------------------------------------------------- */

struct observer {
	rx_subscription subscription;
	bool left, ended;
	int dropped;
	size_t finalized;
};

/* One subscription of a custom source, whose subscriber is kept past its end. */
struct feed {
	rx_subscriber *to;
	int torn;
};

struct action {
	size_t moment; /* when; 0: never */
	uint8_t kind, target;
};

static struct {
	const uint8_t *data;
	size_t left;
	rx_scheduler *scheduler;
	rx_subject *subjects[SUBJECTS];
	rx_observable *chain; /* NULL: nobody holds it any more */
	rx_observable *connectable;
	struct action actions[ACTIONS];
	struct observer observers[OBSERVERS];
	struct feed feeds[FEEDS];
	size_t observer_count, feed_count, moment, tokens;
	int number;
	bool drops_act; /* so does an item that is dropped */
	bool over;
	size_t begun, finalized, acquired, released, owned, disowned, ended, caught;
} world;

static void violated(const char *what)
{
	fprintf(stderr, "reentrant: %s\n", what);
	abort();
}

#define holds(condition) ((condition) ? (void)0 : violated(#condition))

static uint8_t take(void)
{
	if (!world.left)
		return 0;
	world.left--;
	return *world.data++;
}

static size_t take_below(size_t limit)
{
	return take() % limit;
}

/* ---- Items: each copy is a block, so that one that is lost or dropped twice shows --------------------------------------- */

struct token {
	int number;
	int *own; /* NULL: lent */
};

static void happen(void);

static int token_copy(void *to, const void *from)
{
	const struct token *source = from;
	int *own = rx_alloc(sizeof *own);
	if (!own)
		return -ENOMEM;
	*own = source->number;
	*(struct token *)to = (struct token){source->number, own};
	world.tokens++;
	return 0;
}

static void token_drop(void *value)
{
	struct token *token = value;
	holds(token->own && *token->own == token->number);
	rx_free(token->own);
	world.tokens--;
	if (world.drops_act)
		happen();
}

static int token_compare(const void *a, const void *b)
{
	return ((const struct token *)a)->number - ((const struct token *)b)->number;
}

static bool token_equal(const void *a, const void *b)
{
	return token_compare(a, b) == 0;
}

static uint64_t token_hash(const void *value)
{
	return (uint64_t)((const struct token *)value)->number;
}

static const rx_type rx_type_token = {.name = "token",
                                      .size = sizeof(struct token),
                                      .copy = token_copy,
                                      .drop = token_drop,
                                      .equal = token_equal,
                                      .compare = token_compare,
                                      .hash = token_hash};

/* ---- Actions --------------------------------------------------------------------------------------------------- */

static void subscribe(void);

static struct observer *observer_at(size_t target)
{
	return world.observer_count ? &world.observers[target % world.observer_count] : NULL;
}

static struct feed *feed_at(size_t target)
{
	return world.feed_count ? &world.feeds[target % world.feed_count] : NULL;
}

static struct token next_token(void)
{
	return (struct token){++world.number % 8, NULL};
}

static void leave(struct observer *observer)
{
	if (observer && !observer->ended)
		observer->left = true;
	if (observer)
		rx_unsubscribe(&observer->subscription);
}

static void let_go(rx_observable **observable)
{
	rx_observable *gone = *observable;
	*observable = NULL;
	rx_observable_unref(gone);
}

static void act_on_feed(uint8_t kind, struct feed *feed)
{
	const struct token token = next_token();
	if (!feed || !feed->to)
		return;
	if (kind % 3 == 0)
		rx_next(feed->to, &token);
	else if (kind % 3 == 1)
		rx_complete(feed->to);
	else
		rx_fail(feed->to, -EPIPE, "the feed's");
}

static void act(uint8_t kind, uint8_t target)
{
	rx_subject *subject = world.subjects[target % SUBJECTS];
	struct observer *observer = observer_at(target);
	const struct token token = next_token();
	switch (kind % 20) {
	case 0:
	case 1:
	case 2:
	case 3:
	case 4:
		rx_subject_next(subject, &token);
		break;
	case 5:
	case 6:
		rx_subject_complete(subject);
		break;
	case 7:
		rx_subject_error(subject, -EIO, "the subject's");
		break;
	case 8:
	case 9:
		leave(observer);
		break;
	case 10:
		subscribe();
		break;
	case 11:
	case 12:
	case 13:
		act_on_feed(kind / 20, feed_at(target));
		break;
	case 14:
		rx_virtual_run(world.scheduler, rx_now(world.scheduler) + RX_MS(1 + target % 4));
		break;
	case 15:
		let_go(&world.chain);
		break;
	case 16:
		if (observer)
			rx_pause(&observer->subscription);
		break;
	case 17:
		if (observer)
			rx_resume(&observer->subscription);
		break;
	case 18:
		if (world.connectable && target % 3)
			rx_connectable_connect(world.connectable);
		else if (world.connectable)
			rx_connectable_disconnect(world.connectable);
		break;
	case 19:
		rx_subject_unsubscribe(subject);
		break;
	}
}

/* Every function of the user's begins, or ends, with this. */
static void happen(void)
{
	if (world.over || world.moment >= MOMENTS)
		return;
	const size_t moment = ++world.moment;
	for (size_t i = 0; i < ACTIONS; i++) {
		if (world.actions[i].moment != moment)
			continue;
		world.actions[i].moment = 0;
		act(world.actions[i].kind, world.actions[i].target);
	}
}

/* ---- Observers ------------------------------------------------------------------------------------------------- */

static int on_next(const void *item, void *ctx)
{
	const struct observer *observer = ctx;
	const struct token *token = item;
	const int number = token->number;
	holds(!observer->left && !observer->ended);
	happen();
	holds(token->number == number && (!token->own || *token->own == number)); /* lent is lent */
	return 0;
}

static const rx_consumer on_next_rx_consumer = {"on_next", &rx_type_token, on_next};

static void on_error(const rx_error *error, void *ctx)
{
	struct observer *observer = ctx;
	holds(!observer->left && !observer->ended);
	holds(rx_is_closed(&observer->subscription));
	observer->ended = true;
	happen();
	holds(error->code < 0 && strlen(error->message) < 1000);
}

static void on_complete(void *ctx)
{
	struct observer *observer = ctx;
	holds(!observer->left && !observer->ended);
	holds(rx_is_closed(&observer->subscription));
	observer->ended = true;
	happen();
}

static void on_drop(void *ctx)
{
	struct observer *observer = ctx;
	holds(observer->left || observer->ended);
	observer->dropped++;
	happen();
}

static void on_finalize(void *ctx)
{
	struct observer *observer = ctx;
	observer->finalized++;
	happen();
}

static void subscribe(void)
{
	if (!world.chain || world.observer_count == OBSERVERS)
		return;
	struct observer *observer = &world.observers[world.observer_count++];
	rx_subscribe(rx_observable_ref(world.chain),
	             &(rx_observer){RX_NEXT(on_next), .error = on_error, .complete = on_complete, .drop = on_drop,
	                            .ctx = observer},
	             &observer->subscription);
	rx_add_finalizer(&observer->subscription, on_finalize, observer);
}

/* ---- Functions of operators ------------------------------------------------------------------------------------- */

static rx_observable *some_stream(size_t choice);

static rx_observable *or_empty(rx_observable *observable)
{
	return observable ? observable : rx_empty();
}

static int call_same(const void *in, size_t index, void *out, void *ctx)
{
	(void)index, (void)ctx;
	const int code = token_copy(out, in);
	happen();
	return code;
}
static const rx_mapper same_rx_mapper = {"same", &rx_type_token, &rx_type_token, call_same, NULL};

static int call_rarely(const void *in, size_t index, void *out, void *ctx)
{
	(void)index, (void)ctx;
	happen();
	return ((const struct token *)in)->number == 5 ? -ERANGE : token_copy(out, in);
}
static const rx_mapper fails_rx_mapper = {"fails", &rx_type_token, &rx_type_token, call_rarely, NULL};

static int call_odd(const void *in, size_t index, void *ctx)
{
	(void)index, (void)ctx;
	const int number = ((const struct token *)in)->number;
	happen();
	return number == 6 ? -EDOM : number % 2;
}
static const rx_predicate odd_rx_predicate = {"odd", &rx_type_token, call_odd, NULL};

static int call_look(const void *in, void *ctx)
{
	(void)in, (void)ctx;
	happen();
	return 0;
}
static const rx_consumer look_rx_consumer = {"look", &rx_type_token, call_look};

static int call_newest(void *acc, const void *in, size_t index, void *ctx)
{
	struct token copy;
	(void)index, (void)ctx;
	const int code = token_copy(&copy, in);
	if (code < 0)
		return code;
	happen();
	token_drop(acc);
	*(struct token *)acc = copy;
	return 0;
}
static const rx_reducer newest_rx_reducer = {"newest", &rx_type_token, &rx_type_token, call_newest, NULL, NULL};

static int call_alike(const void *a, const void *b, void *ctx)
{
	(void)ctx;
	happen();
	return token_equal(a, b);
}
static const rx_equality alike_rx_equality = {"alike", &rx_type_token, call_alike};

static int call_order(const void *a, const void *b, int *order, void *ctx)
{
	(void)ctx;
	happen();
	*order = token_compare(a, b);
	return 0;
}
static const rx_comparator order_rx_comparator = {"order", &rx_type_token, call_order};

static rx_observable *call_project(const void *in, size_t index, void *ctx)
{
	const size_t number = (size_t)((const struct token *)in)->number;
	happen();
	return some_stream((size_t)(uintptr_t)ctx + number + index);
}
static const rx_projector project_rx_projector = {"project", &rx_type_token, &rx_type_token, call_project};

/* Ends: larger numbers become nothing. */
static rx_observable *call_grow(const void *in, size_t index, void *ctx)
{
	const struct token next = {((const struct token *)in)->number + 3, NULL};
	(void)index;
	happen();
	if (next.number > 12)
		return rx_empty();
	return (uintptr_t)ctx % 2 ? rx_pipe(rx_from(&rx_type_token, &next, 1), rx_delay(RX_MS(1)))
	                          : rx_from(&rx_type_token, &next, 1);
}
static const rx_projector grow_rx_projector = {"grow", &rx_type_token, &rx_type_token, call_grow};

static rx_observable *call_stream_reduce(const void *acc, const void *in, size_t index, void *ctx)
{
	(void)acc;
	return call_project(in, index, ctx);
}
static const rx_stream_reducer gather_rx_stream_reducer = {"gather", &rx_type_token, &rx_type_token,
                                                           call_stream_reduce};

static int call_stream(const void *in, size_t index, void *out, void *ctx)
{
	*(rx_stream *)out = or_empty(call_project(in, index, ctx));
	return 0;
}
static const rx_mapper stream_rx_mapper = {"stream", &rx_type_token, &rx_type_rx_stream, call_stream, NULL};

static rx_observable *call_again(const rx_error *error, rx_observable *caught, void *ctx)
{
	(void)error;
	happen();
	if ((uintptr_t)ctx % 3 || world.caught++ > 3)
		return some_stream((uintptr_t)ctx);
	return (uintptr_t)ctx % 2 ? rx_observable_ref(caught) : rx_pipe(rx_observable_ref(caught), rx_take(1));
}
static const rx_catcher again_rx_catcher = {"again", &rx_type_token, call_again};

static rx_observable *call_factory(void *ctx)
{
	happen();
	return some_stream((size_t)(uintptr_t)ctx);
}

/* Nothing at once, and no end: what opens one window after the other would never come back. */
static rx_observable *call_when(void *ctx)
{
	return rx_concat(rx_pipe(or_empty(call_factory(ctx)), rx_delay(RX_MS(1))), rx_never());
}

static rx_observable *call_notifier(size_t count, void *ctx)
{
	return count > 3 ? rx_empty() : call_factory(ctx);
}

static rx_observable *call_retry_notifier(const rx_error *error, size_t count, void *ctx)
{
	(void)error;
	return call_notifier(count, ctx);
}

static rx_observable *call_reset(const rx_error *error, void *ctx)
{
	(void)error;
	return call_factory(ctx);
}

static rx_observable *call_instead(const rx_timeout_info *info, void *ctx)
{
	holds(!info->last || ((const struct token *)info->last)->own);
	return call_factory(ctx);
}

static rx_observable *call_duration(const rx_group *group, void *ctx)
{
	(void)group;
	return call_factory(ctx);
}

static rx_observable *call_selector(rx_observable *shared, void *ctx)
{
	happen();
	return (uintptr_t)ctx % 2 ? rx_merge(rx_observable_ref(shared), shared) : shared;
}

static rx_subject *call_connector(const rx_type *type, void *ctx)
{
	happen();
	return (uintptr_t)ctx % 2 ? rx_replay_create(type, 2, 0) : rx_subject_create(type);
}

static void count_call(void *ctx)
{
	(*(size_t *)ctx)++;
	happen();
}

static int tap_subscribe(void *ctx)
{
	count_call(ctx);
	return 0;
}

static int tap_complete(void *ctx)
{
	(void)ctx;
	happen();
	return 0;
}

static int tap_error(const rx_error *error, void *ctx)
{
	(void)error;
	return tap_complete(ctx);
}

static void tap_finalize(void *ctx)
{
	(void)ctx;
	count_call(&world.finalized);
}

static int call_acquire(void **resource, void *ctx)
{
	(void)ctx;
	*resource = &world;
	count_call(&world.acquired);
	return 0;
}

static rx_observable *call_use(void *resource, void *ctx)
{
	holds(resource == &world);
	return call_factory(ctx);
}

static void call_release(void *resource, void *ctx)
{
	(void)resource, (void)ctx;
	count_call(&world.released);
}

static void disown(void *ctx)
{
	(void)ctx;
	count_call(&world.disowned);
}

/* ---- From other types back to tokens ----------------------------------------------------------------------------- */

static rx_observable *list_items(const void *in, size_t index, void *ctx)
{
	const rx_list *list = in;
	(void)index, (void)ctx;
	return rx_from(&rx_type_token, list->items, list->count);
}
static const rx_projector list_rx_projector = {"list", &rx_type_rx_list, &rx_type_token, list_items};

static rx_observable *group_items(const void *in, size_t index, void *ctx)
{
	const rx_group *group = in;
	(void)index, (void)ctx;
	happen();
	return rx_observable_ref(group->items);
}
static const rx_projector group_rx_projector = {"group", &rx_type_rx_group, &rx_type_token, group_items};

static int first_of_tuple(const void *in, size_t index, void *out, void *ctx)
{
	(void)index, (void)ctx;
	return token_copy(out, rx_tuple_item(in, 0, &rx_type_token));
}
static const rx_mapper tuple_rx_mapper = {"tuple", &rx_type_rx_tuple, &rx_type_token, first_of_tuple, NULL};

static int former_of_pair(const void *in, size_t index, void *out, void *ctx)
{
	(void)index, (void)ctx;
	return token_copy(out, ((const rx_pair *)in)->previous);
}
static const rx_mapper pair_rx_mapper = {"pair", &rx_type_rx_pair, &rx_type_token, former_of_pair, NULL};

static int of_number(const void *in, size_t index, void *out, void *ctx)
{
	const struct token token = {(int)(*(const int64_t *)in % 8), NULL};
	(void)index, (void)ctx;
	return token_copy(out, &token);
}
static const rx_mapper number_rx_mapper = {"number", &rx_type_int64_t, &rx_type_token, of_number, NULL};

static int of_bool(const void *in, size_t index, void *out, void *ctx)
{
	const struct token token = {*(const bool *)in, NULL};
	(void)index, (void)ctx;
	return token_copy(out, &token);
}
static const rx_mapper truth_rx_mapper = {"bool", &rx_type_bool, &rx_type_token, of_bool, NULL};

static int of_elapsed(const void *in, size_t index, void *out, void *ctx)
{
	(void)index, (void)ctx;
	return token_copy(out, ((const rx_elapsed *)in)->value);
}
static const rx_mapper elapsed_rx_mapper = {"elapsed", &rx_type_rx_elapsed, &rx_type_token, of_elapsed, NULL};

/* ---- Sources --------------------------------------------------------------------------------------------------- */

static void feed_torn(void *ctx)
{
	struct feed *feed = ctx;
	feed->torn++;
	holds(feed->torn == 1);
	happen();
}

static int feed_subscribe(rx_subscriber *subscriber, void *ctx)
{
	if (world.feed_count == FEEDS)
		return -ENOSPC;
	struct feed *feed = &world.feeds[world.feed_count++];
	feed->to = rx_subscriber_ref(subscriber);
	happen();
	const int code = rx_on_teardown(subscriber, feed_torn, feed);
	if (code < 0)
		return code;
	for (uintptr_t i = 0; i < (uintptr_t)ctx % 3; i++) {
		const struct token token = next_token();
		rx_next(subscriber, &token);
	}
	happen();
	return 0;
}

static rx_observable *subject_at(size_t choice)
{
	return rx_subject_observe(world.subjects[choice % SUBJECTS]);
}

static rx_observable *numbers(size_t choice)
{
	return rx_pipe(rx_interval(RX_MS(1 + choice % 3)), rx_take(1 + choice % 4), rx_map(number));
}

/* What notifiers, inner streams and sources are; never a long one. */
static rx_observable *some_stream(size_t choice)
{
	const struct token two[] = {next_token(), next_token()};
	if (world.moment >= MOMENTS)
		return rx_never(); /* what feeds itself, as in RxJS, would go on for ever */
	switch (choice % 16) {
	case 0:
		return rx_from(&rx_type_token, two, 2);
	case 1:
		return rx_empty();
	case 2:
		return rx_never();
	case 3:
		return rx_throw_error(-EIO, "thrown");
	case 4:
	case 5:
		return numbers(choice / 16);
	case 6:
		return rx_create(&rx_type_token, feed_subscribe, (void *)(uintptr_t)choice, NULL);
	case 7:
		return rx_pipe(subject_at(choice / 16), rx_finalize(count_call, &world.ended));
	case 8:
		return rx_pipe(subject_at(choice / 16), rx_take(1));
	case 9:
		return rx_pipe(rx_from(&rx_type_token, two, 2), rx_tap(look));
	case 10:
		return NULL; /* as of a function that had no memory */
	default:
		return subject_at(choice / 16 + choice);
	}
}

static rx_observable *stream(void)
{
	return or_empty(some_stream(take()));
}

static void *any_ctx(void)
{
	return (void *)(uintptr_t)take();
}

static rx_observable *source(void)
{
	const size_t choice = take_below(20);
	static const rx_resource resource = {call_acquire, call_use, call_release};
	switch (choice) {
	case 0:
		return rx_merge(stream(), stream());
	case 1:
		return rx_concat(stream(), stream());
	case 2:
		return rx_pipe(rx_combine_latest(rx_pipe(stream(), rx_map(same)), rx_pipe(stream(), rx_map(same))),
		               rx_map(tuple));
	case 3:
		return rx_pipe(rx_zip(rx_pipe(stream(), rx_map(same)), rx_pipe(stream(), rx_map(same))), rx_map(tuple));
	case 4:
		return rx_race(stream(), stream(), stream());
	case 5:
		return rx_pipe(rx_fork_join(rx_pipe(stream(), rx_map(same)), rx_pipe(stream(), rx_map(same))),
		               rx_map(tuple));
	case 6:
		return rx_on_error_resume_next(stream(), stream());
	case 7:
		return rx_defer(&rx_type_token, call_factory, any_ctx());
	case 8:
		return rx_using(&rx_type_token, &resource, any_ctx());
	case 9:
		return rx_create(&rx_type_token, feed_subscribe, any_ctx(), NULL);
	case 10:
		if (world.connectable)
			return stream();
		world.connectable = rx_connectable(stream(), &(rx_connectable_options){.connector = call_connector});
		return rx_observable_ref(world.connectable);
	default:
		return subject_at(take());
	}
}

/* ---- Operators ------------------------------------------------------------------------------------------------- */

static rx_operator *time_operator(void)
{
	const rx_nsec time = RX_MS(1 + take() % 3);
	const rx_throttle_options throttle = {.trailing = take() % 2, .no_leading = take() % 2};
	switch (take_below(12)) {
	case 0:
		return rx_audit_time(time);
	case 1:
		return rx_compose(rx_buffer_time(time, NULL), rx_merge_map(list));
	case 2:
		return rx_compose(rx_buffer_time(time, &(rx_buffer_time_options){.interval = RX_MS(1), .max_size = 2}),
		                  rx_merge_map(list));
	case 3:
		return rx_debounce_time(time);
	case 4:
		return rx_delay(time);
	case 5:
		return rx_observe_on(NULL, time);
	case 6:
		return rx_sample_time(time);
	case 7:
		return rx_subscribe_on(NULL, time);
	case 8:
		return rx_throttle_time(time, &throttle);
	case 9:
		return rx_timeout_with(&(rx_timeout_options){.each = time, .with = call_instead, .ctx = any_ctx()});
	case 10:
		return rx_compose(rx_time_interval(), rx_map(elapsed));
	default:
		return rx_compose(rx_window_time(time, &(rx_window_time_options){.max_size = take() % 3,
		                                                                 .interval = RX_MS(take() % 3)}),
		                  rx_merge_all(token));
	}
}

static rx_operator *windowing_operator(void)
{
	void *ctx = any_ctx();
	switch (take_below(12)) {
	case 0:
		return rx_compose(rx_buffer(stream()), rx_merge_map(list));
	case 1:
		return rx_compose(rx_buffer_count(1 + take() % 3, take() % 3), rx_merge_map(list));
	case 2:
		return rx_compose(rx_buffer_toggle_fn(rx_pipe(stream(), rx_map(same)), &project_rx_projector, ctx),
		                  rx_merge_map(list));
	case 3:
		return rx_compose(rx_buffer_when(call_when, ctx), rx_merge_map(list));
	case 4:
		return rx_compose(rx_window(stream()), rx_merge_all(token));
	case 5:
		return rx_compose(rx_window_count(1 + take() % 3, take() % 3), rx_merge_all(token, take() % 3));
	case 6:
	case 7:
		return rx_compose(rx_window_toggle_fn(rx_pipe(stream(), rx_map(same)), &project_rx_projector, ctx),
		                  rx_merge_all(token));
	case 8:
		return rx_compose(rx_window_when(call_when, ctx), rx_switch_all(token));
	case 9:
		return rx_compose(rx_to_array(), rx_merge_map(list));
	case 10:
		return rx_compose(rx_group_by(same), rx_merge_map(group));
	default:
		return rx_compose(rx_group_by_fn(&same_rx_mapper, NULL,
		                                 &(rx_group_by_options){.duration = call_duration,
		                                                        .connector = call_connector,
		                                                        .ctx = ctx}),
		                  rx_merge_map(group));
	}
}

static rx_operator *flattening_operator(void)
{
	void *ctx = any_ctx();
	switch (take_below(16)) {
	case 0:
		return rx_merge_map_fn(&project_rx_projector, ctx, take() % 3);
	case 1:
		return rx_concat_map(project, ctx);
	case 2:
	case 3:
		return rx_switch_map(project, ctx);
	case 4:
		return rx_exhaust_map(project, ctx);
	case 5:
		return rx_expand_fn(&grow_rx_projector, ctx, take() % 3);
	case 6:
		return rx_merge_scan_fn(&gather_rx_stream_reducer, ctx, &rx_type_token, &(struct token){1, NULL}, 0);
	case 7:
		return rx_switch_scan_fn(&gather_rx_stream_reducer, ctx, &rx_type_token, &(struct token){1, NULL});
	case 8:
		return rx_compose(rx_map(stream, (void *)(uintptr_t)(11 + take() % 5)), rx_switch_all(token));
	case 9:
		return rx_compose(rx_map(stream, (void *)(uintptr_t)11), rx_take(3),
		                  take() % 2 ? rx_zip_all() : rx_combine_latest_all(), rx_map(tuple));
	case 10:
		return rx_audit(project, ctx);
	case 11:
		return rx_debounce(project, ctx);
	case 12:
		return rx_throttle_fn(&project_rx_projector, ctx,
		                      &(rx_throttle_options){.trailing = take() % 2, .no_leading = take() % 2});
	case 13:
		return rx_delay_when(project, ctx);
	case 14:
		return rx_compose(rx_map(stream, (void *)(uintptr_t)(11 + take() % 5)), rx_exhaust_all(token));
	default:
		return rx_connect(&rx_type_token, call_selector, take() % 2 ? call_connector : NULL, ctx);
	}
}

static rx_operator *joining_operator(void)
{
	switch (take_below(14)) {
	case 0:
		return rx_take_until(stream());
	case 1:
		return rx_skip_until(stream());
	case 2:
		return rx_sample(stream());
	case 3:
		return rx_compose(rx_with_latest_from(rx_pipe(stream(), rx_map(same))), rx_map(tuple));
	case 4:
		return rx_merge_with(stream());
	case 5:
		return rx_concat_with(stream());
	case 6:
		return rx_race_with(stream());
	case 7:
		return rx_compose(rx_map(same), rx_zip_with(rx_pipe(stream(), rx_map(same))), rx_map(tuple));
	case 8:
		return rx_compose(rx_map(same), rx_combine_latest_with(rx_pipe(stream(), rx_map(same))), rx_map(tuple));
	case 9:
		return rx_on_error_resume_next_with(stream());
	case 10:
		return rx_compose(rx_sequence_equal_fn(rx_pipe(stream(), rx_map(same)), &alike_rx_equality, NULL),
		                  rx_map(truth));
	case 11:
		return rx_distinct_fn(take() % 2 ? &same_rx_mapper : NULL, NULL, stream());
	case 12:
		return rx_catch_error(again, any_ctx());
	default:
		return rx_timeout_with(
			&(rx_timeout_options){.first = RX_MS(1), .with = call_instead, .ctx = any_ctx()});
	}
}

static rx_operator *repeating_operator(void)
{
	void *ctx = any_ctx();
	static const rx_reset resets[] = {RX_RESET_DEFAULT, RX_RESET_YES, RX_RESET_NO};
	switch (take_below(8)) {
	case 0:
		return rx_repeat(2);
	case 1:
		return rx_retry(2);
	case 2:
		return rx_repeat_with(&(rx_repeat_options){.count = 3, .notifier = call_notifier, .ctx = ctx});
	case 3:
		return rx_retry_with(&(rx_retry_options){.count = 3, .notifier = call_retry_notifier, .ctx = ctx});
	case 4:
		return rx_repeat_with(&(rx_repeat_options){.count = 2, .delay = RX_MS(1)});
	case 5:
		return rx_share_replay(&(rx_share_replay_options){.ref_count = take() % 2, .buffer_size = 2});
	case 6:
		return rx_share(&(rx_share_options){.connector = call_connector,
		                                    .reset_on_error = resets[take() % 3],
		                                    .reset_on_complete = resets[take() % 3],
		                                    .reset_on_ref_count_zero = resets[take() % 3],
		                                    .ctx = ctx});
	default:
		return rx_share(&(rx_share_options){.reset_on_error_when = call_reset,
		                                    .reset_on_complete_when = call_factory,
		                                    .reset_on_ref_count_zero_when = call_factory,
		                                    .ctx = ctx});
	}
}

static rx_operator *owning(rx_operator *op)
{
	world.owned++;
	return rx_own(op, NULL, disown);
}

static rx_operator *plain_operator(void)
{
	const struct token seven = {7, NULL};
	switch (take_below(32)) {
	case 0:
		return rx_map(same);
	case 1:
		return rx_map(fails);
	case 2:
		return rx_filter(odd);
	case 3:
		return rx_take(1 + take() % 3);
	case 4:
		return rx_take_while_fn(&odd_rx_predicate, NULL, &(rx_take_while_options){.inclusive = take() % 2});
	case 5:
		return rx_take_last(1 + take() % 2);
	case 6:
		return rx_skip(1);
	case 7:
		return rx_skip_last(1);
	case 8:
		return rx_skip_while(odd);
	case 9:
		return rx_scan_fn(&newest_rx_reducer, NULL, &rx_type_token, take() % 2 ? &seven : NULL);
	case 10:
		return rx_reduce_fn(&newest_rx_reducer, NULL, &rx_type_token, take() % 2 ? &seven : NULL);
	case 11:
		return take() % 2 ? rx_min_fn(&order_rx_comparator, NULL) : rx_max();
	case 12:
		return rx_distinct_until_changed_fn(take() % 2 ? &alike_rx_equality : NULL, NULL);
	case 13:
		return rx_distinct_until_key_changed_fn(&same_rx_mapper, NULL, take() % 2 ? &alike_rx_equality : NULL,
		                                        NULL);
	case 14:
		return take() % 2 ? rx_first(odd) : rx_last(odd);
	case 15:
		return rx_single(odd);
	case 16:
		return rx_element_at(1);
	case 17:
		return rx_find(odd);
	case 18:
		return rx_compose(take() % 2 ? rx_count(odd) : rx_find_index(odd), rx_map(number));
	case 19:
		return rx_compose(take() % 2 ? rx_every(odd) : rx_is_empty(), rx_map(truth));
	case 20:
		return rx_compose(rx_pairwise(), rx_map(pair));
	case 21:
		return rx_compose(rx_materialize(), rx_dematerialize_to(&rx_type_token));
	case 22:
		return rx_default_if_empty_fn(&rx_type_token, &seven);
	case 23:
		return rx_throw_if_empty(NULL, NULL);
	case 24:
		return rx_start_with_items(&rx_type_token, &seven, 1);
	case 25:
		return rx_end_with_items(&rx_type_token, &seven, 1);
	case 26:
		return rx_tap_with(&(rx_tap_observer){.next = &look_rx_consumer,
		                                      .error = tap_error,
		                                      .complete = tap_complete,
		                                      .subscribe = tap_subscribe,
		                                      .unsubscribe = NULL,
		                                      .finalize = tap_finalize,
		                                      .ctx = &world.begun});
	case 27:
		return rx_on_backpressure_buffer_with(
			take() % 3, &(rx_on_backpressure_buffer_options){.overflow = (rx_overflow)(take() % 3),
		                                                         .dropped = &look_rx_consumer});
	case 28:
		return take() % 2 ? rx_on_backpressure_drop_fn(&look_rx_consumer, NULL) : rx_on_backpressure_error();
	case 29:
		return rx_on_backpressure_latest();
	case 30:
		return owning(rx_map(same));
	default:
		return rx_tap(look);
	}
}

static rx_operator *some_operator(void)
{
	switch (take_below(8)) {
	case 0:
		return time_operator();
	case 1:
		return windowing_operator();
	case 2:
	case 3:
		return flattening_operator();
	case 4:
		return joining_operator();
	case 5:
		return repeating_operator();
	default:
		return plain_operator();
	}
}

/* ---- A chain --------------------------------------------------------------------------------------------------- */

static rx_subject *some_subject(uint8_t kind)
{
	switch (kind % 8) {
	case 0:
		return rx_behavior_create(&rx_type_token, &(struct token){1, NULL});
	case 1:
		return rx_replay_create(&rx_type_token, kind / 8 % 3, kind & 64 ? RX_MS(2) : 0);
	case 2:
		return rx_async_create(&rx_type_token);
	default:
		return rx_subject_create(&rx_type_token);
	}
}

static void build(void)
{
	for (size_t i = 0; i < SUBJECTS; i++)
		world.subjects[i] = some_subject(take());
	for (size_t i = 0, moment = 0; i < ACTIONS; i++) {
		moment += 1 + take_below(5);
		world.actions[i] = (struct action){moment, take(), take()};
	}
	const size_t count = 1 + take_below(OPERATORS);
	world.drops_act = take_below(4) == 1;
	rx_observable *chain = source();
	for (size_t i = 0; i < count; i++)
		chain = rx_pipe(chain, some_operator());
	world.chain = rx_pipe(chain, rx_map(same));
}

/* From outside: what the remaining bytes say, then some time. */
static void play(void)
{
	subscribe();
	for (int step = 0; step < MS && (world.left || step < 3); step++) {
		const uint8_t kind = take(), target = take();
		act(kind, target);
		rx_virtual_run(world.scheduler, rx_now(world.scheduler) + RX_MS(1));
	}
}

static void tear_down(void)
{
	for (size_t i = 0; i < world.observer_count; i++)
		leave(&world.observers[i]);
	let_go(&world.chain);
	let_go(&world.connectable);
	rx_virtual_run(world.scheduler, rx_now(world.scheduler) + RX_MS(MS));
	world.over = true;
	for (size_t i = 0; i < world.feed_count; i++) {
		rx_subscriber *to = world.feeds[i].to;
		world.feeds[i].to = NULL;
		rx_subscriber_unref(to);
	}
	for (size_t i = 0; i < SUBJECTS; i++) {
		holds(rx_subject_observers(world.subjects[i]) == 0);
		rx_subject_unref(world.subjects[i]);
	}
}

static void check(void)
{
	for (size_t i = 0; i < world.observer_count; i++) {
		holds(world.observers[i].dropped == 1);
		holds(world.observers[i].finalized == 1);
	}
	for (size_t i = 0; i < world.feed_count; i++)
		holds(world.feeds[i].torn == 1);
	holds(world.tokens == 0);
	holds(world.begun == world.finalized);
	holds(world.acquired == world.released);
	holds(world.owned == world.disowned);
}

static void ignore_error(const rx_error *error, void *ctx)
{
	(void)error, (void)ctx;
}

size_t reentrant_run(const uint8_t *data, size_t size, size_t (*live)(void))
{
	memset(&world, 0, sizeof world);
	rx_trim();
	const size_t before = live();
	world.data = data;
	world.left = size;
	world.scheduler = rx_virtual_create();
	rx_scheduler_set_current(world.scheduler);
	rx_on_unhandled_error(ignore_error, NULL);
	build();
	play();
	tear_down();
	check();
	rx_on_unhandled_error(NULL, NULL);
	rx_scheduler_set_current(NULL);
	rx_virtual_destroy(world.scheduler);
	rx_trim();
	holds(live() == before);
	return world.moment;
}
