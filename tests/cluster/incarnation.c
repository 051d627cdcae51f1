/*
 * What belongs to one incarnation ends with it: an order to stop that it was not told, what others still hold of it, and
 * the time that its end may take.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>

#include "tests/support/liar.h"

enum { HELD = 9, TOLD = 10 };

static const cy_options quick = {.shutdown_timeout = RX_MS(50), .kill_after = RX_MS(50)};

/* ---- An order ------------------------------------------------------------------------------------------------------ */

static rx_observable *answer(const cy_request *request, void *ctx)
{
	return cy_answer(cy_int(1));
}

/* With an argument it does not join as long as it finds a byte in the pipe HELD, which it passes on to TOLD. */
PROGRAM(hesitant)
{
	char byte;
	if (argc > 1)
		fcntl(HELD, F_SETFL, O_NONBLOCK);
	while (argc > 1 && read(HELD, &byte, 1) == 1 && write(TOLD, &byte, 1) == 1)
		pause();
	cy_cluster *cluster = cy_join(NULL);
	if (!cluster)
		return 99;
	cy_register(cluster, &(cy_command){.name = "answer", .run = answer});
	return cy_run(cluster);
}

static void await_count(event_log *log, const char *words, size_t count)
{
	while (event_log_count(log, words) < count)
		ck_assert_int_eq(rx_await_first(cy_event, cy_events(log->cluster), (cy_event *)NULL), 0);
}

/* One falls with its group before it has joined. */
TEST(an_order_to_stop_reaches_the_incarnation_it_was_for_and_no_other, .from = 1, .to = 4)
{
	int ends[2], told[2];
	char byte;
	event_log log;
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC) + pipe2(told, O_CLOEXEC), 0);
	const cy_descriptor descriptors[] = {{.fd = ends[0], .number = HELD}, {.fd = told[1], .number = TOLD}};
	const char *const arguments[] = {"hesitates", NULL};
	const cy_member members[] = {
		{"A", {.revive = CY_REVIVE_ON_FAILURE}},
		{"B",
	         {.revive = CY_REVIVE_ON_FAILURE,
	          .process = {.arguments = arguments, .descriptors = descriptors, .descriptor_count = 2}}},
	};
	cy_cluster *cluster = cluster_begin("hesitant", &quick);
	event_log_start(&log, cluster, NULL);
	ck_assert_int_eq(write(ends[1], "xxx", (size_t)_i), _i);
	const cy_group_options options = {.strategy = CY_ALL_FOR_ONE, .revival = {.first = RX_NOW}};
	ck_assert_int_eq(cy_group_start(cluster, "pair", members, 2, &options), 0);
	for (size_t round = 1; round <= (size_t)_i; round++) {
		await_count(&log, "status B INITIALIZING", round);
		ck_assert_int_eq(read(told[0], &byte, 1), 1);
		cy_kill(cluster, cy_named("A"), SIGKILL);
		await_count(&log, "exit B signal 15 revives", round);
	}
	ck_assert_int_eq(cluster_finish(cy_group_ready(cluster, "pair")), 0);
	/* Whatever else it was told it has heard before the second of them. */
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(cluster_number(cluster, cy_named("B"), "answer", NULL), 1);
	ck_assert_int_eq(cy_status_of(cluster, cy_named("B")), CY_IDLE);
	ck_assert_uint_eq(event_log_count(&log, "status B STOPPING"), (size_t)_i);
	event_log_stop(&log);
	cluster_end(cluster);
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(close(ends[i]) + close(told[i]), 0);
}

/* ---- What others hold of it ---------------------------------------------------------------------------------------- */

enum { WRITERS = 3, MESSAGES = 60000, ENOUGH = 500 };

