/*
 * An element as a C type.
 */
#include <clusterfy/rx/error.h>
#include <errno.h>
#include <string.h>

#include "lib/value/layout.h"
#include "lib/value/read.h"

int cy__as_bool(const unsigned char *at, bool *out)
{
	struct cy__head head = cy__head_at(at);

	if (head.type != CY_BOOL)
		return rx_plain(-EINVAL);
	*out = head.bits;
	return 0;
}

int cy__as_int(const unsigned char *at, int64_t *out)
{
	struct cy__head head = cy__head_at(at);

	if (head.type != CY_INT)
		return rx_plain(-EINVAL);
	if (!head.negative && head.bits > INT64_MAX)
		return rx_plain(-ERANGE);
	*out = (int64_t)head.bits;
	return 0;
}

int cy__as_uint(const unsigned char *at, uint64_t *out)
{
	struct cy__head head = cy__head_at(at);

	if (head.type != CY_INT)
		return rx_plain(-EINVAL);
	if (head.negative)
		return rx_plain(-ERANGE);
	*out = head.bits;
	return 0;
}

/* An int as a double, if it is one exactly. The way back must not leave the type's range, which would be undefined. */
static int exact(const struct cy__head *head, double *out)
{
	double value = head->negative ? (double)(int64_t)head->bits : (double)head->bits;

	if (head->negative ? (uint64_t)(int64_t)value != head->bits
	                   : value >= 18446744073709551616.0 || (uint64_t)value != head->bits)
		return rx_plain(-ERANGE);
	*out = value;
	return 0;
}

int cy__as_double(const unsigned char *at, double *out)
{
	struct cy__head head = cy__head_at(at);

	if (head.type == CY_INT)
		return exact(&head, out);
	if (head.type != CY_DOUBLE)
		return rx_plain(-EINVAL);
	*out = cy__head_double(&head);
	return 0;
}

int cy__as_bytes(const unsigned char *at, cy_type type, const char **out, size_t *size)
{
	struct cy__head head = cy__head_at(at);

	if (head.type != type)
		return rx_plain(-EINVAL);
	*out = (const char *)at + head.size;
	*size = head.payload;
	return 0;
}

int cy__as_ext(const unsigned char *at, int8_t *type, const void **out, size_t *size)
{
	struct cy__head head = cy__head_at(at);

	if (head.type != CY_EXT)
		return rx_plain(-EINVAL);
	*type = head.ext;
	*out = at + head.size;
	*size = head.payload;
	return 0;
}

int cy__as_time(const unsigned char *at, int64_t *seconds, uint32_t *nanoseconds)
{
	struct cy__head head = cy__head_at(at);

	if (head.type != CY_EXT || head.ext != -1)
		return rx_plain(-EINVAL);
	return cy__time_read(at + head.size, head.payload, seconds, nanoseconds);
}

/*
 * A copy of all the bytes in which every string is terminated: a zero takes the place of the byte behind it, which is
 * the head of the next element or the end. Heads are read from the original, so nothing is lost.
 */
static unsigned char *terminate(const struct cy__root *root)
{
	const unsigned char *start = root->value.bytes, *end = start + root->value.size;
	unsigned char *copy = rx_alloc(root->value.size + 1);

	if (!copy)
		return NULL;
	memcpy(copy, start, root->value.size);
	for (const unsigned char *at = start; at < end;) {
		struct cy__head head = cy__head_at(at);
		at += head.size + head.payload;
		if (head.type == CY_STRING)
			copy[at - start] = 0;
	}
	return copy;
}

/* Made once; of two threads that make it, one keeps the other's. */
static const unsigned char *terminated(struct cy__root *root)
{
	unsigned char *copy = __atomic_load_n(&root->terminated, __ATOMIC_ACQUIRE), *none = NULL;

	if (copy || !(copy = terminate(root)))
		return copy;
	if (__atomic_compare_exchange_n(&root->terminated, &none, copy, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return copy;
	rx_free(copy);
	return none;
}

int cy__as_string(const cy_value *value, const unsigned char *at, const char **out)
{
	const char *text = NULL;
	size_t size = 0;
	int error = cy__as_bytes(at, CY_STRING, &text, &size);

	if (error < 0)
		return error;
	if (memchr(text, 0, size))
		return rx_plain(-EILSEQ);
	/* The last string of a value stands before the root's own zero. */
	if (text[size] != 0) {
		const unsigned char *copy = terminated(value->root);
		if (!copy)
			return -ENOMEM;
		text = (const char *)copy + ((const unsigned char *)text - value->root->value.bytes);
	}
	*out = text;
	return 0;
}
