/*
 * Fairness: whatever one worker makes others hold is charged to it, and costs nobody else anything.
 *
 * The one that floods speaks the wire's language by itself, so that nothing at its own end bounds it. It reads nothing while
 * it floods, and tells by a message that it has done.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "lib/primary/workers.h"
#include "tests/support/liar.h"

/* ---- Honest workers --------------------------------------------------------------------------------------------------- */

static rx_observable *echo(const cy_request *request, void *ctx)
{
	return cy_answer(cy_value_ref(request->arguments));
}

static rx_observable *never(const cy_request *request, void *ctx)
{
	return rx_never();
}

static size_t messages;

static void count_message(const cy_event *event, void *ctx)
{
	messages++;
}
RX_CONSUMER(count_message, cy_event);

static rx_observable *tell_messages(const cy_request *request, void *ctx)
{
	return cy_answer(cy_uint(messages));
}

/* The code that a call to the worker of this name ends with. */
static int count_failure(const cy_reply *reply, cy_body *code, void *ctx)
{
	*code = cy_int(reply->error ? reply->error->code : 0);
	return 0;
}
RX_MAPPER(count_failure, cy_body, cy_reply);

static rx_observable *ask_on(const cy_request *request, void *ctx)
{
	const char *name = NULL;
	cy_get_string(request->arguments, NULL, &name);
	return rx_pipe(cy_call(request->cluster, cy_named(name ? name : ""), "echo", cy_int(1)), rx_map(count_failure));
}

enum { LARGE = 16 << 10, ANSWERS = 500 };

static rx_observable *large(const cy_request *request, void *ctx)
{
	static const char zeros[LARGE];
	return cy_answer(cy_binary(zeros, sizeof zeros));
}

/* A call to all others, whose errors are counted. */
static size_t part_errors;

static void count_part_error(const cy_reply *reply, void *ctx)
{
	part_errors += reply->error != NULL;
}
RX_CONSUMER(count_part_error, cy_reply);

static void take_error(const rx_error *error, void *ctx)
{
}

static rx_observable *gather(const cy_request *request, void *ctx)
{
	rx_subscribe(cy_call(request->cluster, cy_others(), "fail", NULL),
	             &(rx_observer){RX_NEXT(count_part_error), .error = take_error}, NULL);
	return cy_answer(cy_int(0));
}

static rx_observable *tell_part_errors(const cy_request *request, void *ctx)
{
	return cy_answer(cy_uint(part_errors));
}

/* Fails once it is told to. */
static size_t failing;

static int fail_now(const cy_event *event, cy_body *body, void *ctx)
{
	return -EIO;
}
RX_MAPPER(fail_now, cy_body, cy_event);

static rx_observable *fail_later(const cy_request *request, void *ctx)
{
	failing++;
	return rx_pipe(cy_messages(request->cluster, "now"), rx_map(fail_now));
}

static rx_observable *tell_failing(const cy_request *request, void *ctx)
{
	return cy_answer(cy_uint(failing));
}

static int honest_main(void)
{
	rx_subscription events;
	cy_cluster *cluster = cy_join(NULL);
	if (!cluster)
		return 99;
	rx_subscribe(cy_messages(cluster, NULL), &(rx_observer){RX_NEXT(count_message)}, &events);
	cy_register(cluster, &(cy_command){.name = "echo", .run = echo});
	cy_register(cluster, &(cy_command){.name = "never", .run = never});
	cy_register(cluster, &(cy_command){.name = "large", .run = large});
	cy_register(cluster, &(cy_command){.name = "ask", .run = ask_on});
	cy_register(cluster, &(cy_command){.name = "messages", .run = tell_messages});
	cy_register(cluster, &(cy_command){.name = "gather", .run = gather});
	cy_register(cluster, &(cy_command){.name = "part errors", .run = tell_part_errors});
	cy_register(cluster, &(cy_command){.name = "fail", .run = fail_later});
	cy_register(cluster, &(cy_command){.name = "failing", .run = tell_failing});
	return cy_run(cluster);
}

/* ---- The flooder ------------------------------------------------------------------------------------------------------ */

enum { CALLS = 33000, FLOOD = 100000, TARGET = 1 };

