/*
 * Floods: what a worker that means harm does, each with a name. `./dev chaos` plays them at random, `./dev bench hostile`
 * one after another, `chaos --flood NAME` one alone.
 *
 *     FLOOD(pings)
 *     {
 *             while (flood_lasts(flood))
 *                     flood_say(flood, (cy__frame){.kind = CY__PING}, NULL, 0);
 *     }
 *
 * That is all: no list. One that is a FLOOD speaks the wire's language by itself, so that it can say what the library would
 * not; one that is a JOINED_FLOOD has joined, and uses the public interface. Each ends by itself when its time is over, and
 * its process with it.
 */
#ifndef CLUSTERFY_TEST_FLOOD_H
#define CLUSTERFY_TEST_FLOOD_H

#include <clusterfy/cluster.h>

#include "lib/wire/frame.h"

enum { FLOOD_ROOM = 64 << 10 };

struct flood {
	int channel;
	uint32_t id, incarnation;
	uint32_t victims;    /* the honest workers are 1 up to this */
	const char *scratch; /* a directory for paths */
	uint64_t random;     /* never 0 */
	uint64_t call;       /* the last number that was used */
	rx_nsec end;
	bool deaf;           /* reads nothing of what comes */
	cy_cluster *cluster; /* of one that has joined */
	size_t filled;
	uint8_t out[FLOOD_ROOM];
};

struct flood_kind {
	const char *name;
	void (*play)(struct flood *flood);
	bool joins;
};

#define FLOOD_OF(name_, joins_)                                                                                        \
	static void flood_##name_(struct flood *flood);                                                                \
	__attribute__((constructor)) static void register_##name_(void)                                                \
	{                                                                                                              \
		flood_add(&(struct flood_kind){.name = #name_, .play = flood_##name_, .joins = joins_});               \
	}                                                                                                              \
	static void flood_##name_(struct flood *flood)
#define FLOOD(name_) FLOOD_OF(name_, false)
#define JOINED_FLOOD(name_) FLOOD_OF(name_, true)

void flood_add(const struct flood_kind *kind);
size_t flood_count(void);
const struct flood_kind *flood_at(size_t index);
/* The index of the one of that name, or flood_count(). */
size_t flood_find(const char *name);
/* Which one is played as the @p nth, from 1: each once before any comes again, in an order that the seed decides. */
size_t flood_pick(uint64_t seed, uint32_t nth);

/* ---- The process that plays ------------------------------------------------------------------------------------------- */

/* Arguments of a worker that plays: its name, or "*" for all of them; how long each time; how many workers' incarnations
 * have played before this worker's first. */
struct flood_arguments {
	char texts[4][32];
	const char *list[8];
};
void flood_arguments(struct flood_arguments *arguments, const char *name, uint64_t seed, uint32_t before, rx_nsec time,
                     uint32_t victims, const char *scratch);
/* If this process was started with such arguments, play; then it does not return. Before cy_join(). */
void flood_play_if_asked(int argc, char **argv);

/* ---- For those who write floods --------------------------------------------------------------------------------------- */

/* Whether there is time left. */
bool flood_lasts(const struct flood *flood);
uint64_t flood_random(struct flood *flood, uint64_t bound);
/* The id of one of the honest. */
uint32_t flood_victim(struct flood *flood);
/* Nothing is left to say. Waits for the end of its time, hearing what comes unless it is deaf. */
void flood_wait(struct flood *flood);
/* A pause, or less if its time is over. */
void flood_pause(struct flood *flood, rx_nsec time);

/* Write these bytes as they are; over time, nothing. */
void flood_put(struct flood *flood, const void *bytes, size_t size);
/* Write these bytes with descriptors, as many times one as @p count says. */
void flood_put_descriptors(struct flood *flood, const void *bytes, size_t size, size_t count);
/* The same with these. */
void flood_put_these(struct flood *flood, const void *bytes, size_t size, const int *descriptors, size_t count);
/* A frame, which is written when some have gathered. A call without credit has none; NULL stands for nil. */
void flood_say(struct flood *flood, cy__frame frame, const void *body, size_t size);
/* The same; @p body is consumed. */
void flood_say_value(struct flood *flood, cy__frame frame, cy_value *body);
/* A call with the next number; @p arguments is consumed. */
void flood_call(struct flood *flood, uint32_t to, uint32_t credit, const char *command, cy_value *arguments);
void flood_flush(struct flood *flood);
/* Read and forget what has come. */
void flood_hear(struct flood *flood);

#endif
