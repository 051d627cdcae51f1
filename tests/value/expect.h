/*
 * What the tests of values and of the storage expect again and again.
 */
#ifndef CLUSTERFY_TEST_EXPECT_H
#define CLUSTERFY_TEST_EXPECT_H

#include "tests/support/test.h"

#include <clusterfy/cluster/value.h>

#include "observables/core/stage.h"

/* The last call of rx_raise() was for @p code, with these words. */
static inline void expect_words(int code, const char *words)
{
	const rx_error *error = rx__error_from_code(code, NULL);

	ck_assert_str_eq(error->message, words);
	rx_error_unref(error);
}

/* The value, which is released, prints as this. */
static inline void expect_text(cy_value *value, const char *text)
{
	char *string = cy_value_to_string(value);

	ck_assert_str_eq(string, text);
	rx_free(string);
	cy_value_unref(value);
}

/* The value, which is released, is this mistake. */
static inline void expect_mistake(cy_value *value, int code, const char *words)
{
	ck_assert_int_eq(cy_value_error(value), code);
	ck_assert_str_eq(cy_value_words(value), words);
	cy_value_unref(value);
}

#endif
