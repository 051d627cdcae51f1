/*
 * The runner: every TEST() of the files it is linked with, a Check suite a file and a process a test, then Check's own
 * summary and a line "N passed, N failed".
 *
 * Check runs one test after the other, and grows by what each one tells it; every test is then forked from all that.
 * So a batch of a few tests has a process of its own, and N of those run at a time with --jobs N.
 */
#include "tests/support/left.h"
#include "tests/support/memory.h"
#include "tests/support/test.h"
#include "tests/support/ways.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROGRAM_VARIABLE "CLUSTERFY_TEST_PROGRAM"

enum { SECONDS_A_TEST = 60, MOST_JOBS = 64, TESTS_A_BATCH = 4, EVERY_BATCH = -1 };

static struct test *tests, **last_test = &tests;
static struct program *programs;

static struct {
	bool list, quiet;
	int jobs, repeat;
	int words;
	char **word;
} options = {.jobs = 1, .repeat = 1};

struct counts {
	int run, failures, errors;
};

/* "operators/take" for ".../tests/operators/take.c" */
static void name_suite(struct test *test)
{
	const char *file = test->function.file;
	for (const char *below; (below = strstr(file, "tests/"));)
		file = below + strlen("tests/");
	size_t length = strcspn(file, ".");
	snprintf(test->suite, sizeof test->suite, "%.*s", (int)length, file);
}

void test_register(struct test *test)
{
	name_suite(test);
	*last_test = test;
	last_test = &test->next;
}

static struct program *find_program(const char *name)
{
	struct program *program = programs;
	while (program && strcmp(program->name, name))
		program = program->next;
	return program;
}

void program_register(struct program *program)
{
	if (find_program(program->name)) {
		fprintf(stderr, "there are two PROGRAM(%s)\n", program->name);
		_exit(PROGRAM_THERE_ALREADY);
	}
	program->next = programs;
	programs = program;
}

void program_select(const char *name)
{
	if (name)
		setenv(PROGRAM_VARIABLE, name, 1);
	else
		unsetenv(PROGRAM_VARIABLE);
}

static int run_program(const char *name, int argc, char **argv)
{
	const struct program *program = find_program(name);
	if (!program) {
		fprintf(stderr, "%s: no PROGRAM(%s)\n", argv[0], name);
		return 127;
	}
	left_begin();
	int status = program->main(argc, argv);
	const char *left = status == 0 ? left_find(true) : NULL;
	if (left)
		fprintf(stderr, "PROGRAM(%s): %s\n", name, left);
	return left ? PROGRAM_LEFT_SOMETHING : status;
}

static pid_t running_test;

/* To Check a test that exits with 0 has passed, wherever it was. */
static void refuse_early_exit(int status, void *ctx)
{
	if (status == EXIT_SUCCESS && getpid() == running_test) {
		fprintf(stderr, "a test called exit(0) before its end\n");
		_exit(EXIT_FAILURE);
	}
}

static void begin_test(void)
{
	running_test = getpid();
	on_exit(refuse_early_exit, NULL);
	left_begin();
}

static void end_test(void)
{
	running_test = 0;
	const char *left = left_find(false);
	if (left)
		ck_abort_msg("%s", left);
}

static bool is_chosen(const struct test *test)
{
	char name[256];
	snprintf(name, sizeof name, "%s/%s", test->suite, test->function.name);
	for (int i = 0; i < options.words; i++)
		if (strstr(name, options.word[i]))
			return true;
	return options.words == 0;
}

static TCase *make_case(const struct test *test)
{
	TCase *tcase = tcase_create(test->suite);
	tcase_set_timeout(tcase, test->timeout > 0 ? test->timeout : SECONDS_A_TEST);
	tcase_add_checked_fixture(tcase, begin_test, end_test);
	if (test->setup || test->teardown)
		tcase_add_checked_fixture(tcase, test->setup, test->teardown);
	int to = test->to ? test->to : test->from + 1;
	_tcase_add_test(tcase, &test->function, test->signal, (signed char)test->exit_status, test->from, to);
	return tcase;
}

static bool is_of_batch(int batch, int turn)
{
	return batch == EVERY_BATCH || batch == turn / TESTS_A_BATCH;
}

/* The chosen tests that are of this batch. */
static SRunner *make_runner(int batch)
{
	SRunner *runner = srunner_create(NULL);
	Suite *suite = NULL;
	const char *name = "";
	int turn = 0;
	for (const struct test *test = tests; test; test = test->next) {
		if (!is_chosen(test) || !is_of_batch(batch, turn++))
			continue;
		if (strcmp(name, test->suite)) {
			name = test->suite;
			suite = suite_create(name);
			srunner_add_suite(runner, suite);
		}
		suite_add_tcase(suite, make_case(test));
	}
	return runner;
}

static struct counts count(SRunner *runner)
{
	int failed = srunner_ntests_failed(runner);
	struct counts counts = {.run = srunner_ntests_run(runner)};
	TestResult **results = srunner_failures(runner);
	for (int i = 0; i < failed; i++)
		counts.failures += tr_rtype(results[i]) == CK_FAILURE;
	counts.errors = failed - counts.failures;
	free(results);
	return counts;
}

static struct counts run_batch(int batch)
{
	SRunner *runner = make_runner(batch);
	srunner_run_all(runner, CK_SILENT);
	if (srunner_ntests_failed(runner))
		srunner_print(runner, CK_NORMAL);
	fflush(stdout);
	struct counts counts = count(runner);
	srunner_free(runner);
	return counts;
}

