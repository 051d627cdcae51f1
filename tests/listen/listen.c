/*
 * Workers that listen: whom an address belongs to, and when it is given back.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/listen/hearing.h"
#include "tests/support/cluster.h"
#include "tests/support/scratch.h"

/* ---- Whose it is -------------------------------------------------------------------------------------------------- */

TEST(two_workers_share_a_port_and_the_last_one_that_closes_closes_it)
{
	struct hearing paul, sarah, again;
	cy_cluster *cluster = begin_two();
	hear(&paul, cluster, "Paul", "127.0.0.1:0");
	hear(&sarah, cluster, "Sarah", "127.0.0.1:0");
	ck_assert_int_gt(paul.port, 0);
	ck_assert_int_eq(paul.port, sarah.port);
	ck_assert_str_eq(paul.address, sarah.address);
	char text[64];
	snprintf(text, sizeof text, "127.0.0.1:%d", paul.port);
	ck_assert_str_eq(paul.address, text);
	hear_no_more(&paul, cluster, "Paul");
	expect_connection(connect_tcp(sarah.port));
	hear_no_more(&sarah, cluster, "Sarah");
	ck_assert_int_eq(connect_tcp(sarah.port), -ECONNREFUSED);
	hear(&again, cluster, "Sarah", text);
	ck_assert_int_eq(again.port, sarah.port);
	hear(&paul, cluster, "Paul", text);
	expect_connection(connect_tcp(sarah.port));
	rx_unsubscribe(&again.call);
	hear_no_more(&paul, cluster, "Paul");
	hear(&again, cluster, "Paul", "127.0.0.1:0");
	expect_connection(connect_tcp(again.port));
	rx_unsubscribe(&again.call);
	cluster_end(cluster);
}

TEST(the_real_port_is_the_same_address)
{
	struct hearing paul, sarah;
	cy_cluster *cluster = begin_two();
	hear(&paul, cluster, "Paul", "127.0.0.1:0");
	hear(&sarah, cluster, "Sarah", paul.address);
	hear_no_more(&paul, cluster, "Paul");
	expect_connection(connect_tcp(sarah.port));
	rx_unsubscribe(&sarah.call);
	cluster_end(cluster);
}

static int connect_to(const struct hearing *hearing)
{
	return hearing->port ? connect_tcp(hearing->port) : connect_path(hearing->address);
}

/* For who listens already it is over; who asks again gets the same address, and a socket that works. */
TEST(a_socket_that_another_has_shut_down_listens_again_for_who_asks_next, .to = 3)
{
	struct hearing paul, sarah;
	char directory[SCRATCH_PATH], path[96], named[400];
	cy_cluster *cluster = begin_two();
	scratch_directory(directory);
	snprintf(path, sizeof path, "%s/socket", directory);
	hear(&paul, cluster, "Paul", _i == 2 ? path : "127.0.0.1:0");
	snprintf(named, sizeof named, "%s", paul.address);
	if (_i == 1) { /* by its number */
		hear_no_more(&paul, cluster, "Paul");
		hear(&paul, cluster, "Paul", named);
	}
	const char *asked = _i ? named : "127.0.0.1:0";
	ck_assert_int_eq(cluster_code(cluster, cy_named("Sarah"), "shut", cy_string(named)), 0);
	ck_assert_int_eq(connect_to(&paul), -ECONNREFUSED);
	hear(&sarah, cluster, "Sarah", asked);
	ck_assert_str_eq(sarah.address, named);
	expect_connection(connect_to(&sarah));
	hear_no_more(&paul, cluster, "Paul"); /* which takes nothing from Sarah */
	expect_connection(connect_to(&sarah));
	hear(&paul, cluster, "Paul", asked);
	hear_no_more(&sarah, cluster, "Sarah");
	expect_connection(connect_to(&paul));
	hear_no_more(&paul, cluster, "Paul");
	ck_assert_int_lt(connect_to(&paul), 0);
	ck_assert_int_eq(rmdir(directory), 0);
	cluster_end(cluster);
}

TEST(a_worker_that_dies_closes)
{
	struct hearing paul;
	event_log log;
	cy_cluster *cluster = begin_two();
	event_log_start(&log, cluster, "Paul");
	hear(&paul, cluster, "Paul", "127.0.0.1:0");
	ck_assert_uint_eq(event_log_count(&log, "listening Paul"), 1);
	cy_kill(cluster, cy_named("Paul"), SIGKILL);
	event_log_await(&log, "exit Paul signal 9 gone");
	ck_assert_int_eq(connect_tcp(paul.port), -ECONNREFUSED);
	event_log_stop(&log);
	cluster_end(cluster);
}

