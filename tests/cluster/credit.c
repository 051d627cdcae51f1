/*
 * Streams of replies under credit: who emits is paused where its caller takes no more, whoever is in between, and what
 * cannot be paused meets its policy. The servers count what their handlers make, and what is asserted of that holds at any
 * time.
 */
#include <ev.h>
#include <inttypes.h>
#include <stdio.h>

#include "lib/command/credit.h"
#include "lib/primary/spawn.h"
#include "lib/wire/frame.h"
#include "tests/support/cluster.h"

/* What a source that takes whole spans may have under way when it is paused first. */
enum { SPAN = 512 };

/* ---- Who answers ---------------------------------------------------------------------------------------------------- */

static int64_t made, dropped, cancelled;
static rx_subject *ticks;

static int make(const int64_t *n, cy_body *body, void *ctx)
{
	(void)ctx;
	made++;
	*body = cy_int(*n);
	return 0;
}
RX_MAPPER(make, cy_body, int64_t);

static int make_large(const int64_t *n, cy_body *body, void *ctx)
{
	(void)n, (void)ctx;
	static uint8_t bytes[100000];
	made++;
	*body = cy_binary(bytes, sizeof bytes);
	return 0;
}
RX_MAPPER(make_large, cy_body, int64_t);

static int64_t argument(const cy_request *request)
{
	int64_t n = 0;
	cy_get_int(request->arguments, NULL, &n);
	return n;
}

static void note_end(void *ctx)
{
	(void)ctx;
	cancelled++;
}

/* n numbers, from a source that can be paused. */
static rx_observable *count(const cy_request *request, void *ctx)
{
	(void)ctx;
	made = 0;
	return rx_pipe(rx_range(0, argument(request)), rx_map(make), rx_finalize(note_end, NULL));
}

static rx_observable *count_large(const cy_request *request, void *ctx)
{
	(void)ctx;
	made = 0;
	return rx_pipe(rx_range(0, argument(request)), rx_map(make_large));
}

/* As many, then an error. */
static rx_observable *count_and_fail(const cy_request *request, void *ctx)
{
	return rx_concat(count(request, ctx), rx_throw_error(-EDOM, "on purpose"));
}

/* What a subject brings, which cannot be paused. */
static rx_observable *watch(const cy_request *request, void *ctx)
{
	(void)request, (void)ctx;
	made = 0;
	return rx_pipe(rx_subject_observe(ticks), rx_map(make));
}

static void count_dropped(const cy_body *body, void *ctx)
{
	(void)body, (void)ctx;
	dropped++;
}
RX_CONSUMER(count_dropped, cy_body);

static rx_observable *watch_with(const cy_request *request, void *ctx)
{
	const char *policy = "";
	cy_get_string(request->arguments, NULL, &policy);
	rx_observable *source = watch(request, ctx);
	if (strcmp(policy, "buffer") == 0)
		return rx_pipe(source, rx_on_backpressure_buffer(100));
	if (strcmp(policy, "drop") == 0)
		return rx_pipe(source, rx_on_backpressure_drop(count_dropped));
	if (strcmp(policy, "latest") == 0)
		return rx_pipe(source, rx_on_backpressure_latest());
	return rx_pipe(source, rx_on_backpressure_error());
}

/* The subject brings n more, of 0, 1, 2...; -1 is its end. */
static rx_observable *tick(const cy_request *request, void *ctx)
{
	(void)ctx;
	const int64_t n = argument(request);
	for (int64_t i = 0; i < n; i++)
		rx_subject_next(ticks, &i);
	if (n < 0)
		rx_subject_complete(ticks);
	return cy_answer(cy_nil());
}

static rx_observable *tell_made(const cy_request *request, void *ctx)
{
	(void)request, (void)ctx;
	return cy_answer(cy_int(made));
}

static rx_observable *tell_dropped(const cy_request *request, void *ctx)
{
	(void)request, (void)ctx;
	return cy_answer(cy_int(dropped));
}

