#include "observables/core/windows.h"

struct rx_windows_walk {
	struct rx_windows_walk *outer;
	rx_open_window *next;
};

void rx__window_emit(rx_stage *self, rx_subject *subject)
{
	rx_stream stream = rx_subject_observe(subject);
	rx__emit(self, &stream);
	rx_observable_unref(stream);
}

void *rx__windows_open(rx_stage *self, rx_windows *windows, size_t size)
{
	rx_open_window *window = rx_alloc_zero(size);
	if (!window)
		return NULL;
	window->subject = rx_subject_create(rx__in(self));
	window->refs = 1;
	window->number = ++windows->number;
	window->previous = windows->last;
	*(windows->last ? &windows->last->next : &windows->first) = window;
	windows->last = window;
	return window;
}

void rx__window_hold(rx_open_window *window)
{
	window->refs++;
}

void rx__window_let_go(rx_open_window *window)
{
	if (--window->refs == 0)
		rx_free(window);
}

bool rx__windows_emit(rx_stage *self, rx_open_window *window)
{
	rx__window_hold(window);
	rx__window_emit(self, window->subject);
	const bool open = window->number != 0;
	rx__window_let_go(window);
	return open;
}

rx_subject *rx__windows_remove(rx_windows *windows, rx_open_window *window)
{
	rx_subject *subject = window->subject;
	for (struct rx_windows_walk *walk = windows->walks; walk; walk = walk->outer)
		if (walk->next == window)
			walk->next = window->next;
	*(window->previous ? &window->previous->next : &windows->first) = window->next;
	*(window->next ? &window->next->previous : &windows->last) = window->previous;
	window->number = 0;
	rx__window_let_go(window);
	return subject;
}

void rx__windows_clear(rx_windows *windows)
{
	while (windows->first)
		rx_subject_unref(rx__windows_remove(windows, windows->first));
}

void rx__windows_finish(rx_subject *subject, const rx_error *error)
{
	if (error)
		rx_subject_error_with(subject, error);
	else
		rx_subject_complete(subject);
	rx_subject_unref(subject);
}

void rx__windows_end(rx_windows *windows, rx_open_window *window, const rx_error *error)
{
	rx__windows_finish(rx__windows_remove(windows, window), error);
}

void rx__windows_next(rx_stage *self, rx_windows *windows, const void *item,
                      void (*after)(rx_stage *self, rx_open_window *window))
{
	const uint64_t newest = windows->number;
	struct rx_windows_walk walk = {.outer = windows->walks, .next = windows->first};
	windows->walks = &walk;
	for (rx_open_window *window; (window = walk.next) && window->number <= newest;) {
		walk.next = window->next;
		rx__window_hold(window);
		rx_subject_next(window->subject, item);
		if (after && rx__open(self))
			after(self, window);
		rx__window_let_go(window);
	}
	windows->walks = walk.outer;
}
