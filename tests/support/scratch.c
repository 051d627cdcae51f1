#include "tests/support/scratch.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* mkostemp(3) and mkdtemp(3) put other letters in the place of the last six. */
static const char template[SCRATCH_PATH] = P_tmpdir "/clusterfy-test-XXXXXX";

int scratch_open(char path[SCRATCH_PATH])
{
	memcpy(path, template, sizeof template);
	const int fd = mkostemp(path, O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	return fd;
}

const char *scratch_file(char path[SCRATCH_PATH], const char *text, mode_t mode)
{
	const int fd = scratch_open(path);
	const ssize_t size = (ssize_t)strlen(text);
	ck_assert_int_eq(write(fd, text, (size_t)size), size);
	ck_assert_int_eq(fchmod(fd, mode), 0);
	ck_assert_int_eq(close(fd), 0);
	return path;
}

const char *scratch_directory(char path[SCRATCH_PATH])
{
	memcpy(path, template, sizeof template);
	ck_assert_ptr_nonnull(mkdtemp(path));
	return path;
}
