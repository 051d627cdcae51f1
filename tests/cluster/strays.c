/*
 * Descriptors that come and belong to no frame that is whole: who sends them cannot make the primary run out of its own.
 */
#include <dirent.h>
#include <ev.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "tests/support/liar.h"

enum { STRAYS = 500, LIARS = 4, FILES = 1024, BODY = 4000 };

/* One byte, and with it a descriptor. */
static void put_stray(void)
{
	char byte = 0, room[CMSG_SPACE(sizeof(int))] = "";
	struct iovec bytes = {&byte, 1};
	struct msghdr message = {
		.msg_iov = &bytes, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
	*CMSG_FIRSTHDR(&message) = (struct cmsghdr){CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
	memcpy(CMSG_DATA(CMSG_FIRSTHDR(&message)), &(int){STDERR_FILENO}, sizeof(int));
	if (sendmsg(channel, &message, 0) != 1)
		_exit(CAUGHT);
}

/* A frame that never ends, with a descriptor at each byte of it. */
PROGRAM(stray_sender)
{
	static const uint8_t body[BODY];
	uint8_t head[CY__FRAME_HEAD];
	channel = cy__inherited_channel();
	signal(SIGPIPE, SIG_IGN);
	cy__frame_encode(&(cy__frame){.kind = CY__MESSAGE, .body = body, .body_size = BODY}, head);
	say_hello(put);
	say_done();
	put(head, sizeof head);
	for (size_t i = 0; i < STRAYS; i++)
		put_stray();
	hear_no_more();
	return 94;
}

/* ---- Descriptors whose end takes long ------------------------------------------------------------------------------- */

/* A connection to @p listener, which nobody accepts or reads, so that the end of this one waits for an hour. */
static int lingering(int listener)
{
	static const uint8_t much[65536];
	struct sockaddr_in address;
	socklen_t size = sizeof address;
	const int fd = socket(AF_INET, SOCK_STREAM, 0);
	if (getsockname(listener, (struct sockaddr *)&address, &size) < 0 ||
	    connect(fd, (struct sockaddr *)&address, size) < 0)
		_exit(95);
	while (send(fd, much, sizeof much, MSG_DONTWAIT) > 0)
		;
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){1, 3600}, sizeof(struct linger));
	return fd;
}

static int listen_here(void)
{
	const struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const int listener = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(listener, (const struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 8) < 0)
		_exit(95);
	return listener;
}

