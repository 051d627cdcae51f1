/*
 * Mirrors: copies of a part of the storage, kept in workers. PROGRAM(reader):
 *
 *     mirror path    keeps a copy from now on; answers with what is there
 *     forget         keeps none any more
 *     peek path      [code, value or nil], out of the copy
 *     watch path     each change in words, and begins anew after a failure
 *     follow path    likewise, without the latter: it can be paused
 *     saves path     saves 1 to 100 there, one after the other; answers how often its copy had it when it was told so
 */
#include <signal.h>
#include <stdio.h>

#include "tests/support/cluster.h"

static rx_subscription mirrors[4];
static size_t mirror_count;

/* "3 a.b=1", with a star where it is a snapshot. */
static int in_words(const cy_change *change, cy_body *body, void *ctx)
{
	(void)ctx;
	char *value = change->value ? cy_value_to_string(change->value) : NULL, text[256];
	snprintf(text, sizeof text, "%d%s %s=%s", (int)change->revision, change->snapshot ? "*" : "", change->path,
	         value ? value : "");
	rx_free(value);
	*body = cy_string(text);
	return 0;
}
RX_MAPPER(in_words, cy_body, cy_change);

static const char *path_of(const cy_request *request)
{
	const char *path = NULL;
	cy_get_string(request->arguments, NULL, &path);
	return path;
}

static void ignore(const rx_error *error, void *ctx)
{
	(void)error, (void)ctx; /* who has asked is told */
}

static rx_observable *mirror(const cy_request *request, void *ctx)
{
	(void)ctx;
	rx_subscribe(cy_mirror(request->cluster, path_of(request)), &(rx_observer){.error = ignore},
	             &mirrors[mirror_count++]);
	return rx_pipe(cy_mirror(request->cluster, path_of(request)), rx_take(1), rx_map(in_words));
}

static rx_observable *forget(const cy_request *request, void *ctx)
{
	(void)request, (void)ctx;
	while (mirror_count)
		rx_unsubscribe(&mirrors[--mirror_count]);
	return NULL;
}

static rx_observable *peek(const cy_request *request, void *ctx)
{
	(void)ctx;
	cy_value *value = NULL;
	const int code = cy_peek(request->cluster, path_of(request), &value);
	return cy_answer(cy_array(cy_int(code), value ? value : cy_nil()));
}

static rx_observable *watch(const cy_request *request, void *ctx)
{
	(void)ctx;
	return rx_pipe(cy_mirror(request->cluster, path_of(request)), rx_retry(10), rx_map(in_words));
}

static rx_observable *follow(const cy_request *request, void *ctx)
{
	(void)ctx;
	return rx_pipe(cy_mirror(request->cluster, path_of(request)), rx_map(in_words));
}

static int has_it(cy_cluster *cluster, const char *path, int64_t n)
{
	cy_value *value = NULL;
	int64_t found = -1;
	if (cy_peek(cluster, path, &value) == 1)
		cy_get_int(value, NULL, &found);
	cy_value_unref(value);
	return found == n;
}

struct saving {
	cy_cluster *cluster;
	int64_t seen;
	char path[64];
};

static rx_observable *save_one(const int64_t *n, void *ctx)
{
	struct saving *saving = ctx;
	return cy_save(saving->cluster, saving->path, cy_int(*n));
}
RX_PROJECTOR(save_one, cy_body, int64_t);

static rx_observable *look(void *ctx)
{
	struct saving *saving = ctx;
	saving->seen += has_it(saving->cluster, saving->path, saving->seen + 1);
	return rx_empty();
}

static rx_observable *save_and_look(const int64_t *n, void *ctx)
{
	return rx_concat(save_one(n, ctx), rx_defer(&rx_type_cy_body, look, ctx));
}
RX_PROJECTOR(save_and_look, cy_body, int64_t);

static rx_observable *seen(void *ctx)
{
	struct saving *saving = ctx;
	return cy_answer(cy_int(saving->seen));
}

static rx_observable *saves(const cy_request *request, void *ctx)
{
	(void)ctx;
	static struct saving saving;
	saving = (struct saving){.cluster = request->cluster};
	snprintf(saving.path, sizeof saving.path, "%s", path_of(request));
	return rx_concat(rx_pipe(rx_range(1, 100), rx_concat_map(save_and_look, &saving)),
	                 rx_defer(&rx_type_cy_body, seen, &saving));
}

