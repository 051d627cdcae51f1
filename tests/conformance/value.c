/*
 * JavaScript values: making, comparing.
 */
#include "tests/conformance/value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

long js_balance;

static js *owned;

/* A test program that runs out of memory has nothing to say. */
static void *need(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

/* ---- Making ---------------------------------------------------------------------------------------------------- */

static void release_contents(js *value)
{
	if (value->kind == JS_STRING || value->kind == JS_ERROR)
		free(value->string);
	if (value->kind == JS_MEMORY)
		free(value->memory);
	if (value->kind == JS_MESSAGES)
		messages_finish(&value->messages);
	if (value->kind == JS_ARRAY || value->kind == JS_OBJECT) {
		for (size_t i = 0; value->keys && i < value->count; i++)
			free(value->keys[i]);
		free(value->keys);
		free(value->items);
	}
	free(value->name);
}

void js_release_observables(void)
{
	for (js *value = owned; value; value = value->next_owned)
		if (value->kind == JS_OBSERVABLE) {
			rx_observable_unref(value->observable);
			value->observable = NULL;
		}
}

void js_end(void)
{
	while (owned) {
		js *value = owned;
		owned = value->next_owned;
		release_contents(value);
		free(value);
	}
}

static js *make(enum js_kind kind)
{
	js *value = need(calloc(1, sizeof *value));
	value->kind = kind;
	value->node = -1;
	value->next_owned = owned;
	owned = value;
	return value;
}

void *js_memory(size_t size)
{
	return make(JS_MEMORY)->memory = need(calloc(1, size));
}

js *js_undefined(void)
{
	return make(JS_UNDEFINED);
}

js *js_null(void)
{
	return make(JS_NULL);
}

js *js_boolean(bool boolean)
{
	js *value = make(JS_BOOLEAN);
	value->boolean = boolean;
	return value;
}

js *js_number(double number)
{
	js *value = make(JS_NUMBER);
	value->number = number;
	return value;
}

js *js_string(const char *text)
{
	return js_string_of(text, strlen(text));
}

js *js_string_of(const char *text, size_t size)
{
	js *value = make(JS_STRING);
	value->string = need(strndup(text, size));
	return value;
}

js *js_array(js *const *items, size_t count)
{
	js *value = make(JS_ARRAY);
	value->items = need(calloc(count + 1, sizeof *items));
	value->count = count;
	for (size_t i = 0; items && i < count; i++)
		value->items[i] = items[i];
	return value;
}

js *js_object(size_t count)
{
	js *value = js_array(NULL, count);
	value->kind = JS_OBJECT;
	value->keys = need(calloc(count + 1, sizeof *value->keys));
	return value;
}

js *js_error(const char *name, const char *message)
{
	js *value = make(JS_ERROR);
	value->name = need(strdup(name));
	value->string = need(strdup(message));
	return value;
}

js *js_date(double milliseconds)
{
	js *value = js_number(milliseconds);
	value->kind = JS_DATE;
	return value;
}

js *js_notification(rx_message_kind kind, js *carried)
{
	js *value = make(JS_NOTIFICATION);
	value->notification = kind;
	value->carried = carried;
	return value;
}

js *js_observable(rx_observable *observable)
{
	js *value = make(JS_OBSERVABLE);
	value->observable = observable;
	return value;
}

js *js_function(struct function *function)
{
	js *value = make(JS_FUNCTION);
	value->function = function;
	return value;
}

js *js_scheduler(const char *name)
{
	js *value = make(JS_SCHEDULER);
	value->name = need(strdup(name));
	return value;
}

js *js_messages(void)
{
	return make(JS_MESSAGES);
}

void messages_add(struct messages *messages, struct message message)
{
	if (messages->count == messages->room) {
		messages->room = messages->room ? 2 * messages->room : 8;
		messages->list = need(realloc(messages->list, messages->room * sizeof message));
	}
	messages->list[messages->count++] = message;
}

void messages_finish(struct messages *messages)
{
	free(messages->list);
	*messages = (struct messages){0};
}

/* ---- Asking ---------------------------------------------------------------------------------------------------- */

js *js_get(const js *object, const char *key)
{
	if (object->kind == JS_OBJECT)
		for (size_t i = 0; i < object->count; i++)
			if (strcmp(object->keys[i], key) == 0)
				return object->items[i];
	if (strcmp(key, "key") == 0 && object->kind == JS_OBSERVABLE && object->key)
		return object->key;
	if (strcmp(key, "length") == 0 && object->kind == JS_ARRAY)
		return js_number((double)object->count);
	if (strcmp(key, "length") == 0 && object->kind == JS_STRING)
		return js_number((double)strlen(object->string));
	return js_undefined();
}

bool js_truthy(const js *value)
{
	switch (value->kind) {
	case JS_UNDEFINED:
	case JS_NULL:
		return false;
	case JS_BOOLEAN:
		return value->boolean;
	case JS_NUMBER:
		return value->number != 0 && !isnan(value->number);
	case JS_STRING:
		return value->string[0];
	default:
		return true;
	}
}

double js_to_number(const js *value)
{
	char *end;
	double number;
	switch (value->kind) {
	case JS_NULL:
		return 0;
	case JS_BOOLEAN:
		return value->boolean;
	case JS_NUMBER:
	case JS_DATE:
		return value->number;
	case JS_STRING:
		number = strtod(value->string, &end);
		return *end ? NAN : number;
	default:
		return NAN;
	}
}

bool js_is_undefined(const js *value)
{
	return value->kind == JS_UNDEFINED;
}

/* ---- Comparing ------------------------------------------------------------------------------------------------- */

bool js_same(const js *a, const js *b)
{
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case JS_UNDEFINED:
	case JS_NULL:
		return true;
	case JS_BOOLEAN:
		return a->boolean == b->boolean;
	case JS_NUMBER:
		return a->number == b->number;
	case JS_STRING:
		return strcmp(a->string, b->string) == 0;
	case JS_OBSERVABLE:
		return a->observable == b->observable;
	case JS_SCHEDULER:
		return strcmp(a->name, b->name) == 0;
	default:
		return a == b;
	}
}

