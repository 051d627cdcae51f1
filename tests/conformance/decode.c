/*
 * From the encoding of the case files to values, nodes and errors.
 */
#include "tests/conformance/replay.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static js *decode_literal(const json_t *literal)
{
	if (json_is_string(literal))
		return js_string(json_string_value(literal));
	if (json_is_number(literal))
		return js_number(json_number_value(literal));
	if (json_is_boolean(literal))
		return js_boolean(json_is_true(literal));
	return js_null();
}

static js *decode_object(struct replay *replay, json_t *object)
{
	js *value = js_object(json_object_size(object));
	const char *key;
	json_t *item;
	size_t i = 0;
	json_object_foreach(object, key, item)
	{
		value->keys[i] = strdup(key);
		value->items[i++] = decode(replay, item);
	}
	return value;
}

static js *decode_array(struct replay *replay, const json_t *array)
{
	js *value = js_array(NULL, json_array_size(array));
	for (size_t i = 0; i < value->count; i++)
		value->items[i] = decode(replay, json_array_get(array, i));
	return value;
}

static js *decode_notification(struct replay *replay, const json_t *encoded, const char *kind)
{
	if (strcmp(kind, "next") == 0)
		return js_notification(RX_MESSAGE_NEXT, decode(replay, json_object_get(encoded, "value")));
	if (strcmp(kind, "error") == 0)
		return js_notification(RX_MESSAGE_ERROR, decode(replay, json_object_get(encoded, "error")));
	return js_notification(RX_MESSAGE_COMPLETE, js_undefined());
}

/* An entry of the case's list of values. */
static js *decode_compound(struct replay *replay, const json_t *encoded)
{
	const json_t *error = json_object_get(encoded, "error"), *message = json_object_get(encoded, "message");
	const json_t *date = json_object_get(encoded, "date_ms"), *array = json_object_get(encoded, "array");
	const json_t *notification = json_object_get(encoded, "notification");
	if (json_is_string(error) && message)
		return js_error(json_string_value(error), json_string_value(message));
	if (date)
		return js_date(json_number_value(date));
	if (array)
		return decode_array(replay, array);
	if (notification)
		return decode_notification(replay, encoded, json_string_value(notification));
	js *object = decode_object(replay, json_object_get(encoded, "object"));
	const char *class = json_string_value(json_object_get(encoded, "class"));
	object->name = class ? strdup(class) : NULL;
	return object;
}

static js *decode_value(struct replay *replay, size_t index)
{
	if (index >= replay->value_count) {
		complain(replay, "value %zu is not in the case", index);
		return js_undefined();
	}
	if (!replay->values[index])
		replay->values[index] =
			decode_compound(replay, json_array_get(json_object_get(replay->json, "values"), index));
	return replay->values[index];
}

static js *decode_observable(struct replay *replay, const json_t *encoded)
{
	const char *name = json_string_value(encoded);
	if (!name)
		return node(replay, (int)json_integer_value(encoded));
	js *value = js_observable(strcmp(name, "EMPTY") == 0 ? rx_empty() : rx_never());
	value->node = strcmp(name, "EMPTY") == 0 ? -2 : -3;
	return value;
}

static js *decode_function(struct replay *replay, size_t index)
{
	if (index < replay->function_count)
		return js_function(&replay->functions[index]);
	complain(replay, "function %zu is not in the case", index);
	return js_undefined();
}

js *decode(struct replay *replay, const json_t *encoded)
{
	const char *key = NULL;
	json_t *content = NULL;
	if (json_object_size(encoded) > 0) {
		void *first = json_object_iter((json_t *)encoded);
		key = json_object_iter_key(first);
		content = json_object_iter_value(first);
	}
	if (!key || strcmp(key, "undefined") == 0)
		return js_undefined();
	if (strcmp(key, "literal") == 0)
		return decode_literal(content);
	if (strcmp(key, "number") == 0)
		return js_number(strtod(json_string_value(content), NULL));
	if (strcmp(key, "value") == 0)
		return decode_value(replay, (size_t)json_integer_value(content));
	if (strcmp(key, "observable") == 0)
		return decode_observable(replay, content);
	if (strcmp(key, "function") == 0)
		return decode_function(replay, (size_t)json_integer_value(content));
	if (strcmp(key, "config") == 0)
		return decode_object(replay, content);
	if (strcmp(key, "scheduler") == 0)
		return js_scheduler(json_string_value(content));
	if (strcmp(key, "emits") == 0) {
		js *value = js_messages();
		decode_messages(replay, content, &value->messages);
		return value;
	}
	complain(replay, "cannot decode a value of kind \"%s\"", key);
	return js_undefined();
}

