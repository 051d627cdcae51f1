/*
 * The tree. A branch is a list in the order of insertion, with a hash table beside it once it has more than a few keys.
 * The table grows and shrinks by one bucket at a time (linear hashing), so that no insertion waits for all the others to
 * move, and a branch that has become small takes little. It only ever makes look-ups faster: where there is no memory for
 * it, or for more of it, chains grow longer and nothing fails.
 */
#include "lib/storage/tree.h"

#include <clusterfy/rx/error.h>
#include <errno.h>
#include <string.h>

#include "lib/value/encode.h"
#include "lib/value/layout.h"

enum {
	FEW = 8,
	SMALLEST = 32, /* buckets of the first segment; each further one doubles all of them */
	SEGMENTS = 40,
	OVERHEAD = 64, /* of a key: its part of the buckets, and what an allocation takes */
};

struct table {
	size_t size; /* buckets in use */
	struct node **segments[SEGMENTS];
};

/* ---- Tables ------------------------------------------------------------------------------------------------------ */

static size_t highest_power(size_t number)
{
	return (size_t)1 << (8 * sizeof number - 1 - (size_t)__builtin_clzl(number));
}

static size_t segment_of(size_t i)
{
	return i < SMALLEST ? 0 : (size_t)__builtin_ctzl(highest_power(i)) - (size_t)__builtin_ctzl(SMALLEST) + 1;
}

static struct node **bucket_at(const struct table *table, size_t i)
{
	return &table->segments[segment_of(i)][i < SMALLEST ? i : i - highest_power(i)];
}

static struct node **bucket_of(const struct table *table, uint64_t hash)
{
	const size_t low = highest_power(table->size);
	const size_t i = (size_t)hash & (2 * low - 1);
	return bucket_at(table, i < table->size ? i : i & (low - 1));
}

static void link_bucket(struct node **bucket, struct node *node)
{
	node->chain = *bucket;
	*bucket = node;
}

static void unlink_bucket(struct node **at, struct node *node)
{
	while (*at != node)
		at = &(*at)->chain;
	*at = node->chain;
}

/* One bucket more, with those of another one that belong there now. */
static void split(struct table *table)
{
	const size_t i = table->size, low = highest_power(i), segment = segment_of(i);
	if (segment == SEGMENTS)
		return;
	if (!table->segments[segment])
		table->segments[segment] = rx_alloc_zero(low * sizeof(struct node *));
	if (!table->segments[segment])
		return;
	struct node *node = *bucket_at(table, i - low), *next;
	*bucket_at(table, i - low) = NULL;
	table->size++;
	for (; node; node = next) {
		next = node->chain;
		link_bucket(bucket_of(table, node->hash), node);
	}
}

/* The last bucket's go where they came from. */
static void merge(struct table *table)
{
	const size_t i = --table->size, low = highest_power(i);
	struct node *node = *bucket_at(table, i), *next;
	*bucket_at(table, i) = NULL;
	for (; node; node = next) {
		next = node->chain;
		link_bucket(bucket_at(table, i - low), node);
	}
	if (i == low) {
		rx_free(table->segments[segment_of(i)]);
		table->segments[segment_of(i)] = NULL;
	}
}

static void create_table(struct branch *branch)
{
	struct table *table = rx_alloc_zero(sizeof *table);
	if (!table)
		return;
	table->segments[0] = rx_alloc_zero(SMALLEST * sizeof(struct node *));
	table->size = SMALLEST;
	if (!table->segments[0]) {
		rx_free(table);
		return;
	}
	for (struct node *node = branch->first; node; node = node->next)
		if (cy__content_is_there(&node->content) || node == branch->last)
			link_bucket(bucket_of(table, node->hash), node);
	branch->table = table;
}

static void destroy_table(struct table *table)
{
	for (size_t i = 0; table && i < SEGMENTS; i++)
		rx_free(table->segments[i]);
	rx_free(table);
}

/* ---- Owners ------------------------------------------------------------------------------------------------------ */

/* Out of the list; those that have nothing are released on the way. NULL if it is not there. */
static struct owner *take_owner(struct forest *forest, uint32_t origin)
{
	for (struct owner **at = &forest->owners, *owner; (owner = *at);) {
		if (owner->origin == origin) {
			*at = owner->next;
			return owner;
		}
		if (owner->uses || owner->keys || owner->bytes) {
			at = &owner->next;
		} else {
			*at = owner->next;
			rx_free(owner);
		}
	}
	return NULL;
}

