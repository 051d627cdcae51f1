#include "lib/storage/operation.h"

#include <errno.h>

#include "lib/value/layout.h"

/* What others change again and again is not compared for ever, nor read. */
enum { TRIES = 8 };

static void begin(cy__operation *operation, cy_storage *storage, const char *name, const char *path)
{
	operation->storage = storage;
	operation->owner = storage->acting;
	if (operation->owner)
		operation->owner->uses++;
	operation->place = (struct place){.operation = name, .path = path};
	operation->expected = operation->value = operation->result = NULL;
	operation->all = operation->keys = false;
	operation->limit = 0;
	operation->building = operation->comparing = operation->encoding = operation->reading = false;
	operation->tries = 0;
}

int cy__operation_step(cy__operation *operation, size_t budget)
{
	return operation->stage(operation, budget);
}

static void stop_reading(cy__operation *operation)
{
	if (!operation->reading)
		return;
	operation->reading = false;
	cy__reader_close(&operation->storage->forest, &operation->reader);
	cy__storage_tidy(operation->storage);
}

void cy__operation_finish(cy__operation *operation)
{
	if (operation->building) {
		cy__content_discard(&operation->storage->forest, &operation->builder.content, operation->owner);
		cy__storage_tidy(operation->storage);
	}
	if (operation->comparing)
		cy__comparison_finish(&operation->comparison);
	if (operation->encoding)
		cy__encoder_finish(&operation->encoder);
	stop_reading(operation);
	cy_value_unref(operation->result);
	operation->result = NULL;
	operation->building = operation->comparing = operation->encoding = false;
	if (operation->owner)
		operation->owner->uses--;
	operation->owner = NULL;
}

/* The changes are its owner's, whoever acts at present. */
static int put(cy__operation *operation, struct place *place)
{
	cy_storage *storage = operation->storage;
	struct owner *acting = storage->acting;
	storage->acting = operation->owner;
	operation->building = false;
	const int code = cy__place_put(storage, place, &operation->builder.content, operation->value);
	storage->acting = acting;
	cy__storage_tidy(storage);
	return code;
}

/* ---- Building ---------------------------------------------------------------------------------------------------- */

static int build(cy__operation *operation, size_t budget)
{
	const int code = cy__builder_step(&operation->builder, budget);
	if (code > 0)
		return CY__MORE;
	return code < 0 ? cy__place_refuse_code(&operation->place, code) : operation->built(operation);
}

static int begin_building(cy__operation *operation, unsigned depth, size_t budget)
{
	const struct place *place = &operation->place;
	if (place->segments + depth > CY_DEPTH)
		return cy__place_refuse(place, -ELOOP, "path and value nested deeper than %d", CY_DEPTH);
	cy__builder_begin(&operation->builder, &operation->storage->forest, operation->value, operation->owner);
	operation->building = true;
	operation->stage = build;
	return build(operation, budget);
}

static int measure(cy__operation *operation, size_t budget)
{
	if (cy__measure_step(&operation->measure, budget))
		return CY__MORE;
	return begin_building(operation, operation->measure.deepest, budget);
}

/* The value is built aside, then @p built goes on. */
static int build_value(cy__operation *operation, size_t budget, int (*built)(cy__operation *operation))
{
	operation->built = built;
	if (operation->value->depth != CY__DEPTH_UNKNOWN)
		return begin_building(operation, operation->value->depth, budget);
	cy__measure_begin(&operation->measure, operation->value->bytes);
	operation->stage = measure;
	return measure(operation, budget);
}

/* ---- Saving ------------------------------------------------------------------------------------------------------ */

/* What was built is put where the path leads by now. */
static int put_saved(cy__operation *operation)
{
	const int code = cy__place_find(operation->storage, &operation->place);
	return code < 0 ? code : put(operation, &operation->place);
}

static int begin_to_save(cy__operation *operation, size_t budget)
{
	int code = cy__place_refuse_value(&operation->place, operation->value);
	if (code == 0)
		code = cy__place_find(operation->storage, &operation->place);
	return code < 0 ? code : build_value(operation, budget, put_saved);
}

void cy__operation_save(cy__operation *operation, cy_storage *storage, const char *path, cy_value *value)
{
	begin(operation, storage, "save", path);
	operation->value = value;
	operation->stage = begin_to_save;
}

/* ---- Comparing and setting ---------------------------------------------------------------------------------------- */

static int compare(cy__operation *operation, size_t budget);

/* What is there is what it was when the comparison began. */
static bool is_unchanged(const cy__operation *operation)
{
	const struct node *node = operation->place.node;
	if (node != operation->node)
		return false;
	return !node || (node->since <= operation->version &&
	                 !(node->content.branch && node->content.branch->changed > operation->version));
}

static int look_at_place(cy__operation *operation)
{
	const int code = cy__place_find(operation->storage, &operation->place);
	operation->node = operation->place.node;
	operation->version = operation->storage->forest.version;
	return code;
}

