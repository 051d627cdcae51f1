/*
 * Mirrors: in the primary a sink of the fan-out (fanout.h); in a worker one call for each path, which keeps a copy current,
 * and watches on the copy for whoever reads along.
 *
 *     primary   storage ── fanout ── cy_storage_mirror ──> items of one call
 *     worker    cy_call ── struct mirror ── copy ── watch ── reader, reader, ...
 *
 * The copies of all mirrors of a process lie in one tree, each at its own path, so that looking something up needs no
 * search for whose it is. Changes and acknowledgements travel in one channel and one class, and so in one order: changes do
 * not wait for credit; where there is no room for one, a snapshot comes when there is, and acknowledgements behind it.
 */
#include "lib/storage/mirror.h"

#include "lib/cluster/cluster.h"
#include "lib/storage/fanout.h"
#include "lib/storage/storage.h"

struct reader;

struct cy__mirror {
	struct cy__mirror *next;
	cy_cluster *cluster;
	rx_subscription call;
	struct reader *readers;
	bool current; /* its snapshot has come */
	bool ended;
	char path[]; /* "": all */
};

/* A subscription of cy_mirror(). */
struct reader {
	struct reader *next;
	rx_subscriber *subscriber;
	struct cy__mirror *mirror; /* NULL in the primary */
	rx_subscription watch;
	bool watching, paused;
};

/* ---- In the primary ------------------------------------------------------------------------------------------------- */

rx_observable *cy__mirror_serve(const cy_request *request, void *ctx)
{
	const char *path = NULL;
	if (cy_value_type(request->arguments) != CY_NIL && cy_get_string(request->arguments, NULL, &path) < 0)
		return rx_throw_error(-EINVAL, "%s: the arguments are not what it takes", request->command);
	return cy__fanout_mirror(request->cluster, request->origin, path);
}

/* ---- The copy ------------------------------------------------------------------------------------------------------- */

static cy_storage *copy_of(cy_cluster *cluster)
{
	if (!cluster->storage)
		cluster->storage = cy_storage_create();
	return cluster->storage;
}

/* What is above a mirror's path is not known here, but must be there. */
static int make_parents(cy_storage *copy, const char *path)
{
	char parent[CY_STORAGE_PATH + 1];
	int code = 0;
	for (const char *dot = strchr(path, '.'); dot && code >= 0; dot = strchr(dot + 1, '.')) {
		cy_value *keys = NULL;
		memcpy(parent, path, (size_t)(dot - path));
		parent[dot - path] = '\0';
		if (cy_storage_keys(copy, parent, &keys) != 1)
			code = cy_storage_save(copy, parent, cy_map());
		cy_value_unref(keys);
	}
	return code;
}

/* Another copy around this one has what is above it, or that it is not there. */
static bool is_within_another(const struct cy__mirror *mirror)
{
	for (const struct cy__mirror *other = mirror->cluster->mirrors; other; other = other->next)
		if (other != mirror && other->current && cy__path_is_within(mirror->path, other->path))
			return true;
	return false;
}

static int put(const struct cy__mirror *mirror, const cy_change *change)
{
	cy_storage *copy = mirror->cluster->storage;
	int code = change->snapshot && !is_within_another(mirror) ? make_parents(copy, change->path) : 0;
	if (code < 0)
		return code;
	if (!change->value)
		code = cy_storage_delete(copy, change->path);
	else if (change->path[0])
		code = cy_storage_save(copy, change->path, cy_value_ref(change->value));
	else
		code = cy_storage_load(copy, cy_value_ref(change->value));
	return code == -ENOENT || code == -ENOTDIR ? 0 : code; /* an overlapping mirror knows better by now */
}

static int apply(const struct cy__mirror *mirror, const cy_change *change)
{
	cy_storage *copy = mirror->cluster->storage;
	cy__storage_set_revision(copy, change->revision - 1);
	const int code = put(mirror, change);
	cy__storage_set_revision(copy, change->revision);
	return code;
}

/* Somebody else's copy may lie around or within this one: then it stays. */
static void forget(const struct cy__mirror *mirror)
{
	cy_cluster *cluster = mirror->cluster;
	for (const struct cy__mirror *other = cluster->mirrors; other; other = other->next)
		if (cy__path_is_within(mirror->path, other->path) || cy__path_is_within(other->path, mirror->path))
			return;
	if (mirror->path[0])
		cy_storage_delete(cluster->storage, mirror->path);
	else
		cy_storage_load(cluster->storage, cy_map());
}