/* Whoever comes often is found soon. */
struct owner *cy__owner_of(struct forest *forest, cy__account *account)
{
	const uint32_t origin = cy__account_origin(account);
	struct owner *owner = take_owner(forest, origin);
	if (!owner)
		owner = rx_alloc_zero(sizeof *owner);
	if (!owner)
		return NULL;
	owner->origin = origin;
	owner->account = account;
	owner->next = forest->owners;
	forest->owners = owner;
	return owner;
}

int cy__owner_charge(struct owner *owner, size_t keys, size_t bytes)
{
	if (!owner)
		return 0;
	int error = cy__charge(owner->account, CY__KEYS, keys);
	if (error < 0)
		return error;
	error = cy__charge(owner->account, CY__STORED, bytes);
	if (error < 0) {
		cy__discharge(owner->account, CY__KEYS, keys);
		return error;
	}
	owner->keys += keys;
	owner->bytes += bytes;
	return 0;
}

/* Bytes first: with the last of a closed account's it is gone. */
void cy__owner_discharge(struct forest *forest, struct owner *owner, size_t keys, size_t bytes)
{
	if (!owner)
		return;
	owner->keys -= keys;
	owner->bytes -= bytes;
	cy__account *account = owner->account;
	const bool last = keys && bytes && !owner->keys;
	if (keys && !last)
		cy__discharge(account, CY__KEYS, keys);
	if (bytes)
		cy__discharge(account, CY__STORED, bytes);
	if (last)
		cy__discharge(account, CY__KEYS, keys);
}

size_t cy__node_cost(size_t key_size)
{
	return sizeof(struct node) + key_size + OVERHEAD;
}

/* What it shares with a larger value is the primary's alone, which is not charged. */
size_t cy__content_cost(const struct content *content)
{
	if (content->leaf)
		return sizeof(struct cy__root) + content->leaf->size + OVERHEAD / 2;
	return content->branch ? sizeof(struct branch) + OVERHEAD / 2 : 0;
}

void cy__owner_put(struct owner *owner, struct node *node)
{
	if (!owner)
		return;
	node->is_put = true;
	node->newer = NULL;
	node->older = owner->newest;
	if (node->older)
		node->older->newer = node;
	owner->newest = node;
}

void cy__owner_take_out(struct node *node)
{
	if (!node->is_put)
		return;
	*(node->newer ? &node->newer->older : &node->owner->newest) = node->older;
	if (node->older)
		node->older->newer = node->newer;
	node->is_put = false;
}

/* ---- Branches ---------------------------------------------------------------------------------------------------- */

static bool has_key(const struct node *node, const char *key, size_t size, uint64_t hash)
{
	return node->hash == hash && node->key_size == size && node->is_string &&
	       cy__content_is_there(&node->content) && memcmp(node->key, key, size) == 0;
}

struct node *cy__branch_find(const struct branch *branch, const char *key, size_t size, uint64_t hash)
{
	struct node *node;

	if (branch->table)
		for (node = *bucket_of(branch->table, hash); node; node = node->chain) {
			if (has_key(node, key, size, hash))
				return node;
		}
	else
		for (node = branch->first; node; node = node->next)
			if (has_key(node, key, size, hash))
				return node;
	return NULL;
}

static bool is_same_scalar(const struct node *node, const unsigned char *at, uint64_t hash)
{
	return node->hash == hash && !node->is_string && cy__content_is_there(&node->content) &&
	       cy__scalar_compare((const unsigned char *)node->key, at) == 0;
}

/* The node of the key at @p at, of whatever type. */
static struct node *find_scalar(const struct branch *branch, const struct seed *seed, const unsigned char *at)
{
	const struct cy__head head = cy__head_at(at);
	const uint64_t hash = cy__seed_hash_scalar(seed, at);
	if (head.type == CY_STRING)
		return cy__branch_find(branch, (const char *)at + head.size, head.payload, hash);
	struct node *node = branch->table ? *bucket_of(branch->table, hash) : branch->first;
	while (node && !is_same_scalar(node, at, hash))
		node = branch->table ? node->chain : node->next;
	return node;
}

