/*
 * Count the words of files, with a worker per core.
 *
 * The primary reads the files in chunks that cut no word (clusterfy-wordcount/reader.c), and calls the command "count"
 * with each. It does so in lanes, two for each worker: a lane makes a call, awaits its reply, adds it to the result, and
 * goes on with the next chunk, so that what is on its way is bounded. A call that a worker died on is made again: a
 * chunk is counted once, for it counts with the end of its reply.
 */
#include <clusterfy/cluster.h>

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clusterfy-wordcount/reader.h"
#include "clusterfy-wordcount/table.h"

#define WORKERS_MAX 256
#define LANES_EACH 2

struct job {
	cy_cluster *cluster;
	struct reader reader;
	struct table result;
	bool begun, done;
	size_t lanes;
	uint64_t counted, size; /* bytes, for the progress bar */
	rx_nsec drawn;          /* when the bar was drawn last; 0: never */
	bool bar;
};

/* ---- The command line ------------------------------------------------------------------------------------------------- */

static const char usage[] =
	"usage: clusterfy-wordcount [--workers N] FILE...\n"
	"\n"
	"Counts the words of all files together, with N workers (1 to 256; default: one per core).\n"
	"A word is a maximal run of the letters A-Z and a-z, and counts in lower case. The result is that of\n"
	"\n"
	"  export LC_ALL=C\n"
	"  cat FILE... | tr -cs A-Za-z '\\n' | tr A-Z a-z | sort | uniq -c | sort -k1,1nr -k2,2\n"
	"\n"
	"byte for byte: by falling count, equal counts by the word. (So, if the text begins with something else than\n"
	"a letter, there is one empty word before it.) No word may be longer than 4 MiB.\n";

static int parse_workers(const char *text)
{
	char *end;
	errno = 0;
	const long count = strtol(text, &end, 10);
	if (end != text && !*end && !errno && count >= 1 && count <= WORKERS_MAX)
		return (int)count;
	fprintf(stderr, "clusterfy-wordcount: --workers takes a number from 1 to 256, not \"%s\"\n", text);
	return -EINVAL;
}

static int count_cores(void)
{
	cpu_set_t cores;
	const int count = sched_getaffinity(0, sizeof cores, &cores) < 0 ? 1 : CPU_COUNT(&cores);
	return count < 1 ? 1 : count > WORKERS_MAX ? WORKERS_MAX : count;
}

