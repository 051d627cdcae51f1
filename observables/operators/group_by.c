/*
 * The source outlives the stage: it is kept while a group has a subscriber. So it is a subscription of its own, whose
 * block, the grouping, holds the groups, and is held by the stage, by the connection and by each group. A group is held
 * by the grouping, until its key is forgotten, by the observables of its items, and by its duration.
 */
#include "observables/core/items.h"
#include "observables/subjects/subject.h"

/* The parameters of the observable. */
struct shape {
	const rx_mapper *key;
	void *ctx;
	rx_group_by_options options;
	rx_observable *source;
};

struct group {
	uint32_t refs;
	struct grouping *grouping;
	struct group *previous, *next; /* in the order of their coming */
	struct group *chain;           /* in their bucket */
	bool forgotten;
	uint64_t hash;
	rx_subject *subject;
	rx_subscription duration;
	_Alignas(16) unsigned char key[];
};

struct grouping {
	uint32_t refs;
	rx_observable *recipe; /* whose parameters are the shape */
	rx_scheduler *scheduler;
	rx_stage *stage; /* NULL: it has stopped */
	rx_subscription connection;
	size_t subscribers; /* of groups */
	size_t index;
	bool ended; /* all of it: the groups have heard of it, or will */
	struct group *first, *last;
	struct group **buckets;
	size_t capacity, count;
};

static const struct shape *shape_of(const struct grouping *grouping)
{
	return grouping->recipe->params;
}

static const rx_type *item_type(const struct shape *shape)
{
	return shape->options.element ? shape->options.element->out : shape->source->type;
}

static void grouping_unref(struct grouping *grouping)
{
	if (--grouping->refs)
		return;
	rx_observable_unref(grouping->recipe);
	rx_free(grouping->buckets);
	rx_free(grouping);
}

static void group_unref(struct group *group)
{
	if (--group->refs)
		return;
	struct grouping *grouping = group->grouping;
	rx_type_drop(shape_of(grouping)->key->out, group->key);
	rx_subject_unref(group->subject);
	rx_free(group);
	grouping_unref(grouping);
}

/* ---- The table ------------------------------------------------------------------------------------------------- */

static struct group **bucket_of(const struct grouping *grouping, uint64_t hash)
{
	return &grouping->buckets[hash & (grouping->capacity - 1)];
}

static struct group *find(const struct grouping *grouping, const rx_type *type, const void *key, uint64_t hash)
{
	struct group *group = grouping->capacity ? *bucket_of(grouping, hash) : NULL;
	while (group && !(group->hash == hash && rx_type_equal(type, group->key, key)))
		group = group->chain;
	return group;
}

/* Twice the buckets. Where there is no memory for them, those that are there have to do. */
static int grow(struct grouping *grouping)
{
	const size_t capacity = grouping->capacity ? 2 * grouping->capacity : 8;
	struct group **buckets = rx_alloc_zero(capacity * sizeof *buckets);
	if (!buckets)
		return grouping->capacity ? 0 : -ENOMEM;
	rx_free(grouping->buckets);
	grouping->buckets = buckets;
	grouping->capacity = capacity;
	for (struct group *group = grouping->first; group; group = group->next) {
		struct group **bucket = bucket_of(grouping, group->hash);
		group->chain = *bucket;
		*bucket = group;
	}
	return 0;
}

static void enter(struct grouping *grouping, struct group *group)
{
	struct group **bucket = bucket_of(grouping, group->hash);
	group->chain = *bucket;
	*bucket = group;
	group->previous = grouping->last;
	*(grouping->last ? &grouping->last->next : &grouping->first) = group;
	grouping->last = group;
	grouping->count++;
}

/* Another one may come for its key. */
static void forget(struct group *group)
{
	struct grouping *grouping = group->grouping;
	if (group->forgotten)
		return;
	group->forgotten = true;
	struct group **place = bucket_of(grouping, group->hash);
	while (*place != group)
		place = &(*place)->chain;
	*place = group->chain;
	*(group->previous ? &group->previous->next : &grouping->first) = group->next;
	*(group->next ? &group->next->previous : &grouping->last) = group->previous;
	grouping->count--;
	rx_unsubscribe(&group->duration);
	group_unref(group);
}