static void sink_frame(cy__frame frame, const uint8_t *body, size_t size)
{
	static uint8_t bytes[1 << 16];
	static size_t used;
	if (frame.kind == 0 || used + CY__FRAME_HEAD + size > sizeof bytes) {
		for (size_t at = 0; at < used;) {
			const ssize_t put = write(channel, bytes + at, used - at);
			if (put <= 0)
				_exit(CAUGHT);
			at += (size_t)put;
		}
		used = 0;
	}
	if (frame.kind == 0)
		return;
	frame.body = body;
	frame.body_size = size;
	cy__frame_encode(&frame, bytes + used);
	used += CY__FRAME_HEAD;
	memcpy(bytes + used, body, size);
	used += size;
}

static void flush_sink(void)
{
	sink_frame((cy__frame){0}, NULL, 0);
}

static void flood_with(cy__frame frame, cy_value *body, int count)
{
	size_t size;
	const uint8_t *bytes = cy_value_bytes(body, &size);
	for (int i = 0; i < count; i++) {
		frame.call = frame.kind == CY__CALL ? (uint64_t)(i + 1) : 0;
		sink_frame(frame, bytes, size);
	}
	flush_sink();
	cy_value_unref(body);
}

/* Calls that grant nothing, and are never answered. */
static void flood_calls(void)
{
	flood_with((cy__frame){.kind = CY__CALL, .to = TARGET}, cy_pack("[n, s, n]", "never"), CALLS);
}

static void flood_messages(void)
{
	flood_with((cy__frame){.kind = CY__MESSAGE, .to = TARGET}, cy_pack("[n, s, n]", "flood"), FLOOD);
}

static void flood_all(void)
{
	flood_with((cy__frame){.kind = CY__CALL, .to = CY__TO_ALL}, cy_pack("[n, s, n]", "nothing"), 3 * CALLS);
}

static void flood_latest(void)
{
	char name[32];
	for (int i = 0; i < FLOOD; i++) {
		snprintf(name, sizeof name, "%d", i % 30000);
		cy_value *body = cy_pack("[n, s, i]", name, i);
		size_t size;
		const uint8_t *bytes = cy_value_bytes(body, &size);
		sink_frame((cy__frame){.kind = CY__MESSAGE, .flags = CY__FRAME_KEEP_LATEST, .to = TARGET}, bytes, size);
		cy_value_unref(body);
	}
	flush_sink();
}

static void flood_unknown(void)
{
	flood_with((cy__frame){.kind = CY__CALL, .to = 99}, cy_pack("[n, s, n]", "nothing"), 3 * CALLS);
}

/* Leaves no room in the socket of one that reads nothing. */
static void fill_socket(void)
{
	static const char filling[30000];
	flood_with((cy__frame){.kind = CY__MESSAGE, .to = TARGET},
	           cy_array(cy_nil(), cy_string("fill"), cy_binary(filling, sizeof filling)), 20);
}

static void flood_full(void)
{
	fill_socket();
	flood_messages();
}

/* Descriptors in messages to one that reads nothing. */
static void flood_descriptors(void)
{
	enum { SET = 2, TIMES = 1500 };
	int fds[SET];
	uint8_t bytes[CY__FRAME_HEAD + 64];
	fill_socket();
	cy_value *body = cy_pack("[n, s, n]", "fds");
	cy__frame frame = {.kind = CY__MESSAGE, .to = TARGET, .fd_count = SET};
	frame.body = cy_value_bytes(body, &frame.body_size);
	cy__frame_encode(&frame, bytes);
	memcpy(bytes + CY__FRAME_HEAD, frame.body, frame.body_size);
	for (int i = 0; i < SET; i++)
		fds[i] = STDERR_FILENO;
	for (int i = 0; i < TIMES; i++) {
		union {
			struct cmsghdr head;
			char room[CMSG_SPACE(sizeof fds)];
		} control = {.room = ""};
		struct iovec part = {bytes, CY__FRAME_HEAD + frame.body_size};
		struct msghdr message = {.msg_iov = &part,
		                         .msg_iovlen = 1,
		                         .msg_control = &control,
		                         .msg_controllen = CMSG_SPACE(sizeof fds)};
		control.head = (struct cmsghdr){CMSG_LEN(sizeof fds), SOL_SOCKET, SCM_RIGHTS};
		memcpy(CMSG_DATA(&control.head), fds, sizeof fds);
		if (sendmsg(channel, &message, 0) < 0)
			_exit(CAUGHT);
	}
	cy_value_unref(body);
}