/* How many workers, 0 when all is said, -EINVAL; the files are what is left from optind on. */
static int parse(int argc, char **argv)
{
	static const struct option options[] = {
		{"workers", required_argument, NULL, 'w'}, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
	int option, workers = count_cores();
	while (workers > 0 && (option = getopt_long(argc, argv, "", options, NULL)) != -1)
		workers = option == 'w' ? parse_workers(optarg) : option == 'h' ? 0 : -EINVAL;
	if (workers > 0 && optind == argc) {
		fputs("clusterfy-wordcount: no files\n", stderr);
		workers = -EINVAL;
	}
	if (workers <= 0)
		fputs(usage, workers < 0 ? stderr : stdout);
	return workers;
}

/* ---- A worker --------------------------------------------------------------------------------------------------------- */

static rx_observable *count(const cy_request *request, void *ctx)
{
	const void *text;
	size_t size, written;
	struct table table = {0};
	if (cy_get_binary(request->arguments, NULL, &text, &size) < 0)
		return cy_refuse(-EINVAL, "count takes bytes");
	table_count(&table, text, size);
	char *words = table_write(&table, &written);
	table_finish(&table);
	rx_observable *answer = cy_answer(cy_array(cy_uint(size), cy_binary(words, written)));
	free(words);
	return answer;
}

/* ---- The progress bar ------------------------------------------------------------------------------------------------- */

#define BAR_WIDTH 40

static void draw(struct job *job)
{
	static const char full[] = "########################################";
	const rx_nsec now = rx_now(rx_scheduler_current());
	if (!job->bar || (job->drawn && now - job->drawn < RX_MS(50)))
		return;
	job->drawn = now;
	const double part = job->size > job->counted ? (double)job->counted / (double)job->size : 1;
	fprintf(stderr, "\r[%-*.*s] %3d%%", BAR_WIDTH, (int)(part * BAR_WIDTH), full, (int)(part * 100));
}

static void erase(const struct job *job)
{
	if (job->drawn)
		fputs("\r\033[K", stderr);
}

static uint64_t size_of(char *const *files)
{
	uint64_t size = 0;
	struct stat status;
	for (; *files; files++)
		size += stat(*files, &status) == 0 && S_ISREG(status.st_mode) ? (uint64_t)status.st_size : 0;
	return size;
}

/* ---- The primary ------------------------------------------------------------------------------------------------------ */

/* While its worker is being revived, for 10 s at most. */
static rx_observable *call_again(const rx_error *error, size_t tries, void *ctx)
{
	switch (tries < 1000 ? error->code : 0) {
	case -ECONNRESET:
	case -EHOSTUNREACH:
	case -ENOENT:
		return rx_timer(RX_MS(10));
	default:
		return rx_throw(rx_error_ref(error));
	}
}

/* Before a text that begins with no letter, tr puts an empty line. */
static void count_before_text(struct job *job, const cy_value *first)
{
	const void *text;
	size_t size;
	if (!job->begun && cy_get_binary(first, NULL, &text, &size) >= 0 && !is_letter(*(const unsigned char *)text))
		table_add(&job->result, "", 0, 1);
	job->begun = true;
}

static rx_observable *call_next(void *ctx)
{
	struct job *job = ctx;
	cy_value *chunk = NULL;
	const int code = reader_next(&job->reader, &chunk);
	if (code <= 0)
		return code < 0 ? rx_throw_error(code, "%s", rx_words(code)) : rx_empty();
	count_before_text(job, chunk);
	return rx_pipe(cy_call(job->cluster, cy_any(), "count", chunk), rx_take_last(1),
	               rx_retry_with(&(rx_retry_options){.notifier = call_again}));
}

static rx_observable *while_there_is_more(size_t runs, void *ctx)
{
	const struct job *job = ctx;
	return job->reader.at_end ? rx_empty() : rx_of(int, 0);
}

static rx_observable *lane(struct job *job)
{
	return rx_pipe(rx_defer(&rx_type_cy_reply, call_next, job),
	               rx_repeat_with(&(rx_repeat_options){.notifier = while_there_is_more, .ctx = job}));
}

static rx_observable *lanes(void *ctx)
{
	struct job *job = ctx;
	rx_observable *sources[WORKERS_MAX * LANES_EACH + 1] = {NULL};
	for (size_t i = 0; i < job->lanes; i++)
		sources[i] = lane(job);
	return rx_merge_array(sources, 0);
}

static int add(const cy_reply *reply, void *ctx)
{
	struct job *job = ctx;
	uint64_t size;
	const void *words;
	size_t length;
	int code = cy_unpack(reply->value, "[U, x]", &size, &words, &length);
	if (code >= 0)
		code = table_read(&job->result, words, length);
	if (code < 0)
		return code;
	job->counted += size;
	draw(job);
	return 0;
}
RX_INSPECTOR(add, cy_reply);

static void finish(void *ctx)
{
	struct job *job = ctx;
	job->done = true;
	cy_stop(job->cluster, EXIT_SUCCESS);
}

static void fail(const rx_error *error, void *ctx)
{
	struct job *job = ctx;
	erase(job);
	job->drawn = 0;
	fprintf(stderr, "clusterfy-wordcount: %s\n", cy_stopping(job->cluster) ? "interrupted" : error->message);
	cy_stop(job->cluster, EXIT_FAILURE);
}

static void start_workers(struct job *job, int workers)
{
	const cy_worker_options options = {.revive = CY_REVIVE_ON_FAILURE, .revival = {.first = RX_MS(10)}};
	int64_t id = 0;
	for (int i = 0; i < workers && id >= 0; i++)
		id = cy_fork(job->cluster, NULL, &options);
	rx_observable *counting =
		id < 0 ? rx_throw_error((int)id, "a worker cannot be started: %s", rx_words((int)id))
		       : rx_concat(cy_ready(job->cluster, NULL, 0), rx_defer(&rx_type_cy_reply, lanes, job));
	job->lanes = (size_t)workers * LANES_EACH;
	rx_subscribe(rx_pipe(counting, rx_tap(add, job)), &(rx_observer){.error = fail, .complete = finish, .ctx = job},
	             NULL);
}

static int print(struct table *result)
{
	table_sort(result);
	for (size_t i = 0; i < result->size; i++)
		printf("%7" PRIu64 " %.*s\n", result->words[i].count, (int)result->words[i].length,
		       result->words[i].text);
	if (fflush(stdout) == 0)
		return EXIT_SUCCESS;
	fprintf(stderr, "clusterfy-wordcount: the result cannot be written: %s\n", strerror(errno));
	return EXIT_FAILURE;
}

static int primary(cy_cluster *cluster, int workers, char *const *files)
{
	struct job job = {.cluster = cluster, .size = size_of(files), .bar = isatty(STDERR_FILENO)};
	reader_start(&job.reader, files);
	start_workers(&job, workers);
	cy_run(cluster);
	erase(&job);
	const int status = job.done ? print(&job.result) : EXIT_FAILURE;
	reader_finish(&job.reader);
	table_finish(&job.result);
	return status;
}

int main(int argc, char **argv)
{
	const int workers = parse(argc, argv);
	if (workers <= 0)
		return workers < 0 ? 2 : EXIT_SUCCESS;
	cy_cluster *cluster = cy_join(&(cy_options){.graceful_signals = {SIGINT, SIGTERM}});
	if (!cluster)
		return EXIT_FAILURE;
	int status;
	if (cy_is_primary(cluster))
		status = primary(cluster, workers, argv + optind);
	else
		status = cy_register(cluster, &(cy_command){.name = "count", .run = count}) < 0 ? EXIT_FAILURE
		                                                                                : cy_run(cluster);
	rx_loop_release(NULL);
	rx_trim();
	return status;
}
