/*
 * Ints of MessagePack are from INT64_MIN to UINT64_MAX, which no type of C has: they are added as sign and size.
 */
#include "lib/storage/number.h"

#include <clusterfy/rx/error.h>
#include <errno.h>

#include "lib/value/scan.h"

static bool is_number(const cy_value *value)
{
	return cy_value_type(value) == CY_INT || cy_value_type(value) == CY_DOUBLE;
}

static double as_double(const struct cy__head *number)
{
	if (number->type == CY_DOUBLE)
		return cy__head_double(number);
	return number->negative ? (double)(int64_t)number->bits : (double)number->bits;
}

/* The size of a number that may be negative. */
static uint64_t size_of(const struct cy__head *number)
{
	return number->negative ? 0 - number->bits : number->bits;
}

static cy_value *signed_int(bool negative, uint64_t size)
{
	return negative ? cy_int((int64_t)(0 - size)) : cy_uint(size);
}

static cy_value *add_ints(const struct cy__head *a, const struct cy__head *b)
{
	uint64_t left = size_of(a), right = size_of(b), sum;

	if (a->negative != b->negative)
		return left > right ? signed_int(a->negative, left - right) : signed_int(b->negative, right - left);
	if (__builtin_add_overflow(left, right, &sum))
		return NULL;
	if (a->negative && sum > (uint64_t)1 << 63)
		return NULL;
	return signed_int(a->negative, sum);
}

int cy__number_add(const cy_value *a, const cy_value *b, cy_value **sum)
{
	if (!is_number(a) || !is_number(b))
		return rx_plain(-EDOM);
	struct cy__head left = cy__head_at(a->bytes), right = cy__head_at(b->bytes);
	bool ints = left.type == CY_INT && right.type == CY_INT;
	cy_value *value = ints ? add_ints(&left, &right) : cy_double(as_double(&left) + as_double(&right));
	if (!value)
		return rx_plain(-ERANGE);
	if (value->error < 0)
		return value->error;
	*sum = value;
	return 0;
}
