/*
 * A subject that replays. Its items lie in reference-counted nodes, each of which holds the one after it: whoever is
 * being replayed to holds the node he stands on, and so sees the snapshot that he came to, whatever is trimmed or
 * added meanwhile, without a copy of it being made.
 */
#include "observables/subjects/subject.h"

struct node {
	struct node *next;
	uint32_t refs;
	rx_nsec expires;
	_Alignas(16) unsigned char item[];
};

struct replay {
	struct node *first, *last;
	size_t count, limit; /* no limit: SIZE_MAX */
	rx_nsec window;      /* RX_NEVER: none */
	rx_scheduler *scheduler;
};

static struct replay *replay_of(const rx_subject *subject)
{
	return (struct replay *)subject->state;
}

static size_t node_size(const rx_type *type)
{
	return sizeof(struct node) + type->size;
}

static struct node *node_ref(struct node *node)
{
	if (node)
		node->refs++;
	return node;
}

/* A chain whose first node goes may go as a whole. */
static void node_unref(const rx_type *type, struct node *node)
{
	while (node && --node->refs == 0) {
		struct node *next = node->next;
		rx_type_drop(type, node->item);
		rx__pool_free(node, node_size(type));
		node = next;
	}
}

static void remove_first(struct replay *replay, const rx_type *type)
{
	struct node *first = replay->first;
	replay->first = node_ref(first->next);
	if (!replay->first)
		replay->last = NULL;
	replay->count--;
	node_unref(type, first);
}

static void trim(rx_subject *subject)
{
	struct replay *replay = replay_of(subject);
	while (replay->count > replay->limit)
		remove_first(replay, subject->type);
	if (replay->window == RX_NEVER || !replay->first)
		return;
	const rx_nsec now = rx_now(replay->scheduler);
	while (replay->first && replay->first->expires <= now)
		remove_first(replay, subject->type);
}

/* Take out the node that has to go for the next one, if its item needs no dropping and nobody stands on it; else NULL. */
static struct node *take_first(struct replay *replay, const rx_type *type)
{
	struct node *first = replay->first;
	if (replay->count < replay->limit || first->refs > 1 || type->copy || type->drop)
		return NULL;
	replay->first = first->next;
	if (!replay->first)
		replay->last = NULL;
	replay->count--;
	return first;
}

static int keep(rx_subject *subject, const void *item)
{
	struct replay *replay = replay_of(subject);
	struct node *node = take_first(replay, subject->type);
	if (!node)
		node = rx__pool_alloc(node_size(subject->type));
	if (!node)
		return -ENOMEM;
	const int code = rx_type_copy(subject->type, node->item, item);
	if (code < 0) {
		rx__pool_free(node, node_size(subject->type));
		return code;
	}
	node->next = NULL;
	node->refs = 1;
	node->expires = replay->window == RX_NEVER ? RX_NEVER : rx_now(replay->scheduler) + replay->window;
	*(replay->last ? &replay->last->next : &replay->first) = node;
	replay->last = node;
	replay->count++;
	return 0;
}

static void replay_next(rx_subject *subject, const void *item)
{
	const int code = keep(subject, item);
	if (code < 0) {
		rx__subject_fail(subject, code);
		return;
	}
	trim(subject);
	if (!subject->stopped)
		rx__subject_deliver(subject, item);
}

/* The newest, as many as there may be. What lives for a while, or can be told of its end, comes one by one. */
static bool replay_keep(rx_subject *subject, const void *items, size_t count)
{
	const struct replay *replay = replay_of(subject);
	const rx_type *type = subject->type;
	if (replay->window != RX_NEVER || type->copy || type->drop)
		return false;
	const size_t kept = count < replay->limit ? count : replay->limit;
	const char *item = (const char *)items + (count - kept) * type->size;
	int code = 0;
	for (size_t i = 0; i < kept && code == 0; i++, item += type->size) {
		code = keep(subject, item);
		trim(subject);
	}
	if (code < 0)
		rx__subject_fail(subject, code);
	return true;
}

static int replay_start(rx_stage *self)
{
	rx_subject *subject = rx__subject_of(self);
	if (!subject->closed) {
		trim(subject);
		rx__subject_enter(self);
		struct node *node = node_ref(replay_of(subject)->first), *last = replay_of(subject)->last;
		while (node && rx__open(self)) {
			rx__emit(self, node->item);
			struct node *next = node == last ? NULL : node_ref(node->next);
			node_unref(subject->type, node);
			node = next;
		}
		node_unref(subject->type, node);
	}
	rx__subject_end_stage(self);
	return 0;
}

static void replay_drop(rx_subject *subject)
{
	node_unref(subject->type, replay_of(subject)->first);
}

static const rx_subject_kind replay_kind = {
	.source = {.name = "replay",
                   .state_size = sizeof(rx_link),
                   .start = replay_start,
                   .stop = rx__subject_stop,
                   .drop = rx__subject_release},
	.state_size = sizeof(struct replay),
	.next = replay_next,
	.keep = replay_keep,
	.drop = replay_drop,
};

rx_subject *rx__replay_create(const rx_type *type, size_t size, rx_nsec window, rx_scheduler *scheduler)
{
	rx_subject *subject = rx__subject_create(&replay_kind, type, 0);
	if (!subject)
		return rx__subject_no_memory();
	if (window < 0)
		window = 1;
	*replay_of(subject) = (struct replay){
		.limit = size ? size : SIZE_MAX, .window = window ? window : RX_NEVER, .scheduler = scheduler};
	return subject;
}

rx_subject *rx_replay_create(const rx_type *type, size_t size, rx_nsec window)
{
	return rx__replay_create(type, size, window, rx_scheduler_current());
}