PROGRAM(reader)
{
	static const cy_command commands[] = {{.name = "mirror", .run = mirror}, {.name = "forget", .run = forget},
	                                      {.name = "peek", .run = peek},     {.name = "watch", .run = watch},
	                                      {.name = "follow", .run = follow}, {.name = "saves", .run = saves}};
	cy_cluster *cluster = cy_join(NULL);
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		cy_register(cluster, &commands[i]);
	const int status = cy_run(cluster);
	mirror_count = 0;
	return status;
}

/* ---- Looking into a copy ----------------------------------------------------------------------------------------- */

static void expect(cy_cluster *cluster, const char *command, const char *path, const char *expected)
{
	cy_value *value = NULL;
	ck_assert_int_eq(cluster_call(cluster, cy_named("Paul"), command, path ? cy_string(path) : cy_nil(), &value),
	                 0);
	char *text = value ? cy_value_to_string(value) : NULL;
	ck_assert_str_eq(text ? text : "", expected);
	rx_free(text);
	cy_value_unref(value);
}

static void save(cy_cluster *cluster, const char *path, cy_value *value)
{
	ck_assert_int_eq(cluster_finish(rx_pipe(cy_save(cluster, path, value), rx_ignore_elements())), 0);
}

static cy_cluster *begin(void)
{
	cy_cluster *cluster = cluster_begin("reader", NULL);
	cluster_fork(cluster, "Paul", NULL);
	save(cluster, "a", cy_map("b", cy_map("c", cy_int(1)), "d", cy_string("x")));
	return cluster;
}

TEST(a_copy_is_read_where_it_lies)
{
	cy_cluster *cluster = begin();
	char refused[64];
	snprintf(refused, sizeof refused, "[%d, null]", -EAGAIN);
	expect(cluster, "peek", "a.b.c", refused);
	expect(cluster, "mirror", "a.b", "\"1* a.b={\\\"c\\\": 1}\"");
	expect(cluster, "peek", "a.b.c", "[1, 1]");
	expect(cluster, "peek", "a.b", "[1, {\"c\": 1}]");
	expect(cluster, "peek", "a.b.d", "[0, null]");
	expect(cluster, "peek", "a.d", refused);
	expect(cluster, "peek", "a.bc", refused);
	save(cluster, "a.b.c", cy_int(2));
	expect(cluster, "peek", "a.b.c", "[1, 2]");
	save(cluster, "a", cy_int(3));
	expect(cluster, "peek", "a.b", "[0, null]");
	expect(cluster, "forget", NULL, "");
	expect(cluster, "peek", "a.b", refused);
	cluster_end(cluster);
}

TEST(copies_may_lie_within_one_another)
{
	cy_cluster *cluster = begin();
	expect(cluster, "mirror", "a.b", "\"1* a.b={\\\"c\\\": 1}\"");
	expect(cluster, "mirror", NULL, "\"1* ={\\\"a\\\": {\\\"b\\\": {\\\"c\\\": 1}, \\\"d\\\": \\\"x\\\"}}\"");
	expect(cluster, "mirror", "e.f.g", "\"1* e.f.g=\"");
	save(cluster, "a.b.c", cy_int(2));
	expect(cluster, "peek", "a", "[1, {\"b\": {\"c\": 2}, \"d\": \"x\"}]");
	save(cluster, "e", cy_map("f", cy_map("g", cy_bool(true))));
	expect(cluster, "peek", "e.f.g", "[1, true]");
	save(cluster, "a", cy_int(3));
	save(cluster, "a", cy_map("b", cy_int(4)));
	expect(cluster, "peek", "a", "[1, {\"b\": 4}]");
	ck_assert_int_eq(cluster_finish(rx_pipe(cy_delete(cluster, "a"), rx_ignore_elements())), 0);
	expect(cluster, "peek", "a", "[0, null]");
	cluster_end(cluster);
}

TEST(a_copy_does_not_change_what_lies_around_it)
{
	cy_cluster *cluster = begin();
	char no_map[64], nothing[64];
	snprintf(no_map, sizeof no_map, "[%d, null]", -ENOTDIR);
	snprintf(nothing, sizeof nothing, "[%d, null]", -ENOENT);
	expect(cluster, "mirror", "a.d", "\"1* a.d=\\\"x\\\"\"");
	expect(cluster, "mirror", "a.d.e", "\"1* a.d.e=\"");
	expect(cluster, "peek", "a.d", "[1, \"x\"]");
	expect(cluster, "peek", "a.d.e", no_map);
	expect(cluster, "mirror", "z", "\"1* z=\"");
	expect(cluster, "mirror", "z.y", "\"1* z.y=\"");
	expect(cluster, "peek", "z", "[0, null]");
	expect(cluster, "peek", "z.y", nothing);
	save(cluster, "z", cy_map("y", cy_int(1)));
	expect(cluster, "peek", "z.y", "[1, 1]");
	cluster_end(cluster);
}

