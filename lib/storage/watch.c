/*
 * Watching a part of a storage: the changes of it, and a snapshot wherever single changes would not do.
 */
#include "lib/storage/storage.h"

#include <errno.h>
#include <string.h>

#include <clusterfy/rx.h>

/* ---- Changes as items --------------------------------------------------------------------------------------------- */

static void change_drop(void *item)
{
	cy_change *change = item;
	rx_free((void *)change->path);
	cy_value_unref(change->value);
}

static char *copy_text(const char *text)
{
	const size_t size = strlen(text) + 1;
	char *copy = rx_alloc(size);
	return copy ? memcpy(copy, text, size) : NULL;
}

static int change_copy(void *to, const void *from)
{
	cy_change copy = *(const cy_change *)from;
	copy.path = copy.path ? copy_text(copy.path) : NULL;
	if (!copy.path && ((const cy_change *)from)->path)
		return -ENOMEM;
	copy.value = copy.value ? cy_value_ref(copy.value) : NULL;
	*(cy_change *)to = copy;
	return 0;
}

static bool change_equal(const void *x, const void *y)
{
	const cy_change *a = x, *b = y;
	return a->revision == b->revision && a->snapshot == b->snapshot && strcmp(a->path, b->path) == 0 &&
	       (a->value == b->value || (a->value && b->value && cy_value_equal(a->value, b->value)));
}

static uint64_t change_hash(const void *item)
{
	const cy_change *change = item;
	return change->revision * UINT64_C(0x9e3779b97f4a7c15) ^ change->snapshot;
}

const rx_type rx_type_cy_change = {.name = "cy_change",
                                   .size = sizeof(cy_change),
                                   .copy = change_copy,
                                   .drop = change_drop,
                                   .equal = change_equal,
                                   .hash = change_hash};

/* ---- Watching ------------------------------------------------------------------------------------------------------ */

struct watch {
	cy_storage *storage;
	char path[]; /* "": all of it */
};

struct watcher {
	rx_subscriber *subscriber;
	const struct watch *watch;
	rx_subscription changes;
	uint64_t revision; /* of what was told last */
	bool paused;
	bool behind; /* something has changed while it was paused */
};

bool cy__path_is_within(const char *path, const char *top)
{
	const size_t size = strlen(top);
	return size == 0 || (strncmp(path, top, size) == 0 && (path[size] == '\0' || path[size] == '.'));
}

/* A place that nothing leads to is empty. @retval 1, 0, -E… as cy_storage_retrieve() */
static int look(const struct watch *watch, cy_value **value)
{
	if (watch->path[0] == '\0') {
		*value = cy_storage_snapshot(watch->storage);
		const int code = cy_value_error(*value);
		if (code < 0)
			cy_value_unref(*value);
		return code < 0 ? code : 1;
	}
	const int code = cy_storage_retrieve(watch->storage, watch->path, value);
	return code == -ENOENT || code == -ENOTDIR ? 0 : code;
}

static void tell_all(struct watcher *watcher)
{
	cy_change change = {.path = watcher->watch->path,
	                    .revision = cy_storage_revision(watcher->watch->storage),
	                    .snapshot = true};
	const int code = look(watcher->watch, &change.value);
	if (code < 0) {
		rx_fail(watcher->subscriber, code, "%s", rx_words(code));
		return;
	}
	cy_value *value = change.value;
	watcher->behind = false;
	watcher->revision = change.revision;
	rx_next(watcher->subscriber, &change);
	cy_value_unref(value);
}

static void take_change(const cy_change *change, void *ctx)
{
	struct watcher *watcher = ctx;
	const char *path = watcher->watch->path;
	const bool lost = !change->path, within = !lost && cy__path_is_within(change->path, path);
	if (!lost && (change->revision <= watcher->revision || (!within && !cy__path_is_within(path, change->path))))
		return;
	if (watcher->paused) {
		watcher->behind = true;
	} else if (within) {
		cy_change told = *change;
		told.snapshot = strcmp(change->path, path) == 0;
		watcher->revision = change->revision;
		rx_next(watcher->subscriber, &told);
	} else {
		tell_all(watcher);
	}
}
RX_CONSUMER(take_change, cy_change);

static void take_error(const rx_error *error, void *ctx)
{
	rx_fail_with(((struct watcher *)ctx)->subscriber, error);
}

static void take_end(void *ctx)
{
	rx_complete(((struct watcher *)ctx)->subscriber);
}

static void flow(bool resume, void *ctx)
{
	struct watcher *watcher = ctx;
	watcher->paused = !resume;
	rx_wait_forbid();
	if (resume && watcher->behind)
		tell_all(watcher);
	rx_wait_allow();
}

static void teardown(void *ctx)
{
	struct watcher *watcher = ctx;
	rx_unsubscribe(&watcher->changes);
	rx_subscriber_unref(watcher->subscriber);
	rx_free(watcher);
}

/* The changes first: what a snapshot leads to must not be missed. */
static int begin(rx_subscriber *subscriber, void *ctx)
{
	const struct watch *watch = ctx;
	struct watcher *watcher = rx_alloc_zero(sizeof *watcher);
	if (!watcher)
		return -ENOMEM;
	watcher->subscriber = rx_subscriber_ref(subscriber);
	watcher->watch = watch;
	if (rx_on_teardown(subscriber, teardown, watcher) < 0) {
		teardown(watcher);
		return -ENOMEM;
	}
	rx_on_flow(subscriber, flow, watcher);
	rx_subscribe(cy__storage_changes(watch->storage),
	             &(rx_observer){RX_NEXT(take_change), .error = take_error, .complete = take_end, .ctx = watcher},
	             &watcher->changes);
	if (rx_wanted(subscriber))
		tell_all(watcher);
	return 0;
}

static int subscribe(rx_subscriber *subscriber, void *ctx)
{
	rx_wait_forbid();
	const int code = begin(subscriber, ctx);
	rx_wait_allow();
	return code;
}

rx_observable *cy_storage_watch(cy_storage *storage, const char *path)
{
	const size_t size = path ? strlen(path) + 1 : 1;
	struct watch *watch = rx_alloc_zero(sizeof *watch + size);
	if (!watch)
		return rx_throw_error(-ENOMEM, "watch: no memory");
	watch->storage = storage;
	if (path && !path[0]) {
		rx_free(watch);
		return rx_throw_error(-EINVAL, "watch: the path is empty");
	}
	if (path)
		memcpy(watch->path, path, size);
	return rx_create(&rx_type_cy_change, subscribe, watch, rx_free);
}
