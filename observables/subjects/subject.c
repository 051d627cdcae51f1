/*
 * The plain subject, and what all subjects have in common.
 */
#include "observables/subjects/subject.h"

static inline rx_stage *stage_of(rx_link *link)
{
	return (rx_stage *)link - 1;
}

/* A subject that is delivering waits for the end of that. */
static void release(rx_subject *subject)
{
	if (subject->cursors)
		return;
	if (subject->kind->drop)
		subject->kind->drop(subject);
	rx_error_unref(subject->error);
	rx_free(subject);
}

/* ---- The list -------------------------------------------------------------------------------------------------- */

static void append(rx_subject *subject, rx_link *link)
{
	link->number = ++subject->number;
	link->previous = subject->last;
	link->next = NULL;
	if (subject->last)
		subject->last->next = link;
	else
		subject->first = link;
	subject->last = link;
	subject->observers++;
}

static void move_past(rx_cursor *cursor, rx_link *link)
{
	if (cursor->left && cursor->next == link) {
		cursor->next = link->next;
	} else if (!cursor->left && cursor->link == link) {
		rx__pin(stage_of(link));
		cursor->left = true;
		cursor->next = link->next;
	}
}

static void unlink_from(rx_subject *subject, rx_link *link)
{
	if (!link->number)
		return;
	link->number = 0;
	for (rx_cursor *cursor = subject->cursors; cursor; cursor = cursor->outer)
		move_past(cursor, link);
	*(link->previous ? &link->previous->next : &subject->first) = link->next;
	*(link->next ? &link->next->previous : &subject->last) = link->previous;
	subject->observers--;
}

/* What unpinning releases may make others leave, so the cursor stands until it has. */
static rx_link *go_on(rx_cursor *cursor)
{
	rx__unpin(stage_of(cursor->link));
	cursor->left = false;
	return cursor->next;
}

void rx__subject_deliver(rx_subject *subject, const void *item)
{
	const uint64_t newest = subject->number;
	rx_cursor cursor = {.outer = subject->cursors};
	subject->cursors = &cursor;
	for (rx_link *link = subject->first; link && link->number <= newest;) {
		cursor.link = link;
		rx__hand(stage_of(link)->downstream, item);
		link = RX__LIKELY(!cursor.left) ? link->next : go_on(&cursor);
	}
	subject->cursors = cursor.outer;
	if (!subject->refs)
		release(subject);
}

bool rx__subject_span(rx_subject *subject, const void *items, size_t count)
{
	const rx_subject_kind *kind = subject->kind;
	if (subject->stopped)
		return true;
	if (subject->first != subject->last || (kind->next && !kind->keep))
		return false;
	rx_stage *absorber = subject->first ? rx__absorber(stage_of(subject->first)->downstream) : NULL;
	if (subject->first && !absorber)
		return false;
	if (kind->keep && !kind->keep(subject, items, count))
		return false;
	if (absorber && !subject->stopped)
		absorber->node->ops->span(absorber, items, count); /* kernels do without the loop that fuses them */
	return true;
}

/* ---- The end --------------------------------------------------------------------------------------------------- */

static void end_stage(rx_subject *subject, rx_stage *stage)
{
	if (subject->error)
		rx__error(stage, subject->error);
	else
		rx__complete(stage);
}

/* From the front, one at a time: who leaves meanwhile hears nothing. */
static void end_all(rx_subject *subject)
{
	subject->stopped = true;
	rx_subject_ref(subject);
	for (rx_link *link; (link = subject->first);) {
		rx_stage *stage = stage_of(link);
		rx__pin(stage);
		unlink_from(subject, link);
		end_stage(subject, stage);
		rx__unpin(stage);
	}
	rx_subject_unref(subject);
}

void rx__subject_complete(rx_subject *subject)
{
	if (!subject->stopped)
		end_all(subject);
}

void rx_subject_complete(rx_subject *subject)
{
	if (subject->stopped)
		return;
	if (subject->kind->complete)
		subject->kind->complete(subject);
	else
		end_all(subject);
}

void rx_subject_error_with(rx_subject *subject, const rx_error *error)
{
	if (subject->stopped)
		return;
	subject->error = rx_error_ref(error);
	end_all(subject);
}

void rx_subject_error(rx_subject *subject, int code, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	const rx_error *error = rx__error_create(code, format, arguments);
	va_end(arguments);
	rx_subject_error_with(subject, error);
	rx_error_unref(error);
}

void rx__subject_fail(rx_subject *subject, int code)
{
	const rx_error *error = rx__error_from_code(code, NULL);
	rx_subject_error_with(subject, error);
	rx_error_unref(error);
}

void rx_subject_unsubscribe(rx_subject *subject)
{
	if (!subject->refs)
		return;
	subject->stopped = subject->closed = true;
	while (subject->first)
		unlink_from(subject, subject->first);
}

/* ---- The source ------------------------------------------------------------------------------------------------ */

void rx__subject_enter(rx_stage *self)
{
	rx_subject *subject = rx__subject_of(self);
	if (!subject->stopped && rx__open(self))
		append(subject, RX__STATE(self));
}