TEST(a_worker_that_listens_stops_in_order_and_leaves_nothing)
{
	event_log log;
	cy_cluster *cluster = begin_two();
	event_log_start(&log, cluster, "Paul");
	ck_assert_int_eq(cluster_code(cluster, cy_named("Paul"), "hold", cy_string("127.0.0.1:0")), 0);
	event_log_await(&log, "listening Paul");
	cluster_finish(rx_pipe(cy_shutdown(cluster, cy_named("Paul"), RX_S(20)), rx_ignore_elements()));
	ck_assert_uint_eq(event_log_count(&log, "exit Paul 0 gone"), 1);
	event_log_stop(&log);
	cluster_end(cluster);
}

TEST(the_primary_may_end_with_its_workers_listening)
{
	struct hearing sarah;
	cy_cluster *cluster = begin_two();
	hear(&sarah, cluster, "Sarah", "127.0.0.1:0");
	ck_assert_int_eq(cluster_code(cluster, cy_named("Paul"), "hold", cy_string("127.0.0.1:0")), 0);
	rx_unsubscribe(&sarah.call);
	cluster_end(cluster);
	ck_assert_int_eq(connect_tcp(sarah.port), -ECONNREFUSED);
}

static void keep_address(const cy_event *event, void *ctx)
{
	snprintf(ctx, 64, "%s", event->name);
}
RX_CONSUMER(keep_address, cy_event);

TEST(the_event_bears_the_real_address)
{
	char address[64] = "";
	struct hearing paul;
	rx_subscription events;
	cy_cluster *cluster = begin_two();
	rx_subscribe(cy_events_of(cluster, CY_EVENT_LISTENING), &(rx_observer){RX_NEXT(keep_address), .ctx = address},
	             &events);
	hear(&paul, cluster, "Paul", "127.0.0.1:0");
	ck_assert_str_eq(address, paul.address);
	rx_unsubscribe(&events);
	rx_unsubscribe(&paul.call);
	cluster_end(cluster);
}

TEST(no_host_is_every_address)
{
	struct hearing paul;
	cy_cluster *cluster = begin_two();
	hear(&paul, cluster, "Paul", ":0");
	expect_connection(connect_tcp(paul.port));
	rx_unsubscribe(&paul.call);
	cluster_end(cluster);
}

TEST(ipv6_only_leaves_ipv4_alone)
{
	struct hearing paul;
	cy_cluster *cluster = begin_two();
	hear_with(&paul, cluster, "Paul", "[::]:0", true);
	if (paul.code == 0)
		ck_assert_int_eq(connect_tcp(paul.port), -ECONNREFUSED);
	else
		ck_assert(paul.code == -EAFNOSUPPORT || paul.code == -EADDRNOTAVAIL);
	rx_unsubscribe(&paul.call);
	cluster_end(cluster);
}

/* ---- What goes wrong ---------------------------------------------------------------------------------------------- */

TEST(bind_errors_reach_the_worker_and_the_next_one_works)
{
	struct hearing paul;
	char text[64];
	cy_cluster *cluster = begin_two();
	const int taken = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t size = sizeof address;
	ck_assert_int_eq(bind(taken, (const struct sockaddr *)&address, size), 0);
	ck_assert_int_eq(listen(taken, 1), 0);
	getsockname(taken, (struct sockaddr *)&address, &size);
	snprintf(text, sizeof text, "127.0.0.1:%d", ntohs(address.sin_port));
	hear_with(&paul, cluster, "Paul", text, false);
	ck_assert_int_eq(paul.code, -EADDRINUSE);
	ck_assert_ptr_nonnull(strstr(paul.words, text));
	ck_assert_ptr_nonnull(strstr(paul.words, strerror(EADDRINUSE)));
	close(taken);
	hear(&paul, cluster, "Paul", text);
	rx_unsubscribe(&paul.call);
	cluster_end(cluster);
}

TEST(a_descriptor_that_cannot_be_opened_is_the_workers_error)
{
	struct hearing paul;
	cy_cluster *cluster = begin_two();
	ck_assert_int_eq(cluster_code(cluster, cy_named("Paul"), "starve", NULL), 0);
	ck_assert_int_eq(refusal(cluster, "Paul", "127.0.0.1:0"), -EMFILE);
	ck_assert_int_eq(cluster_code(cluster, cy_named("Paul"), "feed", NULL), 0);
	hear(&paul, cluster, "Paul", "127.0.0.1:0");
	rx_unsubscribe(&paul.call);
	cluster_end(cluster);
}