struct branch *cy__branch_create(void)
{
	return rx_alloc_zero(sizeof(struct branch));
}

int cy__branch_add(struct branch *branch, const char *key, size_t size, bool is_string, uint64_t hash,
                   struct owner *owner, struct node **added)
{
	if (size > UINT32_MAX)
		return -ENOMEM;
	const int error = cy__owner_charge(owner, 1, cy__node_cost(size));
	if (error < 0)
		return error;
	struct node *node = rx_alloc(sizeof *node + size);
	if (!node)
		return -ENOMEM;
	*node = (struct node){.previous = branch->last,
	                      .parent = branch,
	                      .hash = hash,
	                      .owner = owner,
	                      .key_size = (uint32_t)size,
	                      .is_string = is_string};
	memcpy(node->key, key, size);
	*(branch->last ? &branch->last->next : &branch->first) = node;
	branch->last = node;
	branch->count++;
	if (branch->table) {
		link_bucket(bucket_of(branch->table, hash), node);
		if (branch->count > branch->table->size)
			split(branch->table);
	} else if (branch->count > FEW) {
		create_table(branch);
	}
	*added = node;
	return 0;
}

/* It is not to be found any more. */
static void hide(struct node *node)
{
	struct branch *branch = node->parent;
	branch->count--;
	if (!branch->table)
		return;
	unlink_bucket(bucket_of(branch->table, node->hash), node);
	/* Two for each key, so that it gets there. */
	for (int i = 0; i < 2 && branch->table->size > SMALLEST && branch->count < branch->table->size / 2; i++)
		merge(branch->table);
}

/* And not in the list. */
static void unlink_node(struct forest *forest, struct node *node)
{
	struct branch *branch = node->parent;
	if (forest->cursor == node)
		forest->cursor = node->next;
	*(node->previous ? &node->previous->next : &branch->first) = node->next;
	*(node->next ? &node->next->previous : &branch->last) = node->previous;
}

/* ---- Garbage ----------------------------------------------------------------------------------------------------- */

static void throw_away(struct forest *forest, struct node *node)
{
	node->next = forest->garbage;
	forest->garbage = node;
}

/* Its nodes come to the garbage, where they are destroyed one by one; the rest is. */
static void release_content(struct forest *forest, struct content *content, struct owner *owner)
{
	struct branch *branch = content->branch;
	const size_t cost = cy__content_cost(content);
	if (branch && branch->first) {
		branch->last->next = forest->garbage;
		forest->garbage = branch->first;
	}
	if (branch)
		destroy_table(branch->table);
	rx_free(branch);
	cy_value_unref(content->leaf);
	*content = (struct content){.leaf = NULL};
	cy__owner_discharge(forest, owner, 0, cost);
}

static void destroy_node(struct forest *forest, struct node *node)
{
	if (forest->cursor == node)
		forest->cursor = NULL;
	cy__owner_take_out(node);
	release_content(forest, &node->content, node->owner);
	cy__owner_discharge(forest, node->owner, 1, cy__node_cost(node->key_size));
	rx_free(node);
}

void cy__branch_forget(struct forest *forest, struct node *node)
{
	hide(node);
	unlink_node(forest, node);
	destroy_node(forest, node);
}

static bool is_needed(const struct forest *forest, const struct version *version)
{
	for (const struct reader *reader = forest->readers; reader; reader = reader->next)
		if (!reader->broken && reader->version < version->until)
			return true;
	return false;
}

/* The oldest version that is kept, which is the oldest of its node, too. */
static void release_version(struct forest *forest)
{
	struct version *version = forest->oldest;
	struct node *node = version->node;
	forest->oldest = version->next;
	if (!forest->oldest)
		forest->newest = NULL;
	if (node)
		*(version->newer ? &version->newer->older : &node->past) = NULL;
	if (node && !node->past && !cy__content_is_there(&node->content)) {
		unlink_node(forest, node);
		throw_away(forest, node);
	}
	release_content(forest, &version->content, version->owner);
	rx_free(version);
}

bool cy__forest_clean(struct forest *forest, size_t budget)
{
	for (; budget > 0; budget--)
		if (forest->garbage) {
			struct node *node = forest->garbage;
			forest->garbage = node->next;
			destroy_node(forest, node);
		} else if (forest->oldest && !is_needed(forest, forest->oldest)) {
			release_version(forest);
		} else {
			return false;
		}
	return forest->garbage || (forest->oldest && !is_needed(forest, forest->oldest));
}

