#include "lib/storage/fanout.h"

#include <stdio.h>

#include <clusterfy/rx.h>

#include "lib/cluster/cluster.h"
#include "lib/storage/operation.h"
#include "lib/value/encode.h"
#include "lib/value/layout.h"

enum {
	AT_ONCE = 64,      /* mirrors that are told of a change where it is made, and steps of snapshots likewise */
	SOME = 64,         /* between two looks at the clock */
	LOG_ENTRIES = 1024 /* that wait for the slowest */
};
#define LOG_BYTES ((size_t)16 << 20)

/* A change. */
struct entry {
	struct entry *next;
	size_t references; /* audiences that have not been told */
	cy_change change;  /* path NULL: something has changed */
	size_t size;
	cy_value *encoded[2]; /* as a change, and as a snapshot; when first wanted */
};

struct sink {
	struct cy__audience *audience;
	rx_subscriber *subscriber;
	uint64_t revision; /* of what it was told last */
	bool behind;       /* it wants a snapshot */
	bool paused;
	size_t size; /* of the path */
	char path[];
};

struct cy__audience {
	cy__work work;
	struct cy__fanout *fanout;
	struct cy__audience *next;
	struct entry *entry; /* to be told next; NULL: none */
	struct sink **sinks; /* by their paths */
	size_t count, room, behind;
	unsigned changes; /* of that list */
	cy__awaiting *first, *last;
	bool lapsed; /* it has missed some */
	bool running;
	/* A snapshot that takes more than one slice: of what is at a path. */
	bool looking;
	cy__operation look;
	uint64_t revision;
	char path[CY_STORAGE_PATH + 1];
};

struct cy__fanout {
	cy_cluster *cluster;
	struct cy__audience *audiences;
	struct cy__audience *next; /* to be told of a change that others are being told of: what is told may end it */
	size_t audience_count;
	rx_subscription changes;
	struct entry *first, *last;
	size_t entries, bytes;
	/* The snapshot that was made last, for others that want the same. */
	cy_value *snapshot;
	uint64_t snapshot_revision;
	char snapshot_path[CY_STORAGE_PATH + 1];
};

/* ---- Paths --------------------------------------------------------------------------------------------------------- */

/* An order in which whatever lies below a path follows it. */
static int order(const char *a, size_t a_size, const char *b, size_t b_size)
{
	const size_t size = a_size < b_size ? a_size : b_size;
	for (size_t i = 0; i < size; i++)
		if (a[i] != b[i]) {
			const unsigned char x = (unsigned char)(a[i] == '.' ? 0 : a[i]);
			const unsigned char y = (unsigned char)(b[i] == '.' ? 0 : b[i]);
			return x < y ? -1 : 1;
		}
	return (a_size > b_size) - (a_size < b_size);
}