static rx_observable *tell_cancelled(const cy_request *request, void *ctx)
{
	(void)request, (void)ctx;
	return cy_answer(cy_int(cancelled));
}

/* [name or nil, command, arguments]: what that worker, or all others, answer; passed on. */
static rx_observable *relay(const cy_request *request, void *ctx)
{
	(void)ctx;
	const char *name = NULL, *command = "";
	cy_value *arguments = NULL;
	cy_get_string(request->arguments, "0", &name);
	cy_get_string(request->arguments, "1", &command);
	cy_get_value(request->arguments, "2", &arguments);
	return rx_pipe(cy_call(request->cluster, name ? cy_named(name) : cy_others(), command, arguments), cy_values());
}

static int number(const int64_t *n, cy_body *body, void *ctx)
{
	(void)ctx;
	*body = cy_int(*n);
	return 0;
}
RX_MAPPER(number, cy_body, int64_t);

/* How many items of "stop_and_count" have come from the primary, which were all granted at once. */
static rx_observable *take(const cy_request *request, void *ctx)
{
	(void)ctx;
	return rx_pipe(cy_call_with(request->cluster, cy_primary(), "stop_and_count", cy_value_ref(request->arguments),
	                            &(cy_call_options){.credit = UINT32_MAX}),
	               rx_count(), rx_map(number));
}

static void serve(cy_cluster *cluster)
{
	static const cy_command commands[] = {
		{.name = "count", .run = count},
		{.name = "count_large", .run = count_large},
		{.name = "count_and_fail", .run = count_and_fail},
		{.name = "watch", .run = watch},
		{.name = "watch_with", .run = watch_with},
		{.name = "tick", .run = tick},
		{.name = "made", .run = tell_made},
		{.name = "dropped", .run = tell_dropped},
		{.name = "cancelled", .run = tell_cancelled},
		{.name = "relay", .run = relay},
		{.name = "take", .run = take},
	};
	ticks = rx_subject_create(&rx_type_int64_t);
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		cy_register(cluster, &commands[i]);
}

PROGRAM(streamer)
{
	cy_cluster *cluster = cy_join(NULL);
	if (!cluster)
		return 99;
	serve(cluster);
	const int status = cy_run(cluster);
	rx_subject_unref(ticks);
	return status;
}

/* ---- Who reads ------------------------------------------------------------------------------------------------------- */

/* Takes numbers that count up, and pauses at `stop_at`. */
struct reader {
	rx_subscription subscription;
	int64_t seen, stop_at;
	bool strict; /* they come one by one, from 0 */
	int64_t last;
	int code;
	char words[300];
	bool complete;
};

static void read_reply(const cy_reply *reply, void *ctx)
{
	struct reader *reader = ctx;
	ck_assert(!reader->complete && !reader->code);
	ck_assert_ptr_nonnull(reply->value);
	if (cy_value_type(reply->value) == CY_INT)
		cy_get_int(reply->value, NULL, &reader->last);
	if (reader->strict)
		ck_assert_int_eq(reader->last, reader->seen);
	if (++reader->seen == reader->stop_at)
		ck_assert_int_eq(rx_pause(&reader->subscription), 0);
}
RX_CONSUMER(read_reply, cy_reply);

static void read_error(const rx_error *error, void *ctx)
{
	struct reader *reader = ctx;
	reader->code = error->code;
	snprintf(reader->words, sizeof reader->words, "%s", error->message);
}

static void read_end(void *ctx)
{
	((struct reader *)ctx)->complete = true;
}

static void start(struct reader *reader, rx_observable *replies)
{
	rx_subscribe(replies,
	             &(rx_observer){RX_NEXT(read_reply), .error = read_error, .complete = read_end, .ctx = reader},
	             &reader->subscription);
}