/* Beyond this, what nobody is charged for is not kept for a reader. */
#define KEPT ((size_t)64 << 20)

static void keep_for_readers(struct forest *forest, const struct version *version)
{
	const size_t cost = version->owner ? 0 : cy__content_cost(&version->content);
	for (struct reader *reader = forest->readers; reader; reader = reader->next) {
		reader->kept += cost;
		reader->broken |= reader->kept > KEPT;
	}
}

static void append_version(struct forest *forest, struct version *version)
{
	struct node *node = version->node;
	version->until = forest->version;
	if (node) {
		version->older = node->past;
		if (version->older)
			version->older->newer = version;
		node->past = version;
	}
	*(forest->newest ? &forest->newest->next : &forest->oldest) = version;
	forest->newest = version;
	keep_for_readers(forest, version);
}

/* Room for what is about to be replaced, if anybody reads, or older ones are kept still. @retval -ENOMEM */
static int make_version(const struct forest *forest, struct version **version)
{
	*version = NULL;
	if (!forest->readers && !forest->oldest)
		return 0;
	*version = rx_alloc_zero(sizeof **version);
	return *version ? 0 : -ENOMEM;
}

static void retire(struct forest *forest, struct version *version, struct node *node, struct content *content,
                   struct owner *owner, uint64_t since)
{
	if (!version) {
		release_content(forest, content, owner);
		return;
	}
	version->node = node;
	version->content = *content;
	version->owner = owner;
	version->since = since;
	append_version(forest, version);
}

/* ---- Changes ----------------------------------------------------------------------------------------------------- */

/* A new version, in which @p branch and all that it lies in have changed. */
static void begin_version(struct forest *forest, struct branch *branch)
{
	forest->version++;
	for (; branch; branch = branch->node ? branch->node->parent : NULL)
		branch->changed = forest->version;
}

int cy__node_replace(struct forest *forest, struct node *node, const struct content *content, struct owner *owner)
{
	struct version *version = NULL;
	struct owner *old_owner = node->owner;
	struct content old = node->content;
	if (old_owner != owner) {
		const int error = cy__owner_charge(owner, 1, cy__node_cost(node->key_size));
		if (error < 0)
			return error;
	}
	int error = cy__content_is_there(&old) ? make_version(forest, &version) : 0;
	if (error < 0) {
		if (old_owner != owner)
			cy__owner_discharge(forest, owner, 1, cy__node_cost(node->key_size));
		return error;
	}
	begin_version(forest, node->parent);
	cy__owner_take_out(node);
	node->content = *content;
	if (content->branch)
		content->branch->node = node;
	node->owner = owner;
	node->is_shared = false;
	const uint64_t since = node->since;
	node->since = forest->version;
	cy__owner_put(owner, node);
	if (cy__content_is_there(&old))
		retire(forest, version, node, &old, old_owner, since);
	if (old_owner != owner)
		cy__owner_discharge(forest, old_owner, 1, cy__node_cost(node->key_size));
	return 0;
}

int cy__node_remove(struct forest *forest, struct node *node)
{
	struct version *version;
	int error = make_version(forest, &version);
	if (error < 0)
		return error;
	begin_version(forest, node->parent);
	hide(node);
	cy__owner_take_out(node);
	if (!version) {
		unlink_node(forest, node);
		throw_away(forest, node);
		return 0;
	}
	struct content old = node->content;
	const uint64_t since = node->since;
	node->content = (struct content){.leaf = NULL};
	node->since = forest->version;
	retire(forest, version, node, &old, node->owner, since);
	return 0;
}

int cy__tree_replace(struct forest *forest, struct content *tree, const struct content *content)
{
	struct version *version;
	struct content old = *tree;
	int error = make_version(forest, &version);
	if (error < 0)
		return error;
	begin_version(forest, content->branch);
	*tree = *content;
	retire(forest, version, NULL, &old, NULL, 0);
	return 0;
}

void cy__content_discard(struct forest *forest, struct content *content, struct owner *owner)
{
	release_content(forest, content, owner);
}

