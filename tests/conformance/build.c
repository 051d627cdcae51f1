/*
 * From a node's name and arguments to an observable, by the tables.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/conformance/arguments.h"

static struct call open_call(struct replay *replay, const json_t *node, const char *name)
{
	const json_t *encoded = json_object_get(node, "args");
	struct call call = {.replay = replay, .name = name, .count = json_array_size(encoded)};
	call.index = (size_t)json_integer_value(json_object_get(node, "index"));
	js *values = js_array(NULL, call.count);
	for (size_t i = 0; i < call.count; i++)
		values->items[i] = decode(replay, json_array_get(encoded, i));
	call.arguments = values->items;
	return call;
}

rx_observable *build_creator(struct replay *replay, const json_t *node)
{
	const char *name = json_string_value(json_object_get(node, "create"));
	for (const struct creator *creator = creators; creator->name; creator++)
		if (strcmp(creator->name, name) == 0) {
			const struct call call = open_call(replay, node, name);
			return creator->build(&call);
		}
	complain(replay, "there is no creation function %s", name);
	return rx_never();
}

rx_observable *build_operator(struct replay *replay, const json_t *node)
{
	const char *name = json_string_value(json_object_get(node, "operator"));
	rx_observable *source = observable_of(replay, decode(replay, json_object_get(node, "source")));
	for (const struct operator_row *const *table = operators; *table; table++)
		for (const struct operator_row *row = *table; row->name; row++)
			if (strcmp(row->name, name) == 0) {
				const struct call call = open_call(replay, node, name);
				return rx_pipe(source, row->build(&call));
			}
	complain(replay, "there is no operator %s", name);
	return source;
}