static void put_descriptor(int to, const void *bytes, size_t size, int fd)
{
	char room[CMSG_SPACE(sizeof(int))] = "";
	struct iovec vector = {(void *)(uintptr_t)bytes, size};
	struct msghdr message = {
		.msg_iov = &vector, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
	*CMSG_FIRSTHDR(&message) = (struct cmsghdr){CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
	memcpy(CMSG_DATA(CMSG_FIRSTHDR(&message)), &fd, sizeof(int));
	if (sendmsg(to, &message, 0) != (ssize_t)size)
		_exit(CAUGHT);
}

/* A message with a descriptor, which is the receiver's alone from then on. */
static void give_away(uint32_t to, int fd)
{
	static const uint8_t body[] = {0x93, 0xc0, 0xa3, 'e', 'n', 'd', 0xc0};
	uint8_t bytes[CY__FRAME_HEAD + sizeof body];
	cy__frame_encode(
		&(cy__frame){.kind = CY__MESSAGE, .to = to, .fd_count = 1, .body = body, .body_size = sizeof body},
		bytes);
	memcpy(bytes + CY__FRAME_HEAD, body, sizeof body);
	put_descriptor(channel, bytes, sizeof bytes, fd);
}

/* One that has another in its queue. */
static int with_another(int fd)
{
	int ends[2];
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0)
		_exit(95);
	put_descriptor(ends[0], "", 1, fd);
	return ends[1];
}

static void give_one(int listener)
{
	give_away(1, lingering(listener));
}

static void give_the_primary_one(int listener)
{
	give_away(CY__TO_PRIMARY, lingering(listener));
}

static void give_the_primary_one_within_another(int listener)
{
	give_away(CY__TO_PRIMARY, with_another(lingering(listener)));
}

/* The frame before it costs the channel: it is not read. */
static void leave_one_unread(int listener)
{
	put("\xff\xff\xff\xff", 4);
	put_descriptor(channel, "", 1, lingering(listener));
}

/* By a child, which does not wait for an end of its own as it exits. */
static void by_a_child(void (*give)(int listener), int listener)
{
	const pid_t child = fork();
	if (child == 0) {
		give(listener);
		_exit(0);
	}
	waitpid(child, NULL, 0);
}

PROGRAM(lingerer)
{
	channel = cy__inherited_channel();
	signal(SIGPIPE, SIG_IGN);
	const int listener = listen_here();
	say_hello(put);
	by_a_child(give_one, listener);
	by_a_child(give_the_primary_one, listener);
	by_a_child(give_the_primary_one_within_another, listener);
	say_done();
	by_a_child(leave_one_unread, listener);
	while (true)
		pause();
	return 94;
}

static rx_observable *square(const cy_request *request, void *ctx)
{
	int64_t n = 0;
	const int code = cy_get_int(request->arguments, NULL, &n);
	return code < 0 ? cy_refuse(code, "square takes a number") : cy_answer(cy_int(n * n));
}

/* Sends a message with a descriptor to the worker 1. */
static rx_observable *pass(const cy_request *request, void *ctx)
{
	const int fd = STDERR_FILENO;
	const int code = cy_send_descriptors(request->cluster, cy_worker(1), "passed", NULL, &fd, 1);
	return code < 0 ? cy_refuse(code, "pass") : cy_answer(cy_int(0));
}

/* Answers with a descriptor. */
static rx_observable *lend(const cy_request *request, void *ctx)
{
	return cy_answer_descriptors(cy_int(0), &(int){STDERR_FILENO}, 1);
}

/* What came of the descriptor in the worker 1's answer: 0, or why there is none. */
static int take_lent(const cy_reply *reply, cy_body *body, void *ctx)
{
	const int fd = cy_reply_descriptor(reply, 0);
	if (fd >= 0)
		close(fd);
	*body = cy_int(fd < 0 ? fd : 0);
	return 0;
}
RX_MAPPER(take_lent, cy_body, cy_reply);

static rx_observable *borrow(const cy_request *request, void *ctx)
{
	return rx_pipe(cy_call(request->cluster, cy_worker(1), "lend", NULL), rx_map(take_lent));
}

static int got = 1;

static void look(const cy_event *event, void *ctx)
{
	if (event->type != CY_EVENT_MESSAGE)
		return;
	got = cy_event_descriptor(event, 0);
	if (got >= 0) {
		close(got);
		got = 0;
	}
}
RX_CONSUMER(look, cy_event);

static rx_observable *tell(const cy_request *request, void *ctx)
{
	return cy_answer(cy_int(got));
}

PROGRAM(stray_neighbour)
{
	cy_cluster *cluster = cy_join(NULL);
	if (!cluster)
		return 99;
	rx_subscribe(cy_events(cluster), &(rx_observer){RX_NEXT(look)}, NULL);
	cy_register(cluster, &(cy_command){.name = "square", .run = square});
	cy_register(cluster, &(cy_command){.name = "pass", .run = pass});
	cy_register(cluster, &(cy_command){.name = "tell", .run = tell});
	cy_register(cluster, &(cy_command){.name = "lend", .run = lend});
	cy_register(cluster, &(cy_command){.name = "borrow", .run = borrow});
	return cy_run(cluster);
}

static size_t done, ready;

static void count_event(const cy_event *event, void *ctx)
{
	done += event->type == CY_EVENT_MESSAGE;
	ready += event->type == CY_EVENT_READY && event->worker == 1;
}
RX_CONSUMER(count_event, cy_event);

static void await(const size_t *counter, size_t count)
{
	while (*counter < count)
		ck_assert(ev_run(ev_default_loop(0), EVRUN_ONCE));
}

static void limit_files(rlim_t files)
{
	struct rlimit limit;
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = files;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

TEST(a_killed_worker_comes_back_however_many_descriptors_others_have_sent)
{
	limit_files(FILES);
	cy_cluster *cluster = cluster_begin("stray_neighbour", NULL);
	rx_subscribe(cy_events(cluster), &(rx_observer){RX_NEXT(count_event)}, NULL);
	cluster_fork(cluster, "Sarah",
	             &(cy_worker_options){.revive = CY_REVIVE_ON_FAILURE, .revival = {.first = RX_NOW, .limit = 2}});
	await(&ready, 1);
	program_select("stray_sender");
	for (size_t i = 0; i < LIARS; i++)
		cluster_fork(cluster, NULL, NULL);
	await(&done, LIARS);
	for (int64_t i = 0; i < 200; i++) /* meanwhile what they send comes */
		ck_assert_int_eq(cluster_number(cluster, cy_named("Sarah"), "square", cy_int(i)), i * i);
	program_select("stray_neighbour");
	cy_kill(cluster, cy_named("Sarah"), SIGKILL);
	await(&ready, 2);
	ck_assert_int_eq(cluster_number(cluster, cy_named("Sarah"), "square", cy_int(7)), 49);
	cluster_end(cluster);
}

TEST(a_worker_hears_that_a_descriptor_was_lost_on_its_way)
{
	struct rlimit before;
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
	cy_cluster *cluster = cluster_begin("stray_neighbour", NULL);
	cluster_fork(cluster, "Sarah", NULL);
	cluster_fork(cluster, "Paul", NULL);
	cluster_ready(cluster);
	limit_files(3); /* the primary can open none, and what it has stays open */
	ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "pass", NULL), 0);
	int64_t heard_of = 1;
	while ((heard_of = cluster_number(cluster, cy_named("Sarah"), "tell", NULL)) == 1)
		;
	limit_files(before.rlim_cur);
	ck_assert_int_eq(heard_of, -EMFILE);
	ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "pass", NULL), 0);
	while ((heard_of = cluster_number(cluster, cy_named("Sarah"), "tell", NULL)) == -EMFILE)
		;
	ck_assert_int_eq(heard_of, 0);
	cluster_end(cluster);
}

