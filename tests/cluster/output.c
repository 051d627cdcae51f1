/*
 * What captured workers print, and what they are given to read.
 */
#include <stdio.h>
#include <unistd.h>

#include "tests/support/cluster.h"

/* Lines and exits in words, as they come: "1 hello", "2+part", "exit Paul". */
struct record {
	char text[4096];
	size_t bytes, lines;
	rx_subscription output, exits;
};

static void note(struct record *record, const char *words)
{
	const size_t length = strlen(record->text);
	if (length + strlen(words) + 2 < sizeof record->text)
		sprintf(record->text + length, "%s\n", words);
}

static void note_line(const cy_line *line, void *ctx)
{
	struct record *record = ctx;
	char words[128];
	ck_assert_uint_eq(line->text[line->size], '\0');
	snprintf(words, sizeof words, "%d%s%.100s", line->stream, line->partial ? "+" : " ", line->text);
	note(record, words);
	record->lines++;
	record->bytes += line->size;
}
RX_CONSUMER(note_line, cy_line);

static void note_exit(const cy_event *event, void *ctx)
{
	char words[64];
	snprintf(words, sizeof words, "exit %d", event->code);
	note(ctx, words);
}
RX_CONSUMER(note_exit, cy_event);

static void record_start(struct record *record, cy_cluster *cluster, cy_target target)
{
	*record = (struct record){.text = ""};
	rx_subscribe(cy_output(cluster, target), &(rx_observer){RX_NEXT(note_line), .ctx = record}, &record->output);
	rx_subscribe(cy_events_of(cluster, CY_EVENT_EXIT), &(rx_observer){RX_NEXT(note_exit), .ctx = record},
	             &record->exits);
}

static void record_stop(struct record *record)
{
	rx_unsubscribe(&record->output);
	rx_unsubscribe(&record->exits);
}

/* A shell as a worker: it never says hello, so that its exit is what there is to wait for. */
static cy_worker_options shell(const char *const *arguments)
{
	return (cy_worker_options){.process = {.program = "/bin/sh",
	                                       .arguments = arguments,
	                                       .input = {CY_STREAM_CAPTURE},
	                                       .output = {CY_STREAM_CAPTURE},
	                                       .error = {CY_STREAM_CAPTURE}}};
}

static uint32_t fork_shell(cy_cluster *cluster, const char *name, const char *command)
{
	const char *const arguments[] = {"-c", command, NULL};
	const cy_worker_options options = shell(arguments);
	return cluster_fork(cluster, name, &options);
}

/* What it prints, and how it ends, whatever the command is. */
static void run_shell(struct record *record, const char *command)
{
	event_log log;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	event_log_start(&log, cluster, NULL);
	record_start(record, cluster, cy_all());
	fork_shell(cluster, "Shell", command);
	event_log_await(&log, "status Shell EXITED");
	record_stop(record);
	event_log_stop(&log);
	cluster_end(cluster);
}

TEST(lines_come_whole_and_before_the_exit)
{
	struct record record;
	event_log log;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	event_log_start(&log, cluster, NULL);
	record_start(&record, cluster, cy_all());
	fork_shell(cluster, "Shell", "printf 'one\\n\\ntw'; printf 'o\\nrest'; exit 3");
	event_log_await(&log, "exit Shell 3 gone");
	ck_assert_str_eq(record.text, "1 one\n1 \n1 two\n1+rest\nexit 3\n");
	record_stop(&record);
	event_log_stop(&log);
	cluster_end(cluster);
}

TEST(standard_error_is_a_stream_of_its_own)
{
	struct record record;
	run_shell(&record, "echo broken >&2");
	ck_assert_ptr_nonnull(strstr(record.text, "2 broken\n"));
}

TEST(a_line_that_is_too_long_comes_in_parts)
{
	struct record record;
	run_shell(&record, "head -c 20000 /dev/zero | tr '\\0' x; echo; echo after");
	ck_assert_uint_eq(record.bytes, 20000 + strlen("after"));
	ck_assert_uint_eq(record.lines, 4);
	ck_assert_int_eq(record.text[1], '+');
	ck_assert_ptr_nonnull(strstr(record.text, "1 after\n"));
}

TEST(a_megabyte_arrives_and_nobody_who_listens_is_no_hindrance)
{
	struct record record;
	run_shell(&record, "yes 0123456789abcde | head -n 65536");
	ck_assert_uint_eq(record.lines, 65536);
	ck_assert_uint_eq(record.bytes, 65536 * 15);

	event_log log;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	event_log_start(&log, cluster, NULL);
	fork_shell(cluster, "Shell", "yes 0123456789abcde | head -n 65536");
	event_log_await(&log, "exit Shell 0 gone");
	event_log_stop(&log);
	cluster_end(cluster);
}

TEST(who_inherits_the_pipe_and_goes_on_does_not_hold_up_the_exit)
{
	struct record record;
	run_shell(&record, "echo mine; trap '' HUP; yes its >/dev/stdout & echo $! >&2; exit 0");
	ck_assert_ptr_nonnull(strstr(record.text, "1 mine\n"));
}