void rx__subject_end_stage(rx_stage *self)
{
	rx_subject *subject = rx__subject_of(self);
	if (!subject->stopped || !rx__open(self))
		return;
	if (subject->closed)
		rx__fail(self, rx_raise(-EPIPE, "the subject has been unsubscribed"));
	else
		end_stage(subject, self);
}

void rx__subject_stop(rx_stage *self)
{
	unlink_from(rx__subject_of(self), RX__STATE(self));
}

void rx__subject_release(void *params)
{
	rx_subject *subject = *(rx_subject **)params;
	if (subject->observable && subject->observable->params == params)
		subject->observable = NULL;
	rx_subject_unref(subject);
}

/* One that was given a name, or contexts to own, is no longer like a new one. */
static bool is_plain(const rx_observable *node)
{
	return !node->label && !node->owner;
}

/* All who observe a subject have one recipe, as long as there is one. */
rx_observable *rx_subject_observe(rx_subject *subject)
{
	if (subject->observable && is_plain(subject->observable))
		return rx_observable_ref(subject->observable);
	rx_observable *node = rx__source(&subject->kind->source, subject->type,
	                                 &(rx_subject *){rx_subject_ref(subject)}, sizeof(rx_subject *));
	if (subject->refs && !rx__is_mistake(node))
		subject->observable = node;
	return node;
}

/* ---- From outside ---------------------------------------------------------------------------------------------- */

void rx_subject_next(rx_subject *subject, const void *item)
{
	if (subject->stopped)
		return;
	if (subject->kind->next) {
		rx_subject_ref(subject); /* an item that is dropped may let go of it */
		subject->kind->next(subject, item);
		rx_subject_unref(subject);
	} else {
		rx__subject_deliver(subject, item);
	}
}

static int feed(const void *item, void *subject)
{
	rx_subject_next(subject, item);
	return 0;
}

static void feed_error(const rx_error *error, void *subject)
{
	rx_subject_error_with(subject, error);
}

static void feed_complete(void *subject)
{
	rx_subject_complete(subject);
}

static void feed_drop(void *subject)
{
	rx_subject_unref(subject);
}

void rx_subject_subscribe_to(rx_subject *subject, rx_observable *source, rx_subscription *subscription)
{
	const rx_consumer consumer = {.name = subject->kind->source.name, .in = subject->type, .call = feed};
	rx_subscribe(source,
	             &(rx_observer){.next = &consumer,
	                            .error = feed_error,
	                            .complete = feed_complete,
	                            .ctx = rx_subject_ref(subject),
	                            .drop = feed_drop},
	             subscription);
}

size_t rx_subject_observers(const rx_subject *subject)
{
	return subject->observers;
}

bool rx_subject_is_stopped(const rx_subject *subject)
{
	return subject->stopped;
}

const void *rx_subject_value(const rx_subject *subject)
{
	return subject->kind->value ? subject->kind->value(subject) : NULL;
}

rx_subject *rx_subject_ref(rx_subject *subject)
{
	if (subject && subject->refs)
		subject->refs++;
	return subject;
}

void rx_subject_unref(rx_subject *subject)
{
	if (subject && subject->refs && --subject->refs == 0)
		release(subject);
}

/* ---- Making one ------------------------------------------------------------------------------------------------ */

rx_subject *rx__subject_create(const rx_subject_kind *kind, const rx_type *type, size_t extra)
{
	rx_subject *subject = rx_alloc_zero(sizeof *subject + kind->state_size + extra);
	if (!subject)
		return NULL;
	subject->refs = 1;
	subject->type = type;
	subject->kind = kind;
	return subject;
}

static int no_memory_start(rx_stage *self)
{
	(void)self;
	return -ENOMEM;
}

rx_subject *rx__subject_no_memory(void)
{
	static const rx_subject_kind kind = {.source = {.name = "no memory", .start = no_memory_start}};
	static rx_subject subject = {.kind = &kind, .stopped = true};
	return &subject;
}

static int subject_start(rx_stage *self)
{
	rx__subject_end_stage(self);
	rx__subject_enter(self);
	return 0;
}

static const rx_subject_kind subject_kind = {
	.source = {.name = "subject",
                   .state_size = sizeof(rx_link),
                   .start = subject_start,
                   .stop = rx__subject_stop,
                   .drop = rx__subject_release},
};

rx_subject *rx_subject_create(const rx_type *type)
{
	rx_subject *subject = rx__subject_create(&subject_kind, type, 0);
	return subject ? subject : rx__subject_no_memory();
}

rx_subject *rx__subject_connector(rx_connector connector, const rx_type *type, void *ctx)
{
	rx_subject *subject = connector ? connector(type, ctx) : rx_subject_create(type);
	if (!subject)
		return rx__subject_no_memory();
	if (rx__type_fits(type, subject->type))
		return subject;
	rx_subject *refusal = rx_subject_create(type);
	rx_subject_error(refusal, -EINVAL, "the connector makes a subject of %s, for items of %s", subject->type->name,
	                 type->name);
	rx_subject_unref(subject);
	return refusal;
}
