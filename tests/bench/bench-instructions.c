/*
 * How many instructions an item takes, as callgrind counts them: the same from run to run, so that commits can be
 * compared. What was counted when somebody last looked is in instructions.txt; `bench-instructions --record` prints
 * that file anew. They depend on the compiler, and on the processor that valgrind shows to the program.
 */
#include <clusterfy/rx.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/bench/bench.h"
#include "tests/bench/chain.h"

#define SELF_SIZE 4096

/* ---- What is counted ----------------------------------------------------------------------------------------------------- */

static void kernels(int64_t count)
{
	bench_use(chain_sum(chain_of_kernels(rx_range(0, count))));
}

static void functions(int64_t count)
{
	bench_use(chain_sum(chain_of_functions(rx_range(0, count))));
}

static void maps(int64_t count)
{
	bench_use(chain_sum(chain_of_maps(rx_range(0, count), 8)));
}

static void merged(int64_t count)
{
	bench_use(chain_sum(chain_merge_map(rx_range(0, count))));
}

static void concatenated(int64_t count)
{
	bench_use(chain_sum(chain_concat_map(rx_range(0, count))));
}

static void deliveries(int64_t count)
{
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	rx_subscription subscriptions[10];
	for (size_t i = 0; i < 10; i++)
		rx_subscribe(rx_subject_observe(subject), NULL, &subscriptions[i]);
	for (int64_t i = 0; i < count; i++)
		rx_subject_next(subject, &i);
	rx_subject_complete(subject);
	rx_subject_unref(subject);
}

static void subscriptions(int64_t count)
{
	rx_observable *chain = chain_of_three();
	for (int64_t i = 0; i < count; i++) {
		rx_subscription subscription;
		rx_subscribe(rx_observable_ref(chain), NULL, &subscription);
		rx_unsubscribe(&subscription);
	}
	rx_observable_unref(chain);
}

static const struct work {
	const char *name, *metric;
	void (*run)(int64_t count);
	int64_t count;
} works[] = {
	{"kernels", "range, map, filter, take, reduce, kernels, an item", kernels, 102400},
	{"functions", "range, map, filter, take, functions, an item", functions, 50000},
	{"maps", "8 maps, functions, an item", maps, 20000},
	{"subject", "delivery to 10, an item", deliveries, 10000},
	{"subscription", "subscribe and unsubscribe three stages", subscriptions, 10000},
	{"merge_map", "merge_map to 3, an outer item", merged, 5000},
	{"concat_map", "concat_map to 3, an outer item", concatenated, 5000},
};

#define WORKS (sizeof works / sizeof *works)

static int run(const char *name, int64_t count)
{
	for (size_t i = 0; i < WORKS; i++)
		if (strcmp(works[i].name, name) == 0)
			works[i].run(count);
	rx_trim();
	return EXIT_SUCCESS;
}

/* ---- Counting ------------------------------------------------------------------------------------------------------------ */

/* All instructions of a process that does this work so often; below 0: they cannot be counted. */
static double count_process(const char *self, const struct work *work, int64_t count)
{
	char command[SELF_SIZE + 160], line[256];
	double collected = -1;
	snprintf(command, sizeof command,
	         "valgrind --tool=callgrind --callgrind-out-file=/dev/null '%s' --run %s %lld 2>&1", self, work->name,
	         (long long)count);
	FILE *output = popen(command, "r");
	if (!output)
		return -1;
	while (fgets(line, sizeof line, output))
		if (strstr(line, "Collected :"))
			collected = strtod(strchr(line, ':') + 1, NULL);
	return pclose(output) == 0 ? collected : -1;
}

/* What once is done, as the start of the process, is in both and drops out. */
static double count_item(const char *self, const struct work *work)
{
	const double once = count_process(self, work, work->count), twice = count_process(self, work, 2 * work->count);
	return once < 0 || twice < 0 ? -1 : (twice - once) / (double)work->count;
}

/* Below 0: it was not. */
static double recorded(const struct work *work)
{
	char line[128];
	double found = -1;
	const size_t length = strlen(work->name);
	FILE *file = fopen(INSTRUCTIONS, "r");
	while (file && fgets(line, sizeof line, file))
		if (strncmp(line, work->name, length) == 0 && line[length] == ' ')
			found = strtod(line + length, NULL);
	if (file)
		fclose(file);
	return found;
}

static void show(const struct work *work, double value)
{
	const double before = recorded(work);
	printf("{\"bench\": \"instructions\", \"metric\": \"%s\", \"value\": %.4g, \"unit\": \"instructions\"",
	       work->metric, value);
	if (before > 0)
		printf(", \"recorded\": %.4g, \"change\": \"%+.2f %%\"", before, 100 * (value - before) / before);
	printf("}\n");
}

static int count_all(bool record)
{
	char self[SELF_SIZE] = "";
	if (readlink("/proc/self/exe", self, sizeof self - 1) < 0 || strchr(self, '\'') ||
	    system("valgrind --version >/dev/null 2>&1") != 0) {
		bench_note("instructions", "not counted: valgrind cannot be run");
		return EXIT_SUCCESS;
	}
	if (record)
		printf("# Instructions an item; written by bench-instructions --record. Compiler: %s\n", __VERSION__);
	for (size_t i = 0; i < (bench_short ? 2 : WORKS); i++) {
		const double value = count_item(self, &works[i]);
		if (value < 0)
			bench_note("instructions", "not counted: callgrind has failed");
		else if (record)
			printf("%s %.4f\n", works[i].name, value);
		else
			show(&works[i], value);
	}
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "--run") == 0)
		return run(argv[2], strtoll(argv[3], NULL, 10));
	const bool record = argc == 2 && strcmp(argv[1], "--record") == 0;
	bench_begin(record ? 1 : argc, argv);
	return record || bench_wanted("instructions") ? count_all(record) : EXIT_SUCCESS;
}
