/*
 * Channels with faults on purpose: what works all the same, and what it costs whom.
 */
#include <unistd.h>

#include <clusterfy/cluster/testing.h>

#include "tests/support/cluster.h"

/* ---- The worker: does all that a worker does, and gives its own end faults when it is told to ---------------------------- */

static rx_observable *echo(const cy_request *request, void *ctx)
{
	(void)ctx;
	return cy_answer(cy_value_ref(request->arguments));
}

static rx_observable *ask(const cy_request *request, void *ctx)
{
	(void)ctx;
	return rx_pipe(cy_call(request->cluster, cy_named("Sarah"), "echo", cy_value_ref(request->arguments)),
	               cy_values());
}

static rx_observable *store(const cy_request *request, void *ctx)
{
	(void)ctx;
	return rx_concat(cy_save(request->cluster, "shelf", cy_value_ref(request->arguments)),
	                 cy_retrieve(request->cluster, "shelf"));
}

static rx_observable *tell(const cy_request *request, void *ctx)
{
	(void)ctx;
	const int code = cy_send(request->cluster, cy_primary(), "told", cy_value_ref(request->arguments));
	return code < 0 ? cy_refuse(code, "%s", rx_words(code)) : NULL;
}

static rx_observable *hand_out(const cy_request *request, void *ctx)
{
	int ends[2];
	(void)request, (void)ctx;
	if (pipe(ends) < 0 || write(ends[1], "x", 1) != 1)
		return cy_refuse(-errno, "no pipe");
	rx_observable *answer = cy_answer_descriptors(cy_nil(), ends, 1);
	close(ends[0]);
	close(ends[1]);
	return answer;
}

static void spoil_later(rx_task *task);
static struct {
	rx_task task;
	cy_cluster *cluster;
	cy_faults faults;
} plan = {.task.run = spoil_later};

static void spoil_later(rx_task *task)
{
	(void)task;
	if (cy_inject(plan.cluster, cy_primary(), &plan.faults) < 0)
		_exit(97);
}

/* [split, corrupt]: as soon as this reply is written. */
static rx_observable *spoil(const cy_request *request, void *ctx)
{
	uint64_t split = 0;
	double corrupt = 0;
	(void)ctx;
	cy_get_uint(request->arguments, "0", &split);
	cy_get_double(request->arguments, "1", &corrupt);
	plan.cluster = request->cluster;
	plan.faults = (cy_faults){.split = (size_t)split, .corrupt = corrupt};
	rx_schedule(rx_scheduler_current(), &plan.task, 0);
	return NULL;
}

PROGRAM(faulty)
{
	static const struct {
		const char *name;
		rx_observable *(*run)(const cy_request *request, void *ctx);
	} commands[] = {{"echo", echo}, {"ask", ask},       {"store", store},
	                {"tell", tell}, {"pipe", hand_out}, {"spoil", spoil}};
	cy_cluster *cluster = cy_join(NULL);
	if (!cluster)
		return 99;
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		cy_register(cluster, &(cy_command){.name = commands[i].name, .run = commands[i].run});
	return cy_run(cluster);
}

/* ---- Scenes -------------------------------------------------------------------------------------------------------------- */

static cy_cluster *begin(event_log *log, const cy_faults *faults)
{
	cy_cluster *cluster = cluster_begin("faulty", &(cy_options){.shutdown_timeout = RX_S(30)});
	cluster_fork(cluster, "Paul", NULL);
	ck_assert_int_eq(cy_inject(cluster, cy_named("Paul"), faults), 0);
	cluster_fork(cluster, "Sarah", NULL);
	cluster_ready(cluster);
	event_log_start(log, cluster, "Paul");
	return cluster;
}

static void end(cy_cluster *cluster, event_log *log)
{
	ck_assert_int_eq(cluster_number(cluster, cy_named("Sarah"), "echo", cy_int(5)), 5);
	event_log_stop(log);
	cluster_end(cluster);
}

static void comes_back(cy_cluster *cluster, const char *command, cy_value *sent)
{
	cy_value *back;
	ck_assert_int_eq(cluster_call(cluster, cy_named("Paul"), command, cy_value_ref(sent), &back), 0);
	ck_assert(cy_value_equal(sent, back));
	cy_value_unref(back);
	cy_value_unref(sent);
}

static void read_pipe(const cy_reply *reply, void *ctx)
{
	const int fd = cy_reply_descriptor(reply, 0);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(read(fd, ctx, 1), 1);
	close(fd);
}
RX_CONSUMER(read_pipe, cy_reply);