static int again(cy__operation *operation)
{
	if (operation->comparing)
		cy__comparison_finish(&operation->comparison);
	operation->comparing = false;
	if (++operation->tries == TRIES)
		return cy__place_refuse(&operation->place, -EAGAIN,
		                        "it was changed again and again while it was compared");
	operation->stage = compare;
	return CY__MORE;
}

static int set(cy__operation *operation)
{
	int code = cy__place_find(operation->storage, &operation->place);
	if (code < 0)
		return code;
	if (!is_unchanged(operation)) {
		if (operation->building)
			cy__content_discard(&operation->storage->forest, &operation->builder.content, operation->owner);
		operation->building = false;
		return again(operation);
	}
	if (operation->value) {
		code = put(operation, &operation->place);
	} else if (operation->place.node) {
		code = cy__place_take_out(operation->storage, &operation->place);
		cy__storage_tidy(operation->storage);
	}
	return code < 0 ? code : 1;
}

static int begin_to_set(cy__operation *operation, size_t budget)
{
	return operation->value ? build_value(operation, budget, set) : set(operation);
}

static int go_on_comparing(cy__operation *operation, size_t budget)
{
	/* Found anew: the node may be gone. */
	int code = cy__place_find(operation->storage, &operation->place);
	if (code < 0)
		return code;
	if (!is_unchanged(operation))
		return again(operation);
	code = cy__comparison_step(&operation->comparison, budget);
	if (code > 0)
		return CY__MORE;
	operation->comparing = false;
	const bool equal = operation->comparison.equal;
	cy__comparison_finish(&operation->comparison);
	if (code < 0)
		return cy__place_refuse_code(&operation->place, code);
	return equal ? begin_to_set(operation, budget) : 0;
}

static int compare(cy__operation *operation, size_t budget)
{
	const int code = look_at_place(operation);
	const struct node *node = operation->place.node;
	if (code < 0)
		return code;
	if (!node || !operation->expected)
		return node || operation->expected ? 0 : begin_to_set(operation, budget);
	cy__comparison_begin(&operation->comparison, &operation->storage->forest.seed, &node->content,
	                     operation->expected);
	operation->comparing = true;
	operation->stage = go_on_comparing;
	return go_on_comparing(operation, budget);
}

static int begin_to_compare(cy__operation *operation, size_t budget)
{
	int code = operation->expected ? cy__place_refuse_value(&operation->place, operation->expected) : 0;
	if (code == 0 && operation->value)
		code = cy__place_refuse_value(&operation->place, operation->value);
	if (code < 0)
		return code;
	operation->stage = compare;
	return compare(operation, budget);
}

void cy__operation_compare_and_set(cy__operation *operation, cy_storage *storage, const char *path, cy_value *expected,
                                   cy_value *value)
{
	begin(operation, storage, "compare-and-set", path);
	operation->expected = expected;
	operation->value = value;
	operation->stage = begin_to_compare;
}

/* ---- Looking ------------------------------------------------------------------------------------------------------ */

static int look(cy__operation *operation, size_t budget);

/* What it reads may be gone: from the beginning, if not too often. */
static int read_anew(cy__operation *operation)
{
	stop_reading(operation);
	cy__encoder_finish(&operation->encoder);
	operation->encoding = false;
	operation->stage = look;
	if (++operation->tries == TRIES)
		return cy__place_refuse(&operation->place, -EAGAIN, "it was changed again and again while it was read");
	return CY__MORE;
}

static int encode(cy__operation *operation, size_t budget)
{
	if (operation->reading && operation->reader.broken)
		return read_anew(operation);
	const int code = cy__encoder_step(&operation->encoder, budget);
	if (code > 0 && !operation->reading) {
		operation->reading = true;
		cy__reader_open(&operation->storage->forest, &operation->reader);
	}
	if (code > 0)
		return CY__MORE;
	operation->result = operation->encoder.value;
	operation->encoder.value = NULL;
	stop_reading(operation);
	return code < 0 ? cy__place_refuse_code(&operation->place, code) : 1;
}

static int look(cy__operation *operation, size_t budget)
{
	const struct content *content = operation->storage->root;
	if (!operation->all) {
		const int code = cy__place_find(operation->storage, &operation->place);
		if (code < 0 || !operation->place.node)
			return code;
		content = &operation->place.node->content;
	}
	if (operation->keys && content->leaf)
		return cy__place_refuse_leaf(&operation->place);
	cy__encoder_begin(&operation->encoder, content, operation->storage->forest.version, operation->keys);
	operation->encoder.limit = operation->limit;
	operation->encoding = true;
	operation->stage = encode;
	return encode(operation, budget);
}

void cy__operation_retrieve(cy__operation *operation, cy_storage *storage, const char *path, bool keys)
{
	begin(operation, storage, keys ? "keys" : "retrieve", path);
	operation->all = !path;
	operation->keys = keys;
	operation->stage = look;
}