TEST(what_a_worker_has_saved_is_in_its_copy_when_it_hears_of_it)
{
	cy_cluster *cluster = begin();
	expect(cluster, "mirror", "a", "\"1* a={\\\"b\\\": {\\\"c\\\": 1}, \\\"d\\\": \\\"x\\\"}\"");
	ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "saves", cy_string("a.n")), 100);
	cluster_end(cluster);
}

TEST(a_path_that_is_none_is_refused)
{
	cy_cluster *cluster = begin();
	ck_assert_int_eq(cluster_code(cluster, cy_named("Paul"), "mirror", cy_string("a..b")), -EINVAL);
	ck_assert_str_eq(rx_words(-EINVAL), "retrieve \"a..b\": a segment is empty, after \"a.\"");
	expect(cluster, "peek", "a..b", "[-11, null]");
	cluster_end(cluster);
}

/* ---- Cost -------------------------------------------------------------------------------------------------------- */

static uint64_t frames_to(cy_cluster *cluster)
{
	cy_statistics statistics;
	ck_assert_int_eq(cy_statistics_take(cluster, &statistics), 0);
	const uint64_t frames = statistics.workers[0].frames_out;
	cy_statistics_finish(&statistics);
	return frames;
}

TEST(a_change_costs_one_message_and_nothing_where_nobody_mirrors)
{
	cy_cluster *cluster = begin();
	expect(cluster, "mirror", "a", "\"1* a={\\\"b\\\": {\\\"c\\\": 1}, \\\"d\\\": \\\"x\\\"}\"");
	expect(cluster, "mirror", "a", "\"1* a={\\\"b\\\": {\\\"c\\\": 1}, \\\"d\\\": \\\"x\\\"}\"");
	const uint64_t before = frames_to(cluster);
	save(cluster, "other", cy_int(1));
	expect(cluster, "peek", "a.d", "[1, \"x\"]");
	const uint64_t elsewhere = frames_to(cluster);
	save(cluster, "a.d", cy_int(1));
	expect(cluster, "peek", "a.d", "[1, 1]");
	ck_assert_uint_eq(frames_to(cluster) - elsewhere, elsewhere - before + 1);
	cluster_end(cluster);
}

/* ---- Changes as they come ---------------------------------------------------------------------------------------- */

static char last[256]; /* what was told last */
static rx_subject *told;

static void note(const cy_body *body, void *ctx)
{
	(void)ctx;
	const char *text;
	ck_assert_int_eq(cy_get_string(*body, NULL, &text), 0);
	snprintf(last, sizeof last, "%s", text);
	if (told)
		rx_subject_next(told, body);
}
RX_CONSUMER(note, cy_body);

static rx_observable *changes(cy_cluster *cluster, const char *path)
{
	return rx_pipe(cy_call(cluster, cy_named("Paul"), "watch", cy_string(path)), cy_values());
}

static int says(const cy_body *body, void *words)
{
	(void)body;
	return strcmp(last, words) == 0;
}
RX_PREDICATE(says, cy_body);

static void await(const char *words)
{
	told = rx_subject_create(&rx_type_cy_body);
	if (strcmp(last, words) != 0)
		ck_assert_int_eq(rx_await_first(cy_body,
		                                rx_pipe(rx_subject_observe(told), rx_filter(says, (void *)words)),
		                                (cy_body *)NULL),
		                 0);
	rx_subject_unref(told);
	told = NULL;
}

TEST(changes_come_as_they_are_made)
{
	cy_cluster *cluster = begin();
	rx_subscription subscription;
	rx_subscribe(changes(cluster, "a.b"), &(rx_observer){RX_NEXT(note)}, &subscription);
	await("1* a.b={\"c\": 1}");
	save(cluster, "a.b.c", cy_int(7));
	await("2 a.b.c=7");
	ck_assert_int_eq(cluster_finish(rx_pipe(cy_delete(cluster, "a.b.c"), rx_ignore_elements())), 0);
	await("3 a.b.c=");
	ck_assert_int_eq(cluster_finish(rx_pipe(cy_delete(cluster, "a"), rx_ignore_elements())), 0);
	await("4* a.b=");
	rx_unsubscribe(&subscription);
	cluster_end(cluster);
}