bool js_same_value(const js *a, const js *b)
{
	return js_same(a, b) || (a->kind == JS_NUMBER && b->kind == JS_NUMBER && isnan(a->number) && isnan(b->number));
}

static bool arrays_equal(const js *a, const js *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!js_equal(a->items[i], b->items[i]))
			return false;
	return true;
}

/* The order of properties is no difference. */
static bool objects_equal(const js *a, const js *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!js_equal(a->items[i], js_get(b, a->keys[i])))
			return false;
	return true;
}

static bool errors_equal(const js *a, const js *b)
{
	if (strcmp(a->name, b->name) != 0)
		return false;
	return a->of_ours || b->of_ours || strcmp(a->string, b->string) == 0;
}

/* The recordings write an inner observable that emits nothing as an empty array. */
static bool is_silent(const js *value)
{
	return value->kind == JS_ARRAY ? value->count == 0 : value->kind == JS_MESSAGES && value->messages.count == 0;
}

bool js_equal(const js *a, const js *b)
{
	if (a == b || js_same_value(a, b))
		return true;
	if (a->kind != b->kind)
		return is_silent(a) && is_silent(b);
	switch (a->kind) {
	case JS_ARRAY:
		return arrays_equal(a, b);
	case JS_OBJECT:
		return objects_equal(a, b);
	case JS_ERROR:
		return errors_equal(a, b);
	case JS_DATE:
		return a->number == b->number;
	case JS_NOTIFICATION:
		return a->notification == b->notification && js_equal(a->carried, b->carried);
	case JS_OBSERVABLE:
		return a->node < 0 || b->node < 0 || a->node == b->node;
	case JS_MESSAGES:
		return messages_equal(&a->messages, &b->messages);
	default:
		return false;
	}
}

bool messages_equal(const struct messages *a, const struct messages *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		const struct message *x = &a->list[i], *y = &b->list[i];
		if (x->frame != y->frame || x->kind != y->kind || !js_equal(x->value, y->value))
			return false;
	}
	return true;
}

/* ---- As an item ------------------------------------------------------------------------------------------------ */

static int item_copy(void *to, const void *from)
{
	js_balance++;
	*(js_item *)to = *(const js_item *)from;
	return 0;
}

static void item_drop(void *value)
{
	js_balance--;
	*(js_item *)value = NULL;
}

static bool item_equal(const void *a, const void *b)
{
	return js_same(*(const js_item *)a, *(const js_item *)b);
}

/* As `<` and `>`. */
static int item_compare(const void *a, const void *b)
{
	const js *x = *(const js_item *)a, *y = *(const js_item *)b;
	if (x->kind == JS_STRING && y->kind == JS_STRING)
		return strcmp(x->string, y->string);
	const double m = js_to_number(x), n = js_to_number(y);
	return (m > n) - (m < n);
}

static uint64_t item_hash(const void *item)
{
	const js *value = *(const js_item *)item;
	const double number = value->kind == JS_NUMBER || value->kind == JS_BOOLEAN ? js_to_number(value) + 0.0 : 0;
	if (value->kind == JS_STRING)
		return rx_type_hash(&rx_type_rx_string, &value->string);
	if (value->kind == JS_NUMBER || value->kind == JS_BOOLEAN)
		return isnan(number) ? 1 : rx_type_hash(&rx_type_double, &number);
	if (value->kind == JS_OBSERVABLE)
		return (uint64_t)(uintptr_t)value->observable >> 4;
	return value->kind <= JS_NULL ? value->kind : (uint64_t)(uintptr_t)value >> 4;
}

const rx_type rx_type_js_item = {
	.name = "js_item",
	.size = sizeof(js_item),
	.copy = item_copy,
	.drop = item_drop,
	.equal = item_equal,
	.compare = item_compare,
	.hash = item_hash,
};
