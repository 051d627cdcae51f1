/*
 * The way into a loop from other threads. A mutex guards a ring of items; all else belongs to the thread of the loop.
 * The watcher is active while somebody subscribes, and that it is stands under the mutex too, so that nobody wakes a
 * loop that has gone.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "observables/events/watch.h"

struct rx_mailbox {
	atomic_uint refs;
	const rx_type *type;
	/* the loop's thread */
	rx_subject *subject;
	size_t subscriptions;
	struct ev_loop *loop;
	ev_async watcher;
	/* under the mutex */
	pthread_mutex_t mutex;
	bool listening, closed;
	char *items;
	size_t first, count, capacity, limit;
};

static struct rx_mailbox no_memory;

/* ---- The ring -------------------------------------------------------------------------------------------------- */

static char *slot(const rx_mailbox *mailbox, size_t index)
{
	return mailbox->items + (mailbox->first + index) % mailbox->capacity * mailbox->type->size;
}

static int grow(rx_mailbox *mailbox)
{
	const size_t size = mailbox->type->size, capacity = mailbox->capacity ? 2 * mailbox->capacity : 16;
	char *items = rx_alloc(capacity * size);
	if (!items)
		return -ENOMEM;
	for (size_t i = 0; i < mailbox->count; i++)
		memcpy(items + i * size, slot(mailbox, i), size);
	rx_free(mailbox->items);
	mailbox->items = items;
	mailbox->capacity = capacity;
	mailbox->first = 0;
	return 0;
}

/* The mutex is held; the item is moved. */
static int put(rx_mailbox *mailbox, const void *item)
{
	if (mailbox->closed)
		return -EPIPE;
	if (mailbox->limit && mailbox->count == mailbox->limit)
		return -EAGAIN;
	if (mailbox->count == mailbox->capacity) {
		const int code = grow(mailbox);
		if (code < 0)
			return code;
	}
	memcpy(slot(mailbox, mailbox->count++), item, mailbox->type->size);
	return 0;
}

static bool take(rx_mailbox *mailbox, void *item)
{
	pthread_mutex_lock(&mailbox->mutex);
	const bool any = mailbox->count > 0;
	if (any) {
		memcpy(item, slot(mailbox, 0), mailbox->type->size);
		mailbox->first = (mailbox->first + 1) % mailbox->capacity;
		mailbox->count--;
	}
	pthread_mutex_unlock(&mailbox->mutex);
	return any;
}

/* ---- From any thread ------------------------------------------------------------------------------------------- */

static void wake(rx_mailbox *mailbox)
{
	if (mailbox->listening)
		ev_async_send(mailbox->loop, &mailbox->watcher);
}

int rx_post(rx_mailbox *mailbox, const void *item)
{
	if (mailbox == &no_memory)
		return -ENOMEM;
	void *copy = RX__STACK(mailbox->type);
	int code = rx_type_copy(mailbox->type, copy, item);
	if (code < 0)
		return code;
	pthread_mutex_lock(&mailbox->mutex);
	code = put(mailbox, copy);
	if (code == 0)
		wake(mailbox);
	pthread_mutex_unlock(&mailbox->mutex);
	if (code < 0)
		rx_type_drop(mailbox->type, copy);
	return code;
}

void rx_mailbox_close(rx_mailbox *mailbox)
{
	if (mailbox == &no_memory)
		return;
	pthread_mutex_lock(&mailbox->mutex);
	mailbox->closed = true;
	wake(mailbox);
	pthread_mutex_unlock(&mailbox->mutex);
}

rx_mailbox *rx_mailbox_ref(rx_mailbox *mailbox)
{
	if (mailbox && mailbox != &no_memory)
		atomic_fetch_add_explicit(&mailbox->refs, 1, memory_order_relaxed);
	return mailbox;
}

void rx_mailbox_unref(rx_mailbox *mailbox)
{
	if (!mailbox || mailbox == &no_memory || atomic_fetch_sub(&mailbox->refs, 1) > 1)
		return;
	for (size_t i = 0; i < mailbox->count; i++)
		rx_type_drop(mailbox->type, slot(mailbox, i));
	rx_free(mailbox->items);
	rx_subject_unref(mailbox->subject);
	pthread_mutex_destroy(&mailbox->mutex);
	rx_free(mailbox);
}

/* ---- In the loop's thread -------------------------------------------------------------------------------------- */