void cy__forest_finish(struct forest *forest)
{
	while (cy__forest_clean(forest, SIZE_MAX))
		;
	for (struct owner *owner; (owner = forest->owners);) {
		forest->owners = owner->next;
		rx_free(owner);
	}
}

/* ---- Building ---------------------------------------------------------------------------------------------------- */

/* Bytes that are copied for one unit of a budget, and at once. */
enum { UNIT = 1024, PIECE = 256 * 1024 };

void cy__builder_begin(struct builder *builder, struct forest *forest, cy_value *value, struct owner *owner)
{
	builder->forest = forest;
	builder->owner = owner;
	builder->content = (struct content){.leaf = NULL};
	builder->at = value->bytes;
	builder->target = &builder->content;
	builder->end = NULL;
	builder->leaf = NULL;
	builder->depth = 0;
	/* A whole value is shared, where nobody counts what else keeps it. */
	if (!owner && value == &value->root->value && cy_value_type(value) != CY_MAP) {
		builder->content.leaf = cy_value_ref(value);
		builder->target = NULL;
	}
}

static int open_branch(struct builder *builder, const struct cy__head *head)
{
	const int error = cy__owner_charge(builder->owner, 0, sizeof(struct branch) + OVERHEAD / 2);
	if (error < 0)
		return error;
	struct branch *branch = cy__branch_create();
	if (!branch) {
		cy__owner_discharge(builder->forest, builder->owner, 0, sizeof(struct branch) + OVERHEAD / 2);
		return -ENOMEM;
	}
	if (builder->depth)
		branch->node = builder->levels[builder->depth - 1].branch->last;
	builder->target->branch = branch;
	builder->levels[builder->depth].branch = branch;
	builder->levels[builder->depth].left = head->children / 2;
	builder->depth++;
	builder->target = NULL;
	builder->at += head->size;
	return 0;
}

/* The end of the leaf is known: memory for it. */
static int open_leaf(struct builder *builder)
{
	const size_t size = (size_t)(builder->end - builder->at);
	const int error = cy__owner_charge(builder->owner, 0, sizeof(struct cy__root) + size + OVERHEAD / 2);
	if (error < 0)
		return error;
	builder->leaf = cy__value_allocate(size);
	builder->copied = 0;
	if (!builder->leaf) {
		cy__owner_discharge(builder->forest, builder->owner, 0, sizeof(struct cy__root) + size + OVERHEAD / 2);
		return -ENOMEM;
	}
	builder->target->leaf = builder->leaf;
	return 0;
}

static size_t copy_leaf(struct builder *builder)
{
	const size_t left = builder->leaf->size - builder->copied, piece = left < PIECE ? left : PIECE;
	/* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): there is a leaf, and so there are its bytes */
	memcpy(cy__value_room(builder->leaf) + builder->copied, builder->at + builder->copied, piece);
	builder->copied += piece;
	if (piece == left) {
		builder->at = builder->end;
		builder->target = NULL;
		builder->leaf = NULL;
		builder->end = NULL;
	}
	return 1 + piece / UNIT;
}

static int add_key(struct builder *builder)
{
	struct branch *branch = builder->levels[builder->depth - 1].branch;
	const struct cy__head head = cy__head_at(builder->at);
	const bool is_string = head.type == CY_STRING;
	const unsigned char *value = builder->at + head.size + head.payload;
	const unsigned char *key = is_string ? builder->at + head.size : builder->at;
	struct node *node;
	const int error =
		cy__branch_add(branch, (const char *)key, (size_t)(value - key), is_string,
	                       cy__seed_hash_scalar(&builder->forest->seed, builder->at), builder->owner, &node);
	if (error < 0)
		return error;
	builder->levels[builder->depth - 1].left--;
	builder->at = value;
	builder->target = &node->content;
	return 0;
}

/* What is at `at` becomes the target's content, or begins to. */
static int build_value(struct builder *builder)
{
	const struct cy__head head = cy__head_at(builder->at);
	if (head.type == CY_MAP)
		return open_branch(builder, &head);
	builder->end = builder->at + head.size + head.payload;
	builder->owed = head.children;
	return builder->owed ? 0 : open_leaf(builder);
}

