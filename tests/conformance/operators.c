/*
 * All tables of operators.
 */
#include "tests/conformance/operators.h"

const struct operator_row *const operators[] = {
	transformation_rows, filtering_rows, joining_rows, error_rows, utility_rows, time_rows, multicasting_rows, NULL,
};