/* ---- The end --------------------------------------------------------------------------------------------------- */

/* Whether the source's items are still to be told from each other: to be asked after each call out of the library. */
static bool is_wanted(const struct grouping *grouping)
{
	return !grouping->ended && !rx_is_closed(&grouping->connection);
}

static void end_subject(rx_subject *subject, const rx_error *error)
{
	if (error)
		rx_subject_error_with(subject, error);
	else
		rx_subject_complete(subject);
}

/* The groups, then the stream of groups. */
static void end_all(struct grouping *grouping, const rx_error *error)
{
	grouping->ended = true;
	while (grouping->first) {
		struct group *group = grouping->first;
		group->refs++;
		forget(group);
		end_subject(group->subject, error);
		group_unref(group);
	}
	rx_stage *stage = grouping->stage;
	if (!stage)
		return;
	rx__pin(stage);
	if (error)
		rx__error(stage, error);
	else
		rx__complete(stage);
	rx__unpin(stage);
}

static void fail_all(struct grouping *grouping, int code)
{
	const rx_error *error = rx__error_from_code(code, grouping->recipe);
	end_all(grouping, error);
	rx_error_unref(error);
}

/* ---- A group's items ------------------------------------------------------------------------------------------- */

struct items_state {
	rx_inners inners;
	bool counted;
};

static struct group *group_of(const rx_stage *self)
{
	return *(struct group *const *)RX__PARAMS(self);
}

static int items_start(rx_stage *self)
{
	struct group *group = group_of(self);
	((struct items_state *)RX__STATE(self))->counted = true;
	group->grouping->subscribers++;
	rx__subscribe_inner(self, rx_subject_observe(group->subject), self->node->type, 0, NULL);
	return 0;
}

static void items_stop(rx_stage *self)
{
	struct grouping *grouping = group_of(self)->grouping;
	const struct items_state *state = RX__STATE(self);
	if (state->counted && --grouping->subscribers == 0 && !grouping->stage)
		rx_unsubscribe(&grouping->connection);
}

static void items_inner_complete(rx_stage *self, rx_inner *inner)
{
	(void)inner;
	rx__complete(self);
}

static void items_drop(void *params)
{
	group_unref(*(struct group **)params);
}

static const rx_stage_ops items_ops = {.name = "group",
                                       .state_size = sizeof(struct items_state),
                                       .flags = RX__SUBSCRIBES,
                                       .drop = items_drop,
                                       .start = items_start,
                                       .stop = items_stop,
                                       .inner_complete = items_inner_complete};

/* ---- A group's duration ---------------------------------------------------------------------------------------- */

static void duration_end(struct group *group, const rx_error *error)
{
	end_subject(group->subject, error);
	forget(group);
}

static int duration_next(const void *item, void *ctx)
{
	(void)item;
	struct group *group = ctx;
	group->refs++;
	end_subject(group->subject, NULL);
	rx_unsubscribe(&group->duration);
	forget(group);
	group_unref(group);
	return 0;
}

static void duration_error(const rx_error *error, void *ctx)
{
	duration_end(ctx, error);
}

static void duration_complete(void *ctx)
{
	duration_end(ctx, NULL);
}

static void duration_drop(void *ctx)
{
	group_unref(ctx);
}

/* Consumes @p when. */
static void limit(struct group *group, rx_observable *when)
{
	static const rx_consumer next = {.name = "duration", .call = duration_next};
	group->refs++;
	rx_subscribe(when ? when : rx__no_memory(),
	             &(rx_observer){.next = &next,
	                            .error = duration_error,
	                            .complete = duration_complete,
	                            .ctx = group,
	                            .drop = duration_drop,
	                            .scheduler = group->grouping->scheduler},
	             &group->duration);
}

/* ---- The source's items ---------------------------------------------------------------------------------------- */

