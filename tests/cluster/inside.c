/*
 * What callbacks of the cluster may do to it, and descriptors that travel with messages.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/cluster.h"

/* ---- The worker: leaves from inside a handler, passes on what it gets ------------------------------------------------ */

static rx_observable *leave(const cy_request *request, void *ctx)
{
	(void)ctx;
	cy_send(request->cluster, cy_primary(), "last", NULL);
	cy_disconnect(request->cluster, cy_self(request->cluster));
	return NULL;
}

/* Id 0 is no worker's. */
static rx_observable *call_nobody(const cy_request *request, void *ctx)
{
	(void)ctx;
	return rx_pipe(cy_call(request->cluster, cy_worker(0), "leave", NULL), cy_values());
}

static rx_observable *cut_off_another(const cy_request *request, void *ctx)
{
	(void)ctx;
	return cy_answer(cy_int(cy_disconnect(request->cluster, cy_named("Sarah"))));
}

static void take(const cy_event *event, void *ctx)
{
	const int first = cy_event_descriptor(event, 0), second = cy_event_descriptor(event, 1);
	if (strcmp(event->name, "pass") == 0) {
		cy_send_descriptors(ctx, cy_named("Sarah"), "write", NULL, (int[]){first, second}, 2);
	} else {
		if (write(first, "a", 1) != 1 || write(second, "b", 1) != 1)
			cy_send(ctx, cy_primary(), "failed", NULL);
		cy_send(ctx, cy_primary(), "written", NULL);
	}
	close(first);
	close(second);
}
RX_CONSUMER(take, cy_event);

PROGRAM(inside)
{
	rx_subscription messages;
	cy_cluster *cluster = cy_join(NULL);
	if (!cluster)
		return 99;
	cy_register(cluster, &(cy_command){.name = "leave", .run = leave});
	cy_register(cluster, &(cy_command){.name = "call nobody", .run = call_nobody});
	cy_register(cluster, &(cy_command){.name = "cut off another", .run = cut_off_another});
	rx_subscribe(cy_messages(cluster, NULL), &(rx_observer){RX_NEXT(take), .ctx = cluster}, &messages);
	return cy_run(cluster);
}

TEST(a_worker_disconnects_from_inside_a_handler_and_what_it_sent_before_arrives)
{
	event_log log;
	cy_cluster *cluster = cluster_begin("inside", NULL);
	cluster_fork(cluster, "Paul", NULL);
	cluster_ready(cluster);
	event_log_start(&log, cluster, "Paul");
	const int code = cluster_code(cluster, cy_named("Paul"), "leave", NULL);
	ck_assert_msg(code == 0 || code == -ECONNRESET, "%s", rx_words(code));
	event_log_await(&log, "exit Paul 0 gone");
	ck_assert_uint_eq(event_log_count(&log, "message Paul last"), 1);
	ck_assert(strstr(log.text, "message Paul last") < strstr(log.text, "disconnect Paul"));
	event_log_stop(&log);
	cluster_end(cluster);
}

TEST(a_worker_that_disconnects_another_is_refused_and_stays)
{
	cy_cluster *cluster = cluster_begin("inside", NULL);
	cluster_fork(cluster, "Paul", NULL);
	cluster_fork(cluster, "Sarah", NULL);
	ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "cut off another", NULL), -EPERM);
	ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "cut off another", NULL), -EPERM);
	cluster_end(cluster);
}

TEST(a_worker_that_calls_the_worker_of_id_0_calls_nobody)
{
	cy_cluster *cluster = cluster_begin("inside", NULL);
	cluster_fork(cluster, "Paul", NULL);
	ck_assert_int_eq(cluster_code(cluster, cy_named("Paul"), "call nobody", NULL), -ENOENT);
	cluster_end(cluster);
}