/* The whole of each in one write, so that the messages of several writers stay whole. */
static void write_messages(const int *start)
{
	uint8_t bytes[256];
	close(start[1]);
	if (read(start[0], bytes, 1) != 0)
		_exit(2);
	cy_value *body = cy_pack("[n, s, n]", "late");
	cy__frame frame = {.kind = CY__MESSAGE};
	frame.body = cy_value_bytes(body, &frame.body_size);
	cy__frame_encode(&frame, bytes);
	memcpy(bytes + CY__FRAME_HEAD, frame.body, frame.body_size);
	const size_t size = CY__FRAME_HEAD + frame.body_size;
	char outcome = 'a'; /* all of them */
	for (int i = 0; i < MESSAGES && outcome == 'a'; i++)
		if (send(channel, bytes, size, MSG_NOSIGNAL) != (ssize_t)size)
			outcome = errno == EPIPE || errno == ECONNRESET ? 'r' : 'x';
	cy_value_unref(body);
	_exit(write(HELD, &outcome, 1) == 1 ? 0 : 1);
}

/* Says hello, and leaves its channel to children that write, once there are all of them. */
PROGRAM(parent)
{
	int start[2];
	channel = cy__inherited_channel();
	say_hello(put);
	for (int i = pipe(start); i < WRITERS; i++)
		if (fork() == 0)
			write_messages(start);
	close(start[1]);
	while (true)
		pause();
	return 0;
}

struct count {
	cy_cluster *cluster;
	size_t messages;
};

static void count_message(const cy_event *event, void *ctx)
{
	struct count *count = ctx;
	if (++count->messages == ENOUGH)
		cy_kill(count->cluster, cy_worker(event->worker), SIGKILL);
}
RX_CONSUMER(count_message, cy_event);

static void note_order(const cy_event *event, void *ctx)
{
	char *order = ctx;
	if (event->type == CY_EVENT_DISCONNECT)
		strcat(order, "d");
	else if (event->type == CY_EVENT_EXIT)
		strcat(order, "e");
}
RX_CONSUMER(note_order, cy_event);

/*
 * They would write for as long as it is read. What lay in the socket when the worker was reaped is delivered, and that is
 * the end of it: the writers are refused, whether they are through or not.
 */
TEST(children_of_a_dead_worker_that_write_into_its_channel_hold_nobody_up, .timeout = 20)
{
	int ends[2];
	char order[8] = "", outcome;
	rx_subscription messages, events;
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	const cy_descriptor descriptor = {.fd = ends[1], .number = HELD};
	struct count count = {.cluster = cluster_begin("parent", &quick)};
	rx_subscribe(cy_events_of(count.cluster, CY_EVENT_MESSAGE),
	             &(rx_observer){RX_NEXT(count_message), .ctx = &count}, &messages);
	rx_subscribe(cy_events(count.cluster), &(rx_observer){RX_NEXT(note_order), .ctx = order}, &events);
	cluster_fork(count.cluster, "Paul",
	             &(cy_worker_options){.process = {.descriptors = &descriptor, .descriptor_count = 1}});
	close(ends[1]);
	ck_assert_int_eq(rx_await_first(cy_event, cy_events_of(count.cluster, CY_EVENT_EXIT), (cy_event *)NULL), 0);
	ck_assert_str_eq(order, "de");
	ck_assert_uint_ge(count.messages, ENOUGH);
	ck_assert_uint_lt(count.messages, MESSAGES);
	for (int i = 0; i < WRITERS; i++) {
		ck_assert_int_eq(read(ends[0], &outcome, 1), 1);
		ck_assert_int_eq(outcome, 'r');
	}
	rx_unsubscribe(&messages);
	rx_unsubscribe(&events);
	cluster_end(count.cluster);
	ck_assert_int_eq(read(ends[0], &outcome, 1), 0);
	close(ends[0]);
}

/* ---- What it printed ----------------------------------------------------------------------------------------------- */

struct turns {
	size_t lines, turns, between; /* turns of the loop at the last line, and in all that were between two lines */
	rx_task task;
};

static void count_turn(rx_task *task)
{
	struct turns *turns = (struct turns *)((char *)task - offsetof(struct turns, task));
	turns->turns++;
	rx_schedule(rx_loop(NULL), task, 0);
}

/* A subscriber that takes a microsecond of the processor for each line. */
static void count_line(const cy_line *line, void *ctx)
{
	struct turns *turns = ctx;
	struct timespec begin, now;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin);
	do
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	while (now.tv_sec == begin.tv_sec && now.tv_nsec - begin.tv_nsec < 1000);
	turns->between += turns->lines++ && turns->turns;
	turns->turns = 0;
}
RX_CONSUMER(count_line, cy_line);