static void flood_answers(void)
{
	flood_with((cy__frame){.kind = CY__CALL, .to = TARGET, .credit = 1}, cy_pack("[n, s, n]", "large"), ANSWERS);
	say_done();
	while (true)
		pause(); /* and reads nothing */
}

/* Each reply has a descriptor, of the same socket. @p credit 0: the reply waits for credit and not in the queue. */
static void ask_for_sockets(uint32_t credit)
{
	flood_with((cy__frame){.kind = CY__CALL, .credit = credit},
	           cy_pack("[n, s, [s, i, b]]", "cy_listen", "127.0.0.1:0", 1, 0), 2000);
	say_done();
	while (true)
		pause(); /* and reads nothing */
}

static void flood_sockets(void)
{
	ask_for_sockets(1);
}

static void flood_sockets_without_credit(void)
{
	ask_for_sockets(0);
}

static const struct {
	const char *name;
	void (*run)(void);
} floods[] = {{"calls", flood_calls},
              {"messages", flood_messages},
              {"full", flood_full},
              {"all", flood_all},
              {"latest", flood_latest},
              {"unknown", flood_unknown},
              {"descriptors", flood_descriptors},
              {"answers", flood_answers},
              {"sockets", flood_sockets},
              {"sockets without credit", flood_sockets_without_credit}};

PROGRAM(fair)
{
	void (*run)(void) = NULL;
	for (size_t i = 0; argc > 1 && i < sizeof floods / sizeof *floods; i++)
		if (strcmp(argv[1], floods[i].name) == 0)
			run = floods[i].run;
	if (!run)
		return honest_main();
	channel = cy__inherited_channel();
	say_hello(put);
	/* The first call of the primary's says that it may begin. */
	cy_value_unref(hear(CY__CALL));
	run();
	say_done();
	hear_no_more();
	return 0;
}

/* ---- The primary of them ---------------------------------------------------------------------------------------------- */

static bool done;

static void note_done(const cy_event *event, void *ctx)
{
	done = true;
}
RX_CONSUMER(note_done, cy_event);

struct scene {
	event_log log;
	cy_cluster *cluster;
	rx_subscription dones, going;
	uint32_t flooder;
};

static void begin_honest(struct scene *scene, const cy_options *options)
{
	done = false;
	scene->cluster = cluster_begin("fair", options);
	cluster_fork(scene->cluster, "Honest", NULL);
	cluster_fork(scene->cluster, "Neighbour", NULL);
	cluster_ready(scene->cluster);
}

static void begin_flooder(struct scene *scene, const char *flood, const cy_worker_options *of)
{
	cy_worker_options flooding = of ? *of : (cy_worker_options){0};
	flooding.process.arguments = (const char *[]){flood, NULL};
	rx_subscribe(cy_messages(scene->cluster, "done"), &(rx_observer){RX_NEXT(note_done)}, &scene->dones);
	event_log_start(&scene->log, scene->cluster, NULL);
	scene->flooder = cluster_fork(scene->cluster, "Flooder", &flooding);
	event_log_await(&scene->log, "online Flooder");
}

static void begin_with(struct scene *scene, const char *flood, const cy_options *options, const cy_worker_options *of)
{
	begin_honest(scene, options);
	begin_flooder(scene, flood, of);
}

static void begin(struct scene *scene, const char *flood)
{
	begin_with(scene, flood, NULL, NULL);
}

static void go(struct scene *scene)
{
	rx_subscribe(cy_call(scene->cluster, cy_named("Flooder"), "go", NULL), NULL, &scene->going);
}

static void await_done(struct scene *scene)
{
	while (!done)
		ck_assert_int_eq(cy_poll(scene->cluster), 0);
}

static void end(struct scene *scene)
{
	rx_unsubscribe(&scene->going);
	rx_unsubscribe(&scene->dones);
	event_log_stop(&scene->log);
	cluster_end(scene->cluster);
}

static cy_worker_statistics look_at(cy_cluster *cluster, uint32_t id)
{
	cy_statistics statistics;
	cy_worker_statistics found = {0};
	ck_assert_int_eq(cy_statistics_take(cluster, &statistics), 0);
	for (size_t i = 0; i < statistics.count; i++)
		if (statistics.workers[i].id == id)
			found = statistics.workers[i];
	cy_statistics_finish(&statistics);
	return found;
}

/* ---- Tests ------------------------------------------------------------------------------------------------------------ */