/* All that goes over a channel: calls both ways and through, the storage, messages, descriptors. */
static void everything_works(cy_cluster *cluster, event_log *log)
{
	enum { SIZE = 20000 };
	char bytes[SIZE], byte = 0;
	memset(bytes, 7, SIZE);
	comes_back(cluster, "echo", cy_binary(bytes, SIZE));
	comes_back(cluster, "ask", cy_pack("{'a': [i, s]}", 1, "two"));
	comes_back(cluster, "store", cy_pack("{'a': [i, s]}", 1, "two"));
	ck_assert_int_eq(cluster_finish(rx_pipe(cy_call(cluster, cy_named("Paul"), "pipe", NULL),
	                                        rx_tap(read_pipe, &byte), rx_ignore_elements())),
	                 0);
	ck_assert_int_eq(byte, 'x');
	ck_assert_int_eq(cluster_code(cluster, cy_named("Paul"), "tell", cy_string("something")), 0);
	event_log_await(log, "message Paul told");
	ck_assert_int_eq(cluster_code(cluster, cy_named("Paul"), "nonsense", NULL), -ENOSYS);
}

static const size_t splits[] = {1, 2, 3, 7, 64};

TEST(everything_works_in_parts_of_any_size, .to = sizeof splits / sizeof *splits, .timeout = 120)
{
	event_log log;
	cy_cluster *cluster = begin(&log, &(cy_faults){.split = splits[_i]});
	ck_assert_int_eq(cluster_code(cluster, cy_named("Paul"), "spoil", cy_pack("[u, i]", (unsigned)splits[_i], 0)),
	                 0);
	everything_works(cluster, &log);
	end(cluster, &log);
}

TEST(everything_works_late)
{
	event_log log;
	cy_cluster *cluster = begin(&log, &(cy_faults){.delay = RX_MS(1)});
	everything_works(cluster, &log);
	end(cluster, &log);
}

TEST(what_is_delayed_comes_when_the_delay_is_taken_away)
{
	event_log log;
	rx_subscription call;
	cy_cluster *cluster = begin(&log, NULL);
	ck_assert_int_eq(cy_inject(cluster, cy_named("Paul"), &(cy_faults){.delay = RX_S(3600)}), 0);
	rx_subscribe(cy_call(cluster, cy_named("Paul"), "echo", NULL), NULL, &call);
	ck_assert_int_eq(cluster_finish(rx_pipe(cy_call_with(cluster, cy_named("Paul"), "echo", NULL,
	                                                     &(cy_call_options){.timeout = RX_MS(50)}),
	                                        rx_ignore_elements())),
	                 -ETIMEDOUT);
	ck_assert(!rx_is_closed(&call));
	ck_assert_int_eq(cy_inject(cluster, cy_named("Paul"), NULL), 0);
	ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "echo", cy_int(3)), 3);
	ck_assert(rx_is_closed(&call));
	end(cluster, &log);
}

TEST(lost_frames_are_timeouts_and_nothing_else)
{
	event_log log;
	cy_cluster *cluster = begin(&log, NULL);
	ck_assert_int_eq(cy_inject(cluster, cy_named("Paul"), &(cy_faults){.drop = 1}), 0);
	ck_assert_int_eq(cluster_finish(rx_pipe(cy_call_with(cluster, cy_named("Paul"), "echo", NULL,
	                                                     &(cy_call_options){.timeout = RX_MS(20)}),
	                                        rx_ignore_elements())),
	                 -ETIMEDOUT);
	ck_assert_int_eq(cy_inject(cluster, cy_named("Paul"), NULL), 0);
	ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "echo", cy_int(3)), 3);
	ck_assert_uint_eq(event_log_count(&log, "disconnect Paul"), 0);
	end(cluster, &log);
}

/* Each call is answered rightly or not at all. */
TEST(calls_survive_the_loss_of_some_frames, .to = 3)
{
	event_log log;
	int64_t answered = 0;
	cy_cluster *cluster = begin(&log, NULL);
	ck_assert_int_eq(cy_inject(cluster, cy_named("Paul"), &(cy_faults){.drop = 0.3, .seed = (uint64_t)_i + 1}), 0);
	for (int64_t i = 0; i < 20; i++) {
		cy_body body = NULL;
		int64_t number = -1;
		const int code = rx_await_last(cy_body,
		                               rx_pipe(cy_call_with(cluster, cy_named("Paul"), "echo", cy_int(i),
		                                                    &(cy_call_options){.timeout = RX_MS(20)}),
		                                       cy_values()),
		                               &body);
		if (code == 0) {
			ck_assert_int_eq(cy_get_int(body, NULL, &number), 0);
			ck_assert_int_eq(number, i);
			answered++;
		} else {
			ck_assert_msg(code == -ETIMEDOUT || code == -ENODATA, "%s", rx_words(code));
		}
		cy_value_unref(body);
	}
	ck_assert_int_eq(cy_inject(cluster, cy_named("Paul"), NULL), 0);
	end(cluster, &log);
}