/* Run the loop until it has seen so many. */
static void await_seen(const struct reader *reader, int64_t seen)
{
	while (reader->seen < seen && !reader->code && !reader->complete)
		ev_run(ev_default_loop(0), EVRUN_ONCE);
	ck_assert_msg(reader->seen == seen, "%" PRId64 " of %" PRId64 ": %s", reader->seen, seen, reader->words);
}

static void await_end(const struct reader *reader)
{
	while (!reader->code && !reader->complete)
		ev_run(ev_default_loop(0), EVRUN_ONCE);
}

static cy_cluster *begin(size_t workers)
{
	static const char *const names[] = {"Paul", "Sarah", "Anna"};
	cy_cluster *cluster = cluster_begin("streamer", NULL);
	for (size_t i = 0; i < workers; i++)
		cluster_fork(cluster, names[i], NULL);
	cluster_ready(cluster);
	return cluster;
}

static int64_t ask(cy_cluster *cluster, const char *name, const char *command)
{
	return cluster_number(cluster, cy_named(name), command, NULL);
}

/* ---- Sources that can be paused -------------------------------------------------------------------------------------- */

enum { MANY = 100000 };

/* How many items; the soak sets it. */
static int64_t many(void)
{
	const char *text = getenv("CLUSTERFY_TEST_ITEMS");
	return text ? strtoll(text, NULL, 10) : MANY;
}

TEST(many_items_come_in_order_and_the_server_never_runs_ahead_of_its_credit)
{
	cy_cluster *cluster = begin(1);
	struct reader reader = {.strict = true, .stop_at = 1};
	start(&reader, cy_call(cluster, cy_named("Paul"), "count", cy_int(many())));
	for (int64_t seen = 1; seen < many(); seen += many() / 10) {
		await_seen(&reader, seen);
		ck_assert_int_le(ask(cluster, "Paul", "made"), seen + CY__CREDIT_ITEMS + SPAN);
		ck_assert_int_eq(reader.seen, seen); /* paused is paused */
		reader.stop_at = seen + many() / 10;
		rx_resume(&reader.subscription);
	}
	await_end(&reader);
	ck_assert_msg(reader.complete, "%s", reader.words);
	ck_assert_int_eq(reader.seen, many());
	cluster_end(cluster);
}

/* Its items wait in its own queue, before what it says to anybody else. */
TEST(who_is_granted_a_million_items_waits_for_them_and_nobody_else_does, .timeout = 20)
{
	cy_cluster *cluster = begin(1);
	struct reader reader = {.stop_at = -1};
	start(&reader, cy_call_with(cluster, cy_named("Paul"), "count", cy_int(1000000),
	                            &(cy_call_options){.credit = UINT32_MAX}));
	while (!reader.seen)
		ck_assert(ev_run(ev_default_loop(0), EVRUN_ONCE));
	ask(cluster, "Paul", "made");
	ck_assert_int_le(reader.seen, 50000);
	rx_unsubscribe(&reader.subscription);
	cluster_end(cluster);
}

TEST(bytes_are_under_credit_too)
{
	cy_cluster *cluster = begin(1);
	struct reader reader = {.stop_at = 3};
	start(&reader, cy_call(cluster, cy_named("Paul"), "count_large", cy_int(1000)));
	await_seen(&reader, 3);
	const int64_t most = 3 + CY__CREDIT_BYTES / 100000 + 2;
	ck_assert_int_le(ask(cluster, "Paul", "made"), most + SPAN);
	reader.stop_at = 600;
	rx_resume(&reader.subscription);
	await_seen(&reader, 600);
	ck_assert_int_le(ask(cluster, "Paul", "made"), 600 + most); /* not a span more, now that it knows */
	rx_resume(&reader.subscription);
	await_end(&reader);
	ck_assert_msg(reader.complete, "%s", reader.words);
	ck_assert_int_eq(reader.seen, 1000);
	cluster_end(cluster);
}

