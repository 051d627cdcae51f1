/*
 * Calls and replies: whom they reach, and what comes back.
 */
#include <stdio.h>
#include <unistd.h>

#include "tests/support/cluster.h"

TEST(a_worker_answers_and_a_worker_asks_a_worker)
{
	cy_cluster *cluster = cluster_begin("worker", NULL);
	cluster_fork(cluster, "Paul", NULL);
	cluster_fork(cluster, "Sarah", NULL);
	ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "square", cy_int(7)), 49);
	ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "ask",
	                                cy_array(cy_string("Sarah"), cy_string("square"), cy_int(5))),
	                 25);
	cluster_end(cluster);
}

TEST(what_cannot_be_answered_fails_at_once_with_its_own_code)
{
	event_log log;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	const uint32_t id = cluster_fork(cluster, "Paul", NULL);
	event_log_start(&log, cluster, "Paul");
	ck_assert_int_eq(cluster_code(cluster, cy_named("Nobody"), "square", NULL), -ENOENT);
	ck_assert_int_eq(cluster_code(cluster, cy_worker(999), "square", NULL), -ENOENT);
	ck_assert_int_eq(cluster_code(cluster, cy_worker(0), "square", NULL), -ENOENT);
	ck_assert_int_eq(cluster_code(cluster, cy_named("Paul"), NULL, cy_int(7)), -EINVAL);
	ck_assert_int_eq(cluster_code(cluster, cy_named("Paul"), "nonsense", NULL), -ENOSYS);
	ck_assert_int_eq(cluster_code(cluster, cy_primary(), "nonsense", NULL), -ENOSYS);
	ck_assert_int_eq(cluster_code(cluster, cy_named("Paul"), "fail", NULL), -EDOM);
	ck_assert_str_eq(rx_words(-EDOM), "on purpose");
	ck_assert_int_eq(cluster_code(cluster, cy_named("Paul"), "exit", cy_int(1)), -ECONNRESET);
	event_log_await(&log, "exit Paul 1 gone");
	ck_assert_int_eq(cluster_code(cluster, cy_worker(id), "square", NULL), -ENOENT);
	event_log_stop(&log);
	cluster_end(cluster);
}