/* Where the function that gives the duration fails, all fails; RxJS tells that from a duration that errors. */
static void ask_duration(struct group *group, const rx_group *item)
{
	const rx_group_by_options *options = &shape_of(group->grouping)->options;
	rx_observable *when = options->duration(item, options->ctx);
	const rx_error *error = rx__thrown(when);
	if (error && is_wanted(group->grouping))
		end_all(group->grouping, error);
	if (error || group->forgotten || !is_wanted(group->grouping))
		rx_observable_unref(when);
	else
		limit(group, when);
}

static void announce(struct group *group)
{
	struct grouping *grouping = group->grouping;
	const struct shape *shape = shape_of(grouping);
	rx_stage *stage = grouping->stage;
	group->refs++;
	const rx_group item = {shape->key->out, group->key,
	                       rx__source(&items_ops, item_type(shape), &group, sizeof(struct group *))};
	if (stage) {
		rx__pin(stage);
		rx__emit(stage, &item);
		rx__unpin(stage);
	}
	if (shape->options.duration && !group->forgotten && is_wanted(grouping))
		ask_duration(group, &item);
	rx_observable_unref(item.items);
}

/* A new group that owns @p key, entered; NULL without memory. */
static struct group *create_group(struct grouping *grouping, const void *key, uint64_t hash)
{
	const struct shape *shape = shape_of(grouping);
	if (grouping->count == grouping->capacity && grow(grouping) < 0)
		return NULL;
	struct group *group = rx_alloc_zero(sizeof *group + shape->key->out->size);
	if (!group)
		return NULL;
	group->refs = 1;
	group->grouping = grouping;
	grouping->refs++;
	group->hash = hash;
	group->subject = rx__subject_connector(shape->options.connector, item_type(shape), shape->options.ctx);
	memcpy(group->key, key, shape->key->out->size);
	enter(grouping, group);
	return group;
}

/* The item, or what the element function makes of it, to the group. */
static int deliver(struct group *group, const void *item, size_t index)
{
	const rx_group_by_options *options = &shape_of(group->grouping)->options;
	const rx_mapper *element = options->element;
	if (!element) {
		rx_subject_next(group->subject, item);
		return 0;
	}
	void *out = RX__STACK(element->out);
	const int code = element->call(item, index, out, options->ctx);
	if (code < 0)
		return code;
	rx_subject_next(group->subject, out);
	rx_type_drop(element->out, out);
	return 0;
}

/* Consumes @p key. */
static int put(struct grouping *grouping, void *key, const void *item, size_t index)
{
	const rx_type *type = shape_of(grouping)->key->out;
	const uint64_t hash = rx_type_hash(type, key);
	struct group *group = find(grouping, type, key, hash);
	const bool is_new = !group;
	if (is_new)
		group = create_group(grouping, key, hash);
	if (group)
		group->refs++; /* before the key is dropped, which may come back here */
	if (!is_new || !group)
		rx_type_drop(type, key);
	if (!group)
		return -ENOMEM;
	if (is_new)
		announce(group);
	const int code = is_wanted(grouping) ? deliver(group, item, index) : 0;
	group_unref(group);
	return code;
}

static int source_next(const void *item, void *ctx)
{
	struct grouping *grouping = ctx;
	const struct shape *shape = shape_of(grouping);
	if (grouping->ended)
		return 0;
	const size_t index = grouping->index++;
	void *key = RX__STACK(shape->key->out);
	int code = shape->key->call(item, index, key, shape->ctx);
	if (code >= 0 && !is_wanted(grouping))
		rx_type_drop(shape->key->out, key);
	else if (code >= 0)
		code = put(grouping, key, item, index);
	if (code < 0)
		fail_all(grouping, code);
	return 0;
}

static void source_error(const rx_error *error, void *ctx)
{
	end_all(ctx, error);
}

static void source_complete(void *ctx)
{
	end_all(ctx, NULL);
}

static void source_drop(void *ctx)
{
	struct grouping *grouping = ctx;
	while (grouping->first)
		forget(grouping->first);
	grouping_unref(grouping);
}