TEST(the_window_is_the_callers_choice, .from = 1, .to = 4)
{
	cy_cluster *cluster = begin(1);
	struct reader reader = {.strict = true, .stop_at = 300};
	start(&reader, cy_call_with(cluster, cy_named("Paul"), "count", cy_int(500),
	                            &(cy_call_options){.credit = (uint32_t)_i}));
	await_seen(&reader, 300);
	ck_assert_int_le(ask(cluster, "Paul", "made"), 300 + _i + SPAN);
	rx_resume(&reader.subscription);
	await_end(&reader);
	ck_assert_msg(reader.complete, "%s", reader.words);
	ck_assert_int_eq(reader.seen, 500);
	cluster_end(cluster);
}

TEST(an_end_comes_behind_what_waits)
{
	cy_cluster *cluster = begin(1);
	struct reader reader = {.strict = true, .stop_at = 1}, failing = {.strict = true, .stop_at = 1};
	start(&reader, cy_call(cluster, cy_named("Paul"), "count", cy_int(9)));
	start(&failing, cy_call(cluster, cy_named("Paul"), "count_and_fail", cy_int(9)));
	await_seen(&reader, 1);
	await_seen(&failing, 1);
	ask(cluster, "Paul", "made"); /* behind both of their ends */
	ck_assert(!reader.complete && !failing.code);
	rx_resume(&reader.subscription);
	ck_assert_int_eq(reader.seen, 9);
	ck_assert_msg(reader.complete, "%s", reader.words);
	rx_resume(&failing.subscription);
	ck_assert_int_eq(failing.seen, 9);
	ck_assert_int_eq(failing.code, -EDOM);
	cluster_end(cluster);
}

/* Each item pauses, and is followed by a resume from the outside. */
TEST(one_at_a_time)
{
	cy_cluster *cluster = begin(1);
	struct reader reader = {.strict = true};
	reader.stop_at = 1;
	start(&reader, cy_call(cluster, cy_named("Paul"), "count", cy_int(600)));
	for (int64_t n = 1; n < 600; n++) {
		await_seen(&reader, n);
		reader.stop_at = n + 1;
		rx_resume(&reader.subscription);
	}
	await_seen(&reader, 600);
	rx_resume(&reader.subscription);
	await_end(&reader);
	ck_assert_msg(reader.complete, "%s", reader.words);
	cluster_end(cluster);
}

TEST(unsubscribing_in_mid_stream_cancels_a_handler_that_is_paused)
{
	cy_cluster *cluster = begin(1);
	struct reader reader = {.strict = true, .stop_at = 1};
	start(&reader, cy_call(cluster, cy_named("Paul"), "count", cy_int(MANY)));
	await_seen(&reader, 1);
	ck_assert_int_eq(ask(cluster, "Paul", "cancelled"), 0);
	rx_unsubscribe(&reader.subscription);
	while (ask(cluster, "Paul", "cancelled") == 0)
		;
	ck_assert_int_le(ask(cluster, "Paul", "made"), 1 + CY__CREDIT_ITEMS + SPAN);
	cluster_end(cluster);
}

TEST(unsubscribing_while_the_end_waits)
{
	cy_cluster *cluster = begin(1);
	struct reader reader = {.strict = true, .stop_at = 1};
	start(&reader, cy_call(cluster, cy_named("Paul"), "count", cy_int(9)));
	await_seen(&reader, 1);
	ask(cluster, "Paul", "made");
	rx_unsubscribe(&reader.subscription);
	ck_assert_int_eq(reader.seen, 1);
	cluster_end(cluster);
}

TEST(a_call_that_is_paused_ends_when_its_worker_dies)
{
	cy_cluster *cluster = begin(1);
	struct reader reader = {.strict = true, .stop_at = 10};
	start(&reader, cy_call(cluster, cy_named("Paul"), "count", cy_int(MANY)));
	await_seen(&reader, 10);
	ask(cluster, "Paul", "made");
	cy_kill(cluster, cy_named("Paul"), SIGKILL);
	ck_assert_int_eq(cluster_code(cluster, cy_named("Paul"), "never", NULL) < 0, true);
	ck_assert(!reader.code);
	rx_resume(&reader.subscription);
	await_end(&reader);
	ck_assert_int_eq(reader.code, -ECONNRESET);
	ck_assert_int_ge(reader.seen, CY__CREDIT_ITEMS);
	cluster_end(cluster);
}