TEST(what_is_no_address_is_refused)
{
	static const char *const wrong[] = {"",        "127.0.0.1",       "localhost:80", "127.0.0.1:65536",
	                                    "[::1]",   "127.0.0.1:",      "127.0.0.1:8x", "[127.0.0.1]:80",
	                                    "[]:80",   "127.0.0.1:-1",    "::1:80",       "file",
	                                    "[::1]80", "127.0.0.1:000080"};
	cy_cluster *cluster = begin_two();
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		ck_assert_int_eq(refusal(cluster, "Paul", wrong[i]), -EINVAL);
	cluster_end(cluster);
}

TEST(the_primary_does_not_listen)
{
	cy_cluster *cluster = cluster_begin("listener", NULL);
	ck_assert_int_eq(cluster_finish(rx_pipe(cy_listen(cluster, NULL, NULL), rx_ignore_elements())), -EINVAL);
	ck_assert_int_eq(cluster_finish(rx_pipe(cy_listen(cluster, "127.0.0.1:0", NULL), rx_ignore_elements())),
	                 -EPERM);
	ck_assert_int_eq(cluster_code(cluster, cy_primary(), "cy_listen", NULL), -EPERM);
	cluster_end(cluster);
}

/* ---- Paths -------------------------------------------------------------------------------------------------------- */

TEST(a_path_is_shared_and_removed_by_the_last_one)
{
	struct hearing paul, sarah;
	char directory[SCRATCH_PATH], path[96];
	cy_cluster *cluster = begin_two();
	scratch_directory(directory);
	snprintf(path, sizeof path, "%s/socket", directory);
	for (int i = 0; i < 2; i++) {
		hear(&paul, cluster, "Paul", path);
		hear(&sarah, cluster, "Sarah", path);
		ck_assert_str_eq(paul.address, path);
		ck_assert_int_eq(paul.port, 0);
		hear_no_more(&sarah, cluster, "Sarah");
		expect_connection(connect_path(path));
		hear_no_more(&paul, cluster, "Paul");
		ck_assert_int_eq(access(path, F_OK), -1);
	}
	ck_assert_int_eq(rmdir(directory), 0);
	cluster_end(cluster);
}

TEST(a_relative_path_is_the_workers_own)
{
	struct hearing paul;
	char directory[SCRATCH_PATH], path[96];
	cy_cluster *cluster = cluster_begin("listener", NULL);
	scratch_directory(directory);
	snprintf(path, sizeof path, "%s/socket", directory);
	cluster_fork(cluster, "Paul", &(cy_worker_options){.process = {.directory = directory}});
	hear(&paul, cluster, "Paul", "./socket");
	ck_assert_str_eq(paul.address, path);
	expect_connection(connect_path(path));
	hear_no_more(&paul, cluster, "Paul");
	ck_assert_int_eq(rmdir(directory), 0);
	cluster_end(cluster);
}

TEST(a_file_that_is_there_already_is_left_alone)
{
	char path[SCRATCH_PATH];
	cy_cluster *cluster = begin_two();
	scratch_file(path, "", 0600);
	ck_assert_int_eq(refusal(cluster, "Paul", path), -EADDRINUSE);
	ck_assert_int_eq(unlink(path), 0);
	cluster_end(cluster);
}

