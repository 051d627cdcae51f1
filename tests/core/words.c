/*
 * Whose words an error has: those that were raised for it, and never those of an older one.
 */
#include "tests/support/memory.h"
#include "tests/support/test.h"

#include <clusterfy/rx.h>

#include <errno.h>
#include <string.h>

static const char older[] = "what an older error said";

TEST(words_that_have_become_an_error_are_those_of_no_other)
{
	rx_raise(-EDOM, "%s", older);
	const rx_error *error = rx_error_create(-EDOM, "again: %s", rx_words(-EDOM));
	ck_assert_str_eq(error->message, "again: what an older error said");
	rx_error_unref(error);
	ck_assert_str_eq(rx_words(-EDOM), strerror(EDOM));
}

TEST(words_stay_while_they_are_only_read)
{
	rx_raise(-EDOM, "%s", older);
	ck_assert_str_eq(rx_words(-ERANGE), strerror(ERANGE));
	ck_assert_str_eq(rx_words(-EDOM), older);
	ck_assert_str_eq(rx_words(-EDOM), older);
}

TEST(what_fails_for_memory_says_nothing_older)
{
	rx_raise(-ENOMEM, "%s", older);
	memory_fail_after(0);
	ck_assert_ptr_null(rx_alloc(16));
	memory_recover();
	ck_assert_str_eq(rx_words(-ENOMEM), strerror(ENOMEM));
}

static int fail_without_words(const int64_t *from, int64_t *to, void *ctx)
{
	return -EDOM;
}
RX_MAPPER(fail_without_words, int64_t, int64_t);

static void swallow(rx_task *task)
{
	rx_raise(-EDOM, "%s", older); /* and nobody asks for it */
}

/* One error that nobody has read, and one without words, in two callbacks of the loop. */
TEST(what_one_callback_of_the_loop_has_raised_is_not_said_in_the_next, .to = 2)
{
	rx_task task = {.run = swallow};
	rx_scheduler *scheduler = _i ? rx_asap(NULL) : rx_loop(NULL);
	int64_t n;
	rx_schedule(scheduler, &task, 0);
	rx_observable *source = rx_pipe(rx_timer(RX_NOW, scheduler), rx_map(fail_without_words));
	ck_assert_int_eq(rx_await_last(int64_t, source, &n), -EDOM);
	ck_assert_str_eq(rx_words(-EDOM), strerror(EDOM));
}