static void send_twice(cy_target to, const char *name)
{
	int ends[2];
	char bytes[3] = "";
	event_log log;
	cy_cluster *cluster = cluster_begin("inside", NULL);
	cluster_fork(cluster, "Paul", NULL);
	cluster_fork(cluster, "Sarah", NULL);
	cluster_ready(cluster);
	event_log_start(&log, cluster, "Sarah");
	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(cy_send_descriptors(cluster, to, name, NULL, (int[]){ends[1], ends[1]}, 2), 0);
	close(ends[1]);
	event_log_await(&log, "message Sarah written");
	ck_assert_int_eq(read(ends[0], bytes, 2), 2);
	ck_assert_str_eq(bytes, "ab");
	close(ends[0]);
	event_log_stop(&log);
	cluster_end(cluster);
}

TEST(one_descriptor_twice_travels_with_a_message_to_a_worker)
{
	send_twice(cy_named("Sarah"), "write");
}

TEST(one_descriptor_twice_travels_from_worker_to_worker)
{
	send_twice(cy_named("Paul"), "pass");
}

/* ---- Inside the callbacks of events ---------------------------------------------------------------------------------- */

struct meddler {
	cy_cluster *cluster;
	cy_event_type on;
	void (*act)(struct meddler *meddler);
	rx_subscription subscription;
	size_t acts;
};

static void meddle(const cy_event *event, void *ctx)
{
	struct meddler *meddler = ctx;
	if (event->type == meddler->on && meddler->acts++ == 0)
		meddler->act(meddler);
}
RX_CONSUMER(meddle, cy_event);

static void act_stop(struct meddler *meddler)
{
	cy_stop(meddler->cluster, 0);
}

static void act_fork(struct meddler *meddler)
{
	cy_fork(meddler->cluster, "John", NULL);
}

static void act_unsubscribe(struct meddler *meddler)
{
	rx_unsubscribe(&meddler->subscription);
}

static void act_kill(struct meddler *meddler)
{
	cy_kill(meddler->cluster, cy_worker(1), SIGKILL);
}

static void act_disconnect(struct meddler *meddler)
{
	cy_disconnect(meddler->cluster, cy_worker(1));
}

static void nothing_failed(const rx_error *error, void *ctx)
{
	(void)error, (void)ctx;
}

static void act_shutdown(struct meddler *meddler)
{
	rx_subscribe(cy_shutdown(meddler->cluster, cy_worker(1), RX_NOW), &(rx_observer){.error = nothing_failed},
	             NULL);
}

static const cy_event_type moments[] = {CY_EVENT_ONLINE, CY_EVENT_READY,      CY_EVENT_STATUS, CY_EVENT_COMMAND,
                                        CY_EVENT_RESULT, CY_EVENT_DISCONNECT, CY_EVENT_EXIT};
static void (*const acts[])(struct meddler *) = {act_stop, act_fork,       act_unsubscribe,
                                                 act_kill, act_disconnect, act_shutdown};

enum { MOMENTS = sizeof moments / sizeof *moments, ACTS = sizeof acts / sizeof *acts };

/* Whatever becomes of the call: it ends, the worker's exit is told once, and the cluster stops. */
TEST(a_callback_may_do_anything_at_any_moment, .to = MOMENTS * ACTS)
{
	event_log log;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	struct meddler meddler = {.cluster = cluster, .on = moments[_i % MOMENTS], .act = acts[_i / MOMENTS]};
	rx_subscribe(cy_events(cluster), &(rx_observer){RX_NEXT(meddle), .ctx = &meddler}, &meddler.subscription);
	event_log_start(&log, cluster, "Paul");
	cluster_fork(cluster, "Paul", NULL);
	cluster_code(cluster, cy_named("Paul"), "square", cy_int(3));
	rx_subscribe(cy_shutdown(cluster, cy_worker(1), 0), &(rx_observer){.error = nothing_failed}, NULL);
	cluster_end(cluster);
	ck_assert_uint_ge(meddler.acts, 1);
	ck_assert_uint_eq(event_log_count(&log, "disconnect Paul"), 1);
	const char *exit = strstr(log.text, "\nexit Paul");
	ck_assert_ptr_nonnull(exit);
	ck_assert_ptr_null(strstr(exit + 1, "\nexit Paul"));
}