TEST(a_path_is_not_removed_once_it_is_somebody_elses)
{
	struct hearing paul;
	char directory[SCRATCH_PATH], path[96];
	cy_cluster *cluster = begin_two();
	scratch_directory(directory);
	snprintf(path, sizeof path, "%s/socket", directory);
	hear(&paul, cluster, "Paul", path);
	char other[128];
	snprintf(other, sizeof other, "%s.other", path);
	close(open(other, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	ck_assert_int_eq(rename(other, path), 0);
	hear_no_more(&paul, cluster, "Paul");
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(rmdir(directory), 0);
	cluster_end(cluster);
}

TEST(a_path_of_more_than_a_hundred_bytes_works)
{
	struct hearing paul;
	char directory[SCRATCH_PATH], deep[300], path[340], short_name[64];
	cy_cluster *cluster = begin_two();
	scratch_directory(directory);
	snprintf(deep, sizeof deep, "%s/%0150d", directory, 0);
	ck_assert_int_eq(mkdir(deep, 0700), 0);
	snprintf(path, sizeof path, "%s/socket", deep);
	hear(&paul, cluster, "Paul", path);
	ck_assert_str_eq(paul.address, path);
	const int fd = open(deep, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
	snprintf(short_name, sizeof short_name, "/proc/self/fd/%d/socket", fd);
	expect_connection(connect_path(short_name));
	close(fd);
	hear_no_more(&paul, cluster, "Paul");
	ck_assert_int_eq(rmdir(deep), 0);
	snprintf(deep, sizeof deep, "%s/%0150d", directory, 0);
	ck_assert_int_eq(refusal(cluster, "Paul", deep), -ENAMETOOLONG);
	ck_assert_int_eq(rmdir(directory), 0);
	cluster_end(cluster);
}

TEST(a_directory_that_is_closed_to_us_is_the_workers_error)
{
	char directory[SCRATCH_PATH], path[96];
	cy_cluster *cluster = begin_two();
	scratch_directory(directory);
	snprintf(path, sizeof path, "%s/socket", directory);
	ck_assert_int_eq(chmod(directory, 0500), 0);
	const int before = setfsuid(geteuid() ? geteuid() : 65534); /* root may do anything */
	ck_assert_int_eq(refusal(cluster, "Paul", path), -EACCES);
	setfsuid((uid_t)before);
	prctl(PR_SET_DUMPABLE, 1); /* for the leak sanitizer, which traces */
	ck_assert_int_eq(rmdir(directory), 0);
	ck_assert_int_eq(refusal(cluster, "Paul", path), -ENOENT);
	cluster_end(cluster);
}

/* ---- Connections -------------------------------------------------------------------------------------------------- */

static void begin_serving(rx_subscription *call, event_log *log, cy_cluster *cluster, const char *command,
                          const char *address)
{
	rx_subscribe(cy_call(cluster, cy_named("Paul"), command, cy_string(address)), NULL, call);
	event_log_await(log, "listening Paul");
}

static void expect_greeting(int fd)
{
	char text[16] = "";
	ck_assert_msg(fd >= 0, "connect: %s", rx_words(fd));
	ck_assert_int_eq(recv(fd, text, sizeof text, MSG_WAITALL), 5);
	ck_assert_str_eq(text, "hello");
	close(fd);
}

TEST(connections_are_accepted, .to = 2)
{
	event_log log;
	rx_subscription call;
	struct hearing sarah;
	cy_cluster *cluster = begin_two();
	event_log_start(&log, cluster, "Paul");
	begin_serving(&call, &log, cluster, _i ? "serve later" : "serve", "127.0.0.1:0");
	hear(&sarah, cluster, "Sarah", "127.0.0.1:0"); /* who does not accept, and says which port */
	for (int i = 0; i < 100; i++)
		expect_greeting(connect_tcp(sarah.port));
	rx_unsubscribe(&sarah.call);
	rx_unsubscribe(&call);
	event_log_stop(&log);
	cluster_end(cluster);
}

TEST(connections_that_failed_are_passed_over)
{
	event_log log;
	rx_subscription call;
	struct hearing sarah;
	cy_cluster *cluster = begin_two();
	event_log_start(&log, cluster, "Paul");
	begin_serving(&call, &log, cluster, "serve", "127.0.0.1:0");
	hear(&sarah, cluster, "Sarah", "127.0.0.1:0");
	for (int i = 0; i < 20; i++) {
		const int fd = connect_tcp(sarah.port);
		ck_assert_int_ge(fd, 0);
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){.l_onoff = 1}, sizeof(struct linger));
		close(fd); /* with a reset */
	}
	expect_greeting(connect_tcp(sarah.port));
	rx_unsubscribe(&sarah.call);
	rx_unsubscribe(&call);
	event_log_stop(&log);
	cluster_end(cluster);
}

TEST(running_out_of_descriptors_is_waited_out)
{
	event_log log;
	rx_subscription call;
	struct hearing sarah;
	cy_cluster *cluster = begin_two();
	event_log_start(&log, cluster, "Paul");
	begin_serving(&call, &log, cluster, "serve", "127.0.0.1:0");
	hear(&sarah, cluster, "Sarah", "127.0.0.1:0");
	ck_assert_int_eq(cluster_code(cluster, cy_named("Paul"), "starve", NULL), 0);
	const int fd = connect_tcp(sarah.port);
	for (int i = 0; i < 10; i++)
		ck_assert_int_eq(cluster_code(cluster, cy_named("Paul"), "ping", NULL), 0);
	ck_assert_int_eq(recv(fd, (char[1]){0}, 1, MSG_DONTWAIT), -1);
	ck_assert_int_eq(cluster_code(cluster, cy_named("Paul"), "feed", NULL), 0);
	expect_greeting(fd);
	rx_unsubscribe(&sarah.call);
	rx_unsubscribe(&call);
	event_log_stop(&log);
	cluster_end(cluster);
}
