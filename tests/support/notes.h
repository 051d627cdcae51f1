/*
 * What happened in a test, in its order: "a subscribed, 1, a torn down, ".
 */
#ifndef CLUSTERFY_TEST_NOTES_H
#define CLUSTERFY_TEST_NOTES_H

#include <clusterfy/rx.h>

#include "tests/support/test.h"

/* Append to the notes, printf style. */
void note(const char *format, ...) RX_PRINTF(1, 2);
/* All of them so far, which are forgotten; valid until the next note. */
const char *notes(void);

/* An observer that notes numbers, "error" and "complete". */
extern const rx_observer noting;

/* @p source (consumed), noting "NAME subscribed" and "NAME torn down". @p name must outlive it. */
rx_observable *noted(const char *name, rx_observable *source);

#endif