TEST(of_one_worker_over_its_incarnations)
{
	struct record record;
	event_log log;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	const char *const arguments[] = {"-c", "echo here; exit 1", NULL};
	cy_worker_options options = shell(arguments);
	options.revive = CY_REVIVE_ALWAYS;
	options.revival = (cy_revival){.first = RX_NOW, .limit = 1};
	event_log_start(&log, cluster, NULL);
	const uint32_t id = cluster_fork(cluster, "Shell", &options);
	fork_shell(cluster, "Other", "echo there");
	record_start(&record, cluster, cy_worker(id));
	event_log_await(&log, "exit Shell 1 failed");
	event_log_await(&log, "exit Other 0 gone");
	rx_unsubscribe(&record.exits);
	ck_assert_uint_eq(record.lines, 2);
	ck_assert_ptr_null(strstr(record.text, "there"));
	record_stop(&record);
	event_log_stop(&log);
	cluster_end(cluster);
}

static void ended(void *ctx)
{
	*(bool *)ctx = true;
}

TEST(it_completes_with_the_cluster_and_refuses_whom_it_does_not_know)
{
	bool complete = false;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	rx_subscribe(cy_output(cluster, cy_all()), &(rx_observer){.complete = ended, .ctx = &complete}, NULL);
	ck_assert_int_eq(cluster_finish(cy_output(cluster, cy_named("Nobody"))), -ENOENT);
	ck_assert_int_eq(cluster_finish(cy_output(cluster, cy_primary())), -EINVAL);
	ck_assert_int_eq(cluster_finish(cy_output(cluster, cy_any())), -EINVAL);
	ck_assert_int_eq(cluster_finish(cy_output(cluster, cy_others())), -EINVAL);
	cluster_end(cluster);
	ck_assert(complete);
}

/* ---- Input -------------------------------------------------------------------------------------------------------- */

TEST(what_is_written_to_its_input_it_reads)
{
	enum { MANY = 300000 };
	struct record record;
	event_log log;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	char *bytes = malloc(MANY);
	memset(bytes, 'x', MANY);
	event_log_start(&log, cluster, NULL);
	record_start(&record, cluster, cy_all());
	fork_shell(cluster, "Shell", "wc -c");
	ck_assert_int_eq(cy_input(cluster, cy_named("Shell"), bytes, MANY), 0);
	ck_assert_int_eq(cy_input(cluster, cy_named("Shell"), "\n", 1), 0);
	ck_assert_int_eq(cy_input_end(cluster, cy_named("Shell")), 0);
	ck_assert_int_eq(cy_input(cluster, cy_named("Shell"), "x", 1), -EPIPE);
	event_log_await(&log, "exit Shell 0 gone");
	ck_assert_str_eq(record.text, "1 300001\nexit 0\n");
	record_stop(&record);
	event_log_stop(&log);
	free(bytes);
	cluster_end(cluster);
}

TEST(input_that_nobody_reads_is_told_and_refused)
{
	enum { MANY = 300000 };
	event_log log;
	char *bytes = calloc(1, MANY);
	cy_cluster *cluster = cluster_begin("worker", &(cy_options){.queue_bytes = MANY + MANY / 2});
	event_log_start(&log, cluster, NULL);
	fork_shell(cluster, "Shell", "read line; exit 4");
	ck_assert_int_eq(cy_input(cluster, cy_named("Shell"), bytes, MANY), 0);
	ck_assert_int_eq(cy_input(cluster, cy_named("Shell"), bytes, MANY), -EAGAIN);
	ck_assert_int_eq(cy_input(cluster, cy_named("Shell"), bytes, SIZE_MAX), -EAGAIN);
	ck_assert_int_eq(cy_kill(cluster, cy_named("Shell"), SIGKILL), 0);
	event_log_await(&log, "exit Shell signal 9 gone");
	ck_assert_uint_eq(event_log_count(&log, "error Shell -32"), 1);
	fork_shell(cluster, "Deaf", "exec <&-; echo deaf; sleep 1000");
	ck_assert_int_eq(rx_await_first(cy_line, cy_output(cluster, cy_named("Deaf")), (cy_line *)NULL), 0);
	ck_assert_int_eq(cy_input(cluster, cy_named("Deaf"), "x", 1), 0);
	ck_assert_int_eq(cy_input(cluster, cy_named("Deaf"), "x", 1), -EPIPE);
	ck_assert_uint_eq(event_log_count(&log, "error Deaf -32"), 1);
	cy_kill(cluster, cy_named("Deaf"), SIGKILL);
	event_log_await(&log, "exit Deaf signal 9 gone");
	event_log_stop(&log);
	free(bytes);
	cluster_end(cluster);
}

TEST(input_that_is_not_captured_is_refused)
{
	cy_cluster *cluster = cluster_begin("worker", NULL);
	cluster_fork(cluster, "Paul", NULL);
	ck_assert_int_eq(cy_input(cluster, cy_named("Paul"), "x", 1), -ENOTSUP);
	ck_assert_int_eq(cy_input_end(cluster, cy_named("Nobody")), -ENOENT);
	cluster_end(cluster);
}
