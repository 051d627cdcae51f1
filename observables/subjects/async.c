/*
 * A subject of one item, the last, which it gives when it completes. From the call of `complete` on the item is
 * settled: it neither changes nor moves while it is handed out.
 */
#include "observables/subjects/subject.h"

struct async {
	bool has_item, settled;
	_Alignas(16) unsigned char item[];
};

static struct async *async_of(const rx_subject *subject)
{
	return (struct async *)subject->state;
}

static void async_next(rx_subject *subject, const void *item)
{
	struct async *async = async_of(subject);
	if (async->settled)
		return;
	void *copy = RX__STACK(subject->type);
	const int code = rx_type_copy(subject->type, copy, item);
	if (code < 0) {
		rx__subject_fail(subject, code);
		return;
	}
	if (async->settled) { /* by the copying */
		rx_type_drop(subject->type, copy);
		return;
	}
	void *old = async->has_item ? RX__STACK(subject->type) : NULL;
	if (old)
		memcpy(old, async->item, subject->type->size);
	memcpy(async->item, copy, subject->type->size);
	async->has_item = true;
	if (old)
		rx_type_drop(subject->type, old); /* last, for it may come back here */
}

static void async_complete(rx_subject *subject)
{
	struct async *async = async_of(subject);
	if (async->settled)
		return;
	async->settled = true;
	rx_subject_ref(subject);
	if (async->has_item)
		rx__subject_deliver(subject, async->item);
	rx__subject_complete(subject);
	rx_subject_unref(subject);
}

static int async_start(rx_stage *self)
{
	rx_subject *subject = rx__subject_of(self);
	struct async *async = async_of(subject);
	if (!async->settled || subject->error || subject->closed) {
		rx__subject_end_stage(self);
		rx__subject_enter(self);
		return 0;
	}
	if (async->has_item)
		rx__emit(self, async->item);
	if (rx__open(self))
		rx__complete(self);
	return 0;
}

static void async_drop(rx_subject *subject)
{
	if (async_of(subject)->has_item)
		rx_type_drop(subject->type, async_of(subject)->item);
}

static const rx_subject_kind async_kind = {
	.source = {.name = "async",
                   .state_size = sizeof(rx_link),
                   .start = async_start,
                   .stop = rx__subject_stop,
                   .drop = rx__subject_release},
	.state_size = sizeof(struct async),
	.next = async_next,
	.complete = async_complete,
	.drop = async_drop,
};

rx_subject *rx_async_create(const rx_type *type)
{
	rx_subject *subject = rx__subject_create(&async_kind, type, type ? type->size : 0);
	return subject ? subject : rx__subject_no_memory();
}