/* Finding 6. */
TEST(calls_that_are_never_answered_leave_a_target_to_everybody_else, .timeout = 20)
{
	struct scene scene;
	begin(&scene, "calls");
	go(&scene);
	await_done(&scene);
	for (int i = 0; i < 50; i++) {
		ck_assert_int_eq(cluster_number(scene.cluster, cy_named("Neighbour"), "ask", cy_string("Honest")), 0);
		ck_assert_int_eq(cluster_number(scene.cluster, cy_named("Honest"), "echo", cy_int(i)), i);
	}
	const cy_worker_statistics flooder = look_at(scene.cluster, scene.flooder);
	ck_assert_uint_eq(flooder.limits.calls, 16384);
	ck_assert_uint_le(flooder.held.calls, flooder.limits.calls);
	ck_assert_uint_eq(flooder.held.calls + flooder.refusals.calls, CALLS);
	ck_assert_uint_ge(event_log_count(&scene.log, "error Flooder -122"), 1);
	end(&scene);
}

/* Finding 7. */
TEST(a_worker_whose_queue_others_fill_keeps_its_channel, .timeout = 20)
{
	struct scene scene;
	begin_with(&scene, "messages", &(cy_options){.queue_frames = 64}, NULL);
	cy_kill(scene.cluster, cy_named("Honest"), SIGSTOP);
	go(&scene);
	await_done(&scene);
	const cy__peer *peer = &cy__workers_named(scene.cluster, "Honest")->peer;
	ck_assert_uint_gt(peer->gauge.refused, 0);
	cy_kill(scene.cluster, cy_named("Honest"), SIGCONT);
	ck_assert_int_eq(cluster_number(scene.cluster, cy_named("Honest"), "ask", cy_string("Neighbour")), 0);
	ck_assert_uint_eq(event_log_count(&scene.log, "disconnect Honest"), 0);
	end(&scene);
}

/* Finding 7: Honest has called all others, all of them fail when a third party has filled the queue to it. */
TEST(a_caller_of_many_whose_queue_others_fill_hears_each_of_their_errors, .timeout = 20)
{
	enum { OTHERS = 6, FIRST_OTHER = 3 };
	struct scene scene;
	begin_honest(&scene, &(cy_options){.queue_frames = 64});
	for (int i = 0; i < OTHERS; i++)
		cluster_fork(scene.cluster, NULL, NULL);
	cluster_ready(scene.cluster);
	cluster_number(scene.cluster, cy_named("Honest"), "gather", NULL);
	for (uint32_t i = 0; i < OTHERS; i++)
		while (!cluster_number(scene.cluster, cy_worker(FIRST_OTHER + i), "failing", NULL))
			;
	const int64_t before = cluster_number(scene.cluster, cy_named("Honest"), "part errors", NULL);
	begin_flooder(&scene, "full", NULL);
	cy_kill(scene.cluster, cy_named("Honest"), SIGSTOP);
	go(&scene);
	await_done(&scene);
	const cy__peer *peer = &cy__workers_named(scene.cluster, "Honest")->peer;
	ck_assert_uint_gt(peer->gauge.refused, 0);
	for (uint32_t i = 0; i < OTHERS; i++) {
		ck_assert_int_eq(cy_send(scene.cluster, cy_worker(FIRST_OTHER + i), "now", NULL), 0);
		cluster_number(scene.cluster, cy_worker(FIRST_OTHER + i), "failing", NULL);
	}
	ck_assert_uint_eq(event_log_count(&scene.log, "disconnect Honest"), 0);
	cy_kill(scene.cluster, cy_named("Honest"), SIGCONT);
	while (cluster_number(scene.cluster, cy_named("Honest"), "part errors", NULL) < before + OTHERS)
		;
	ck_assert_uint_eq(event_log_count(&scene.log, "disconnect Honest"), 0);
	end(&scene);
}

