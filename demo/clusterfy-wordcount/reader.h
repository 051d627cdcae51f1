/*
 * Files, one after the other as if they were one, in chunks that end where no word is cut.
 */
#ifndef CLUSTERFY_WORDCOUNT_READER_H
#define CLUSTERFY_WORDCOUNT_READER_H

#include <clusterfy/cluster.h>

#define CHUNK ((size_t)256 << 10)
/* A word may be longer than a chunk, but must go into a frame. */
#define WORD_MAX ((size_t)4 << 20)

struct reader {
	char *const *files; /* what is still to be opened; ends with NULL */
	const char *name;   /* of the open one */
	int fd;             /* of the open one; -1 between two */
	char *buffer;
	size_t room, used;
	bool at_end; /* everything has been handed out */
};

void reader_start(struct reader *reader, char *const *files);
/* The next chunk, to be released: 1; 0 at the end; a negative errno with words. */
int reader_next(struct reader *reader, cy_value **chunk);
void reader_finish(struct reader *reader);

#endif