/* What has been posted until now; what is posted meanwhile waits for the next turn of the loop. */
static void deliver(rx_mailbox *mailbox)
{
	void *item = RX__STACK(mailbox->type);
	pthread_mutex_lock(&mailbox->mutex);
	size_t count = mailbox->count;
	pthread_mutex_unlock(&mailbox->mutex);
	while (mailbox->subscriptions && count-- && take(mailbox, item)) {
		rx_subject_next(mailbox->subject, item);
		rx_type_drop(mailbox->type, item);
	}
}

static void posted(struct ev_loop *loop, ev_async *watcher, int events)
{
	(void)loop, (void)events;
	rx__forget_words();
	rx_mailbox *mailbox = watcher->data;
	rx_mailbox_ref(mailbox);
	deliver(mailbox);
	pthread_mutex_lock(&mailbox->mutex);
	const bool ended = mailbox->closed && !mailbox->count;
	if (mailbox->count)
		wake(mailbox);
	pthread_mutex_unlock(&mailbox->mutex);
	if (ended)
		rx_subject_complete(mailbox->subject);
	rx_mailbox_unref(mailbox);
}

static void listen(rx_mailbox *mailbox, struct ev_loop *loop)
{
	mailbox->loop = loop;
	ev_async_init(&mailbox->watcher, posted);
	mailbox->watcher.data = mailbox;
	ev_async_start(loop, &mailbox->watcher);
	pthread_mutex_lock(&mailbox->mutex);
	mailbox->listening = true;
	wake(mailbox);
	pthread_mutex_unlock(&mailbox->mutex);
}

static void stop_listening(rx_mailbox *mailbox)
{
	pthread_mutex_lock(&mailbox->mutex);
	mailbox->listening = false;
	pthread_mutex_unlock(&mailbox->mutex);
	ev_async_stop(mailbox->loop, &mailbox->watcher);
}

/* ---- The source ------------------------------------------------------------------------------------------------ */

struct state {
	rx_inners inners;
	bool counted;
};

static rx_mailbox *mailbox_of(const rx_stage *self)
{
	return *(rx_mailbox *const *)RX__PARAMS(self);
}

static int mailbox_start(rx_stage *self)
{
	rx_mailbox *mailbox = mailbox_of(self);
	struct state *state = RX__STATE(self);
	struct ev_loop *loop;
	const int code = rx__watch_loop(self, &loop);
	if (code < 0)
		return code;
	if (mailbox->subscriptions && loop != mailbox->loop)
		return rx_raise(-EXDEV, "the mailbox is being read by another loop");
	state->counted = true;
	if (!mailbox->subscriptions++)
		listen(mailbox, loop);
	rx__subscribe_inner(self, rx_subject_observe(mailbox->subject), NULL, 0, NULL);
	return 0;
}

static void mailbox_stop(rx_stage *self)
{
	rx_mailbox *mailbox = mailbox_of(self);
	const struct state *state = RX__STATE(self);
	if (state->counted && !--mailbox->subscriptions)
		stop_listening(mailbox);
}

static void mailbox_inner_complete(rx_stage *self, rx_inner *inner)
{
	(void)inner;
	rx__complete(self);
}

static void mailbox_drop(void *params)
{
	rx_mailbox_unref(*(rx_mailbox **)params);
}

static const rx_stage_ops mailbox_ops = {.name = "mailbox",
                                         .state_size = sizeof(struct state),
                                         .flags = RX__SUBSCRIBES,
                                         .start = mailbox_start,
                                         .stop = mailbox_stop,
                                         .inner_complete = mailbox_inner_complete,
                                         .drop = mailbox_drop};

rx_observable *rx_mailbox_observe(rx_mailbox *mailbox)
{
	if (mailbox == &no_memory)
		return rx__no_memory();
	rx_mailbox_ref(mailbox);
	return rx__source(&mailbox_ops, mailbox->type, &mailbox, sizeof(rx_mailbox *));
}

rx_mailbox *rx_mailbox_create(const rx_type *type, size_t limit)
{
	rx_mailbox *mailbox = rx_alloc_zero(sizeof *mailbox);
	rx_subject *subject = rx_subject_create(type);
	if (!mailbox || rx_subject_is_stopped(subject) || pthread_mutex_init(&mailbox->mutex, NULL)) {
		rx_free(mailbox);
		rx_subject_unref(subject);
		return &no_memory;
	}
	atomic_init(&mailbox->refs, 1);
	mailbox->type = type;
	mailbox->limit = limit;
	mailbox->subject = subject;
	return mailbox;
}
