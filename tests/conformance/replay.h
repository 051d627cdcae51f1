/*
 * One recorded case, while it is replayed.
 *
 *     main ─→ replay_case() ─→ decode()  encoded values, nodes, functions     decode.c
 *                              build()   nodes by name and arguments          creators.c, operators*.c
 *                              expect    what came out, against the record    expect.c
 */
#ifndef CONFORMANCE_REPLAY_H
#define CONFORMANCE_REPLAY_H

#include <jansson.h>
#include <stdio.h>

#include "tests/conformance/value.h"

struct expectation;

struct replay {
	const json_t *json;
	bool run;     /* RxJS's mode `run`, else `legacy` */
	double scale; /* frames a character */
	bool over;    /* what is torn down now calls functions that RxJS never called */
	rx_test *test;
	js **nodes;
	size_t node_count;
	js **values;
	size_t value_count;
	struct function *functions;
	size_t function_count;
	js **thrown;
	size_t thrown_count;
	struct expectation *expectations;
	/* What went wrong, one line each. */
	char *complaints;
	size_t complaints_size;
	FILE *complain;
};

/* Replay @p json; true when all is as recorded, else @p report says what is not (free() it). */
bool replay_case(const json_t *json, char **report);
/* Why C cannot mean this case; NULL when it can. */
const char *exemption(const json_t *json);
void complain(struct replay *replay, const char *format, ...) RX_PRINTF(2, 3);

/* ---- Encoded values -------------------------------------------------------------------------------------------- */

js *decode(struct replay *replay, const json_t *encoded);
void messages_from(struct replay *replay, const rx_messages *recorded, struct messages *messages);
void decode_messages(struct replay *replay, const json_t *encoded, struct messages *messages);
/* Node @p id as a value, built on first use. */
js *node(struct replay *replay, int id);

/* A thrown value as an error of the library's, and back. */
int throw_value(struct replay *replay, js *value);
const rx_error *error_create(struct replay *replay, js *value) RX_MUST_USE;
js *thrown_value(const struct replay *replay, int code);
js *error_value(struct replay *replay, const rx_error *error);

/* ---- Recorded functions ---------------------------------------------------------------------------------------- */

struct function {
	struct replay *replay;
	const json_t *calls;
	size_t index, done;
};

/* The next recorded call: its result, or a negative code that was raised. @p result may be NULL. */
int function_call(struct function *function, js *const *arguments, size_t count, js **result);

/* ---- What is expected ------------------------------------------------------------------------------------------ */

void expect_observable(struct replay *replay, const json_t *step);
void expect_subscriptions(struct replay *replay, const json_t *step);
void expectations_check(struct replay *replay);
void expectations_finish(struct replay *replay);

/* ---- Building -------------------------------------------------------------------------------------------------- */

/* A creator or an operator with its arguments. */
struct call {
	struct replay *replay;
	const char *name;
	js **arguments;
	size_t count;
	size_t index; /* which of several results */
};

struct creator {
	const char *name;
	rx_observable *(*build)(const struct call *call);
};

struct operator_row {
	const char *name;
	rx_operator *(*build)(const struct call *call);
};

/* Ends with a row without a name. */
extern const struct creator creators[];
/* Tables, the last of them NULL. */
extern const struct operator_row *const operators[];

rx_observable *build_creator(struct replay *replay, const json_t *node);
rx_observable *build_operator(struct replay *replay, const json_t *node);

#endif
