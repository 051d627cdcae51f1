/*
 * The windows that a stage has open, oldest first: what window_count, window_time and window_toggle share. A window is
 * a subject; an operator's own struct may begin with an rx_open_window.
 *
 * What is handed to all of them may open and close any: a walk is a cursor on the C stack, as in a subject, which goes
 * up to the window that was the newest when it began, and removing one moves it on.
 */
#ifndef RX_CORE_WINDOWS_H
#define RX_CORE_WINDOWS_H

#include <clusterfy/rx/subject.h>

#include "observables/core/stage.h"

typedef struct rx_open_window {
	struct rx_open_window *previous, *next;
	rx_subject *subject;
	uint64_t number; /* 0: closed */
	uint32_t refs;   /* being open, and whoever stands on it while somebody else may close it */
} rx_open_window;

typedef struct rx_windows {
	rx_open_window *first, *last;
	struct rx_windows_walk *walks;
	uint64_t number; /* of the newest */
} rx_windows;

/* Emit a subject as an rx_stream. */
void rx__window_emit(rx_stage *self, rx_subject *subject);

/* A new one of @p size bytes, zero but for its head, for the items of the stage; NULL without memory. */
void *rx__windows_open(rx_stage *self, rx_windows *windows, size_t size);
/* Emit one; whether it is still open then. */
bool rx__windows_emit(rx_stage *self, rx_open_window *window);
/* Hand an item to each, and then call @p after (may be NULL) for it, which may be closed by then. */
void rx__windows_next(rx_stage *self, rx_windows *windows, const void *item,
                      void (*after)(rx_stage *self, rx_open_window *window));
/* Take out all, and release them. Their observers are left as they are. */
void rx__windows_clear(rx_windows *windows);
/* Take one out, and end it: complete where there is no @p error. Its memory may be gone then. */
void rx__windows_end(rx_windows *windows, rx_open_window *window, const rx_error *error);
/* The same in two steps: take one out, whose subject the caller owns from then on; end that and release it. */
rx_subject *rx__windows_remove(rx_windows *windows, rx_open_window *window);
void rx__windows_finish(rx_subject *subject, const rx_error *error);
/* Keep the memory of one, closed or not, until it is let go of. */
void rx__window_hold(rx_open_window *window);
void rx__window_let_go(rx_open_window *window);

#endif