/* ---- Others on the way ------------------------------------------------------------------------------------------------ */

TEST(a_slow_reader_pauses_a_handler_behind_another_worker)
{
	cy_cluster *cluster = begin(2);
	struct reader reader = {.strict = true, .stop_at = 1};
	start(&reader, cy_call(cluster, cy_named("Paul"), "relay",
	                       cy_array(cy_string("Sarah"), cy_string("count"), cy_int(MANY / 10))));
	for (int64_t seen = 1; seen < MANY / 10; seen += MANY / 50) {
		await_seen(&reader, seen);
		/* a window here, one at Paul's, and what his call has brought beyond */
		ck_assert_int_le(ask(cluster, "Sarah", "made"), seen + 2 * CY__CREDIT_ITEMS + SPAN);
		reader.stop_at = seen + MANY / 50;
		rx_resume(&reader.subscription);
	}
	await_end(&reader);
	ck_assert_msg(reader.complete, "%s", reader.words);
	ck_assert_int_eq(reader.seen, MANY / 10);
	cluster_end(cluster);
}

TEST(each_of_many_has_a_window_of_its_own)
{
	cy_cluster *cluster = begin(3);
	struct reader reader = {.stop_at = 1};
	start(&reader, cy_call(cluster, cy_all(), "count", cy_int(5000)));
	await_seen(&reader, 1);
	for (int i = 0; i < 3; i++)
		ck_assert_int_le(ask(cluster, (const char *[]){"Paul", "Sarah", "Anna"}[i], "made"),
		                 1 + CY__CREDIT_ITEMS + SPAN);
	rx_resume(&reader.subscription);
	await_end(&reader);
	ck_assert_msg(reader.complete, "%s", reader.words);
	ck_assert_int_eq(reader.seen, 3 * 5000);
	cluster_end(cluster);
}

TEST(and_so_it_is_when_a_worker_asks_all_others)
{
	cy_cluster *cluster = begin(3);
	struct reader reader = {.stop_at = 1};
	start(&reader,
	      cy_call(cluster, cy_named("Paul"), "relay", cy_array(cy_nil(), cy_string("count"), cy_int(5000))));
	await_seen(&reader, 1);
	for (int i = 0; i < 2; i++)
		ck_assert_int_le(ask(cluster, (const char *[]){"Sarah", "Anna"}[i], "made"),
		                 1 + 2 * CY__CREDIT_ITEMS + SPAN);
	rx_resume(&reader.subscription);
	await_end(&reader);
	ck_assert_msg(reader.complete, "%s", reader.words);
	ck_assert_int_eq(reader.seen, 2 * 5000);
	cluster_end(cluster);
}

/* So many that its windows are looked up in a table. */
TEST(and_so_it_is_when_a_worker_asks_more_than_are_searched_in_line)
{
	enum { OTHERS = 20, EACH = 2000, PATIENT = 2 };
	cy_cluster *cluster = begin(1);
	struct reader reader = {.stop_at = 1};
	for (int i = 0; i < OTHERS; i++)
		cluster_fork(cluster, i < PATIENT ? (const char *[]){"Sarah", "Anna"}[i] : NULL, NULL);
	cluster_ready(cluster);
	start(&reader,
	      cy_call(cluster, cy_named("Paul"), "relay", cy_array(cy_nil(), cy_string("count"), cy_int(EACH))));
	await_seen(&reader, 1);
	for (int i = 0; i < PATIENT; i++)
		ck_assert_int_le(ask(cluster, (const char *[]){"Sarah", "Anna"}[i], "made"),
		                 1 + 2 * CY__CREDIT_ITEMS + SPAN);
	rx_resume(&reader.subscription);
	await_end(&reader);
	ck_assert_msg(reader.complete, "%s", reader.words);
	ck_assert_int_eq(reader.seen, OTHERS * EACH);
	cluster_end(cluster);
}