/* Who makes calls and reads no answers is not read, and nobody else notices. */
TEST(who_reads_no_answers_is_not_read, .to = 2, .timeout = 60)
{
	struct scene scene;
	begin(&scene, _i ? "unknown" : "all");
	go(&scene);
	const cy__peer *peer = &cy__workers_named(scene.cluster, "Flooder")->peer;
	while (cy__channel_wants_read(peer->channel) && !done)
		ck_assert_int_eq(cy_poll(scene.cluster), 0);
	for (int i = 0; i < 20; i++)
		ck_assert_int_eq(cluster_number(scene.cluster, cy_named("Neighbour"), "ask", cy_string("Honest")), 0);
	size_t bytes;
	ck_assert_uint_lt(cy__channel_backlog(peer->channel, &bytes), 2 * 65536);
	ck_assert_uint_eq(event_log_count(&scene.log, "disconnect Flooder"), 0);
	cy_kill(scene.cluster, cy_named("Flooder"), SIGKILL);
	event_log_await(&scene.log, "exit Flooder signal 9 gone");
	end(&scene);
}

/* Finding 8: at 1024 descriptors a sibling that is killed comes back. */
TEST(descriptors_in_messages_that_wait_are_bounded, .timeout = 20)
{
	struct scene scene;
	struct rlimit limit;
	begin(&scene, "descriptors");
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = 1024;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	cy_kill(scene.cluster, cy_named("Honest"), SIGSTOP);
	go(&scene);
	await_done(&scene);
	cy_worker_statistics flooder = look_at(scene.cluster, scene.flooder);
	ck_assert_uint_le(flooder.held.descriptors, 128);
	ck_assert_uint_gt(flooder.held.descriptors + flooder.refusals.descriptors, 0);
	ck_assert_uint_gt(cluster_fork(scene.cluster, "Later", NULL), 0);
	ck_assert_int_eq(cluster_number(scene.cluster, cy_named("Later"), "echo", cy_int(1)), 1);
	cy_kill(scene.cluster, cy_named("Honest"), SIGCONT);
	while (flooder.held.descriptors) {
		ck_assert_int_eq(cluster_number(scene.cluster, cy_named("Honest"), "echo", cy_int(1)), 1);
		flooder = look_at(scene.cluster, scene.flooder);
	}
	end(&scene);
}

/* Finding 8: whoever asks for descriptors and does not read pays for them, and not whoever answers. */
TEST(descriptors_in_replies_that_wait_are_the_callers, .to = 2, .timeout = 20)
{
	struct scene scene;
	struct rlimit limit;
	begin(&scene, _i ? "sockets without credit" : "sockets");
	event_log_stop(&scene.log); /* each that gets its socket is an event */
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = 1024;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	go(&scene);
	await_done(&scene);
	const cy_worker_statistics flooder = look_at(scene.cluster, scene.flooder);
	ck_assert_uint_le(flooder.held.descriptors, 128);
	ck_assert_uint_gt(flooder.refusals.descriptors, 0);
	event_log_start(&scene.log, scene.cluster, NULL);
	ck_assert_uint_gt(cluster_fork(scene.cluster, "Later", NULL), 0);
	ck_assert_int_eq(cluster_number(scene.cluster, cy_named("Later"), "echo", cy_int(1)), 1);
	cy_kill(scene.cluster, cy_named("Flooder"), SIGKILL);
	event_log_await(&scene.log, "exit Flooder signal 9 gone");
	end(&scene);
}

/* What is answered and not read is the caller's, whoever has answered. */
TEST(replies_that_wait_are_on_the_account_of_whoever_asked, .timeout = 20)
{
	enum { LIMIT = 1 << 20 };
	struct scene scene;
	begin_with(&scene, "answers", NULL, &(cy_worker_options){.quota = {.bytes = LIMIT}});
	go(&scene);
	await_done(&scene);
	cy_worker_statistics flooder;
	do {
		ck_assert_int_eq(cluster_number(scene.cluster, cy_named("Honest"), "echo", cy_int(1)), 1);
		flooder = look_at(scene.cluster, scene.flooder);
	} while (flooder.held.calls);
	ck_assert_uint_gt(flooder.held.bytes, LIMIT / 2);
	ck_assert_uint_le(flooder.held.bytes, LIMIT);
	ck_assert_uint_gt(flooder.refusals.bytes, 0);
	ck_assert_uint_ge(event_log_count(&scene.log, "error Flooder -122"), 1);
	ck_assert_int_eq(cluster_number(scene.cluster, cy_named("Neighbour"), "ask", cy_string("Honest")), 0);
	cy_kill(scene.cluster, cy_named("Flooder"), SIGKILL);
	event_log_await(&scene.log, "exit Flooder signal 9 gone");
	end(&scene);
}

