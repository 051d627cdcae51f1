/*
 * Values as such: references, mistakes, bytes, and their description as items of a stream.
 */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include <clusterfy/rx/error.h>

#include "lib/value/home.h"
#include "lib/value/layout.h"
#include "lib/value/scan.h"

static cy_value no_memory = {.references = CY__IMMORTAL, .error = -ENOMEM};

const char *cy_type_name(cy_type type)
{
	static const char *const names[] = {
		[CY_NIL] = "nil",       [CY_BOOL] = "bool",       [CY_INT] = "int",     [CY_DOUBLE] = "double",
		[CY_STRING] = "string", [CY_BINARY] = "binary",   [CY_ARRAY] = "array", [CY_MAP] = "map",
		[CY_EXT] = "ext",       [CY_MISTAKE] = "mistake",
	};

	return (size_t)type < sizeof(names) / sizeof(*names) ? names[type] : "unknown";
}

cy_value *cy__value_allocate(size_t size)
{
	if (size > SIZE_MAX / 2)
		return NULL;
	struct cy__root *root = rx_alloc(sizeof(*root) + size + 1);
	if (!root)
		return NULL;
	root->lease = NULL;
	return cy__value_renew(root, size);
}

cy_value *cy__value_renew(struct cy__root *root, size_t size)
{
	*root = (struct cy__root){
		.value = {.bytes = root->own, .size = size, .root = root, .references = 1, .depth = CY__DEPTH_UNKNOWN},
		.lease = root->lease,
	};
	root->own[size] = 0;
	return &root->value;
}

unsigned char *cy__value_room(cy_value *value)
{
	return value->root->own;
}

cy_value *cy__mistake(int code, const char *format, ...)
{
	char words[256];
	va_list args;

	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	cy_value *mistake = code == -ENOMEM ? NULL : cy__value_allocate(strlen(words));
	if (!mistake)
		return &no_memory;
	memcpy(cy__value_room(mistake), words, strlen(words));
	mistake->bytes = NULL;
	mistake->size = 0;
	mistake->error = code;
	return mistake;
}

int cy_value_error(const cy_value *value)
{
	return value ? value->error : -EINVAL;
}

const char *cy_value_words(const cy_value *value)
{
	if (!value)
		return "no value (NULL)";
	if (value->error == 0)
		return "";
	return value->root ? (const char *)value->root->own : "no memory for a value";
}

int cy__value_refuse(const cy_value *value)
{
	int error = cy_value_error(value);

	return error < 0 ? rx_raise(error, "%s", cy_value_words(value)) : 0;
}

cy_value *cy__value_between(const cy_value *value, const unsigned char *at, const unsigned char *end)
{
	cy_value *slice = rx_alloc(sizeof(*slice));

	if (!slice)
		return &no_memory;
	*slice = (cy_value){.bytes = at,
	                    .size = (size_t)(end - at),
	                    .root = value->root,
	                    .references = 1,
	                    .depth = CY__DEPTH_UNKNOWN};
	cy_value_ref(&value->root->value);
	return slice;
}

cy_value *cy__value_slice(const cy_value *value, const unsigned char *at)
{
	return cy__value_between(value, at, cy__skip(at));
}

/* Scalars lie before it: its depth is one less. */
cy_value *cy__value_rest(const cy_value *value, size_t at)
{
	cy_value *rest = cy__value_between(value, value->bytes + at, value->bytes + value->size);

	if (rest->error == 0 && value->depth != CY__DEPTH_UNKNOWN && value->depth > 0)
		rest->depth = value->depth - 1;
	return rest;
}

cy_value *cy__value_copy(const unsigned char *at)
{
	size_t size = (size_t)(cy__skip(at) - at);
	cy_value *copy = cy__value_allocate(size);

	if (copy)
		memcpy(cy__value_room(copy), at, size);
	return copy;
}

RX_RARE static cy_value *copy_view(const cy_value *view)
{
	return cy__value_slice(view, view->bytes);
}

cy_value *cy_value_ref(cy_value *value)
{
	if (!value)
		return NULL;
	unsigned references = __atomic_load_n(&value->references, __ATOMIC_RELAXED);
	if (references == CY__IMMORTAL)
		return value;
	if (references == CY__VIEW)
		return copy_view(value);
	__atomic_add_fetch(&value->references, 1, __ATOMIC_RELAXED);
	return value;
}

static void destroy(cy_value *value)
{
	struct cy__root *root = value->root;

	if (value != &root->value) {
		rx_free(value);
		cy_value_unref(&root->value);
		return;
	}
	rx_free(root->terminated);
	cy__unpacked_destroy(root->unpacked);
	if (root->lease)
		cy__home_give_back(root);
	else
		rx_free(root);
}

void cy_value_unref(cy_value *value)
{
	if (!value)
		return;
	unsigned references = __atomic_load_n(&value->references, __ATOMIC_RELAXED);
	if (references == CY__IMMORTAL || references == CY__VIEW)
		return;
	if (__atomic_sub_fetch(&value->references, 1, __ATOMIC_ACQ_REL) == 0)
		destroy(value);
}

unsigned cy__value_depth(const cy_value *value)
{
	return value->depth == CY__DEPTH_UNKNOWN ? cy__depth(value->bytes) : value->depth;
}

cy_value *cy_value_from_bytes(const void *bytes, size_t size, const cy_value_limits *limits)
{
	char words[CY__WORDS];
	unsigned depth;
	int error = cy__validate(bytes, size, limits, &depth, words);

	if (error < 0)
		return cy__mistake(error, "%s", words);
	cy_value *value = cy__value_allocate(size);
	if (!value)
		return &no_memory;
	memcpy(cy__value_room(value), bytes, size);
	value->depth = depth;
	return value;
}

cy_value *cy__value_within(cy_value *block, size_t at, const cy_value_limits *limits)
{
	char words[CY__WORDS];
	unsigned depth;
	const int error = cy__validate(block->bytes + at, block->size - at, limits, &depth, words);

	if (error < 0)
		return cy__mistake(error, "%s", words);
	cy_value *value = at ? cy__value_slice(block, block->bytes + at) : cy_value_ref(block);
	if (cy_value_error(value) >= 0)
		value->depth = depth;
	return value;
}

const void *cy_value_bytes(const cy_value *value, size_t *size)
{
	*size = value ? value->size : 0;
	return value ? value->bytes : NULL;
}

static int body_copy(void *to, const void *from)
{
	const cy_body *body = from;
	cy_value *copy = cy_value_ref(*body);

	if (copy != *body && copy->error < 0)
		return copy->error;
	*(cy_body *)to = copy;
	return 0;
}

static void body_drop(void *body)
{
	cy_value_unref(*(cy_body *)body);
}

static bool body_equal(const void *a, const void *b)
{
	const cy_body *left = a, *right = b;

	return *left == *right || cy_value_equal(*left, *right);
}

static uint64_t body_hash(const void *body)
{
	return cy_value_hash(*(const cy_body *)body);
}

const rx_type rx_type_cy_body = {
	.name = "cy_body",
	.size = sizeof(cy_body),
	.copy = body_copy,
	.drop = body_drop,
	.equal = body_equal,
	.hash = body_hash,
};
