/*
 * The demo's parts: what is told is a stream of lines, each spoken by one process, and only the primary prints.
 */
#ifndef CLUSTERFY_DEMO_H
#define CLUSTERFY_DEMO_H

#include <clusterfy/cluster.h>

/* What one process says. */
typedef struct line {
	uint32_t speaker;
	bool aside; /* printed dimmed: a status, not a part of the story */
	char text[160];
} line;
RX_TYPE(line);

/* Comfortable to read at 1; at 10, ten times as fast. */
extern double speed;
/* A duration for the reader's eyes. */
rx_nsec pause_of(double seconds);

/* Whether to colour, as the terminal and NO_COLOR say. */
void screen_open(void);
/* Print a line: the time, who speaks, the text. */
void screen_print(const line *spoken, void *ctx);

/* The story, as one chain: items are lines. */
rx_observable *story(cy_cluster *cluster);
/* What the workers do and say beside it, from now to the cluster's end: items are lines. */
rx_observable *asides(cy_cluster *cluster);

/* Serve the story's commands in a worker. */
int worker_start(cy_cluster *cluster);

#endif
