/*
 * Running neighbouring stages in one loop.
 *
 * An operator that hands on at most one item for each that it takes may say so by an operation `step`: which kind of
 * function it calls, and with what context. Where such stages follow each other, core/fuse.c has one loop for the whole
 * sequence, made by the compiler for just these kinds, and the first of the stages gets it as its `next`. Nothing else
 * changes: each stage is there, with its flags, its state and its place in the order of everything, and the loop does
 * what their `next` would do one by one. The operator's own `next` says what that is, and is what a reader should read.
 */
#ifndef RX_CORE_FUSE_H
#define RX_CORE_FUSE_H

#include "observables/core/stage.h"

/* A sequence of kinds, and the loops for it. */
struct rx_fusion {
	uint32_t kinds; /* four bits each, the first stage's highest */
	void (*next)(rx_stage *first, const void *item);
	void (*span)(rx_stage *first, const void *items, size_t count);
};

/* Find the loop for a new node and those before it. */
void rx__fuse(rx_observable *node);

/* For tests: whether new runs use loops. rx__spanning is the same for spans. */
extern bool rx__fusing;

#endif
