/*
 * Types at run time: the built-in ones, and what can be done with a value of any.
 */
#include <stdlib.h>
#include <string.h>

#include "observables/core/stage.h"

#define BUILT_IN(T, label, order)                                                                                      \
	static int compare_##T(const void *a, const void *b)                                                           \
	{                                                                                                              \
		const order x = *(const order *)a, y = *(const order *)b;                                              \
		return (x > y) - (x < y);                                                                              \
	}                                                                                                              \
	const rx_type rx_type_##T = {.name = label, .size = sizeof(order), .compare = compare_##T}

BUILT_IN(char, "char", char);
BUILT_IN(int, "int", int);
BUILT_IN(unsigned, "unsigned", unsigned);
BUILT_IN(long, "long", long);
BUILT_IN(size_t, "size_t", size_t);
BUILT_IN(int8_t, "int8_t", int8_t);
BUILT_IN(int16_t, "int16_t", int16_t);
BUILT_IN(int32_t, "int32_t", int32_t);
BUILT_IN(int64_t, "int64_t", int64_t);
BUILT_IN(uint8_t, "uint8_t", uint8_t);
BUILT_IN(uint16_t, "uint16_t", uint16_t);
BUILT_IN(uint32_t, "uint32_t", uint32_t);
BUILT_IN(uint64_t, "uint64_t", uint64_t);
BUILT_IN(_Bool, "bool", _Bool);

/* Two zeros of different sign are equal, and a NaN equals nothing: bytes would say otherwise. */
#define FLOATING(T)                                                                                                    \
	static bool equal_##T(const void *a, const void *b)                                                            \
	{                                                                                                              \
		return *(const T *)a == *(const T *)b;                                                                 \
	}                                                                                                              \
	static int compare_##T(const void *a, const void *b)                                                           \
	{                                                                                                              \
		const T x = *(const T *)a, y = *(const T *)b;                                                          \
		return (x > y) - (x < y);                                                                              \
	}                                                                                                              \
	static uint64_t hash_##T(const void *value)                                                                    \
	{                                                                                                              \
		const T x = *(const T *)value + (T)0;                                                                  \
		return hash_bytes(&x, sizeof x);                                                                       \
	}                                                                                                              \
	const rx_type rx_type_##T = {                                                                                  \
		.name = #T, .size = sizeof(T), .equal = equal_##T, .compare = compare_##T, .hash = hash_##T}

/* Words, then what is left as FNV-1a has it; mixed, so that the low bits serve as an index. */
static uint64_t hash_bytes(const void *bytes, size_t size)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325), word;
	const unsigned char *byte = bytes;
	for (; size >= sizeof word; byte += sizeof word, size -= sizeof word) {
		memcpy(&word, byte, sizeof word);
		hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 32;
	}
	for (; size--; byte++)
		hash = (hash ^ *byte) * UINT64_C(0x100000001b3);
	return hash ^ hash >> 32;
}

FLOATING(float);
FLOATING(double);

static int string_copy(void *to, const void *from)
{
	const char *text = *(const rx_string *)from;
	char *copy = NULL;
	if (text) {
		const size_t size = strlen(text) + 1;
		copy = rx_alloc(size);
		if (!copy)
			return -ENOMEM;
		memcpy(copy, text, size);
	}
	*(rx_string *)to = copy;
	return 0;
}

static void string_drop(void *value)
{
	rx_free((void *)*(rx_string *)value);
}

static int string_compare(const void *a, const void *b)
{
	const char *x = *(const rx_string *)a, *y = *(const rx_string *)b;
	return strcmp(x ? x : "", y ? y : "");
}

static bool string_equal(const void *a, const void *b)
{
	return string_compare(a, b) == 0;
}

static uint64_t string_hash(const void *value)
{
	const char *text = *(const rx_string *)value;
	return hash_bytes(text, text ? strlen(text) : 0);
}

const rx_type rx_type_rx_string = {.name = "rx_string",
                                   .size = sizeof(rx_string),
                                   .copy = string_copy,
                                   .drop = string_drop,
                                   .equal = string_equal,
                                   .compare = string_compare,
                                   .hash = string_hash};
const rx_type rx_type_rx_pointer = {.name = "rx_pointer", .size = sizeof(rx_pointer)};

static int stream_copy(void *to, const void *from)
{
	*(rx_stream *)to = rx_observable_ref(*(const rx_stream *)from);
	return 0;
}

static void stream_drop(void *value)
{
	rx_observable_unref(*(rx_stream *)value);
}

const rx_type rx_type_rx_stream = {
	.name = "rx_stream", .size = sizeof(rx_stream), .copy = stream_copy, .drop = stream_drop};

bool rx_type_same(const rx_type *a, const rx_type *b)
{
	return a == b || (a->size == b->size && strcmp(a->name, b->name) == 0);
}

int rx_type_copy(const rx_type *type, void *to, const void *from)
{
	if (type->copy)
		return type->copy(to, from);
	if (type->size == sizeof(uint64_t)) /* which spares a call */
		memcpy(to, from, sizeof(uint64_t));
	else
		memcpy(to, from, type->size);
	return 0;
}

void rx_type_drop(const rx_type *type, void *value)
{
	if (type->drop)
		type->drop(value);
}

bool rx_type_equal(const rx_type *type, const void *a, const void *b)
{
	if (type->equal)
		return type->equal(a, b);
	/* Most are numbers: a size that the compiler knows spares them a call. */
	return type->size == sizeof(uint64_t) ? memcmp(a, b, sizeof(uint64_t)) == 0 : memcmp(a, b, type->size) == 0;
}

uint64_t rx_type_hash(const rx_type *type, const void *value)
{
	return type->hash ? type->hash(value) : hash_bytes(value, type->size);
}