/* ---- The stream of groups -------------------------------------------------------------------------------------- */

static int group_by_start(rx_stage *self)
{
	struct grouping **state = RX__STATE(self);
	struct grouping *grouping = rx_alloc_zero(sizeof *grouping);
	if (!grouping)
		return -ENOMEM;
	*state = grouping;
	grouping->refs = 2;
	grouping->recipe = rx_observable_ref((rx_observable *)self->node);
	grouping->scheduler = rx__scheduler(self);
	grouping->stage = self;
	rx_observable *source = shape_of(grouping)->source;
	const rx_consumer next = {.name = "group_by", .in = source->type, .call = source_next};
	rx_subscribe(rx_observable_ref(source),
	             &(rx_observer){.next = &next,
	                            .error = source_error,
	                            .complete = source_complete,
	                            .ctx = grouping,
	                            .drop = source_drop,
	                            .scheduler = grouping->scheduler},
	             &grouping->connection);
	return 0;
}

static void group_by_stop(rx_stage *self)
{
	struct grouping *grouping = *(struct grouping **)RX__STATE(self);
	if (!grouping)
		return;
	grouping->stage = NULL;
	if (!grouping->subscribers)
		rx_unsubscribe(&grouping->connection);
	grouping_unref(grouping);
}

static void group_by_drop(void *params)
{
	rx_observable_unref(((struct shape *)params)->source);
}

static const rx_stage_ops group_by_ops = {.name = "group_by",
                                          .state_size = sizeof(struct grouping *),
                                          .drop = group_by_drop,
                                          .start = group_by_start,
                                          .stop = group_by_stop};

static rx_observable *group_by_apply(rx_operator *op, rx_observable *source)
{
	struct shape shape = *(const struct shape *)op->params;
	shape.source = source;
	rx_observable *observable = rx__source(&group_by_ops, &rx_type_rx_group, &shape, sizeof shape);
	if (!rx__is_mistake(observable))
		observable->function = shape.key->name;
	return observable;
}

rx_operator *rx_group_by_fn(const rx_mapper *key, void *ctx, const rx_group_by_options *options)
{
	struct shape shape = {.key = key, .ctx = ctx};
	if (options)
		shape.options = *options;
	const rx_mapper *element = shape.options.element;
	if (element && !rx__type_fits(key->in, element->in))
		return rx__operator_mistake(rx__mistake(-EINVAL, "group_by(%s) takes %s, but its element %s takes %s",
		                                        key->name, key->in->name, element->name, element->in->name));
	rx_operator *op = rx__operator_apply(group_by_apply, key->in, &shape, sizeof shape, NULL);
	if (op->apply) {
		op->ops = &group_by_ops; /* for its name */
		op->function = key->name;
	}
	return op;
}

/* ---- The type -------------------------------------------------------------------------------------------------- */

static int group_copy(void *to, const void *from)
{
	const rx_group *group = from;
	void *key;
	const int code = rx__items_copy(group->key_type, group->key, 1, &key);
	if (code < 0)
		return code;
	*(rx_group *)to = (rx_group){group->key_type, key, rx_observable_ref(group->items)};
	return 0;
}

static void group_drop(void *value)
{
	const rx_group *group = value;
	rx__items_free(group->key_type, (void *)group->key, 1);
	rx_observable_unref(group->items);
}

static bool group_equal(const void *a, const void *b)
{
	const rx_group *x = a, *y = b;
	return x->items == y->items && rx_type_same(x->key_type, y->key_type) &&
	       rx_type_equal(x->key_type, x->key, y->key);
}

static uint64_t group_hash(const void *value)
{
	const rx_group *group = value;
	return rx_type_hash(group->key_type, group->key);
}

const rx_type rx_type_rx_group = {.name = "rx_group",
                                  .size = sizeof(rx_group),
                                  .copy = group_copy,
                                  .drop = group_drop,
                                  .equal = group_equal,
                                  .hash = group_hash};

const void *rx_group_key(const rx_group *group, const rx_type *type)
{
	return rx_type_same(group->key_type, type) ? group->key : NULL;
}
