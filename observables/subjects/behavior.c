/*
 * A subject with a value. The stored value may change while it is being handed to a new subscriber, who therefore
 * gets a copy on the stack.
 */
#include "observables/subjects/subject.h"

static void behavior_next(rx_subject *subject, const void *item)
{
	void *value = RX__STACK(subject->type);
	const int code = rx_type_copy(subject->type, value, item);
	if (code < 0) {
		rx__subject_fail(subject, code);
		return;
	}
	void *old = RX__STACK(subject->type);
	memcpy(old, subject->state, subject->type->size);
	memcpy(subject->state, value, subject->type->size);
	rx_type_drop(subject->type, old); /* last, for it may come back here */
	if (!subject->stopped)
		rx__subject_deliver(subject, item);
}

static int behavior_start(rx_stage *self)
{
	rx_subject *subject = rx__subject_of(self);
	const rx_type *type = subject->type;
	rx__subject_end_stage(self);
	if (!rx__open(self))
		return 0;
	void *value = RX__STACK(type);
	const int code = rx_type_copy(type, value, subject->state);
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
	return subject->error || subject->closed ? NULL : subject->state;
}

static void behavior_drop(rx_subject *subject)
{
	rx_type_drop(subject->type, subject->state);
}

static const rx_subject_kind behavior_kind = {
	.source = {.name = "behavior",
                   .state_size = sizeof(rx_link),
                   .start = behavior_start,
                   .stop = rx__subject_stop,
                   .drop = rx__subject_release},
	.next = behavior_next,
	.value = behavior_value,
	.drop = behavior_drop,
};

rx_subject *rx_behavior_create(const rx_type *type, const void *initial)
{
	rx_subject *subject = rx__subject_create(&behavior_kind, type, type->size);
	if (!subject)
		return rx__subject_no_memory();
	const int code = rx_type_copy(type, subject->state, initial);
	if (code < 0) {
		rx_free(subject);
		subject = rx_subject_create(type);
		rx__subject_fail(subject, code);
	}
	return subject;
}
