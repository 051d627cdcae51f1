/*
 * Random chains that are entered from inside, made from bytes: what tests/fuzz/reentrant.c feeds, and tests/core/reentrant.c
 * with fixed seeds.
 *
 * The bytes choose subjects, a chain of operators whose notifiers and inner streams are these subjects, and actions: push,
 * complete, fail, subscribe, unsubscribe, pause, let time pass, ... Each action happens at a moment of its own: every call of
 * a function of the user's (an observer's, an operator's, a teardown, a finalizer) is a moment. What must hold whatever
 * happens is checked, and where it does not the process aborts.
 */
#ifndef CLUSTERFY_TEST_REENTRANT_H
#define CLUSTERFY_TEST_REENTRANT_H

#include <stddef.h>
#include <stdint.h>

/* One chain from beginning to end. @p live counts the library's blocks. @returns how many moments there were */
size_t reentrant_run(const uint8_t *data, size_t size, size_t (*live)(void));

#endif
