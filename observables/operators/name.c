#include "observables/core/stage.h"

rx_operator *rx_name(rx_operator *op, const char *label)
{
	const size_t size = strlen(label) + 1;
	char *copy = op->refs ? rx_alloc(size) : NULL;
	if (!copy) {
		rx_operator_unref(op);
		return rx__operator_no_memory();
	}
	memcpy(copy, label, size);
	rx_free(op->label);
	op->label = copy;
	return op;
}