/* Finding 10: a place is found in a table, whatever waits. The neighbour is served beside the flood; no time is measured. */
TEST(what_keeps_the_latest_is_found_without_a_search, .timeout = 60)
{
	struct scene scene;
	begin(&scene, "latest");
	cy_kill(scene.cluster, cy_named("Honest"), SIGSTOP);
	go(&scene);
	await_done(&scene);
	const cy_worker_statistics flooder = look_at(scene.cluster, scene.flooder);
	ck_assert_uint_gt(flooder.held.frames, 1000);
	ck_assert_int_eq(cluster_number(scene.cluster, cy_named("Neighbour"), "echo", cy_int(1)), 1);
	cy_kill(scene.cluster, cy_named("Honest"), SIGCONT);
	ck_assert_int_eq(cluster_number(scene.cluster, cy_named("Neighbour"), "ask", cy_string("Honest")), 0);
	end(&scene);
}

/* One floods, two send: each has its share, and the flooder its own and no more. */
TEST(a_flooder_gets_its_share_and_an_honest_neighbour_is_served, .timeout = 20)
{
	enum { FRAMES = 1000, MINE = 100 };
	struct scene scene;
	begin_with(&scene, "messages", &(cy_options){.queue_frames = FRAMES}, NULL);
	cy_kill(scene.cluster, cy_named("Honest"), SIGSTOP);
	go(&scene);
	await_done(&scene);
	const cy_worker_statistics flooder = look_at(scene.cluster, scene.flooder);
	ck_assert_uint_gt(flooder.held.frames, 0);
	ck_assert_uint_le(flooder.held.frames, FRAMES);
	for (int i = 0; i < MINE; i++)
		ck_assert_int_eq(cy_send(scene.cluster, cy_named("Honest"), "mine", NULL), 0);
	cy_kill(scene.cluster, cy_named("Honest"), SIGCONT);
	ck_assert_int_eq(cluster_number(scene.cluster, cy_named("Neighbour"), "ask", cy_string("Honest")), 0);
	ck_assert_uint_ge((size_t)cluster_number(scene.cluster, cy_named("Honest"), "messages", NULL), MINE);
	end(&scene);
}

TEST(limits_of_a_worker_are_changed_while_it_lives_and_hold, .timeout = 20)
{
	struct scene scene;
	begin_with(&scene, "calls", NULL, &(cy_worker_options){.quota = {.calls = 100}});
	ck_assert_uint_eq(look_at(scene.cluster, scene.flooder).limits.calls, 100);
	ck_assert_int_eq(cy_set_quota(scene.cluster, cy_named("Nobody"), NULL), -ENOENT);
	ck_assert_int_eq(cy_set_quota(scene.cluster, cy_named("Flooder"), &(cy_quota){.calls = 10}), 0);
	go(&scene);
	await_done(&scene);
	const cy_worker_statistics flooder = look_at(scene.cluster, scene.flooder);
	ck_assert_uint_eq(flooder.limits.calls, 10);
	ck_assert_uint_eq(flooder.limits.frames, 65536);
	ck_assert_uint_eq(flooder.held.calls, 10);
	ck_assert_uint_eq(flooder.refusals.calls, CALLS - 10);
	ck_assert_uint_ge(event_log_count(&scene.log, "error Flooder -122"), 1);
	ck_assert_int_eq(cluster_number(scene.cluster, cy_named("Neighbour"), "ask", cy_string("Honest")), 0);
	end(&scene);
}

TEST(an_account_follows_the_id_over_a_crash, .timeout = 20)
{
	struct scene scene;
	begin_with(&scene, "messages", &(cy_options){.queue_frames = 1000},
	           &(cy_worker_options){.revive = CY_REVIVE_ALWAYS, .quota = {.frames = 77}});
	cy_kill(scene.cluster, cy_named("Honest"), SIGSTOP);
	go(&scene);
	await_done(&scene);
	ck_assert_uint_eq(look_at(scene.cluster, scene.flooder).held.frames, 77);
	cy_kill(scene.cluster, cy_named("Flooder"), SIGKILL);
	event_log_await(&scene.log, "exit Flooder signal 9 revives");
	event_log_await(&scene.log, "online Flooder");
	const cy_worker_statistics flooder = look_at(scene.cluster, scene.flooder);
	ck_assert_uint_eq(flooder.held.frames, 77);
	ck_assert_uint_eq(flooder.limits.frames, 77);
	cy_kill(scene.cluster, cy_named("Honest"), SIGCONT);
	end(&scene);
}