TEST(a_process_that_calls_itself_pauses_itself)
{
	cy_cluster *cluster = begin(0);
	struct reader reader = {.strict = true, .stop_at = 1};
	serve(cluster);
	start(&reader, cy_call(cluster, cy_primary(), "count", cy_int(many())));
	for (int64_t seen = 1; seen < many(); seen += many() / 10) {
		await_seen(&reader, seen);
		ck_assert_int_le(made, seen + CY__CREDIT_ITEMS + SPAN);
		reader.stop_at = seen + many() / 10;
		rx_resume(&reader.subscription);
	}
	await_end(&reader);
	ck_assert_msg(reader.complete, "%s", reader.words);
	ck_assert_int_eq(reader.seen, many());
	cluster_end(cluster);
	rx_subject_unref(ticks);
}

/* ---- Sources that cannot ------------------------------------------------------------------------------------------------ */

/* A reader that stops at once, of what Paul's subject brings, of which there are n. */
static void watch_paused(cy_cluster *cluster, struct reader *reader, cy_value *policy, int64_t n)
{
	*reader = (struct reader){.stop_at = 1};
	start(reader, cy_call(cluster, cy_named("Paul"), policy ? "watch_with" : "watch", policy));
	cluster_number(cluster, cy_named("Paul"), "made", NULL);
	cluster_code(cluster, cy_named("Paul"), "tick", cy_int(n));
	ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "made", NULL), n);
	ck_assert_int_eq(reader->seen, 1);
}

static void end_of_ticks(cy_cluster *cluster, struct reader *reader)
{
	cluster_code(cluster, cy_named("Paul"), "tick", cy_int(-1));
	rx_resume(&reader->subscription);
	await_end(reader);
}

TEST(items_of_a_source_that_cannot_be_paused_wait_at_the_server)
{
	cy_cluster *cluster = begin(1);
	struct reader reader;
	watch_paused(cluster, &reader, NULL, 5000);
	reader.strict = true;
	end_of_ticks(cluster, &reader);
	ck_assert_msg(reader.complete, "%s", reader.words);
	ck_assert_int_eq(reader.seen, 5000);
	cluster_end(cluster);
}

TEST(past_the_queues_bound_the_call_fails_and_says_what_to_do)
{
	cy_cluster *cluster = begin(1);
	struct reader reader;
	reader = (struct reader){.stop_at = 1};
	start(&reader, cy_call(cluster, cy_named("Paul"), "watch", NULL));
	ask(cluster, "Paul", "made");
	cluster_code(cluster, cy_named("Paul"), "tick", cy_int(70000));
	ck_assert_int_lt(ask(cluster, "Paul", "made"), 70000); /* nobody listens to the others */
	rx_resume(&reader.subscription);
	await_end(&reader);
	ck_assert_int_eq(reader.code, -EAGAIN);
	ck_assert_ptr_nonnull(strstr(reader.words, "\"watch\""));
	ck_assert_ptr_nonnull(strstr(reader.words, "rx_on_backpressure"));
	ck_assert_int_eq(reader.seen, CY__CREDIT_ITEMS);
	cluster_end(cluster);
}

TEST(with_a_buffer)
{
	cy_cluster *cluster = begin(1);
	struct reader reader;
	watch_paused(cluster, &reader, cy_string("buffer"), CY__CREDIT_ITEMS + 100);
	end_of_ticks(cluster, &reader);
	ck_assert_msg(reader.complete, "%s", reader.words);
	ck_assert_int_eq(reader.seen, CY__CREDIT_ITEMS + 100);
	cluster_end(cluster);
}