static void print_and_die(struct turns *turns, const char *command, const char *end)
{
	event_log log;
	rx_subscription lines;
	const char *const arguments[] = {"-c", command, NULL};
	cy_cluster *cluster = cluster_begin("worker", &quick);
	event_log_start(&log, cluster, "Paul");
	rx_subscribe(cy_output(cluster, cy_all()), &(rx_observer){RX_NEXT(count_line), .ctx = turns}, &lines);
	cluster_fork(cluster, "Paul",
	             &(cy_worker_options){
			     .process = {.program = "/bin/sh", .arguments = arguments, .output = {CY_STREAM_CAPTURE}}});
	turns->task.run = count_turn;
	rx_schedule(rx_loop(NULL), &turns->task, 0);
	event_log_await(&log, end);
	rx_cancel(&turns->task);
	rx_unsubscribe(&lines);
	event_log_stop(&log);
	cluster_end(cluster);
}

/* They lie in the pipe, all at once, when it is reaped. */
TEST(lines_that_are_read_at_once_are_brought_in_many_turns)
{
	struct turns turns = {0};
	print_and_die(&turns, "head -c 20000 /dev/zero | tr '\\0' '\\n'", "exit Paul 0 gone");
	ck_assert_uint_eq(turns.lines, 20000);
	ck_assert_uint_ge(turns.between, 5);
}

TEST(a_child_of_a_dead_worker_that_prints_for_ever_holds_nobody_up, .timeout = 8)
{
	struct turns turns = {0};
	print_and_die(&turns, "yes & yes & yes & sleep 0.1; exit 3", "exit Paul 3 gone");
	ck_assert_uint_ge(turns.between, 1);
}

/* ---- The time that its end may take -------------------------------------------------------------------------------- */

TEST(one_that_spins_is_disconnected_in_the_end_and_its_name_is_free)
{
	event_log log;
	rx_subscription spinning;
	cy_cluster *cluster = cluster_begin("worker", &quick);
	cluster_fork(cluster, "Paul", NULL);
	cluster_ready(cluster);
	event_log_start(&log, cluster, "Paul");
	rx_subscribe(cy_call(cluster, cy_named("Paul"), "spin", NULL), NULL, &spinning);
	ck_assert_int_eq(cy_disconnect(cluster, cy_named("Paul")), 0);
	rx_unsubscribe(&spinning);
	event_log_await(&log, "exit Paul signal 9 gone");
	cluster_fork(cluster, "Paul", NULL);
	ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "square", cy_int(3)), 9);
	event_log_stop(&log);
	cluster_end(cluster);
}

static void say_goodbye(void)
{
	say((cy__frame){.kind = CY__GOODBYE}, NULL, put);
}

/* Parts from its primary in the way that the argument says, and stays. */
PROGRAM(clinging)
{
	signal(SIGTERM, SIG_IGN);
	channel = cy__inherited_channel();
	say_hello(put);
	if (strchr(argv[1], 'g'))
		say_goodbye();
	if (strchr(argv[1], 'w'))
		shutdown(channel, SHUT_WR);
	if (strchr(argv[1], 'r'))
		shutdown(channel, SHUT_RD);
	if (strchr(argv[1], 'c'))
		close(channel);
	while (true)
		pause();
	return 0;
}

TEST(one_that_parts_and_stays_is_killed_however_it_parts, .to = 7)
{
	static const char *const ways[] = {"g", "w", "c", "gw", "gr", "gc", "grw"};
	event_log log;
	const char *const arguments[] = {ways[_i], NULL};
	cy_cluster *cluster = cluster_begin("clinging", &quick);
	event_log_start(&log, cluster, "Paul");
	cluster_fork(cluster, "Paul", &(cy_worker_options){.process = {.arguments = arguments}});
	event_log_await(&log, "exit Paul signal 9 gone");
	ck_assert_uint_eq(event_log_count(&log, "disconnect Paul"), 1);
	event_log_stop(&log);
	cluster_end(cluster);
}