void decode_messages(struct replay *replay, const json_t *encoded, struct messages *messages)
{
	size_t i;
	json_t *entry;
	json_array_foreach(encoded, i, entry)
	{
		const char *kind = json_string_value(json_object_get(entry, "kind"));
		messages_add(messages, (struct message){
					       .frame = json_number_value(json_object_get(entry, "frame")),
					       .kind = strcmp(kind, "next") == 0    ? RX_MESSAGE_NEXT
		                                       : strcmp(kind, "error") == 0 ? RX_MESSAGE_ERROR
		                                                                    : RX_MESSAGE_COMPLETE,
					       .value = decode(replay, json_object_get(entry, "value")),
				       });
	}
}

/* ---- Nodes ----------------------------------------------------------------------------------------------------- */

static rx_observable *build_source(struct replay *replay, const json_t *json)
{
	js *decoded = js_messages();
	decode_messages(replay, json_object_get(json, "messages"), &decoded->messages);
	const size_t count = decoded->messages.count;
	rx_message *messages = calloc(count + 1, sizeof *messages);
	for (size_t i = 0; i < count; i++) {
		struct message *message = &decoded->messages.list[i];
		const bool error = message->kind == RX_MESSAGE_ERROR;
		messages[i] = (rx_message){.frame = (int64_t)message->frame,
		                           .kind = message->kind,
		                           .item = &message->value,
		                           .error = error ? error_create(replay, message->value) : NULL};
	}
	const rx_messages all = {&rx_type_js_item, messages, count};
	rx_observable *source = json_object_get(json, "hot") ? rx_hot_messages(replay->test, &all)
	                                                     : rx_cold_messages(replay->test, &all);
	for (size_t i = 0; i < count; i++)
		rx_error_unref(messages[i].error);
	free(messages);
	return source;
}

static rx_observable *build_node(struct replay *replay, const json_t *json)
{
	if (json_object_get(json, "hot") || json_object_get(json, "cold"))
		return build_source(replay, json);
	if (json_object_get(json, "create"))
		return build_creator(replay, json);
	return build_operator(replay, json);
}

js *node(struct replay *replay, int id)
{
	if (id < 0 || (size_t)id >= replay->node_count) {
		complain(replay, "node %d is not in the case", id);
		return js_observable(rx_never());
	}
	if (!replay->nodes[id]) {
		const json_t *json = json_array_get(json_object_get(replay->json, "nodes"), (size_t)id);
		js *value = js_observable(build_node(replay, json));
		value->node = id;
		replay->nodes[id] = value;
	}
	return replay->nodes[id];
}

/* ---- Errors ---------------------------------------------------------------------------------------------------- */

/* Codes below this are values that a case threw; the library's own errors are errnos. */
#define THROWN 100000

static int code_of(struct replay *replay, js *value)
{
	for (size_t i = 0; i < replay->thrown_count; i++)
		if (js_same(replay->thrown[i], value))
			return -THROWN - (int)i;
	replay->thrown = realloc(replay->thrown, (replay->thrown_count + 1) * sizeof(js *));
	replay->thrown[replay->thrown_count++] = value;
	return -THROWN - (int)replay->thrown_count + 1;
}

static const char *words(const js *value)
{
	return value->kind == JS_STRING || value->kind == JS_ERROR ? value->string : "a value";
}

int throw_value(struct replay *replay, js *value)
{
	return rx_raise(code_of(replay, value), "%s", words(value));
}

const rx_error *error_create(struct replay *replay, js *value)
{
	return rx_error_create(code_of(replay, value), "%s", words(value));
}

/* What the library calls what RxJS has classes for. */
static const struct {
	int code;
	const char *name;
} ours[] = {
	{-ENODATA, "EmptyError"},   {-ENOENT, "NotFoundError"},   {-ERANGE, "ArgumentOutOfRangeError"},
	{-EEXIST, "SequenceError"}, {-ETIMEDOUT, "TimeoutError"}, {-EINVAL, "TypeError"},
};

js *thrown_value(const struct replay *replay, int code)
{
	const int index = -THROWN - code;
	return index >= 0 && (size_t)index < replay->thrown_count ? replay->thrown[index] : NULL;
}

js *error_value(struct replay *replay, const rx_error *error)
{
	const char *name = "Error";
	js *thrown = thrown_value(replay, error->code);
	if (thrown)
		return thrown;
	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
		if (ours[i].code == error->code)
			name = ours[i].name;
	thrown = js_error(name, error->message);
	thrown->of_ours = true;
	return thrown;
}
