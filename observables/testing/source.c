/*
 * Hot and cold sources. A hot one is a subject that its own tasks feed; a cold one schedules all of its messages for
 * each subscription, in the state of its stage. Both log who subscribed.
 *
 * Their nodes have a reference count of 0, which is that of static ones: a test uses a source as often as it likes,
 * and the test releases it.
 */
#include "observables/core/virtual.h"
#include "observables/testing/testing.h"

struct rx_hot_task {
	rx_task task;
	rx_test_source *source;
	const rx_message *message;
};

struct rx_hot_link {
	struct rx_hot_link *next, *previous;
	uint64_t serial;
	size_t log;
};

struct cold_state {
	size_t log;
	rx_stage_timer timers[];
};

static rx_test_source *source_of(const rx_stage *self)
{
	return *(rx_test_source *const *)RX__PARAMS(self);
}

static int log_subscribed(rx_test_source *source, size_t *index)
{
	if (source->log_count == source->log_capacity) {
		const size_t capacity = source->log_capacity ? 2 * source->log_capacity : 8;
		rx_subscription_log *logs = rx_realloc(source->logs, capacity * sizeof *logs);
		if (!logs)
			return -ENOMEM;
		source->logs = logs;
		source->log_capacity = capacity;
	}
	*index = source->log_count++;
	source->logs[*index] = (rx_subscription_log){rx_test_frame(source->test), RX_NEVER};
	return 0;
}

static void log_unsubscribed(rx_test_source *source, size_t index)
{
	if (index < source->log_count)
		source->logs[index].unsubscribed = rx_test_frame(source->test);
}

static void deliver(rx_stage *self, const rx_message *message)
{
	if (message->kind == RX_MESSAGE_NEXT)
		rx__emit(self, message->item);
	else if (message->kind == RX_MESSAGE_ERROR)
		rx__error(self, message->error);
	else
		rx__complete(self);
}

/* ---- Cold ------------------------------------------------------------------------------------------------------ */

static size_t cold_extra(const rx_observable *node)
{
	return (*(rx_test_source *const *)node->params)->messages.view.count * sizeof(rx_stage_timer);
}

static void cold_fire(rx_stage *self, rx_stage_timer *timer)
{
	const struct cold_state *state = RX__STATE(self);
	deliver(self, &source_of(self)->messages.items[timer - state->timers]);
}

static int cold_start(rx_stage *self)
{
	rx_test_source *source = source_of(self);
	struct cold_state *state = RX__STATE(self);
	state->log = SIZE_MAX;
	const int code = log_subscribed(source, &state->log);
	for (size_t i = 0; code >= 0 && i < source->messages.view.count; i++)
		rx__timer_start(self, &state->timers[i], source->test->scheduler,
		                source->messages.items[i].frame * RX__FRAME, cold_fire);
	return code;
}

static void cold_stop(rx_stage *self)
{
	rx_test_source *source = source_of(self);
	struct cold_state *state = RX__STATE(self);
	for (size_t i = 0; i < source->messages.view.count; i++)
		rx_cancel(&state->timers[i].task);
	log_unsubscribed(source, state->log);
}

static const rx_stage_ops cold_ops = {.name = "cold",
                                      .state_size = sizeof(struct cold_state),
                                      .extra = cold_extra,
                                      .start = cold_start,
                                      .stop = cold_stop};

/* ---- Hot ------------------------------------------------------------------------------------------------------- */

static void unlink_hot(rx_test_source *source, struct rx_hot_link *link)
{
	if (!link->next && !link->previous && source->first != link)
		return;
	if (source->cursor == link)
		source->cursor = link->next;
	*(link->previous ? &link->previous->next : &source->first) = link->next;
	*(link->next ? &link->next->previous : &source->last) = link->previous;
	link->next = link->previous = NULL;
}

static int hot_start(rx_stage *self)
{
	rx_test_source *source = source_of(self);
	struct rx_hot_link *link = RX__STATE(self);
	link->log = SIZE_MAX;
	const int code = log_subscribed(source, &link->log);
	if (code < 0)
		return code;
	if (source->end) {
		deliver(self, source->end);
		return 0;
	}
	link->serial = ++source->serial;
	link->previous = source->last;
	*(link->previous ? &link->previous->next : &source->first) = link;
	source->last = link;
	return 0;
}

static void hot_stop(rx_stage *self)
{
	rx_test_source *source = source_of(self);
	struct rx_hot_link *link = RX__STATE(self);
	unlink_hot(source, link);
	log_unsubscribed(source, link->log);
}

static const rx_stage_ops hot_ops = {
	.name = "hot", .state_size = sizeof(struct rx_hot_link), .start = hot_start, .stop = hot_stop};