TEST(errors_of_a_worker_asked_by_a_worker_are_its_own)
{
	cy_cluster *cluster = cluster_begin("worker", NULL);
	cluster_fork(cluster, "Paul", NULL);
	cluster_fork(cluster, "Sarah", NULL);
	const struct {
		const char *name, *command;
		int code;
	} cases[] = {{"Nobody", "square", -ENOENT}, {"Sarah", "nonsense", -ENOSYS}, {"Sarah", "fail", -EDOM},
	             {"Paul", "fail", -EDOM},       {"Paul", "nonsense", -ENOSYS},  {"Sarah", "exit", -ECONNRESET}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		ck_assert_int_eq(
			cluster_code(cluster, cy_named("Paul"), "ask",
		                     cy_array(cy_string(cases[i].name), cy_string(cases[i].command), cy_nil())),
			cases[i].code);
	cluster_end(cluster);
}

TEST(id_and_name_together_must_both_match)
{
	cy_cluster *cluster = cluster_begin("worker", NULL);
	const uint32_t paul = cluster_fork(cluster, "Paul", NULL), sarah = cluster_fork(cluster, "Sarah", NULL);
	ck_assert_int_eq(cluster_number(cluster, cy_worker_named(paul, "Paul"), "square", cy_int(2)), 4);
	ck_assert_int_eq(cluster_code(cluster, cy_worker_named(sarah, "Paul"), "square", cy_int(2)), -ENOENT);
	cluster_end(cluster);
}

struct tally {
	size_t items, errors, ends;
};

static void count_reply(const cy_reply *reply, void *ctx)
{
	struct tally *tally = ctx;
	tally->items += reply->value != NULL;
	tally->errors += reply->error != NULL;
}
RX_CONSUMER(count_reply, cy_reply);

static struct tally tally_of(rx_observable *replies)
{
	struct tally tally = {0};
	ck_assert_int_eq(cluster_finish(rx_pipe(replies, rx_tap(count_reply, &tally), rx_ignore_elements())), 0);
	return tally;
}

TEST(all_workers_give_each_a_result_or_an_error_then_the_call_completes)
{
	cy_cluster *cluster = cluster_begin("worker", NULL);
	for (int i = 0; i < 3; i++)
		cluster_fork(cluster, NULL, NULL);
	struct tally tally = tally_of(cy_call(cluster, cy_all(), "square", cy_int(2)));
	ck_assert_uint_eq(tally.items, 3);
	tally = tally_of(cy_call(cluster, cy_all(), "fail", NULL));
	ck_assert_uint_eq(tally.errors, 3);
	cy_kill(cluster, cy_worker(2), SIGSTOP); /* so that it cannot answer before it dies */
	cy_kill(cluster, cy_worker(2), SIGKILL);
	tally = tally_of(cy_call(cluster, cy_all(), "square", cy_int(2)));
	ck_assert_uint_eq(tally.items, 2);
	ck_assert_uint_eq(tally.errors, 1);
	cluster_end(cluster);
}

TEST(a_call_to_all_of_none_completes_at_once)
{
	cy_cluster *cluster = cluster_begin("worker", NULL);
	const struct tally tally = tally_of(cy_call(cluster, cy_all(), "square", cy_int(2)));
	ck_assert_uint_eq(tally.items + tally.errors, 0);
	ck_assert_int_eq(cluster_code(cluster, cy_any(), "square", cy_int(2)), -ENOENT);
	cluster_end(cluster);
}

static rx_observable *here(const cy_request *request, void *ctx)
{
	++*(int *)ctx;
	return cy_answer(cy_value_ref(request->arguments));
}

TEST(a_call_to_oneself_runs_here_and_not_within_subscribe)
{
	int runs = 0;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	ck_assert_int_eq(cy_register(cluster, &(cy_command){.name = "here", .run = here, .ctx = &runs}), 0);
	rx_subscription subscription;
	rx_subscribe(cy_call(cluster, cy_self(cluster), "here", NULL), NULL, &subscription);
	ck_assert_int_eq(runs, 0);
	ck_assert(!rx_is_closed(&subscription));
	rx_unsubscribe(&subscription);
	ck_assert_int_eq(cluster_number(cluster, cy_primary(), "here", cy_int(5)), 5);
	ck_assert_int_eq(runs, 1);
	ck_assert_int_eq(cluster_code(cluster, cy_self(cluster), "nonsense", NULL), -ENOSYS);
	cluster_end(cluster);
}

TEST(nothing_is_sent_until_it_is_subscribed)
{
	cy_cluster *cluster = cluster_begin("worker", NULL);
	int runs = 0;
	cy_register(cluster, &(cy_command){.name = "here", .run = here, .ctx = &runs});
	rx_observable_unref(cy_call(cluster, cy_self(cluster), "here", NULL));
	ck_assert_int_eq(cluster_number(cluster, cy_self(cluster), "here", cy_int(1)), 1);
	ck_assert_int_eq(runs, 1);
	cluster_end(cluster);
}

TEST(unsubscribing_cancels_the_handler_at_the_other_end)
{
	event_log log;
	rx_subscription subscription;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	cluster_fork(cluster, "Paul", NULL);
	event_log_start(&log, cluster, "Paul");
	rx_subscribe(cy_call(cluster, cy_named("Paul"), "never", NULL), NULL, &subscription);
	event_log_await(&log, "message Paul begun");
	rx_unsubscribe(&subscription);
	event_log_await(&log, "message Paul cancelled");
	event_log_stop(&log);
	cluster_end(cluster);
}

TEST(a_deadline_ends_the_call_and_cancels_the_handler)
{
	event_log log;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	cluster_fork(cluster, "Paul", NULL);
	cluster_ready(cluster);
	event_log_start(&log, cluster, "Paul");
	ck_assert_int_eq(cluster_finish(rx_pipe(cy_call_with(cluster, cy_named("Paul"), "never", NULL,
	                                                     &(cy_call_options){.timeout = RX_MS(200)}),
	                                        rx_ignore_elements())),
	                 -ETIMEDOUT);
	event_log_await(&log, "message Paul cancelled");
	event_log_stop(&log);
	cluster_end(cluster);
}

TEST(a_deadline_beyond_all_time_is_none)
{
	cy_cluster *cluster = cluster_begin("worker", &(cy_options){.call_timeout = RX_NEVER - 1});
	cluster_fork(cluster, "Paul", NULL);
	ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "square", cy_int(7)), 49);
	cluster_end(cluster);
}