/* ---- Readers -------------------------------------------------------------------------------------------------------- */

static void forward(const cy_change *change, void *ctx)
{
	rx_next(((struct reader *)ctx)->subscriber, change);
}
RX_CONSUMER(forward, cy_change);

static void forward_error(const rx_error *error, void *ctx)
{
	rx_fail_with(((struct reader *)ctx)->subscriber, error);
}

static void forward_end(void *ctx)
{
	rx_complete(((struct reader *)ctx)->subscriber);
}

/* The reader may be gone afterwards. */
static void read_along(struct reader *reader, cy_storage *storage, const char *path)
{
	rx_subscriber *subscriber = rx_subscriber_ref(reader->subscriber);
	reader->watching = true;
	rx_subscribe(cy_storage_watch(storage, path && path[0] ? path : NULL),
	             &(rx_observer){RX_NEXT(forward), .error = forward_error, .complete = forward_end, .ctx = reader},
	             &reader->watch);
	if (rx_wanted(subscriber) && reader->paused)
		rx_pause(&reader->watch);
	rx_subscriber_unref(subscriber);
}

static void flow(bool resume, void *ctx)
{
	struct reader *reader = ctx;
	reader->paused = !resume;
	if (!reader->watching)
		return;
	if (resume)
		rx_resume(&reader->watch);
	else
		rx_pause(&reader->watch);
}

/* ---- In a worker ---------------------------------------------------------------------------------------------------- */

static void begin_readers(struct cy__mirror *mirror)
{
	for (struct reader *reader = mirror->readers; reader;) {
		if (reader->watching) {
			reader = reader->next;
			continue;
		}
		read_along(reader, mirror->cluster->storage, mirror->path);
		reader = mirror->ended ? NULL : mirror->readers; /* it may have changed the list */
	}
}

/* Whoever asks for this path from now on begins anew. */
static void end_mirror(struct cy__mirror *mirror)
{
	struct cy__mirror **at = &mirror->cluster->mirrors;
	while (*at != mirror)
		at = &(*at)->next;
	*at = mirror->next;
	mirror->ended = true;
}

static void take_change(const cy_reply *reply, void *ctx)
{
	struct cy__mirror *mirror = ctx;
	cy_change change = {.value = NULL};
	size_t count = 0;
	int code = cy_get_uint(reply->value, "0", &change.revision);
	if (code >= 0)
		code = cy_get_string(reply->value, "1", &change.path);
	if (code >= 0)
		code = cy_get_bool(reply->value, "2", &change.snapshot);
	if (code >= 0)
		code = cy_get_count(reply->value, "3", &count);
	if (code >= 0 && count)
		code = cy_get_value(reply->value, "3.0", &change.value);
	if (code >= 0)
		code = apply(mirror, &change);
	cy_value_unref(change.value);
	if (code < 0)
		cy__trouble(mirror->cluster, mirror->cluster->id, code, "a mirror is not what it should be: %s",
		            rx_words(code));
	if (mirror->ended || mirror->current)
		return;
	mirror->current = true;
	begin_readers(mirror);
}
RX_CONSUMER(take_change, cy_reply);

static void free_mirror(void *ctx)
{
	rx_free(ctx);
}

static void fail_readers(const rx_error *error, void *ctx)
{
	struct cy__mirror *mirror = ctx;
	if (mirror->ended)
		return;
	end_mirror(mirror);
	for (struct reader *reader; (reader = mirror->readers);) {
		mirror->readers = reader->next;
		reader->mirror = NULL;
		rx_fail_with(reader->subscriber, error);
	}
	forget(mirror);
}

static void lose_readers(void *ctx)
{
	const rx_error *error = rx_error_create(-ECANCELED, "the primary mirrors no more");
	fail_readers(error, ctx);
	rx_error_unref(error);
}

static struct cy__mirror *find(const cy_cluster *cluster, const char *path)
{
	struct cy__mirror *mirror = cluster->mirrors;
	while (mirror && strcmp(mirror->path, path) != 0)
		mirror = mirror->next;
	return mirror;
}

static struct cy__mirror *create(cy_cluster *cluster, const char *path)
{
	const size_t size = strlen(path) + 1;
	struct cy__mirror *mirror = copy_of(cluster) ? rx_alloc_zero(sizeof *mirror + size) : NULL;
	if (!mirror)
		return NULL;
	memcpy(mirror->path, path, size);
	mirror->cluster = cluster;
	mirror->next = cluster->mirrors;
	cluster->mirrors = mirror;
	return mirror;
}