/* A process that runs a batch, and the pipe it writes its counts to. */
struct job {
	pid_t pid;
	int from;
};

static void start_job(struct job jobs[MOST_JOBS], struct job *job, int batch)
{
	int ends[2];
	if (pipe(ends) < 0 || (job->pid = fork()) < 0)
		abort();
	job->from = ends[0];
	if (job->pid > 0) {
		close(ends[1]);
		return;
	}
	/* Tests open what they name by number: the fewer there are, the better. */
	for (struct job *other = jobs; other < jobs + MOST_JOBS; other++)
		if (other->from)
			close(other->from);
	struct counts counts = run_batch(batch);
	ssize_t written = write(ends[1], &counts, sizeof counts);
	_exit(written == sizeof counts ? EXIT_SUCCESS : EXIT_FAILURE);
}

static void add_job(struct counts *sum, struct job *job)
{
	struct counts counts;
	if (read(job->from, &counts, sizeof counts) != sizeof counts) {
		fprintf(stderr, "a job of the runner ended before its tests did\n");
		counts = (struct counts){.run = 1, .errors = 1};
	}
	close(job->from);
	sum->run += counts.run;
	sum->failures += counts.failures;
	sum->errors += counts.errors;
}

/* @returns the one of the jobs whose process ended next; there is one that runs. Other children are nobody's. */
static struct job *wait_for_job(struct job jobs[MOST_JOBS])
{
	for (;;) {
		pid_t pid = wait(NULL);
		if (pid < 0)
			abort();
		for (struct job *job = jobs; job < jobs + MOST_JOBS; job++)
			if (job->pid == pid)
				return job;
	}
}

static struct counts run_batches(int batches)
{
	struct job jobs[MOST_JOBS] = {0};
	struct counts sum = {0};
	int started = 0;
	for (; started < options.jobs && started < batches; started++)
		start_job(jobs, &jobs[started], started);
	for (int ended = 0; ended < batches; ended++) {
		struct job *job = wait_for_job(jobs);
		add_job(&sum, job);
		*job = (struct job){0};
		if (started < batches)
			start_job(jobs, job, started++);
	}
	return sum;
}

static struct counts run_all(void)
{
	const char *fork_mode = getenv("CK_FORK");
	if (fork_mode && !strcmp(fork_mode, "no"))
		return run_batch(EVERY_BATCH);
	int chosen = 0;
	for (const struct test *test = tests; test; test = test->next)
		chosen += is_chosen(test);
	return run_batches((chosen + TESTS_A_BATCH - 1) / TESTS_A_BATCH);
}

static int report(struct counts counts, int turn)
{
	int failed = counts.failures + counts.errors;
	int passed = counts.run - failed;
	if (options.quiet && !failed && turn < options.repeat)
		return EXIT_SUCCESS;
	if (failed && options.repeat > 1)
		printf("failed in run %d of %d\n", turn, options.repeat);
	printf("%d%%: Checks: %d, Failures: %d, Errors: %d\n", counts.run ? 100 * passed / counts.run : 0, counts.run,
	       counts.failures, counts.errors);
	printf("%d passed, %d failed\n", passed, failed);
	fflush(stdout);
	return counts.run && !failed ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int list(void)
{
	for (const struct test *test = tests; test; test = test->next)
		if (is_chosen(test))
			printf("%s/%s\n", test->suite, test->function.name);
	return EXIT_SUCCESS;
}

static int usage(const char *program)
{
	fprintf(stderr,
	        "usage: %s [--list] [--jobs N] [--repeat N] [--quiet] [WORD...]\n"
	        "Run the tests whose name (operators/take/zero_completes) contains one of the words.\n"
	        "--repeat stops at the first failure, --quiet reports only the last run.\n"
	        "CK_FORK=no runs them in this process, for a debugger; CK_TIMEOUT_MULTIPLIER=N gives them more time.\n",
	        program);
	return 2;
}

static int parse_count(const char *text)
{
	long count = text ? strtol(text, NULL, 10) : 0;
	return count > 0 && count < INT_MAX ? (int)count : -1;
}

static bool parse(int argc, char **argv)
{
	int i = 1;
	for (; i < argc && !strncmp(argv[i], "--", 2); i++) {
		if (!strcmp(argv[i], "--list"))
			options.list = true;
		else if (!strcmp(argv[i], "--quiet"))
			options.quiet = true;
		else if (!strcmp(argv[i], "--jobs"))
			options.jobs = parse_count(argv[++i]);
		else if (!strcmp(argv[i], "--repeat"))
			options.repeat = parse_count(argv[++i]);
		else
			return false;
	}
	options.word = argv + i;
	options.words = argc - i;
	return options.jobs > 0 && options.jobs <= MOST_JOBS && options.repeat > 0;
}

int main(int argc, char **argv)
{
	/* An ignored SIGCHLD, inherited from whoever started this, makes Check wait for ever. */
	signal(SIGCHLD, SIG_DFL);
	memory_install();
	ways_choose_by_environment();
	const char *program = getenv(PROGRAM_VARIABLE);
	if (program)
		return run_program(program, argc, argv);
	if (!parse(argc, argv))
		return usage(argv[0]);
	if (options.list)
		return list();
	int status = EXIT_SUCCESS;
	for (int i = 1; i <= options.repeat && status == EXIT_SUCCESS; i++)
		status = report(run_all(), i);
	return status;
}