/* An element of the array that is to be a leaf. */
static int pass_element(struct builder *builder)
{
	const struct cy__head head = cy__head_at(builder->end);
	builder->end += head.size + head.payload;
	builder->owed += head.children - 1;
	return builder->owed ? 0 : open_leaf(builder);
}

int cy__builder_step(struct builder *builder, size_t budget)
{
	int error = 0;
	while (error == 0 && budget > 0) {
		size_t cost = 1;
		if (builder->leaf)
			cost = copy_leaf(builder);
		else if (builder->end)
			error = pass_element(builder);
		else if (builder->target)
			error = build_value(builder);
		else if (!builder->depth)
			return 0;
		else if (builder->levels[builder->depth - 1].left)
			error = add_key(builder);
		else
			builder->depth--;
		budget -= cost < budget ? cost : budget;
	}
	if (error < 0)
		return error;
	return builder->leaf || builder->end || builder->target || builder->depth;
}

/* ---- Encoding ---------------------------------------------------------------------------------------------------- */

void cy__encoder_begin(struct encoder *encoder, const struct content *content, uint64_t version, bool keys)
{
	encoder->content = *content;
	encoder->version = version;
	encoder->keys = keys;
	encoder->begun = encoder->writing = false;
	encoder->limit = 0;
	encoder->size = 0;
	encoder->value = NULL;
	encoder->depth = 0;
}

void cy__encoder_finish(struct encoder *encoder)
{
	cy_value_unref(encoder->value);
	encoder->value = NULL;
}

static const struct content *content_at(const struct node *node, uint64_t version)
{
	if (node->since <= version)
		return cy__content_is_there(&node->content) ? &node->content : NULL;
	for (const struct version *past = node->past; past; past = past->older)
		if (past->since <= version)
			return &past->content;
	return NULL;
}

static void write_before(struct encoder *encoder, const void *bytes, size_t size)
{
	if (encoder->writing)
		memcpy(encoder->to -= size, bytes, size);
	else
		encoder->size += size;
}

static void write_head(struct encoder *encoder, struct cy__encoded head)
{
	write_before(encoder, head.bytes, head.size);
}

static void write_key(struct encoder *encoder, const struct node *node)
{
	write_before(encoder, node->key, node->key_size);
	if (node->is_string)
		write_head(encoder, cy__encode_string(node->key_size));
}

static void enter(struct encoder *encoder, const struct branch *branch)
{
	encoder->levels[encoder->depth].node = branch->last;
	encoder->levels[encoder->depth].count = 0;
	encoder->depth++;
}

/* A node's content and key are written: the one before it. */
static void pass_node(struct encoder *encoder)
{
	const struct node *node = encoder->levels[encoder->depth - 1].node;
	write_key(encoder, node);
	encoder->levels[encoder->depth - 1].count++;
	encoder->levels[encoder->depth - 1].node = node->previous;
}

static void leave(struct encoder *encoder)
{
	const size_t count = encoder->levels[--encoder->depth].count;
	write_head(encoder, encoder->keys ? cy__encode_array(count) : cy__encode_map(count));
	if (encoder->depth)
		pass_node(encoder);
}

/* @returns what it cost */
static size_t encode_node(struct encoder *encoder)
{
	const struct node *node = encoder->levels[encoder->depth - 1].node;
	if (!node) {
		leave(encoder);
		return 1;
	}
	const struct content *content = content_at(node, encoder->version);
	if (!content) {
		encoder->levels[encoder->depth - 1].node = node->previous;
		return 1;
	}
	if (content->branch && !encoder->keys) {
		enter(encoder, content->branch);
		return 1;
	}
	if (!encoder->keys)
		write_before(encoder, content->leaf->bytes, content->leaf->size);
	pass_node(encoder);
	return encoder->writing && !encoder->keys ? 1 + content->leaf->size / UNIT : 1;
}

static int begin_writing(struct encoder *encoder)
{
	if (encoder->limit && encoder->size > encoder->limit)
		return rx_plain(-EMSGSIZE);
	encoder->value = cy__value_allocate(encoder->size);
	if (!encoder->value)
		return -ENOMEM;
	encoder->to = cy__value_room(encoder->value) + encoder->size;
	encoder->writing = true;
	enter(encoder, encoder->content.branch);
	return 0;
}

