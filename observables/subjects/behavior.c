/*
 * A subject with a value. The stored value may change while it is being handed to a new subscriber, who therefore
 * gets a copy on the stack.
 */
#include "observables/core/ring.h"
#include "observables/subjects/subject.h"

struct behavior {
	size_t copying; /* how many frames are copying a value that was there */
	rx_ring old;    /* what they may be reading, and is no value any more: dropped by the last of them */
	_Alignas(16) unsigned char value[];
};

static struct behavior *behavior_of(const rx_subject *subject)
{
	return (struct behavior *)subject->state;
}

/* Put @p value (consumed) in the place of the old one, which goes last: dropping it may come back here. */
static int replace(rx_subject *subject, void *value)
{
	const rx_type *type = subject->type;
	struct behavior *behavior = behavior_of(subject);
	void *old = RX__STACK(type);
	const bool wait = behavior->copying && type->drop;
	const int code = wait ? rx__ring_push_copy(&behavior->old, type, behavior->value) : 0;
	if (code < 0) {
		rx_type_drop(type, value);
		return code;
	}
	memcpy(old, behavior->value, type->size);
	memcpy(behavior->value, value, type->size);
	if (!wait)
		rx_type_drop(type, old);
	return 0;
}

static void behavior_next(rx_subject *subject, const void *item)
{
	void *value = RX__STACK(subject->type);
	int code = rx_type_copy(subject->type, value, item);
	if (code >= 0)
		code = replace(subject, value);
	if (code < 0)
		rx__subject_fail(subject, code);
	else if (!subject->stopped)
		rx__subject_deliver(subject, item);
}

/* Copy the value to @p to. The copying may come back here and replace it, but what is being copied stays. */
static int copy_value(rx_subject *subject, void *to)
{
	const rx_type *type = subject->type;
	struct behavior *behavior = behavior_of(subject);
	void *from = RX__STACK(type);
	memcpy(from, behavior->value, type->size);
	behavior->copying++;
	const int code = rx_type_copy(type, to, from);
	if (--behavior->copying == 0)
		rx__ring_clear(&behavior->old, type);
	return code;
}

static int behavior_start(rx_stage *self)
{
	rx_subject *subject = rx__subject_of(self);
	const rx_type *type = subject->type;
	rx__subject_end_stage(self);
	if (!rx__open(self))
		return 0;
	void *value = RX__STACK(type);
	const int code = copy_value(subject, value);
	if (code < 0)
		return code;
	rx__subject_enter(self);
	rx__emit(self, value);
	rx_type_drop(type, value);
	rx__subject_end_stage(self);
	return 0;
}

static const void *behavior_value(const rx_subject *subject)
{
	return subject->error || subject->closed ? NULL : behavior_of(subject)->value;
}

static void behavior_drop(rx_subject *subject)
{
	rx_type_drop(subject->type, behavior_of(subject)->value);
}

static const rx_subject_kind behavior_kind = {
	.source = {.name = "behavior",
                   .state_size = sizeof(rx_link),
                   .start = behavior_start,
                   .stop = rx__subject_stop,
                   .drop = rx__subject_release},
	.state_size = sizeof(struct behavior),
	.next = behavior_next,
	.value = behavior_value,
	.drop = behavior_drop,
};

rx_subject *rx_behavior_create(const rx_type *type, const void *initial)
{
	rx_subject *subject = rx__subject_create(&behavior_kind, type, type->size);
	if (!subject)
		return rx__subject_no_memory();
	const int code = rx_type_copy(type, behavior_of(subject)->value, initial);
	if (code < 0) {
		rx_free(subject);
		subject = rx_subject_create(type);
		rx__subject_fail(subject, code);
	}
	return subject;
}
