#include "tests/demo/run.h"
#include "tests/support/test.h"
#include "tests/support/scratch.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- A directory for the files ---------------------------------------------------------------------------------------- */

static char directory[SCRATCH_PATH];

static void enter(void)
{
	ck_assert_int_eq(chdir(scratch_directory(directory)), 0);
}

static void leave(void)
{
	char command[128];
	ck_assert_int_eq(chdir("/"), 0);
	snprintf(command, sizeof command, "rm -r %s", directory);
	ck_assert_int_eq(system(command), 0); /* NOLINT(cert-env33-c): a directory of this test's own */
}

#define FILES .setup = enter, .teardown = leave

static void write_file(const char *name, const char *text, size_t size)
{
	FILE *file = fopen(name, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(text, 1, size, file), size);
	ck_assert_int_eq(fclose(file), 0);
}

/* The same bytes each time: words of few letters, in both cases, between anything; long ones now and then. */
static char *make_text(size_t size, unsigned seed)
{
	char *text = malloc(size);
	ck_assert_ptr_nonnull(text);
	unsigned random = seed, word = 0;
	for (size_t i = 0; i < size; i++) {
		random = random * 1664525 + 1013904223;
		const unsigned value = random >> 8;
		if (!word)
			word = value % 97 ? value % 4 + 1 : 300;
		word--;
		text[i] = (char)(word ? (unsigned char)"aAbBcdE"[value % 7] : value % 3 ? ' ' : value % 251);
	}
	return text;
}

/* ---- What it must equal ----------------------------------------------------------------------------------------------- */

static char *expect(const char *files, size_t *size)
{
	char command[512];
	snprintf(command, sizeof command,
	         "export LC_ALL=C; cat %s | tr -cs A-Za-z '\\n' | tr A-Z a-z | sort | uniq -c | sort -k1,1nr -k2,2",
	         files);
	FILE *pipe = popen(command, "r"); /* NOLINT(cert-env33-c): the pipeline is what is compared with */
	ck_assert_ptr_nonnull(pipe);
	char *text = run_rest(pipe, size);
	ck_assert_int_eq(pclose(pipe), 0);
	return text;
}

static void check_result(struct run *run, const char *files)
{
	size_t size, expected_size;
	char *text = run_rest(run->output, &size), *errors = run_rest(run->errors, NULL);
	char *expected = expect(files, &expected_size);
	ck_assert_str_eq(errors, "");
	ck_assert_uint_eq(size, expected_size);
	ck_assert_mem_eq(text, expected, size);
	free(expected);
	free(text);
	free(errors);
	ck_assert_int_eq(run_finish(run), 0);
}

static void check(const char *workers, const char *name)
{
	struct run run;
	run_start(&run, "clusterfy-wordcount", (const char *const[]){"--workers", workers, name, NULL});
	check_result(&run, name);
}

#define BIG ((size_t)3 << 20)

TEST(equals_the_pipeline, FILES, .to = 2)
{
	char *text = make_text(BIG, 1);
	write_file("big", text, BIG);
	free(text);
	check(_i ? "3" : "1", "big");
}

/* One by one: nothing, one letter, no letter, no letter first, bytes of no text at all, a word longer than a chunk. */
TEST(equals_the_pipeline_for_odd_texts, FILES)
{
	static const char *const texts[] = {
		"", "a", "\n", " a", "a b", "A\na", "a\x80\xff\142", "don't [x] @Y `z {", "1a2b3"};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		write_file("odd", texts[i], strlen(texts[i]));
		check("1", "odd");
	}
	char *word = memset(malloc(700000), 'x', 700000);
	word[0] = ' ';
	write_file("odd", word, 700000);
	free(word);
	check("2", "odd");
}

/* Many files are one text, as for cat: a word may begin in one and end in the next. */
TEST(joins_files, FILES)
{
	struct run run;
	write_file("a", "one tw", 6);
	write_file("b", "", 0);
	write_file("c", "o three", 7);
	run_start(&run, "clusterfy-wordcount", (const char *const[]){"a", "b", "c", NULL});
	check_result(&run, "a b c");
}

/* ---- A worker dies ---------------------------------------------------------------------------------------------------- */

/* The workers of a run, once there are @p count. */
static void find_children(pid_t parent, pid_t *children, size_t count)
{
	char path[64];
	size_t found = 0;
	snprintf(path, sizeof path, "/proc/%d/task/%d/children", parent, parent);
	while (found < count) {
		FILE *list = fopen(path, "r");
		ck_assert_ptr_nonnull(list);
		char line[256] = "", *at = line, *end;
		if (!fgets(line, sizeof line, list))
			line[0] = '\0';
		for (found = 0; found < count; found++, at = end) {
			children[found] = (pid_t)strtol(at, &end, 10);
			if (end == at)
				break;
		}
		fclose(list);
	}
}

static void feed(int fd, const char *text, size_t size)
{
	while (size) {
		const ssize_t written = write(fd, text, size);
		ck_assert_int_gt(written, 0);
		text += written;
		size -= (size_t)written;
	}
}

/*
 * The text comes through a FIFO, so that the middle of the run is where the test wants it. One worker is stopped as soon
 * as both are ready, which they are when text is read; it gets the first chunk or the second, and never answers; then it
 * is killed. Fewer chunks than lanes have come by then, so the primary reads on.
 */
#define BEFORE ((size_t)3 * 256 << 10)

TEST(survives_the_death_of_a_worker, FILES)
{
	struct run run;
	pid_t workers[2];
	char *text = make_text(BIG, 2);
	write_file("big", text, BIG);
	ck_assert_int_eq(mkfifo("fifo", 0600), 0);
	run_start(&run, "clusterfy-wordcount", (const char *const[]){"--workers", "2", "fifo", NULL});
	const int fd = open("fifo", O_WRONLY | O_CLOEXEC); /* returns when it is opened for reading */
	ck_assert_int_ge(fd, 0);
	find_children(run.pid, workers, 2);
	ck_assert_int_eq(kill(workers[0], SIGSTOP), 0);
	feed(fd, text, BEFORE);
	ck_assert_int_eq(kill(workers[0], SIGKILL), 0);
	feed(fd, text + BEFORE, BIG - BEFORE);
	close(fd);
	free(text);
	check_result(&run, "big");
}

/* ---- Mistakes --------------------------------------------------------------------------------------------------------- */

static void check_failure(const char *const *arguments, int status, const char *words)
{
	struct run run;
	run_start(&run, "clusterfy-wordcount", arguments);
	char *text = run_rest(run.output, NULL), *errors = run_rest(run.errors, NULL);
	ck_assert_str_eq(text, "");
	ck_assert_msg(strstr(errors, words) != NULL, "%s", errors);
	free(text);
	free(errors);
	ck_assert_int_eq(run_finish(&run), status);
}

TEST(names_a_file_that_cannot_be_read, FILES)
{
	write_file("there", "a", 1);
	check_failure((const char *const[]){"there", "absent", NULL}, 1,
	              "clusterfy-wordcount: absent: No such file or directory\n");
	check_failure((const char *const[]){"/", NULL}, 1, "clusterfy-wordcount: /: Is a directory\n");
}

TEST(refuses_bad_arguments)
{
	check_failure((const char *const[]){NULL}, 2, "clusterfy-wordcount: no files\n");
	check_failure((const char *const[]){"--workers", "0", "x", NULL}, 2, "not \"0\"");
	check_failure((const char *const[]){"--workers", "many", "x", NULL}, 2, "not \"many\"");
	check_failure((const char *const[]){"--quickly", "x", NULL}, 2, "--quickly");
}
