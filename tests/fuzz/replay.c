/*
 * A fuzz target on what is kept of earlier runs: every file of the directories that are named. Without a fuzzer, so
 * that any compiler will do.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LARGEST = 1 << 20 };

/* In a block of its own size, so that a sanitizer sees what is read behind its end. */
static int replay(const char *path)
{
	static uint8_t room[LARGEST];
	FILE *file = fopen(path, "rb");
	if (!file) {
		perror(path);
		return -1;
	}
	size_t size = fread(room, 1, sizeof room, file);
	fclose(file);
	uint8_t *data = malloc(size ? size : 1);
	if (!data)
		abort();
	for (size_t i = 0; i < size; i++)
		data[i] = room[i];
	LLVMFuzzerTestOneInput(data, size);
	free(data);
	return 0;
}

static int replay_all(const char *name)
{
	DIR *directory = opendir(name);
	if (!directory) {
		perror(name);
		return -1;
	}
	int count = 0;
	for (struct dirent *entry; count >= 0 && (entry = readdir(directory));) {
		char path[4096];
		snprintf(path, sizeof path, "%s/%s", name, entry->d_name);
		if (entry->d_name[0] != '.')
			count = replay(path) < 0 ? -1 : count + 1;
	}
	closedir(directory);
	return count;
}

int main(int argc, char **argv)
{
	int sum = 0;
	for (int i = 1; i < argc; i++) {
		int count = replay_all(argv[i]);
		if (count < 0)
			return EXIT_FAILURE;
		sum += count;
	}
	printf("%d inputs\n", sum);
	return sum ? EXIT_SUCCESS : EXIT_FAILURE;
}
