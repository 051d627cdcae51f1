/*
 * Replays recordings of RxJS on this library.
 *
 *     conformance [-v] PATH...
 *
 * A PATH is a file of cases or a directory of such. Prints what failed, with both diagrams, the numbers for each file
 * (an operator of RxJS's), and a sum as the last line. Exits with 1 if anything failed.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/conformance/replay.h"
#include "tests/support/ways.h"

struct tally {
	size_t passed, failed, exempt;
};

struct options {
	bool verbose;
	const char *only; /* a part of the titles to replay; NULL: all */
};

static void print_tally(const char *label, const struct tally *tally)
{
	printf("%s%zu passed, %zu failed, %zu not applicable\n", label, tally->passed, tally->failed, tally->exempt);
}

static void replay_one(const json_t *json, const struct options *options, struct tally *tally)
{
	const char *title = json_string_value(json_object_get(json, "title"));
	const char *reason = exemption(json);
	char *report = NULL;
	if (reason) {
		tally->exempt++;
		if (options->verbose)
			printf("  not applicable: %s\n    %s\n", title, reason);
		return;
	}
	if (replay_case(json, &report)) {
		tally->passed++;
	} else {
		tally->failed++;
		printf("  FAILED: %s\n%s", title, report);
	}
	free(report);
}

static bool selected(const json_t *json, const struct options *options)
{
	return !options->only || strstr(json_string_value(json_object_get(json, "title")), options->only);
}

static int replay_file(const char *path, const struct options *options, struct tally *sum)
{
	json_error_t error;
	json_t *cases = json_load_file(path, 0, &error);
	const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	struct tally tally = {0};
	char label[80];
	size_t i;
	json_t *json;
	if (!cases) {
		fprintf(stderr, "%s:%d: %s\n", path, error.line, error.text);
		return -EINVAL;
	}
	json_array_foreach(cases, i, json) if (selected(json, options)) replay_one(json, options, &tally);
	snprintf(label, sizeof label, "%-28.*s", (int)strcspn(name, "."), name);
	if (tally.passed + tally.failed + tally.exempt)
		print_tally(label, &tally);
	json_decref(cases);
	sum->passed += tally.passed;
	sum->failed += tally.failed;
	sum->exempt += tally.exempt;
	return 0;
}

static int is_case_file(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');
	return entry->d_name[0] != '.' && (!dot || strcmp(dot, ".json") == 0);
}

static int replay_path(const char *path, const struct options *options, struct tally *sum)
{
	struct stat status;
	struct dirent **entries;
	int result = stat(path, &status) < 0 ? -errno : 0;
	if (result < 0) {
		perror(path);
		return result;
	}
	if (!S_ISDIR(status.st_mode))
		return replay_file(path, options, sum);
	const int count = scandir(path, &entries, is_case_file, alphasort);
	for (int i = 0; i < count; i++) {
		char *inner = NULL;
		if (asprintf(&inner, "%s/%s", path, entries[i]->d_name) >= 0 && replay_path(inner, options, sum) < 0)
			result = -EINVAL;
		free(inner);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return result;
}

int main(int argc, char **argv)
{
	struct options options = {0};
	struct tally sum = {0};
	int status = EXIT_SUCCESS, first = 1;
	ways_choose_by_environment();
	for (; first < argc && argv[first][0] == '-'; first++) {
		if (strcmp(argv[first], "-v") == 0)
			options.verbose = true;
		else if (strcmp(argv[first], "-t") == 0 && first + 1 < argc)
			options.only = argv[++first];
		else
			break;
	}
	if (first >= argc || argv[first][0] == '-') {
		fputs("usage: conformance [-v] [-t TITLE] PATH...\n", stderr);
		return EXIT_FAILURE;
	}
	for (int i = first; i < argc; i++)
		if (replay_path(argv[i], &options, &sum) < 0)
			status = EXIT_FAILURE;
	print_tally("", &sum);
	return sum.failed ? EXIT_FAILURE : status;
}
