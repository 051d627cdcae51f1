#include <clusterfy/rx.h>

#include <errno.h>

#include "tests/support/marbles.h"

TEST(errors_at_once)
{
	rx_test *t = rx_test_create();
	rx_test_set_error(t, -ERANGE, "no such 7");
	rx_expect(t, rx_throw_error(-ERANGE, "no such %d", 7), NULL, "#", NULL);
	rx_expect(t, rx_throw(rx_error_create(-ERANGE, "no such 7")), NULL, "#", NULL);
	EXPECT_MARBLES(t);
}

static void hook(const rx_error *error, void *ctx)
{
	*(const rx_error **)ctx = rx_error_ref(error);
}

TEST(what_nobody_handles_goes_to_the_hook)
{
	const rx_error *error = NULL;
	rx_on_unhandled_error(hook, &error);
	rx_subscribe(rx_throw_error(-EPERM, "nobody listens"), NULL, NULL);
	rx_on_unhandled_error(NULL, NULL);
	ck_assert_int_eq(error->code, -EPERM);
	ck_assert_str_eq(error->message, "nobody listens");
	rx_error_unref(error);
}
