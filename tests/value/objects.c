/*
 * Values and msgpack-c's objects.
 */
#include "tests/support/memory.h"
#include "tests/support/test.h"
#include "tests/value/expect.h"

#include <clusterfy/cluster/msgpack.h>

#include <errno.h>

static cy_value *everything(void)
{
	return cy_array(cy_nil(), cy_bool(true), cy_bool(false), cy_int(-7), cy_uint(UINT64_MAX), cy_double(1.25),
	                cy_float(0.5F), cy_string("text"), cy_string(""), cy_binary("\x00\x01", 2),
	                cy_ext(9, "\x05", 1), cy_time(3, 4), cy_array(), cy_map(),
	                cy_map("k", cy_array(cy_int(1)), "l", cy_map("m", cy_int(2))));
}

TEST(there_and_back)
{
	cy_value *value = everything(), *back = cy_from_msgpack(cy_value_object(value));
	size_t size, back_size;
	const void *bytes = cy_value_bytes(value, &size), *back_bytes = cy_value_bytes(back, &back_size);

	ck_assert_msg(cy_value_error(back) == 0, "%s", cy_value_words(back));
	ck_assert_uint_eq(size, back_size);
	ck_assert_mem_eq(bytes, back_bytes, size);
	cy_value_unref(value);
	cy_value_unref(back);
}

TEST(unpacked_once_for_all_parts)
{
	cy_value *value = everything(), *part;
	const msgpack_object *object = cy_value_object(value);

	ck_assert_ptr_eq(cy_value_object(value), object);
	ck_assert_int_eq(cy_get_value(value, "14.l", &part), 0);
	ck_assert_ptr_eq(cy_value_object(part), &object->via.array.ptr[14].via.map.ptr[1].val);
	cy_value_unref(part);
	ck_assert_int_eq(cy_get_value(value, "14.k.0", &part), 0);
	ck_assert_uint_eq(cy_value_object(part)->via.u64, 1);
	cy_value_unref(value);
	ck_assert_uint_eq(cy_value_object(part)->via.u64, 1);
	cy_value_unref(part);
}

TEST(keys_and_values_that_are_lent)
{
	cy_value *value = cy_map("a", cy_int(1));
	cy_iterator it;

	CY_EACH(&it, value)
	{
		ck_assert_int_eq(cy_value_object(it.key)->type, MSGPACK_OBJECT_STR);
		ck_assert_int_eq(cy_value_object(it.value)->type, MSGPACK_OBJECT_POSITIVE_INTEGER);
	}
	cy_value_unref(value);
}

TEST(constants_own_nothing)
{
	ck_assert_int_eq(cy_value_object(cy_nil())->type, MSGPACK_OBJECT_NIL);
	ck_assert(cy_value_object(cy_bool(true))->via.boolean);
	ck_assert(!cy_value_object(cy_bool(false))->via.boolean);
}

TEST(as_deep_as_is_allowed)
{
	cy_value *value = cy_map("x", cy_nil());

	for (int i = 1; i < CY_DEPTH; i++)
		value = i % 2 ? cy_array(value) : cy_map("y", value);
	ck_assert_int_eq(cy_value_error(value), 0);
	ck_assert_ptr_nonnull(cy_value_object(value));
	cy_value_unref(value);
}

TEST(objects_that_are_no_values)
{
	msgpack_object text = {.type = MSGPACK_OBJECT_STR, .via.str = {1, "\xff"}};
	msgpack_object null = {.type = MSGPACK_OBJECT_STR, .via.str = {1, NULL}};
	msgpack_object unknown = {.type = (msgpack_object_type)99};
	msgpack_object self = {.type = MSGPACK_OBJECT_ARRAY, .via.array = {1, &self}};
	msgpack_object nil = {.type = MSGPACK_OBJECT_NIL};
	msgpack_object_kv twice[2] = {{nil, nil}, {nil, nil}};
	msgpack_object map = {.type = MSGPACK_OBJECT_MAP, .via.map = {2, twice}};
	const struct {
		const msgpack_object *object;
		int code;
	} rows[] = {{NULL, -EINVAL},     {&text, -EILSEQ}, {&null, -EINVAL},
	            {&unknown, -EINVAL}, {&self, -ELOOP},  {&map, -EEXIST}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		cy_value *value = cy_from_msgpack(rows[i].object);
		ck_assert_int_eq(cy_value_error(value), rows[i].code);
		ck_assert_ptr_null(cy_value_object(value));
		cy_value_unref(value);
	}
}

TEST(without_memory)
{
	cy_value *value = everything();
	size_t refused = 1;

	for (size_t n = 0; refused; n++) {
		cy_value *copy = NULL;
		memory_fail_once_after(n);
		const msgpack_object *object = cy_value_object(value);
		if (object)
			copy = cy_from_msgpack(object);
		refused = memory_refused();
		memory_recover();
		ck_assert(object || refused);
		if (object)
			ck_assert_int_eq(cy_value_error(copy), refused ? -ENOMEM : 0);
		cy_value_unref(copy);
	}
	cy_value_unref(value);
}
