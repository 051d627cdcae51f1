/*
 * What holds for everything that joins or subscribes: when memory runs out, at whichever allocation, the stream ends
 * in an error, and nothing is left.
 */
#include <clusterfy/rx.h>

#include <errno.h>

#include "tests/support/memory.h"
#include "tests/support/test.h"

static rx_observable *words(void)
{
	return rx_of(rx_string, "a", "b", "c");
}

static rx_observable *project(const rx_string *text, void *ctx)
{
	return rx_of(rx_string, *text, "-");
}
RX_PROJECTOR(project, rx_string, rx_string);

static rx_observable *project_less(const rx_string *text, void *ctx)
{
	return (*text)[0] == '-' ? rx_empty() : rx_of(rx_string, "-", "-");
}
RX_PROJECTOR(project_less, rx_string, rx_string);

static rx_observable *reduce(const rx_string *acc, const rx_string *text, void *ctx)
{
	return rx_of(rx_string, *acc, *text);
}
RX_STREAM_REDUCER(reduce, rx_string, rx_string);

static rx_observable *instead(const rx_error *error, rx_observable *caught, void *ctx)
{
	return words();
}
RX_CATCHER(instead, rx_string);

static rx_observable *notify(size_t count, void *ctx)
{
	return rx_of(char, 'x');
}

static rx_observable *failing(void)
{
	return rx_concat(words(), rx_throw_error(-EIO, "broken"));
}

static rx_observable *streams(void)
{
	rx_observable *a = words(), *b = words();
	rx_observable *both = rx_of(rx_stream, a, b);
	rx_observable_unref(a);
	rx_observable_unref(b);
	return both;
}

static int answer(rx_callback *callback, void *ctx)
{
	rx_callback_return(callback, &(rx_string){"answer"});
	return 0;
}

static rx_observable *build_merge(void)
{
	return rx_merge(words(), words());
}
static rx_observable *build_concat(void)
{
	return rx_concat(words(), words());
}
static rx_observable *build_combine_latest(void)
{
	return rx_combine_latest(words(), words());
}
static rx_observable *build_zip(void)
{
	return rx_zip(words(), words());
}
static rx_observable *build_fork_join(void)
{
	return rx_fork_join(words(), words());
}
static rx_observable *build_race(void)
{
	return rx_race(words(), words());
}
static rx_observable *build_with(void)
{
	return rx_pipe(words(), rx_merge_with(words()), rx_concat_with(words()), rx_with_latest_from(words()));
}
static rx_observable *build_merge_map(void)
{
	return rx_pipe(words(), rx_merge_map(project, NULL, 1), rx_concat_map(project), rx_switch_map(project));
}
static rx_observable *build_expand(void)
{
	return rx_pipe(words(), rx_expand(project_less, NULL, 1), rx_exhaust_map(project));
}
static rx_observable *build_scan(void)
{
	return rx_pipe(words(), rx_merge_scan(reduce, rx_string, "z"), rx_switch_scan(reduce, rx_string, "z"));
}
static rx_observable *build_catch(void)
{
	return rx_pipe(failing(), rx_retry(1), rx_catch_error(instead));
}
static rx_observable *build_repeat(void)
{
	rx_repeat_options options = {.count = 2, .notifier = notify};
	return rx_pipe(words(), rx_repeat_with(&options), rx_skip_until(rx_of(char, 'x')), rx_take_until(rx_never()));
}
static rx_observable *build_all(void)
{
	return rx_merge(rx_pipe(streams(), rx_merge_all(rx_string, 1)), rx_pipe(streams(), rx_concat_all(rx_string)),
	                rx_pipe(streams(), rx_switch_all(rx_string)), rx_pipe(streams(), rx_exhaust_all(rx_string)));
}
static rx_observable *build_gather(void)
{
	return rx_merge(rx_pipe(streams(), rx_zip_all()), rx_pipe(streams(), rx_combine_latest_all()));
}
static rx_observable *build_bind_callback(void)
{
	return rx_bind_callback(&rx_type_rx_string, answer, NULL);
}

static rx_observable *(*const builders[])(void) = {
	build_merge, build_concat,    build_combine_latest, build_zip,  build_fork_join, build_race,
	build_with,  build_merge_map, build_expand,         build_scan, build_catch,     build_repeat,
	build_all,   build_gather,    build_bind_callback,
};

static void note_end(const rx_error *error, void *ctx)
{
	++*(int *)ctx;
}

static void note_complete(void *ctx)
{
	++*(int *)ctx;
}

/* Whether every allocation was granted. */
static bool run(rx_observable *(*build)(void), size_t allowed)
{
	int ends = 0;
	rx_subscription subscription;
	memory_fail_after(allowed);
	rx_subscribe(build(), &(rx_observer){.error = note_end, .complete = note_complete, .ctx = &ends},
	             &subscription);
	const bool granted = memory_refused() == 0;
	memory_recover();
	ck_assert_int_eq(ends, 1);
	rx_trim();
	return granted;
}

TEST(ends_and_leaves_nothing_when_memory_runs_out, .from = 0, .to = sizeof builders / sizeof *builders)
{
	const size_t before = memory_live();
	rx_scheduler *time = rx_virtual_create();
	rx_scheduler_set_current(time);
	for (size_t n = 0; !run(builders[_i], n); n++)
		ck_assert_uint_eq(memory_live(), before + 1);
	rx_scheduler_set_current(NULL);
	rx_virtual_destroy(time);
}