/* The first sink at @p path or behind it. */
static size_t find(const struct cy__audience *audience, const char *path, size_t size)
{
	size_t low = 0, high = audience->count;
	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const struct sink *sink = audience->sinks[middle];
		if (order(sink->path, sink->size, path, size) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_at(const struct sink *sink, const char *path, size_t size)
{
	return sink->size == size && memcmp(sink->path, path, size) == 0;
}

static bool is_below(const struct sink *sink, const char *path, size_t size)
{
	if (!size)
		return sink->size > 0;
	return sink->size > size && sink->path[size] == '.' && memcmp(sink->path, path, size) == 0;
}

/* ---- Items --------------------------------------------------------------------------------------------------------- */

static unsigned char *put(unsigned char *to, const void *bytes, size_t size)
{
	if (size)
		memcpy(to, bytes, size);
	return to + size;
}

/* [revision, path, snapshot, [value]], written into the memory that it takes and no more. */
static cy_value *encode(uint64_t revision, const char *path, bool snapshot, const cy_value *value)
{
	const size_t path_size = strlen(path), value_size = value ? value->size : 0;
	const struct cy__encoded parts[] = {cy__encode_array(4), cy__encode_uint(revision),
	                                    cy__encode_string(path_size), cy__encode_bool(snapshot),
	                                    cy__encode_array(value ? 1 : 0)};
	size_t size = path_size + value_size;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		size += parts[i].size;
	cy_value *item = cy__value_allocate(size);
	if (!item)
		return NULL;
	unsigned char *to = cy__value_room(item);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		to = put(to, parts[i].bytes, parts[i].size);
		if (i == 2)
			to = put(to, path, path_size);
	}
	put(to, value ? value->bytes : NULL, value_size);
	return item;
}

/* ---- The log ------------------------------------------------------------------------------------------------------- */

static void free_entry(struct entry *entry)
{
	rx_free((void *)entry->change.path);
	cy_value_unref(entry->change.value);
	cy_value_unref(entry->encoded[0]);
	cy_value_unref(entry->encoded[1]);
	rx_free(entry);
}

static void trim(struct cy__fanout *fanout)
{
	for (struct entry *entry; (entry = fanout->first) && !entry->references;) {
		fanout->first = entry->next;
		if (!fanout->first)
			fanout->last = NULL;
		fanout->entries--;
		fanout->bytes -= entry->size;
		free_entry(entry);
	}
}

static void pass_entry(struct cy__audience *audience)
{
	struct entry *entry = audience->entry;
	audience->entry = entry->next;
	entry->references--;
	trim(audience->fanout);
}

static void pass_all(struct cy__audience *audience)
{
	while (audience->entry)
		pass_entry(audience);
}

static void want_snapshot(struct sink *sink)
{
	sink->audience->behind += !sink->behind;
	sink->behind = true;
}

/* Who is slowest does without the changes that wait for it, and gets snapshots. */
static void lapse(struct cy__fanout *fanout)
{
	const struct entry *oldest = fanout->first;
	for (struct cy__audience *audience = fanout->audiences; audience; audience = audience->next)
		if (audience->entry == oldest) {
			pass_all(audience);
			audience->lapsed = true;
		}
}

static struct entry *create_entry(const cy_change *change)
{
	struct entry *entry = rx_alloc_zero(sizeof *entry);
	if (!entry)
		return NULL;
	entry->change = *change;
	entry->change.value = change->value ? cy_value_ref(change->value) : NULL;
	entry->change.path = change->path ? cy__strdup(change->path) : NULL;
	entry->size = sizeof *entry + (change->value ? change->value->size : 0);
	if (entry->change.path || !change->path)
		return entry;
	free_entry(entry);
	return NULL;
}

static void append(struct cy__fanout *fanout, const cy_change *change)
{
	struct entry *entry = create_entry(change);
	for (struct cy__audience *audience = fanout->audiences; audience; audience = audience->next)
		if (!entry) /* without memory */
			audience->lapsed = true;
		else if (!audience->entry)
			audience->entry = entry;
	if (!entry)
		return;
	entry->references = fanout->audience_count;
	*(fanout->last ? &fanout->last->next : &fanout->first) = entry;
	fanout->last = entry;
	fanout->entries++;
	fanout->bytes += entry->size;
	while (fanout->first != fanout->last && (fanout->entries > LOG_ENTRIES || fanout->bytes > LOG_BYTES))
		lapse(fanout);
}

/* ---- Telling ------------------------------------------------------------------------------------------------------- */

/* How much may be done: by the clock of the turns, or by count. */
struct effort {
	cy__turns *turns; /* NULL: by count alone */
	size_t left;
};

static bool is_over(struct effort *effort)
{
	if (!effort->turns)
		return effort->left == 0;
	return cy__turns_is_over(effort->turns);
}

static void spend(struct effort *effort)
{
	effort->left -= effort->left > 0;
}

/* The sink may be gone afterwards. What is paused by it may not have been sent. */
static void emit(struct sink *sink, cy_value *item)
{
	rx_subscriber *subscriber = rx_subscriber_ref(sink->subscriber);
	struct cy__audience *audience = sink->audience;
	const unsigned changes = audience->changes;
	rx_next(subscriber, &item);
	if (audience->changes == changes && sink->paused)
		want_snapshot(sink);
	rx_subscriber_unref(subscriber);
}

static void tell(struct sink *sink, struct entry *entry, bool snapshot)
{
	const cy_change *change = &entry->change;
	cy_value **encoded = &entry->encoded[snapshot];
	sink->revision = change->revision;
	if (sink->paused)
		want_snapshot(sink);
	if (sink->behind)
		return;
	if (!*encoded)
		*encoded = encode(change->revision, change->path, snapshot, change->value);
	if (*encoded)
		emit(sink, *encoded);
	else
		want_snapshot(sink);
}

/* Those at @p path, which is the change's own or around it. @retval false  there are more, and not now */
static bool tell_at(struct cy__audience *audience, struct entry *entry, size_t size, struct effort *effort)
{
	const char *path = entry->change.path;
	const bool own = path[size] == '\0';
	size_t i = find(audience, path, size);
	while (i < audience->count && is_at(audience->sinks[i], path, size)) {
		struct sink *sink = audience->sinks[i++];
		if (sink->revision >= entry->change.revision)
			continue;
		if (is_over(effort))
			return false;
		spend(effort);
		const unsigned changes = audience->changes;
		tell(sink, entry, own);
		if (changes != audience->changes)
			i = find(audience, path, size);
	}
	return true;
}

static void leave_behind(struct cy__audience *audience, const char *path, size_t size)
{
	for (size_t i = find(audience, path, size); i < audience->count; i++) {
		struct sink *sink = audience->sinks[i];
		if (is_below(sink, path, size))
			want_snapshot(sink);
		else if (!is_at(sink, path, size))
			break;
	}
}

static void leave_all_behind(struct cy__audience *audience)
{
	for (size_t i = 0; i < audience->count; i++)
		want_snapshot(audience->sinks[i]);
}

/* @retval false  not all of them yet */
static bool tell_entry(struct cy__audience *audience, struct effort *effort)
{
	struct entry *entry = audience->entry;
	const char *path = entry->change.path;
	entry->references++;
	bool done = true;
	if (!path) {
		leave_all_behind(audience);
	} else {
		done = tell_at(audience, entry, 0, effort);
		for (size_t size = strcspn(path, "."); done && path[0]; size += 1 + strcspn(path + size + 1, ".")) {
			done = tell_at(audience, entry, size, effort);
			if (!path[size])
				break;
		}
		if (done)
			leave_behind(audience, path, strlen(path));
	}
	entry->references--;
	if (done && audience->entry == entry)
		pass_entry(audience);
	else
		trim(audience->fanout);
	return done;
}

/* ---- Snapshots ------------------------------------------------------------------------------------------------------- */

static struct sink *find_behind(const struct cy__audience *audience)
{
	for (size_t i = 0; i < audience->count; i++)
		if (audience->sinks[i]->behind && !audience->sinks[i]->paused)
			return audience->sinks[i];
	return NULL;
}

/* Everybody who waits for this path. */
static void hand_out(struct cy__audience *audience, const char *path, uint64_t revision, cy_value *item)
{
	const size_t size = strlen(path);
	size_t i = find(audience, path, size);
	while (i < audience->count && is_at(audience->sinks[i], path, size)) {
		struct sink *sink = audience->sinks[i++];
		if (!sink->behind || sink->paused)
			continue;
		const unsigned changes = audience->changes;
		sink->behind = false;
		audience->behind--;
		sink->revision = revision;
		emit(sink, item);
		if (changes != audience->changes)
			i = find(audience, path, size);
	}
}

static void refuse_all(struct cy__audience *audience, const char *path, int code)
{
	char words[400];
	snprintf(words, sizeof words, "%s", rx_words(code));
	const size_t size = strlen(path);
	size_t i = find(audience, path, size);
	while (i < audience->count && is_at(audience->sinks[i], path, size)) {
		struct sink *sink = audience->sinks[i];
		if (!sink->behind) {
			i++;
			continue;
		}
		rx_subscriber *subscriber = rx_subscriber_ref(sink->subscriber);
		sink->behind = false;
		audience->behind--;
		rx_fail(subscriber, code, "%s", words);
		rx_subscriber_unref(subscriber);
		i = find(audience, path, size);
	}
}

static void keep_snapshot(struct cy__fanout *fanout, const char *path, uint64_t revision, cy_value *item)
{
	cy_value_unref(fanout->snapshot);
	fanout->snapshot = cy_value_ref(item);
	fanout->snapshot_revision = revision;
	memcpy(fanout->snapshot_path, path, strlen(path) + 1);
}

static void forget_snapshot(struct cy__fanout *fanout)
{
	cy_value_unref(fanout->snapshot);
	fanout->snapshot = NULL;
}

static void finish_look(struct cy__audience *audience, int code)
{
	struct cy__fanout *fanout = audience->fanout;
	cy_value *value = audience->look.result, *item = NULL;
	audience->look.result = NULL;
	cy__operation_finish(&audience->look);
	audience->looking = false;
	if (code == -ENOENT || code == -ENOTDIR)
		code = 0; /* a place that nothing leads to is empty */
	if (code >= 0) {
		item = encode(audience->revision, audience->path, true, value);
		code = item ? 0 : rx_raise(-ENOMEM, "mirror: no memory");
	}
	cy_value_unref(value);
	if (code < 0) {
		refuse_all(audience, audience->path, code);
		return;
	}
	keep_snapshot(fanout, audience->path, audience->revision, item);
	hand_out(audience, audience->path, audience->revision, item);
	cy_value_unref(item);
}

/* A reading that begins anew reads what is there by then. */
static void note_revision(struct cy__audience *audience)
{
	if (!audience->look.reading)
		audience->revision = cy_storage_revision(audience->fanout->cluster->storage);
}

static void go_on_looking(struct cy__audience *audience, struct effort *effort)
{
	note_revision(audience);
	const int code = cy__operation_step(&audience->look, SOME);
	spend(effort);
	if (code != CY__MORE)
		finish_look(audience, code);
}

static void begin_to_look(struct cy__audience *audience, const struct sink *sink, struct effort *effort)
{
	struct cy__fanout *fanout = audience->fanout;
	cy_storage *storage = fanout->cluster->storage;
	spend(effort);
	if (fanout->snapshot && fanout->snapshot_revision == cy_storage_revision(storage) &&
	    strcmp(fanout->snapshot_path, sink->path) == 0) {
		cy_value *item = cy_value_ref(fanout->snapshot);
		memcpy(audience->path, sink->path, sink->size + 1);
		hand_out(audience, audience->path, fanout->snapshot_revision, item);
		cy_value_unref(item);
		return;
	}
	memcpy(audience->path, sink->path, sink->size + 1);
	cy__operation_retrieve(&audience->look, storage, sink->size ? audience->path : NULL, false);
	audience->look.limit = fanout->cluster->options.frame_max;
	audience->looking = true;
}

/* ---- Audiences ------------------------------------------------------------------------------------------------------- */

static bool has_work(const struct cy__audience *audience)
{
	return audience->entry || audience->lapsed || audience->looking || (audience->behind && find_behind(audience));
}

static bool is_current(const struct cy__audience *audience)
{
	return !audience->entry && !audience->lapsed && !audience->behind;
}

static void unlink_awaiting(struct cy__audience *audience, cy__awaiting *awaiting)
{
	*(awaiting->previous ? &awaiting->previous->next : &audience->first) = awaiting->next;
	*(awaiting->next ? &awaiting->next->previous : &audience->last) = awaiting->previous;
	awaiting->next = awaiting->previous = NULL;
	awaiting->audience = NULL;
}

static void answer_first(struct cy__audience *audience)
{
	cy__awaiting *awaiting = audience->first;
	unlink_awaiting(audience, awaiting);
	awaiting->told(awaiting);
}

/* @returns whether there is more to do, and not now */
static bool work_on(struct cy__audience *audience, struct effort *effort)
{
	audience->running = true;
	while (has_work(audience) && !is_over(effort)) {
		if (audience->lapsed) {
			audience->lapsed = false;
			leave_all_behind(audience);
		} else if (audience->looking) {
			go_on_looking(audience, effort);
		} else if (audience->entry) {
			tell_entry(audience, effort);
		} else {
			const struct sink *behind = find_behind(audience);
			if (!behind)
				break;
			begin_to_look(audience, behind, effort);
		}
	}
	while (audience->first && is_current(audience))
		answer_first(audience);
	audience->running = false;
	return has_work(audience);
}

static void free_audience(struct cy__audience *audience)
{
	struct cy__fanout *fanout = audience->fanout;
	struct cy__audience **at = &fanout->audiences;
	while (*at != audience)
		at = &(*at)->next;
	*at = audience->next;
	if (fanout->next == audience)
		fanout->next = audience->next;
	fanout->audience_count--;
	cy__turns_remove(&audience->work);
	pass_all(audience);
	if (audience->looking)
		cy__operation_finish(&audience->look);
	rx_free(audience->sinks);
	rx_free(audience);
	if (!fanout->audiences && fanout->changes.run)
		rx_unsubscribe(&fanout->changes);
}

/* Nobody mirrors any more, and nothing waits. */
static bool free_if_over(struct cy__audience *audience)
{
	if (audience->running || audience->count || audience->first)
		return false;
	free_audience(audience);
	return true;
}

static void forget_if_idle(struct cy__fanout *fanout)
{
	for (const struct cy__audience *audience = fanout->audiences; audience; audience = audience->next)
		if (audience->work.turns)
			return;
	forget_snapshot(fanout);
}

static bool take_turn(cy__work *work)
{
	struct cy__audience *audience = CY__CONTAINER(work, struct cy__audience, work);
	struct cy__fanout *fanout = audience->fanout;
	struct effort effort = {.turns = fanout->cluster->turns};
	const bool more = work_on(audience, &effort);
	const bool gone = !more && free_if_over(audience);
	if (gone || !more)
		forget_if_idle(fanout);
	return more && !gone;
}

/* Little at once, the rest in its worker's turns. */
static void go_on(struct cy__audience *audience, struct effort *effort)
{
	struct cy__fanout *fanout = audience->fanout;
	if (audience->running || audience->work.turns || (!has_work(audience) && !audience->first))
		return;
	if (!cy__turns_has(fanout->cluster->turns, audience->work.origin) && !work_on(audience, effort)) {
		free_if_over(audience);
		return;
	}
	if (cy__turns_add(fanout->cluster->turns, &audience->work) < 0) {
		struct effort all = {.left = SIZE_MAX};
		work_on(audience, &all);
		free_if_over(audience);
	}
}

static void kick(struct cy__audience *audience)
{
	struct cy__fanout *fanout = audience->fanout;
	struct effort effort = {.left = AT_ONCE};
	go_on(audience, &effort);
	forget_if_idle(fanout);
}

static struct cy__audience *audience_of(const cy_cluster *cluster, uint32_t origin)
{
	struct cy__audience *audience = cluster->fanout ? cluster->fanout->audiences : NULL;
	while (audience && audience->work.origin != origin)
		audience = audience->next;
	return audience;
}

static void take_change(const cy_change *change, void *ctx)
{
	struct cy__fanout *fanout = ctx;
	struct effort effort = {.left = AT_ONCE};
	forget_snapshot(fanout);
	append(fanout, change);
	fanout->next = fanout->audiences;
	for (struct cy__audience *audience; (audience = fanout->next);) {
		fanout->next = audience->next;
		go_on(audience, &effort);
	}
	forget_if_idle(fanout);
}
RX_CONSUMER(take_change, cy_change);

static struct cy__fanout *fanout_of(cy_cluster *cluster)
{
	if (!cluster->fanout)
		cluster->fanout = rx_alloc_zero(sizeof *cluster->fanout);
	if (cluster->fanout)
		cluster->fanout->cluster = cluster;
	return cluster->fanout;
}

static struct cy__audience *open_audience(cy_cluster *cluster, uint32_t origin)
{
	struct cy__audience *audience = audience_of(cluster, origin);
	struct cy__fanout *fanout = audience ? NULL : fanout_of(cluster);
	if (audience || !fanout)
		return audience;
	audience = rx_alloc_zero(sizeof *audience);
	if (!audience)
		return NULL;
	audience->fanout = fanout;
	audience->work = (cy__work){.step = take_turn, .what = "telling mirrors", .origin = origin};
	audience->next = fanout->audiences;
	fanout->audiences = audience;
	fanout->audience_count++;
	if (!fanout->changes.run)
		rx_subscribe(cy__storage_changes(cluster->storage), &(rx_observer){RX_NEXT(take_change), .ctx = fanout},
		             &fanout->changes);
	return audience;
}

/* ---- Mirrors --------------------------------------------------------------------------------------------------------- */

static int add_sink(struct cy__audience *audience, struct sink *sink)
{
	if (audience->count == audience->room) {
		const size_t room = audience->room ? 2 * audience->room : 4;
		struct sink **sinks = rx_alloc(room * sizeof *sinks);
		if (!sinks)
			return -ENOMEM;
		if (audience->count)
			memcpy(sinks, audience->sinks, audience->count * sizeof *sinks);
		rx_free(audience->sinks);
		audience->sinks = sinks;
		audience->room = room;
	}
	const size_t i = find(audience, sink->path, sink->size);
	memmove(&audience->sinks[i + 1], &audience->sinks[i], (audience->count - i) * sizeof *audience->sinks);
	audience->sinks[i] = sink;
	audience->count++;
	audience->changes++;
	sink->audience = audience;
	want_snapshot(sink);
	return 0;
}

static void remove_sink(struct sink *sink)
{
	struct cy__audience *audience = sink->audience;
	size_t i = find(audience, sink->path, sink->size);
	while (audience->sinks[i] != sink)
		i++;
	audience->count--;
	audience->changes++;
	memmove(&audience->sinks[i], &audience->sinks[i + 1], (audience->count - i) * sizeof *audience->sinks);
	audience->behind -= sink->behind;
}

static void teardown(void *ctx)
{
	struct sink *sink = ctx;
	struct cy__audience *audience = sink->audience;
	if (audience) {
		cy_cluster *cluster = audience->fanout->cluster;
		cy__discharge(cy__ledger_find(cluster->ledger, audience->work.origin), CY__WATCHES, 1);
		remove_sink(sink);
		if (!free_if_over(audience))
			kick(audience);
	}
	rx_subscriber_unref(sink->subscriber);
	rx_free(sink);
}

static void flow(bool resume, void *ctx)
{
	struct sink *sink = ctx;
	sink->paused = !resume;
	if (resume)
		kick(sink->audience);
}

struct recipe {
	cy_cluster *cluster;
	uint32_t origin;
	char path[];
};

static int charge(cy_cluster *cluster, uint32_t origin)
{
	cy__account *account = cy__ledger_open(cluster->ledger, origin);
	return account ? cy__charge(account, CY__WATCHES, 1) : -ENOMEM;
}

static int join(struct sink *sink, const struct recipe *recipe)
{
	int code = charge(recipe->cluster, recipe->origin);
	if (code < 0)
		return code;
	struct cy__audience *audience = open_audience(recipe->cluster, recipe->origin);
	code = audience ? add_sink(audience, sink) : -ENOMEM;
	if (code < 0) {
		cy__discharge(cy__ledger_find(recipe->cluster->ledger, recipe->origin), CY__WATCHES, 1);
		if (audience)
			free_if_over(audience);
	}
	return code;
}

static int subscribe(rx_subscriber *subscriber, void *ctx)
{
	const struct recipe *recipe = ctx;
	const size_t size = strlen(recipe->path);
	struct sink *sink = rx_alloc_zero(sizeof *sink + size + 1);
	if (!sink)
		return -ENOMEM;
	memcpy(sink->path, recipe->path, size + 1);
	sink->size = size;
	sink->subscriber = rx_subscriber_ref(subscriber);
	int code = rx_on_teardown(subscriber, teardown, sink);
	if (code < 0) {
		teardown(sink);
		return code;
	}
	code = join(sink, recipe);
	if (code < 0)
		return code;
	rx_on_flow(subscriber, flow, sink);
	kick(sink->audience);
	return 0;
}

rx_observable *cy__fanout_mirror(cy_cluster *cluster, uint32_t origin, const char *path)
{
	const size_t size = path ? strnlen(path, CY_STORAGE_PATH + 1) : 0;
	if (path && !size)
		return rx_throw_error(-EINVAL, "mirror: the path is empty");
	if (size > CY_STORAGE_PATH)
		return rx_throw_error(-ENAMETOOLONG, "mirror: a path of more than %d bytes", CY_STORAGE_PATH);
	struct recipe *recipe = rx_alloc_zero(sizeof *recipe + size + 1);
	if (!recipe)
		return rx_throw_error(-ENOMEM, "mirror: no memory");
	recipe->cluster = cluster;
	recipe->origin = origin;
	if (path)
		memcpy(recipe->path, path, size);
	return rx_create(&rx_type_cy_body, subscribe, recipe, rx_free);
}

/* ---- Acknowledgements ------------------------------------------------------------------------------------------------- */

bool cy__fanout_await(cy_cluster *cluster, uint32_t origin, cy__awaiting *awaiting)
{
	struct cy__audience *audience = audience_of(cluster, origin);
	if (!audience || (!audience->first && is_current(audience)))
		return false;
	awaiting->audience = audience;
	awaiting->next = NULL;
	awaiting->previous = audience->last;
	*(audience->last ? &audience->last->next : &audience->first) = awaiting;
	audience->last = awaiting;
	return true;
}

void cy__fanout_leave(cy__awaiting *awaiting)
{
	struct cy__audience *audience = awaiting->audience;
	if (!audience)
		return;
	unlink_awaiting(audience, awaiting);
	free_if_over(audience);
}

struct acknowledgement {
	cy__awaiting awaiting;
	cy_cluster *cluster;
	uint32_t origin;
	cy_value *value;
	rx_subscriber *subscriber; /* while it waits */
};

static void drop_acknowledgement(void *ctx)
{
	struct acknowledgement *acknowledgement = ctx;
	cy_value_unref(acknowledgement->value);
	rx_free(acknowledgement);
}

static void stop_waiting(void *ctx)
{
	struct acknowledgement *acknowledgement = ctx;
	cy__fanout_leave(&acknowledgement->awaiting);
	rx_subscriber_unref(acknowledgement->subscriber);
	acknowledgement->subscriber = NULL;
}

/* It may be gone afterwards. */
static void say(cy__awaiting *awaiting)
{
	struct acknowledgement *acknowledgement = CY__CONTAINER(awaiting, struct acknowledgement, awaiting);
	rx_subscriber *subscriber = rx_subscriber_ref(acknowledgement->subscriber);
	if (acknowledgement->value)
		rx_next(subscriber, &acknowledgement->value);
	rx_complete(subscriber);
	rx_subscriber_unref(subscriber);
}

static int wait(rx_subscriber *subscriber, void *ctx)
{
	struct acknowledgement *acknowledgement = ctx;
	if (acknowledgement->subscriber)
		return rx_raise(-EALREADY, "an acknowledgement is awaited once");
	acknowledgement->subscriber = rx_subscriber_ref(subscriber);
	const int code = rx_on_teardown(subscriber, stop_waiting, acknowledgement);
	if (code < 0)
		stop_waiting(acknowledgement);
	else if (!cy__fanout_await(acknowledgement->cluster, acknowledgement->origin, &acknowledgement->awaiting))
		say(&acknowledgement->awaiting);
	return code;
}

rx_observable *cy__fanout_acknowledge(cy_cluster *cluster, uint32_t origin, cy_value *value)
{
	const struct cy__audience *audience = audience_of(cluster, origin);
	if (!audience || (!audience->first && is_current(audience)) || (value && cy_value_error(value) < 0))
		return value ? cy_answer(value) : NULL;
	struct acknowledgement *acknowledgement = rx_alloc_zero(sizeof *acknowledgement);
	if (!acknowledgement) {
		cy_value_unref(value);
		return rx_throw_error(-ENOMEM, "no memory");
	}
	*acknowledgement =
		(struct acknowledgement){.awaiting.told = say, .cluster = cluster, .origin = origin, .value = value};
	return rx_create(&rx_type_cy_body, wait, acknowledgement, drop_acknowledgement);
}

void cy__fanout_finish(cy_cluster *cluster)
{
	struct cy__fanout *fanout = cluster->fanout;
	if (!fanout)
		return;
	while (fanout->audiences)
		free_audience(fanout->audiences);
	forget_snapshot(fanout);
	cluster->fanout = NULL;
	rx_free(fanout);
}