/* To those who are there now; who leaves meanwhile is passed over. */
static void hot_run(rx_task *task)
{
	const struct rx_hot_task *due = (struct rx_hot_task *)task;
	rx_test_source *source = due->source;
	const uint64_t newest = source->serial;
	if (source->end)
		return;
	if (due->message->kind != RX_MESSAGE_NEXT)
		source->end = due->message;
	source->cursor = source->first;
	while (source->cursor && source->cursor->serial <= newest) {
		rx_stage *stage = (rx_stage *)source->cursor - 1;
		source->cursor = source->cursor->next;
		rx__pin(stage);
		deliver(stage, due->message);
		rx__unpin(stage);
	}
	source->cursor = NULL;
}

int rx__test_source_begin(rx_test_source *source)
{
	const size_t count = source->messages.view.count;
	if (!source->hot || source->scheduled)
		return 0;
	source->tasks = rx_alloc_zero((count + 1) * sizeof *source->tasks);
	if (!source->tasks)
		return -ENOMEM;
	source->scheduled = true;
	const rx_nsec now = rx_now(source->test->scheduler);
	for (size_t i = 0; i < count; i++) {
		const rx_message *message = &source->messages.items[i];
		source->tasks[i] = (struct rx_hot_task){{.run = hot_run}, source, message};
		rx__virtual_at(source->test->scheduler, &source->tasks[i].task, now + message->frame * RX__FRAME);
	}
	return 0;
}

/* ---- Both ------------------------------------------------------------------------------------------------------ */

static rx_test_source *create_source(rx_test *test, bool hot)
{
	rx_test_source *source = rx_alloc_zero(sizeof *source);
	if (!source)
		return NULL;
	source->test = test;
	source->hot = hot;
	return source;
}

/* Hand the source to its test; one that could not be made is an error when it is subscribed. */
static rx_observable *finish_source(rx_test_source *source, const char *what, int code)
{
	rx_test *test = source->test;
	if (code < 0)
		rx__test_mistake(test, what, code); /* with its words, which are told once */
	if (code >= 0)
		source->observable = rx__source(source->hot ? &hot_ops : &cold_ops, source->messages.view.type, &source,
		                                sizeof(rx_test_source *));
	else
		source->observable = rx__mistake(code, "there is a mistake in %s", what);
	source->observable->refs = 0;
	if (code >= 0 && rx__is_mistake(source->observable))
		rx__test_mistake(test, what, -ENOMEM);
	rx_test_source **last = &test->sources;
	while (*last)
		last = &(*last)->next;
	*last = source;
	return source->observable;
}

static rx_observable *from_marbles(rx_test *test, const char *marbles, const rx_values *values, bool hot)
{
	rx_test_source *source = create_source(test, hot);
	if (!source)
		return rx__no_memory();
	const int code = rx__marbles_parse(test, marbles, values, hot ? RX__HOT : RX__COLD, &source->messages);
	return finish_source(source, marbles, code);
}

static rx_observable *from_messages(rx_test *test, const rx_messages *messages, bool hot)
{
	rx_test_source *source = create_source(test, hot);
	if (!source)
		return rx__no_memory();
	return finish_source(source, "messages", rx__messages_copy(&source->messages, messages, test->error));
}

rx_observable *rx_hot(rx_test *test, const char *marbles, const rx_values *values)
{
	return from_marbles(test, marbles, values, true);
}

rx_observable *rx_cold(rx_test *test, const char *marbles, const rx_values *values)
{
	return from_marbles(test, marbles, values, false);
}

rx_observable *rx_hot_messages(rx_test *test, const rx_messages *messages)
{
	return from_messages(test, messages, true);
}

rx_observable *rx_cold_messages(rx_test *test, const rx_messages *messages)
{
	return from_messages(test, messages, false);
}

rx_test_source *rx__test_source_find(const rx_test *test, const rx_observable *observable)
{
	rx_test_source *source = test->sources;
	while (source && source->observable != observable)
		source = source->next;
	return source;
}

const rx_subscription_log *rx_subscription_logs(rx_test *test, const rx_observable *observable, size_t *count)
{
	const rx_test_source *source = rx__test_source_find(test, observable);
	static const rx_subscription_log none;
	if (!source)
		return NULL;
	*count = source->log_count;
	return source->logs ? source->logs : &none;
}

void rx__test_source_empty(rx_test_source *source)
{
	for (size_t i = 0; source->tasks && i < source->messages.view.count; i++)
		rx_cancel(&source->tasks[i].task);
	rx_free(source->tasks);
	source->tasks = NULL;
	rx__messages_clear(&source->messages);
}

void rx__test_source_destroy(rx_test_source *source)
{
	rx__test_source_empty(source);
	if (source->observable != rx__no_memory())
		source->observable->refs = 1;
	rx_observable_unref(source->observable);
	rx_free(source->logs);
	rx_free(source);
}
