/*
 * msgpack-c's objects: from them, and to them.
 */
#include <errno.h>

#include <clusterfy/cluster/msgpack.h>

#include "lib/value/encode.h"
#include "lib/value/layout.h"
#include "lib/value/scan.h"

static void append_object(struct cy__buffer *buffer, const msgpack_object *object, int depth);

static void append_payload(struct cy__buffer *buffer, struct cy__encoded head, const char *bytes, size_t size)
{
	if (size > 0 && !bytes)
		buffer->error = buffer->error < 0 ? buffer->error : -EINVAL;
	cy__buffer_head(buffer, head);
	cy__buffer_append(buffer, bytes, size);
}

static void append_array(struct cy__buffer *buffer, const msgpack_object_array *array, int depth)
{
	cy__buffer_head(buffer, cy__encode_array(array->size));
	for (uint32_t i = 0; i < array->size && buffer->error == 0; i++)
		append_object(buffer, &array->ptr[i], depth - 1);
}

static void append_map(struct cy__buffer *buffer, const msgpack_object_map *map, int depth)
{
	cy__buffer_head(buffer, cy__encode_map(map->size));
	for (uint32_t i = 0; i < map->size && buffer->error == 0; i++) {
		append_object(buffer, &map->ptr[i].key, depth - 1);
		append_object(buffer, &map->ptr[i].val, depth - 1);
	}
}

static void append_collection(struct cy__buffer *buffer, const msgpack_object *object, int depth)
{
	if (depth == 0)
		buffer->error = -ELOOP;
	else if (object->type == MSGPACK_OBJECT_ARRAY)
		append_array(buffer, &object->via.array, depth);
	else
		append_map(buffer, &object->via.map, depth);
}

static void append_object(struct cy__buffer *buffer, const msgpack_object *object, int depth)
{
	switch (object->type) {
	case MSGPACK_OBJECT_NIL:
		cy__buffer_head(buffer, cy__encode_nil());
		break;
	case MSGPACK_OBJECT_BOOLEAN:
		cy__buffer_head(buffer, cy__encode_bool(object->via.boolean));
		break;
	case MSGPACK_OBJECT_POSITIVE_INTEGER:
		cy__buffer_head(buffer, cy__encode_uint(object->via.u64));
		break;
	case MSGPACK_OBJECT_NEGATIVE_INTEGER:
		cy__buffer_head(buffer, cy__encode_int(object->via.i64));
		break;
	case MSGPACK_OBJECT_FLOAT32:
		cy__buffer_head(buffer, cy__encode_float((float)object->via.f64));
		break;
	case MSGPACK_OBJECT_FLOAT64:
		cy__buffer_head(buffer, cy__encode_double(object->via.f64));
		break;
	case MSGPACK_OBJECT_STR:
		append_payload(buffer, cy__encode_string(object->via.str.size), object->via.str.ptr,
		               object->via.str.size);
		break;
	case MSGPACK_OBJECT_BIN:
		append_payload(buffer, cy__encode_binary(object->via.bin.size), object->via.bin.ptr,
		               object->via.bin.size);
		break;
	case MSGPACK_OBJECT_EXT:
		append_payload(buffer, cy__encode_ext(object->via.ext.type, object->via.ext.size), object->via.ext.ptr,
		               object->via.ext.size);
		break;
	case MSGPACK_OBJECT_ARRAY:
	case MSGPACK_OBJECT_MAP:
		append_collection(buffer, object, depth);
		break;
	default:
		buffer->error = -EINVAL;
	}
}

cy_value *cy_from_msgpack(const msgpack_object *object)
{
	struct cy__buffer buffer = {.value = NULL};

	if (!object)
		return cy__mistake(-EINVAL, "object: NULL");
	append_object(&buffer, object, CY_DEPTH);
	if (buffer.error == 0)
		return cy__buffer_finish(&buffer);
	cy_value *mistake = cy__mistake(buffer.error,
	                                buffer.error == -ELOOP ? "object: nested deeper than %d"
	                                                       : "object: of no known type (depth below %d)",
	                                CY_DEPTH);
	cy__buffer_discard(&buffer);
	return mistake;
}

struct cy__unpacked {
	msgpack_zone zone;
	msgpack_object object;
};

void cy__unpacked_destroy(struct cy__unpacked *unpacked)
{
	if (!unpacked)
		return;
	msgpack_zone_destroy(&unpacked->zone);
	rx_free(unpacked);
}

static struct cy__unpacked *unpack(const cy_value *value)
{
	struct cy__unpacked *unpacked = rx_alloc(sizeof(*unpacked));

	if (!unpacked)
		return NULL;
	if (!msgpack_zone_init(&unpacked->zone, 1024)) {
		rx_free(unpacked);
		return NULL;
	}
	size_t offset = 0;
	if (msgpack_unpack((const char *)value->bytes, value->size, &offset, &unpacked->zone, &unpacked->object) !=
	    MSGPACK_UNPACK_SUCCESS) {
		cy__unpacked_destroy(unpacked);
		return NULL;
	}
	return unpacked;
}

/* Made once; of two threads that make it, one keeps the other's. */
static const struct cy__unpacked *unpack_once(struct cy__root *root)
{
	struct cy__unpacked *unpacked = __atomic_load_n(&root->unpacked, __ATOMIC_ACQUIRE), *none = NULL;

	if (unpacked || !(unpacked = unpack(&root->value)))
		return unpacked;
	if (__atomic_compare_exchange_n(&root->unpacked, &none, unpacked, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return unpacked;
	cy__unpacked_destroy(unpacked);
	return none;
}

static const msgpack_object *child(const msgpack_object *object, uint64_t i)
{
	if (object->type == MSGPACK_OBJECT_ARRAY)
		return &object->via.array.ptr[i];
	return i % 2 ? &object->via.map.ptr[i / 2].val : &object->via.map.ptr[i / 2].key;
}

/* The object for the element at @p target, which lies in the one at @p at. */
static const msgpack_object *locate(const msgpack_object *object, const unsigned char *at, const unsigned char *target)
{
	while (at != target) {
		at += cy__head_at(at).size;
		uint64_t i = 0;
		for (const unsigned char *end; (end = cy__skip(at)) <= target; at = end)
			i++;
		object = child(object, i);
	}
	return object;
}

const msgpack_object *cy_value_object(const cy_value *value)
{
	static const msgpack_object nil = {.type = MSGPACK_OBJECT_NIL};
	static const msgpack_object booleans[] = {
		{.type = MSGPACK_OBJECT_BOOLEAN, .via.boolean = false},
		{.type = MSGPACK_OBJECT_BOOLEAN, .via.boolean = true},
	};

	if (cy_value_error(value) < 0)
		return NULL;
	/* What lives for ever must own nothing. */
	if (cy_value_type(value) == CY_NIL)
		return &nil;
	if (cy_value_type(value) == CY_BOOL)
		return &booleans[cy__head_at(value->bytes).bits];
	const struct cy__unpacked *unpacked = unpack_once(value->root);
	return unpacked ? locate(&unpacked->object, value->root->value.bytes, value->bytes) : NULL;
}