TEST(with_a_buffer_that_is_too_small)
{
	cy_cluster *cluster = begin(1);
	struct reader reader;
	watch_paused(cluster, &reader, cy_string("buffer"), CY__CREDIT_ITEMS + 101);
	end_of_ticks(cluster, &reader);
	ck_assert_int_eq(reader.code, -EAGAIN);
	ck_assert_int_eq(reader.seen, CY__CREDIT_ITEMS + 100);
	cluster_end(cluster);
}

TEST(with_drop)
{
	cy_cluster *cluster = begin(1);
	struct reader reader;
	watch_paused(cluster, &reader, cy_string("drop"), 5000);
	end_of_ticks(cluster, &reader);
	ck_assert_msg(reader.complete, "%s", reader.words);
	ck_assert_int_eq(reader.seen, CY__CREDIT_ITEMS);
	ck_assert_int_eq(ask(cluster, "Paul", "dropped"), 5000 - CY__CREDIT_ITEMS);
	cluster_end(cluster);
}

TEST(with_latest)
{
	cy_cluster *cluster = begin(1);
	struct reader reader;
	watch_paused(cluster, &reader, cy_string("latest"), 5000);
	end_of_ticks(cluster, &reader);
	ck_assert_msg(reader.complete, "%s", reader.words);
	ck_assert_int_eq(reader.seen, CY__CREDIT_ITEMS + 1);
	ck_assert_int_eq(reader.last, 4999);
	cluster_end(cluster);
}

TEST(with_error)
{
	cy_cluster *cluster = begin(1);
	struct reader reader = {.stop_at = 1};
	start(&reader, cy_call(cluster, cy_named("Paul"), "watch_with", cy_string("error")));
	ask(cluster, "Paul", "made");
	cluster_code(cluster, cy_named("Paul"), "tick", cy_int(5000));
	rx_resume(&reader.subscription);
	await_end(&reader);
	ck_assert_int_eq(reader.code, -EAGAIN);
	ck_assert_int_eq(reader.seen, CY__CREDIT_ITEMS);
	ck_assert_int_eq(ask(cluster, "Paul", "made"), CY__CREDIT_ITEMS + 1);
	cluster_end(cluster);
}

/* ---- Full queues -------------------------------------------------------------------------------------------------------- */

/* Here, asked by Paul: he is stopped before the first item. */
static rx_observable *stop_and_count(const cy_request *request, void *ctx)
{
	cy_kill(request->cluster, cy_worker(request->origin), SIGSTOP);
	return count(request, ctx);
}

/*
 * What is granted is far more than the queue takes, and who reads it is stopped: the queue's bound pauses the handler, and
 * room lets it go on. (The kernel's buffer takes some thousand frames more.)
 */
TEST(a_queue_that_is_full_pauses_a_handler_too)
{
	enum { QUEUE = 1000, KERNEL = 20000 };
	cy_cluster *cluster = cluster_begin("streamer", &(cy_options){.queue_frames = QUEUE});
	struct reader reader = {0};
	cluster_fork(cluster, "Paul", NULL);
	cluster_fork(cluster, "Sarah", NULL);
	cluster_ready(cluster);
	made = 0;
	cy_register(cluster, &(cy_command){.name = "stop_and_count", .run = stop_and_count});
	start(&reader, cy_call(cluster, cy_named("Paul"), "take", cy_int(MANY / 10)));
	while (made == 0 && !reader.code)
		ev_run(ev_default_loop(0), EVRUN_ONCE);
	for (int i = 0; i < 20; i++) {
		ask(cluster, "Sarah", "made");
		ck_assert_int_lt(made, QUEUE + SPAN + KERNEL);
	}
	cy_kill(cluster, cy_named("Paul"), SIGCONT);
	await_end(&reader);
	ck_assert_msg(reader.complete, "%s", reader.words);
	ck_assert_int_eq(reader.last, MANY / 10);
	cluster_end(cluster);
}
