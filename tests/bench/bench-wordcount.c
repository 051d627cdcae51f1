/*
 * What a second worker brings to a program that does real work: the word count over a generated file, and the same
 * counting in one process without the library.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "demo/clusterfy-wordcount/table.h"
#include "tests/bench/bench.h"

#define ROUNDS 5
#define VOCABULARY 50000
#define MIB ((size_t)1 << 20)

static const char *path;

/* ---- The text --------------------------------------------------------------------------------------------------------- */

static uint64_t random_below(uint64_t *state, uint64_t limit)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state % limit;
}

/* A word for each number, as short as the number is small, and small numbers the most often: much as in a language. */
static size_t make_word(char *text, uint64_t *state)
{
	uint64_t number = random_below(state, 1 + random_below(state, 1 + random_below(state, VOCABULARY)));
	size_t length = 0;
	for (; number > 0 || length < 2; number /= 26)
		text[length++] = (char)('a' + number % 26);
	text[length++] = random_below(state, 12) ? ' ' : '\n';
	return length;
}

static size_t text_size(void)
{
	return (bench_short ? 8 : 64) * MIB;
}

static void write_text(FILE *file)
{
	uint64_t state = 88172645463325252U;
	char word[16];
	for (size_t size = 0, length; size < text_size(); size += length) {
		length = make_word(word, &state);
		if (fwrite(word, 1, length, file) != length)
			abort();
	}
	if (fflush(file) != 0)
		abort();
}

/* ---- Who counts ------------------------------------------------------------------------------------------------------- */

/* In one process, without the library: read it all, count, sort, print. */
static double count_alone(void *ctx)
{
	FILE *file = fopen(path, "r"), *nowhere = fopen("/dev/null", "w");
	char *text = malloc(text_size() + sizeof "longest word");
	struct table table = {0};
	if (!file || !nowhere || !text)
		abort();
	table_count(&table, text, fread(text, 1, text_size() + sizeof "longest word", file));
	table_sort(&table);
	for (size_t i = 0; i < table.used; i++)
		fprintf(nowhere, "%7ju %.*s\n", (uintmax_t)table.words[i].count, (int)table.words[i].length,
		        table.words[i].text);
	table_finish(&table);
	free(text);
	fclose(nowhere);
	fclose(file);
	return 1;
}

/* The program, with as many workers as @p ctx says. */
static double count_with(void *ctx)
{
	const char *const arguments[] = {WORDCOUNT, "--workers", ctx, path, NULL};
	posix_spawn_file_actions_t actions;
	pid_t child;
	int status;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	if (posix_spawn(&child, WORDCOUNT, &actions, NULL, (char *const *)arguments, environ) != 0)
		abort();
	posix_spawn_file_actions_destroy(&actions);
	if (waitpid(child, &status, 0) != child || status != 0)
		abort();
	return 1;
}

/* ---- Measuring -------------------------------------------------------------------------------------------------------- */

struct way {
	bench_work count;
	void *ctx;
	double times[ROUNDS]; /* ms */
};

static void measure(struct way *ways, size_t count, size_t rounds)
{
	for (size_t round = 0; round < rounds; round++)
		for (size_t i = 0; i < count; i++) {
			const double begin = bench_now();
			ways[i].count(ways[i].ctx);
			ways[i].times[round] = (bench_now() - begin) / 1e6;
		}
}

static void run(void)
{
	char one_worker[] = "1", two_workers[] = "2";
	struct way ways[] = {{count_alone, NULL}, {count_with, one_worker}, {count_with, two_workers}};
	const size_t rounds = bench_short ? 3 : ROUNDS;
	measure(ways, 3, rounds);
	const double alone = bench_median(ways[0].times, rounds), one = bench_median(ways[1].times, rounds),
		     two = bench_median(ways[2].times, rounds);
	bench_print("wordcount", bench_short ? "8 MiB, 1 worker" : "64 MiB, 1 worker", one, "ms", alone);
	bench_print("wordcount", bench_short ? "8 MiB, 2 workers" : "64 MiB, 2 workers", two, "ms", alone);
	bench_print("wordcount", "as fast with 2 workers as with 1", one / two, "times", 0);
}

int main(int argc, char **argv)
{
	char name[64];
	bench_begin(argc, argv);
	if (!bench_wanted("wordcount"))
		return 0;
	FILE *file = tmpfile();
	if (!file)
		abort();
	write_text(file);
	/* It has no name, and is gone with this process; the workers open it all the same. */
	snprintf(name, sizeof name, "/proc/%d/fd/%d", (int)getpid(), fileno(file));
	path = name;
	run();
	fclose(file);
	return 0;
}
