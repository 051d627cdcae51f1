/*
 * Bytes and formats from anybody: the validator, everything that reads what it has let through, and the grammar of
 * formats.
 */
#include <stdlib.h>
#include <string.h>

#include <clusterfy/cluster/msgpack.h>
#include <clusterfy/cluster/value.h>

#include "lib/value/format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void read_all(const cy_value *value, int depth)
{
	const char *text;
	int64_t number;
	cy_iterator it;

	cy_get_string(value, NULL, &text);
	cy_get_int(value, NULL, &number);
	cy_get_int(value, "a.0.b", &number);
	if (depth > 2)
		return;
	CY_EACH(&it, value)
	{
		if (it.key)
			read_all(it.key, depth + 1);
		read_all(it.value, depth + 1);
	}
}

static void unpack(const cy_value *value)
{
	cy_value *part = NULL;
	const char *text = NULL;
	int64_t number = 0;

	if (cy_unpack(value, "[s, v, I*]", &text, &part, &number) == 0)
		cy_value_unref(part);
	if (cy_unpack(value, "{'a': s, 'b'?: {'c': [I, v*], 'd'?: _ !}}", &text, &number, &part) == 0)
		cy_value_unref(part);
}

/* What was valid stays the same on the way through msgpack-c, whose floats and ints may be written shorter. */
static void there_and_back(cy_value *value)
{
	const msgpack_object *object = cy_value_object(value);

	require(object != NULL);
	cy_value *back = cy_from_msgpack(object);
	require(cy_value_equal(value, back));
	require(cy_value_hash(value) == cy_value_hash(back));
	cy_value_unref(back);
}

static void check_value(const uint8_t *data, size_t size)
{
	cy_value *value = cy_value_from_bytes(data, size, NULL);

	rx_free(cy_value_to_string(value));
	unpack(value);
	if (cy_value_error(value) == 0) {
		read_all(value, 0);
		there_and_back(value);
		cy_value_unref(cy_array(cy_value_ref(value), cy_value_ref(value)));
	}
	cy_value_unref(value);
}

static void check_format(const uint8_t *data, size_t size)
{
	char words[CY__WORDS], *format = malloc(size + 1);

	memcpy(format, data, size);
	format[size] = '\0';
	bool packs = cy__format_check(format, false, words) == 0;
	/* whatever packs, unpacks too */
	require(!packs || cy__format_check(format, true, words) == 0);
	/* these take no arguments */
	if (strspn(format, "n[]{}:,'xyz") == strlen(format) && !strpbrk(format, "xyz"))
		cy_value_unref(cy_pack(format));
	free(format);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_value(data, size);
	check_format(data, size);
	return 0;
}
