/*
 * The primary's ends of a worker's standard streams, where they are captured.
 */
#ifndef CLUSTERFY_LIB_PRIMARY_STREAMS_H
#define CLUSTERFY_LIB_PRIMARY_STREAMS_H

#include "lib/cluster/cluster.h"

/* What it prints: to lines. Zeroed before its first use; the memory stays for the next incarnation. */
typedef struct cy__output {
	cy__worker *worker;
	int stream; /* 1 or 2 */
	int fd;
	bool open;
	rx_subscription readable;
	cy__work work; /* while there is more to do than fits into one turn */
	bool draining; /* its process has ended, and so many bytes are left that it may have written: */
	size_t left;
	char *line; /* what has been read and not emitted: at most a beginning of a line, but between two slices */
	size_t begin, used;
	char *tail; /* of standard error: the last that was printed */
	size_t tail_used;
} cy__output;

/* What it reads. */
typedef struct cy__input {
	cy__worker *worker;
	int fd;
	bool open, captured;
	bool ending; /* after what waits */
	rx_subscription writable;
	char *waiting;
	size_t begin, end, room;
} cy__input;

typedef struct cy__streams {
	cy__input input;
	cy__output outputs[2];
} cy__streams;

/* Take over the captured ends of a process that has just been started. @retval -ENOMEM nothing is taken over */
int cy__streams_open(cy__worker *worker);
/*
 * The process has ended: bring what it wrote before, in slices, then close, and tell it with cy__worker_drained(). The last
 * words stay.
 */
void cy__streams_drain(cy__worker *worker);
bool cy__streams_are_drained(const cy__worker *worker);
/* Close, whatever there is to read. */
void cy__streams_close(cy__worker *worker);
/* Close, and release all memory. */
void cy__streams_finish(cy__worker *worker);
/* The last that it printed on its standard error, borrowed; NULL: nothing, or it is not captured. */
const char *cy__streams_last_words(cy__worker *worker);

int cy__output_open(cy__output *output, int fd);
void cy__output_drain(cy__output *output);
void cy__output_close(cy__output *output);
void cy__input_open(cy__input *input, int fd);
/* What waits is lost, and that is told. */
void cy__input_close(cy__input *input);

#endif