TEST(a_channel_that_is_spoilt_on_the_way_is_lost_and_nobody_else_notices, .to = 20)
{
	event_log log;
	cy_cluster *cluster = begin(&log, NULL);
	ck_assert_int_eq(cy_inject(cluster, cy_named("Paul"), &(cy_faults){.corrupt = 1, .seed = (uint64_t)_i + 1}), 0);
	const int code = cluster_code(cluster, cy_named("Paul"), "echo", cy_int(3));
	ck_assert_msg(code == -ECONNRESET, "%s", rx_words(code));
	event_log_await(&log, "exit Paul 0 gone");
	ck_assert_uint_eq(event_log_count(&log, "disconnect Paul"), 1);
	end(cluster, &log);
}

TEST(a_worker_that_spoils_what_it_sends_loses_its_channel_and_it_is_told)
{
	event_log log;
	cy_cluster *cluster = begin(&log, NULL);
	ck_assert_int_eq(cluster_code(cluster, cy_named("Paul"), "spoil", cy_pack("[i, d]", 0, 1.)), 0);
	ck_assert_int_eq(cluster_code(cluster, cy_named("Paul"), "tell", NULL), -ECONNRESET);
	event_log_await(&log, "exit Paul 0 gone");
	ck_assert_uint_eq(event_log_count(&log, "disconnect Paul"), 1);
	ck_assert_uint_eq(event_log_count(&log, "message Paul told"), 0);
	end(cluster, &log);
}

/* After each number of bytes: in the head of the call, in its body, in the reply, or in the next one. */
TEST(a_channel_that_ends_is_as_one_whose_worker_died, .from = 1, .to = 120)
{
	event_log log;
	cy_cluster *cluster = cluster_begin("faulty", NULL);
	cluster_fork(cluster, "Paul", NULL);
	cluster_ready(cluster);
	event_log_start(&log, cluster, "Paul");
	ck_assert_int_eq(cy_inject(cluster, cy_named("Paul"), &(cy_faults){.close_after = (size_t)_i}), 0);
	int code = 0;
	while (code == 0)
		code = cluster_code(cluster, cy_named("Paul"), "echo", cy_int(3));
	ck_assert_msg(code == -ECONNRESET || code == -EHOSTUNREACH, "%s", rx_words(code));
	event_log_await(&log, "disconnect Paul");
	event_log_await(&log, "exit Paul 0 gone");
	event_log_stop(&log);
	cluster_end(cluster);
}

TEST(a_revived_workers_channel_is_whole)
{
	event_log log;
	cy_cluster *cluster = cluster_begin("faulty", NULL);
	cluster_fork(cluster, "Paul", &(cy_worker_options){.revive = CY_REVIVE_ALWAYS, .revival = {.first = RX_NOW}});
	cluster_ready(cluster);
	event_log_start(&log, cluster, "Paul");
	ck_assert_int_eq(cy_inject(cluster, cy_named("Paul"), &(cy_faults){.close_after = 1}), 0);
	ck_assert_int_lt(cluster_code(cluster, cy_named("Paul"), "echo", NULL), 0);
	event_log_await(&log, "exit Paul 0 revives");
	ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "echo", cy_int(3)), 3);
	event_log_stop(&log);
	cluster_end(cluster);
}

TEST(who_is_not_there_or_makes_no_sense_is_refused)
{
	event_log log;
	cy_cluster *cluster = begin(&log, NULL);
	ck_assert_int_eq(cy_inject(cluster, cy_named("Nobody"), NULL), -ENOENT);
	ck_assert_int_eq(cy_inject(cluster, cy_named("Paul"), &(cy_faults){.drop = 2}), -EINVAL);
	ck_assert_str_ne(rx_words(-EINVAL), "");
	ck_assert_int_eq(cy_disconnect(cluster, cy_named("Paul")), 0);
	event_log_await(&log, "disconnect Paul");
	const int code = cy_inject(cluster, cy_named("Paul"), NULL);
	ck_assert_msg(code == -ENOTCONN || code == -ENOENT, "%s", rx_words(code));
	end(cluster, &log);
}
