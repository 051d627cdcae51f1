/*
 * What C cannot mean, each with its reason; docs/rxjs.md has the same list.
 */
#include <string.h>

#include "tests/conformance/replay.h"

/* A member of a case, anywhere in it: `key` with the text `value`, or a text that begins with it. */
static const struct {
	const char *key, *value, *reason;
	bool begins;
} exempt[] = {
	{"create", "animationFrames", "there are no frames to animate", false},
	{"scheduler", "raf", "there are no frames to animate", false},
	{"create", "ajax", "a request over HTTP is not a matter of streams here", false},
	{"create", "webSocket", "a web socket is not a matter of streams here", false},
	{"create", "fromFetch", "a request over HTTP is not a matter of streams here", false},
	{"message", "You provided ", "what is no observable does not compile in its place", true},
};

static bool has_member(const json_t *json, const char *key, const char *value, bool begins)
{
	const char *name;
	json_t *member;
	size_t i;
	json_array_foreach(json, i, member) if (has_member(member, key, value, begins)) return true;
	json_object_foreach((json_t *)json, name, member)
	{
		const char *text = strcmp(name, key) == 0 ? json_string_value(member) : NULL;
		if (text && (begins ? strncmp(text, value, strlen(value)) : strcmp(text, value)) == 0)
			return true;
		if (has_member(member, key, value, begins))
			return true;
	}
	return false;
}

const char *exemption(const json_t *json)
{
	for (size_t i = 0; i < sizeof exempt / sizeof *exempt; i++)
		if (has_member(json, exempt[i].key, exempt[i].value, exempt[i].begins))
			return exempt[i].reason;
	return NULL;
}
