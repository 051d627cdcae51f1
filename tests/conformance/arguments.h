/*
 * The arguments of a creator or an operator, as C has them.
 */
#ifndef CONFORMANCE_ARGUMENTS_H
#define CONFORMANCE_ARGUMENTS_H

#include "tests/conformance/replay.h"

/* Argument @p i; undefined where there is none. */
js *argument(const struct call *call, size_t i);
/* A property of argument @p i, an object; undefined where there is none. */
js *option(const struct call *call, size_t i, const char *name);
bool has(const struct call *call, size_t i);
struct function *function_of(const js *value);

/* A count: SIZE_MAX for Infinity, @p absent for undefined and null. */
size_t count_of(const js *value, size_t absent);
/* Milliseconds; RX_NEVER for Infinity; @p absent for undefined and null. A date is a time since now. */
rx_nsec time_of(const struct call *call, const js *value, rx_nsec absent);
/* NULL where there is none. */
rx_scheduler *scheduler_of(const struct call *call, const js *value);
/* RxJS's ObservableInput: an observable, an array, a string. A new reference. */
rx_observable *observable_of(struct replay *replay, js *value);

/* What an array or a string iterates over, as an array; NULL for what is neither. */
js *elements(js *value);
/* As RxJS has arrays on a scheduler: a turn for each item, and one for the end. NULL: no scheduler. */
rx_observable *items_on_scheduler(js *const *items, size_t count, rx_scheduler *scheduler);

/* Arguments without a scheduler or a function at their end, which RxJS's older signatures allow. */
size_t plain_count(const struct call *call);
/* The scheduler among the arguments, from the last one; NULL. */
rx_scheduler *trailing_scheduler(const struct call *call);
/* The function at the end of the arguments; NULL. */
struct function *trailing_function(const struct call *call);
/* Observables from argument @p from on, with a NULL behind them; free() the array, not its content. */
rx_observable **observables_of(const struct call *call, size_t from, size_t *count);
/* The same; or, where the only one is an array, its elements. */
rx_observable **elements_of(const struct call *call, size_t from, size_t *count);

/* ---- Recorded functions as declared ones: the context is the function ------------------------------------------ */

extern const rx_mapper replay_mapper;
extern const rx_predicate replay_predicate;
extern const rx_consumer replay_consumer;
extern const rx_reducer replay_reducer;
extern const rx_projector replay_projector;
extern const rx_equality replay_equality;
extern const rx_comparator replay_comparator;
/* The property whose path is the context, an array of names. */
extern const rx_mapper property_mapper;
/* One that lets nothing through. */
extern const rx_predicate no_item;

/* The observable that a recorded function gives; where it throws, one that fails. */
rx_observable *project(struct function *function, js *const *arguments, size_t count);

/* ---- From what the library emits to values --------------------------------------------------------------------- */

/* An item of a type that a mapper below has made into a value. */
int give(void *out, js *value);
rx_operator *from_double(void);
rx_operator *from_int64(void);
rx_operator *from_size(void);
rx_operator *from_bool(void);
rx_operator *from_elapsed(void);
rx_operator *from_timestamped(void);
rx_operator *from_list(void);
rx_operator *from_pair(void);
/* A tuple as an array, or what the function at the end of the arguments makes of its items. */
rx_operator *from_tuple(const struct call *call);
rx_operator *from_stream(void);

#endif