int cy__encoder_step(struct encoder *encoder, size_t budget)
{
	if (encoder->content.leaf) {
		encoder->value = cy_value_ref(encoder->content.leaf);
		return 0;
	}
	if (!encoder->begun)
		enter(encoder, encoder->content.branch);
	encoder->begun = true;
	while (budget > 0) {
		if (!encoder->depth && encoder->writing)
			return 0;
		if (!encoder->depth) {
			const int error = begin_writing(encoder);
			if (error < 0)
				return error;
		}
		const size_t cost = encode_node(encoder);
		budget -= cost < budget ? cost : budget;
	}
	return encoder->depth || !encoder->writing;
}

/* ---- Comparing --------------------------------------------------------------------------------------------------- */

void cy__comparison_begin(struct comparison *comparison, const struct seed *seed, const struct content *content,
                          const cy_value *value)
{
	comparison->seed = seed;
	comparison->content = content;
	comparison->at = value->bytes;
	comparison->leaf = NULL;
	comparison->equal = true;
	comparison->depth = 0;
}

void cy__comparison_finish(struct comparison *comparison)
{
	cy__equality_destroy(comparison->leaf);
	comparison->leaf = NULL;
}

static int compare_leaf(struct comparison *comparison, const cy_value *leaf, const struct cy__head *head)
{
	if (cy__head_at(leaf->bytes).type != head->type) {
		comparison->equal = false;
		return 0;
	}
	if (head->type != CY_ARRAY) {
		comparison->equal = cy__scalar_compare(leaf->bytes, comparison->at) == 0;
		comparison->at += head->size + head->payload;
		return 0;
	}
	comparison->leaf = cy__equality_create(leaf->bytes, comparison->at);
	return comparison->leaf ? 0 : -ENOMEM;
}

static int compare_content(struct comparison *comparison)
{
	const struct content *content = comparison->content;
	const struct cy__head head = cy__head_at(comparison->at);
	comparison->content = NULL;
	if (content->leaf)
		return compare_leaf(comparison, content->leaf, &head);
	if (head.type != CY_MAP || content->branch->count != head.children / 2) {
		comparison->equal = false;
		return 0;
	}
	comparison->levels[comparison->depth].branch = content->branch;
	comparison->levels[comparison->depth].left = head.children / 2;
	comparison->depth++;
	comparison->at += head.size;
	return 0;
}

/* The keys of a value differ from each other: as many, and each of them is there, is all of them. */
static void compare_key(struct comparison *comparison)
{
	const struct branch *branch = comparison->levels[comparison->depth - 1].branch;
	const struct node *node = find_scalar(branch, comparison->seed, comparison->at);
	comparison->levels[comparison->depth - 1].left--;
	if (!node) {
		comparison->equal = false;
		return;
	}
	const struct cy__head key = cy__head_at(comparison->at);
	comparison->at += key.size + key.payload;
	comparison->content = &node->content;
}

static int go_on_with_leaf(struct comparison *comparison, size_t budget)
{
	const int code = cy__equality_step(comparison->leaf, budget);
	if (code > 0)
		return 1;
	comparison->equal = code == 0 && cy__equality_is_equal(comparison->leaf);
	comparison->at = cy__equality_end(comparison->leaf);
	cy__comparison_finish(comparison);
	return code;
}

int cy__comparison_step(struct comparison *comparison, size_t budget)
{
	int code = 0;
	for (; comparison->equal && budget > 0; budget--) {
		if (comparison->leaf) {
			code = go_on_with_leaf(comparison, budget);
			if (code != 0)
				return code;
		} else if (comparison->content) {
			code = compare_content(comparison);
			if (code < 0)
				return code;
		} else if (!comparison->depth) {
			return 0;
		} else if (comparison->levels[comparison->depth - 1].left) {
			compare_key(comparison);
		} else {
			comparison->depth--;
		}
	}
	return comparison->equal && (comparison->leaf || comparison->content || comparison->depth);
}

/* ---- Readers ------------------------------------------------------------------------------------------------------ */

void cy__reader_open(struct forest *forest, struct reader *reader)
{
	*reader = (struct reader){.next = forest->readers, .version = forest->version};
	forest->readers = reader;
}

void cy__reader_close(struct forest *forest, struct reader *reader)
{
	struct reader **at = &forest->readers;
	while (*at && *at != reader)
		at = &(*at)->next;
	if (*at)
		*at = reader->next;
}