TEST(expired_work_is_not_begun)
{
	cy_cluster *cluster = cluster_begin("worker", NULL);
	cluster_fork(cluster, "Paul", NULL);
	cluster_ready(cluster);
	ck_assert_int_eq(cluster_finish(rx_pipe(cy_call_with(cluster, cy_named("Paul"), "never", NULL,
	                                                     &(cy_call_options){.timeout = RX_NOW}),
	                                        rx_ignore_elements())),
	                 -ETIMEDOUT);
	ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "square", cy_int(3)), 9);
	cluster_end(cluster);
}

TEST(a_handler_that_fails_does_not_block_later_calls)
{
	cy_cluster *cluster = cluster_begin("worker", NULL);
	cluster_fork(cluster, "Paul", NULL);
	for (int i = 0; i < 5; i++) {
		ck_assert_int_eq(cluster_code(cluster, cy_named("Paul"), "fail", NULL), -EDOM);
		ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "square", cy_int(i)), i * i);
	}
	cluster_end(cluster);
}

TEST(a_call_made_while_a_worker_starts_waits_for_it)
{
	cy_cluster *cluster = cluster_begin("worker", NULL);
	cluster_fork(cluster, "Paul", NULL);
	ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "square", cy_int(6)), 36);
	cluster_end(cluster);
}

TEST(a_call_made_while_a_worker_awaits_its_revival_waits_for_it)
{
	event_log log;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	event_log_start(&log, cluster, "Paul");
	cluster_fork(cluster, "Paul",
	             &(cy_worker_options){.revive = CY_REVIVE_ON_FAILURE, .revival = {.first = RX_MS(1)}});
	cluster_ready(cluster);
	cy_kill(cluster, cy_named("Paul"), SIGKILL);
	event_log_await(&log, "exit Paul signal 9 revives");
	ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "square", cy_int(6)), 36);
	event_log_stop(&log);
	cluster_end(cluster);
}

TEST(a_call_that_waits_fails_when_its_worker_is_gone)
{
	cy_cluster *cluster = cluster_begin("worker", NULL);
	cluster_fork(cluster, "Paul", &(cy_worker_options){.process = {.program = "/bin/true"}});
	ck_assert_int_eq(cluster_code(cluster, cy_named("Paul"), "square", cy_int(6)), -EHOSTUNREACH);
	cluster_end(cluster);
}

TEST(eight_hundred_kilobytes_arrive_whole)
{
	enum { SIZE = 800004 };
	cy_cluster *cluster = cluster_begin("worker", NULL);
	cluster_fork(cluster, "Paul", NULL);
	char *bytes = malloc(SIZE);
	for (int i = 0; i < SIZE; i++)
		bytes[i] = (char)(i * 31 >> 3);
	cy_value *sent = cy_binary(bytes, SIZE), *back;
	ck_assert_int_eq(cluster_call(cluster, cy_named("Paul"), "echo", cy_value_ref(sent), &back), 0);
	ck_assert(cy_value_equal(sent, back));
	cy_value_unref(back);
	cy_value_unref(sent);
	free(bytes);
	cluster_end(cluster);
}