TEST(a_reader_who_is_too_slow_begins_anew)
{
	cy_cluster *cluster = cluster_begin("reader", &(cy_options){.queue_frames = 64, .queue_bytes = 4096});
	rx_subscription subscription;
	cluster_fork(cluster, "Paul", NULL);
	save(cluster, "n", cy_int(0));
	rx_subscribe(changes(cluster, "n"), &(rx_observer){RX_NEXT(note)}, &subscription);
	await("1* n=0");
	ck_assert_int_eq(cy_kill(cluster, cy_named("Paul"), SIGSTOP), 0);
	for (int i = 1; i <= 20000; i++)
		save(cluster, "n", cy_int(i));
	ck_assert_int_eq(cy_kill(cluster, cy_named("Paul"), SIGCONT), 0);
	await("20001* n=20000");
	rx_unsubscribe(&subscription);
	cluster_end(cluster);
}

TEST(a_mirror_that_finds_no_room_is_told_what_is_current_when_there_is_some)
{
	cy_cluster *cluster = cluster_begin("reader", &(cy_options){.queue_frames = 64, .queue_bytes = 4096});
	rx_subscription subscription;
	cluster_fork(cluster, "Paul", NULL);
	save(cluster, "n", cy_int(0));
	rx_subscribe(rx_pipe(cy_call(cluster, cy_named("Paul"), "follow", cy_string("n")), cy_values()),
	             &(rx_observer){RX_NEXT(note)}, &subscription);
	await("1* n=0");
	ck_assert_int_eq(cy_kill(cluster, cy_named("Paul"), SIGSTOP), 0);
	for (int i = 1; i <= 20000; i++)
		save(cluster, "n", cy_int(i));
	ck_assert_int_eq(cy_kill(cluster, cy_named("Paul"), SIGCONT), 0);
	await("20001* n=20000");
	rx_unsubscribe(&subscription);
	cluster_end(cluster);
}

static int count_up(const cy_body *body, void *ctx)
{
	(void)body;
	++*(int *)ctx;
	return 0;
}
RX_CONSUMER(count_up, cy_body);

/* What was granted before it paused comes, then what is the latest; nothing of what was between. */
TEST(of_what_changes_while_a_reader_is_paused_it_gets_the_latest)
{
	enum { CREDIT = 2, CHANGES = 1000 };
	int count = 0;
	rx_subscription subscription;
	cy_cluster *cluster = begin();
	save(cluster, "n", cy_int(0));
	rx_subscribe(rx_pipe(cy_call_with(cluster, cy_named("Paul"), "follow", cy_string("n"),
	                                  &(cy_call_options){.credit = CREDIT}),
	                     cy_values(), rx_tap(count_up, &count)),
	             &(rx_observer){RX_NEXT(note)}, &subscription);
	await("2* n=0");
	ck_assert_int_eq(rx_pause(&subscription), 0);
	for (int i = 1; i <= CHANGES; i++)
		save(cluster, "n", cy_int(i));
	expect(cluster, "peek", "n", "[1, 1000]"); /* it has all of them by now */
	ck_assert_int_eq(count, 1);
	rx_resume(&subscription);
	await("1002* n=1000");
	ck_assert_int_le(count, 1 + 2 * CREDIT + 1);
	rx_unsubscribe(&subscription);
	cluster_end(cluster);
}

TEST(the_primary_mirrors_itself_without_a_message)
{
	cy_cluster *cluster = begin();
	cy_value *value = NULL;
	rx_subscription subscription;
	rx_subscribe(rx_pipe(cy_mirror(cluster, "a.d"), rx_map(in_words)), &(rx_observer){RX_NEXT(note)},
	             &subscription);
	ck_assert_str_eq(last, "1* a.d=\"x\"");
	rx_pause(&subscription);
	save(cluster, "a.d", cy_int(5));
	save(cluster, "a.d", cy_int(6));
	ck_assert_str_eq(last, "1* a.d=\"x\"");
	rx_resume(&subscription);
	ck_assert_str_eq(last, "3* a.d=6");
	ck_assert_int_eq(cy_peek(cluster, "a.d", &value), 1);
	cy_value_unref(value);
	ck_assert_int_eq(cy_peek(cluster, NULL, &value), -EINVAL);
	cluster_end(cluster);
}
