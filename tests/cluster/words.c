/*
 * What a refusal says: what was wrong with what was asked, and never what an older error with the same code said.
 */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/primary/workers.h"
#include "tests/support/cluster.h"

static const char older[] = "what an older error said";

static rx_observable *square(const cy_request *request, void *ctx)
{
	int64_t n = 0;
	cy_get_int(request->arguments, NULL, &n);
	return cy_answer(cy_int(n * n));
}

PROGRAM(wordy)
{
	cy_cluster *cluster = cy_join(NULL);
	if (!cluster || cy_register(cluster, &(cy_command){.name = "square", .run = square}) < 0)
		return 99;
	return cy_run(cluster);
}

/* Its words are new, and say @p words. */
static void expect_refusal(int code, int expected, const char *words)
{
	const char *said = rx_words(expected);
	ck_assert_int_eq(code, expected);
	ck_assert_msg(strstr(said, words) && !strstr(said, older), "%d says \"%s\", and not \"%s\"", code, said, words);
}

TEST(a_message_longer_than_a_frame_says_how_long_it_is_and_the_limit)
{
	static const char filling[1 << 16];
	cy_cluster *cluster = cluster_begin("wordy", &(cy_options){.frame_max = 4096});
	cluster_fork(cluster, "Paul", NULL);
	cluster_ready(cluster);
	rx_raise(-EMSGSIZE, "%s", older);
	const int code = cy_send(cluster, cy_named("Paul"), "x", cy_binary(filling, sizeof filling));
	expect_refusal(code, -EMSGSIZE, "bytes is longer than the limit of 4096");
	rx_raise(-EMSGSIZE, "%s", older);
	expect_refusal(cluster_code(cluster, cy_named("Paul"), "square", cy_binary(filling, sizeof filling)), -EMSGSIZE,
	               "bytes is longer than the limit of 4096");
	ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "square", cy_int(7)), 49);
	cluster_end(cluster);
}

/* It has been killed, and the primary, which has not reaped it yet, finds that out by writing. */
TEST(a_call_to_one_whose_channel_has_ended_says_who_has_gone)
{
	cy_cluster *cluster = cluster_begin("wordy", NULL);
	const cy_worker_options once = {.revive = CY_REVIVE_NEVER};
	cluster_fork(cluster, "Paul", &once);
	cluster_ready(cluster);
	cy__worker *worker = cy__workers_named(cluster, "Paul");
	siginfo_t info;
	ck_assert_int_eq(cy_kill(cluster, cy_named("Paul"), SIGKILL), 0);
	ck_assert_int_eq(waitid(P_PID, (id_t)worker->process.pid, &info, WEXITED | WNOWAIT), 0);
	ck_assert_int_eq(cy_send(cluster, cy_named("Paul"), "x", cy_int(1)), 0);
	cy__channel_flush(worker->peer.channel);
	rx_raise(-EPIPE, "%s", older);
	expect_refusal(cluster_code(cluster, cy_named("Paul"), "square", cy_int(1)), -EHOSTUNREACH, "Paul");
	ck_assert_ptr_null(strstr(rx_words(-EHOSTUNREACH), strerror(EPIPE)));
	cluster_end(cluster);
}

static int64_t fork_with(cy_cluster *cluster, const cy_worker_options *options)
{
	return cy_fork(cluster, "Sarah", options);
}

static int finish(rx_observable *source)
{
	return cluster_finish(rx_pipe(source, rx_ignore_elements()));
}

#define REFUSED(code, expression, words)                                                                               \
	do {                                                                                                           \
		rx_raise(code, "%s", older);                                                                           \
		expect_refusal((int)(expression), code, words);                                                        \
	} while (0)

TEST(no_refusal_says_what_an_older_error_said)
{
	cy_cluster *cluster = cluster_begin("wordy", NULL);
	const uint32_t id = cluster_fork(cluster, "Paul", NULL);
	const cy_target paul = cy_named("Paul"), nobody = cy_named("Nobody");
	cluster_ready(cluster);
	REFUSED(-EINVAL, cy_kill(cluster, paul, 12345), "signal 12345 to Paul");
	REFUSED(-ENOENT, cy_kill(cluster, nobody, SIGTERM), "Nobody");
	REFUSED(-EEXIST, cy_fork(cluster, "Paul", NULL), "Paul");
	REFUSED(-EINVAL, fork_with(cluster, &(cy_worker_options){.revival.jitter = 2}), "revival");
	REFUSED(-EINVAL, fork_with(cluster, &(cy_worker_options){.recycle = {.calls = 1, .jitter = 2}}), "recycling");
	REFUSED(-EINVAL, fork_with(cluster, &(cy_worker_options){.heartbeat = {.interval = 1, .timeout = -5}}),
	        "heartbeat");
	REFUSED(-EBADF, fork_with(cluster, &(cy_worker_options){.process.output = {CY_STREAM_FD, .fd = 12345}}),
	        "options");
	REFUSED(-ENOENT, cy_decide(cluster, 999, CY_GONE, RX_NOW), "999");
	REFUSED(-EALREADY, cy_decide(cluster, id, CY_GONE, RX_NOW), "Paul");
	REFUSED(-ENOENT, cy_send(cluster, nobody, "x", cy_int(1)), "Nobody");
	REFUSED(-EINVAL, cy_send_with(cluster, paul, "x", cy_int(1), &(cy_send_options){.full = (cy_when_full)99}), "");
	REFUSED(-EINVAL, cy_register(cluster, &(cy_command){.name = ""}), "");
	REFUSED(-ENOENT, cy_group_restart(cluster, "nobody"), "nobody");
	REFUSED(-EINVAL, finish(cy_save(cluster, "a..b", cy_int(1))), "a..b");
	REFUSED(-EINVAL, finish(cy_room(cluster, cy_all())), "room");
	REFUSED(-ENOENT, finish(cy_room(cluster, nobody)), "Nobody");
	REFUSED(-ENOENT, cluster_code(cluster, nobody, "square", NULL), "Nobody");
	REFUSED(-ENOSYS, cluster_code(cluster, paul, "nonsense", NULL), "nonsense");
	REFUSED(-ENOENT, cy_reply_descriptor(&(cy_reply){0}, 3), "no descriptor 3");
	cluster_end(cluster);
}