TEST(both_sides_sending_at_once_do_not_deadlock)
{
	enum { CALLS = 12, SIZE = 400000 };
	cy_cluster *cluster = cluster_begin("worker", NULL);
	cluster_fork(cluster, "Paul", NULL);
	cluster_ready(cluster);
	char *bytes = calloc(1, SIZE);
	rx_observable *all = rx_empty();
	for (int i = 0; i < CALLS; i++)
		all = rx_merge(all, cy_call(cluster, cy_named("Paul"), "echo", cy_binary(bytes, SIZE)));
	ck_assert_uint_eq(tally_of(all).items, CALLS);
	free(bytes);
	cluster_end(cluster);
}

TEST(every_type_survives_the_round_trip)
{
	cy_cluster *cluster = cluster_begin("worker", NULL);
	cluster_fork(cluster, "Paul", NULL);
	cy_value *sent = cy_array(cy_nil(), cy_bool(true), cy_int(-5), cy_uint(UINT64_MAX), cy_double(0.1),
	                          cy_string("z\xc3\xbc"), cy_binary("\0\xff", 2), cy_ext(5, "abc", 3), cy_time(1, 2),
	                          cy_map("a", cy_array(cy_int(1)), "b", cy_map())),
		 *back;
	ck_assert_int_eq(cluster_call(cluster, cy_named("Paul"), "echo", cy_value_ref(sent), &back), 0);
	ck_assert(cy_value_equal(sent, back));
	cy_value_unref(back);
	cy_value_unref(sent);
	cluster_end(cluster);
}

TEST(the_librarys_own_commands_are_obeyed_from_the_primary_only)
{
	cy_cluster *cluster = cluster_begin("worker", NULL);
	cluster_fork(cluster, "Paul", NULL);
	cluster_fork(cluster, "Sarah", NULL);
	ck_assert_int_eq(cluster_code(cluster, cy_named("Paul"), "ask",
	                              cy_array(cy_string("Sarah"), cy_string("cy_shutdown"), cy_nil())),
	                 -EPERM);
	ck_assert_int_eq(cy_register(cluster, &(cy_command){.name = "cy_mine", .run = here}), -EPERM);
	ck_assert_int_eq(cy_register(cluster, &(cy_command){.name = "mine", .run = here}), 0);
	ck_assert_int_eq(cy_register(cluster, &(cy_command){.name = "mine", .run = here}), -EEXIST);
	cluster_end(cluster);
}

TEST(four_workers_count_and_lose_nothing)
{
	enum { EACH = 100 };
	int64_t count;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	for (int i = 0; i < 4; i++)
		cluster_fork(cluster, NULL, NULL);
	ck_assert_uint_eq(tally_of(cy_call(cluster, cy_all(), "store", cy_int(EACH))).items, 4);
	cy_value *value = NULL;
	ck_assert_int_eq(cy_storage_retrieve(cy_cluster_storage(cluster), "count", &value), 1);
	ck_assert_int_eq(cy_get_int(value, NULL, &count), 0);
	ck_assert_int_eq(count, 4 * EACH);
	cy_value_unref(value);
	cluster_end(cluster);
}

static void read_pipe(const cy_reply *reply, void *ctx)
{
	const int fd = cy_reply_descriptor(reply, 0);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(cy_reply_descriptor(reply, 0), -ENOENT); /* taken */
	ck_assert_int_eq(cy_reply_descriptor(reply, 1), -ENOENT);
	ck_assert_int_eq(read(fd, ctx, 1), 1);
	close(fd);
}
RX_CONSUMER(read_pipe, cy_reply);

TEST(an_answer_carries_a_descriptor_or_it_is_closed)
{
	char byte = 0;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	cluster_fork(cluster, "Paul", NULL);
	rx_observable *call = cy_call(cluster, cy_named("Paul"), "pipe", NULL);
	ck_assert_int_eq(cluster_finish(rx_pipe(call, rx_tap(read_pipe, &byte), rx_ignore_elements())), 0);
	ck_assert_int_eq(byte, 'x');
	ck_assert_int_eq(cluster_code(cluster, cy_named("Paul"), "pipe", NULL), 0);
	cluster_end(cluster);
}
