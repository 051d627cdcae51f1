/*
 * A JavaScript value as an item: what the recorded cases are made of. Immutable once it is made, compared as JavaScript
 * compares (`===`: objects by identity), and owned by the replay: everything goes at its end, so that the builders need
 * no cleaning up. The copies and drops of the library are counted, and must balance.
 */
#ifndef CONFORMANCE_VALUE_H
#define CONFORMANCE_VALUE_H

#include <stdio.h>

#include <clusterfy/rx.h>
#include <clusterfy/rx/testing.h>

enum js_kind {
	JS_UNDEFINED,
	JS_NULL,
	JS_BOOLEAN,
	JS_NUMBER,
	JS_STRING,
	JS_ARRAY,
	JS_OBJECT,
	JS_ERROR,
	JS_DATE,
	JS_NOTIFICATION,
	JS_OBSERVABLE,
	JS_FUNCTION,
	JS_SCHEDULER,
	JS_MESSAGES,
	JS_MEMORY,
};

typedef struct js js;
/* What travels through the chains. */
typedef js *js_item;

struct message {
	double frame;
	rx_message_kind kind;
	js *value;
};

struct messages {
	struct message *list;
	size_t count, room;
};

struct js {
	js *next_owned;
	enum js_kind kind;
	union {
		bool boolean;
		double number; /* a date's milliseconds too */
		char *string;  /* an error's message too */
		struct {
			js **items;
			char **keys; /* NULL in an array */
			size_t count;
		};
		struct {
			rx_message_kind notification;
			js *carried;
		};
		rx_observable *observable;
		struct function *function;
		struct messages messages;
		void *memory;
	};
	char *name;   /* of an error, of an object's class, of a scheduler */
	js *key;      /* a grouped observable's */
	int node;     /* an observable's number in the case, or -1 */
	bool of_ours; /* an error that the library raised: its words are its own */
};

extern const rx_type rx_type_js_item;
/* Copies of items minus drops, since the program began. */
extern long js_balance;

/* Everything made goes with js_end(), but observables hold what must go before: release them first. */
void js_release_observables(void);
void js_end(void);

/* Memory for a context, zero. */
void *js_memory(size_t size);
js *js_undefined(void);
js *js_null(void);
js *js_boolean(bool boolean);
js *js_number(double number);
js *js_string(const char *text);
js *js_string_of(const char *text, size_t size);
/* @p items are copied. */
js *js_array(js *const *items, size_t count);
js *js_object(size_t count);
js *js_error(const char *name, const char *message);
js *js_date(double milliseconds);
js *js_notification(rx_message_kind kind, js *carried);
/* The reference is consumed. */
js *js_observable(rx_observable *observable);
js *js_function(struct function *function);
js *js_scheduler(const char *name);
js *js_messages(void);

void messages_add(struct messages *messages, struct message message);
void messages_finish(struct messages *messages);

/* The property @p key, or undefined. */
js *js_get(const js *object, const char *key);
bool js_truthy(const js *value);
/* As Number(): NaN for what is none. */
double js_to_number(const js *value);
bool js_is_undefined(const js *value);

/* ===, the SameValueZero of a Set, and equality in depth. */
bool js_same(const js *a, const js *b);
bool js_same_value(const js *a, const js *b);
bool js_equal(const js *a, const js *b);
/* Whether two lists of messages tell the same. */
bool messages_equal(const struct messages *a, const struct messages *b);

/* As text, for reports. */
void js_print(FILE *file, const js *value);
/* "--a--(bc|)" and the values, indented. */
void messages_print(FILE *file, const struct messages *messages, double scale);

#endif
