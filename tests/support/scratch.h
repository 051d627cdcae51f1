/*
 * Files and directories of a test's own, under P_tmpdir. Whoever makes one removes it.
 */
#ifndef CLUSTERFY_TEST_SCRATCH_H
#define CLUSTERFY_TEST_SCRATCH_H

#include <sys/types.h>

enum { SCRATCH_PATH = 64 };

/* A new, empty file: its descriptor, which an exec closes; its path is put to @p path. */
int scratch_open(char path[SCRATCH_PATH]);
/* A new file with @p text in it, and nobody has it open. @returns @p path */
const char *scratch_file(char path[SCRATCH_PATH], const char *text, mode_t mode);
/* A new, empty directory. @returns @p path */
const char *scratch_directory(char path[SCRATCH_PATH]);

#endif