static void ask(struct cy__mirror *mirror)
{
	rx_subscribe(cy_call_with(mirror->cluster, cy_primary(), "cy_storage_mirror",
	                          mirror->path[0] ? cy_string(mirror->path) : cy_nil(),
	                          &(cy_call_options){.timeout = RX_NEVER, .credit = UINT32_MAX}),
	             &(rx_observer){RX_NEXT(take_change), .error = fail_readers, .complete = lose_readers,
	                            .ctx = mirror, .drop = free_mirror, .scheduler = mirror->cluster->scheduler},
	             &mirror->call);
}

static void leave(struct reader *reader)
{
	struct cy__mirror *mirror = reader->mirror;
	struct reader **at = &mirror->readers;
	while (*at != reader)
		at = &(*at)->next;
	*at = reader->next;
	if (mirror->readers || mirror->ended)
		return;
	end_mirror(mirror);
	forget(mirror);
	rx_unsubscribe(&mirror->call);
}

static void teardown(void *ctx)
{
	struct reader *reader = ctx;
	if (reader->watching)
		rx_unsubscribe(&reader->watch);
	if (reader->mirror)
		leave(reader);
	rx_subscriber_unref(reader->subscriber);
	rx_free(reader);
}

static int join(struct reader *reader, cy_cluster *cluster, const char *path)
{
	struct cy__mirror *mirror = find(cluster, path);
	const bool fresh = !mirror;
	if (fresh)
		mirror = create(cluster, path);
	if (!mirror)
		return -ENOMEM;
	reader->mirror = mirror;
	reader->next = mirror->readers;
	mirror->readers = reader;
	if (mirror->current)
		read_along(reader, cluster->storage, path);
	else if (fresh)
		ask(mirror);
	return 0;
}

/* ---- For everybody -------------------------------------------------------------------------------------------------- */

struct recipe {
	cy_cluster *cluster;
	char path[];
};

static int begin(rx_subscriber *subscriber, void *ctx)
{
	const struct recipe *recipe = ctx;
	cy_cluster *cluster = recipe->cluster;
	if (cy_current() != cluster)
		return rx_raise(-ECANCELED, "the cluster has ended");
	struct reader *reader = rx_alloc_zero(sizeof *reader);
	if (!reader)
		return -ENOMEM;
	reader->subscriber = rx_subscriber_ref(subscriber);
	if (rx_on_teardown(subscriber, teardown, reader) < 0) {
		teardown(reader);
		return -ENOMEM;
	}
	rx_on_flow(subscriber, flow, reader);
	if (!cluster->primary)
		return join(reader, cluster, recipe->path);
	read_along(reader, cluster->storage, recipe->path);
	return 0;
}

static int subscribe(rx_subscriber *subscriber, void *ctx)
{
	rx_wait_forbid();
	const int code = begin(subscriber, ctx);
	rx_wait_allow();
	return code;
}

rx_observable *cy_mirror(cy_cluster *cluster, const char *path)
{
	const size_t size = path ? strlen(path) + 1 : 1;
	if (path && !path[0])
		return rx_throw_error(-EINVAL, "mirror: the path is empty");
	struct recipe *recipe = rx_alloc_zero(sizeof *recipe + size);
	if (!recipe)
		return rx_throw_error(-ENOMEM, "mirror: no memory");
	recipe->cluster = cluster;
	if (path)
		memcpy(recipe->path, path, size);
	return rx_create(&rx_type_cy_change, subscribe, recipe, rx_free);
}

static const struct cy__mirror *covering(const cy_cluster *cluster, const char *path)
{
	const struct cy__mirror *mirror = cluster->mirrors;
	while (mirror && !(mirror->current && cy__path_is_within(path, mirror->path)))
		mirror = mirror->next;
	return mirror;
}

int cy_peek(cy_cluster *cluster, const char *path, cy_value **out)
{
	if (!path)
		return rx_raise(-EINVAL, "peek: no path (NULL)");
	if (!cluster->primary && !covering(cluster, path))
		return rx_raise(-EAGAIN, "peek \"%.*s\": no mirror of it is current here", CY_STORAGE_PATH, path);
	return cy_storage_retrieve(cluster->storage, path, out);
}

void cy__mirrors_finish(cy_cluster *cluster)
{
	while (cluster->mirrors)
		lose_readers(cluster->mirrors);
}
