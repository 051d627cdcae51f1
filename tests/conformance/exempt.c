/*
 * What C cannot mean, each with its reason; docs/rxjs.md has the same list.
 */
#include <string.h>

#include "tests/conformance/replay.h"

static const struct {
	const char *title, *reason;
} exempt[] = {
	{NULL, NULL},
};

const char *exemption(const json_t *json)
{
	const char *title = json_string_value(json_object_get(json, "title"));
	for (size_t i = 0; exempt[i].title; i++)
		if (strcmp(exempt[i].title, title) == 0)
			return exempt[i].reason;
	return NULL;
}