static size_t threads(void)
{
	size_t count = 0;
	DIR *directory = opendir("/proc/self/task");
	while (directory && readdir(directory))
		count++;
	closedir(directory);
	return count;
}

TEST(a_descriptor_whose_end_takes_an_hour_holds_nobody_up)
{
	const size_t before = threads();
	cy_cluster *cluster = cluster_begin("stray_neighbour", NULL);
	rx_subscribe(cy_events(cluster), &(rx_observer){RX_NEXT(count_event)}, NULL);
	cluster_fork(cluster, "Sarah", NULL);
	await(&ready, 1);
	program_select("lingerer");
	cluster_fork(cluster, NULL, NULL);
	await(&done, 3);
	for (int64_t i = 0; i < 20; i++)
		ck_assert_int_eq(cluster_number(cluster, cy_named("Sarah"), "square", cy_int(i)), i * i);
	cluster_end(cluster);
	/* With whoever had the other end the waiting is over. */
	while (threads() > before)
		;
}

TEST(a_caller_hears_that_the_descriptor_of_an_answer_was_lost_on_its_way)
{
	struct rlimit before;
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
	cy_cluster *cluster = cluster_begin("stray_neighbour", NULL);
	cluster_fork(cluster, "Sarah", NULL);
	cluster_fork(cluster, "Paul", NULL);
	cluster_ready(cluster);
	limit_files(3); /* the primary can open none, and what it has stays open */
	ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "borrow", NULL), -EMFILE);
	limit_files(before.rlim_cur);
	ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "borrow", NULL), 0);
	cluster_end(cluster);
}
