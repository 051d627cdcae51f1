#include "lib/listen/allowed.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include <clusterfy/rx/base.h>

struct rule {
	cy__address address;   /* TCP */
	bool any_port;         /* "*" */
	const char *directory; /* of a path, with its last slash; NULL: TCP */
	const char *name;      /* in that; NULL: anything */
};

struct cy__allowed {
	const char **list;
	size_t count;
	struct rule rules[];
};

/* ---- Reading the list ---------------------------------------------------------------------------------------------- */

static int parse_path(const char *text, char *directory, struct rule *rule)
{
	const char *name = strrchr(text, '/') + 1;
	memcpy(directory, text, (size_t)(name - text));
	directory[name - text] = '\0';
	rule->directory = directory;
	rule->name = *name ? name : NULL;
	const bool dots = strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
	return strlen(text) >= PATH_MAX || dots ? rx_plain(-EINVAL) : 0;
}

/* A port of "*" is read as one of 0, and stands for all of them. */
static int parse_net(const char *text, struct rule *rule)
{
	char plain[INET6_ADDRSTRLEN + sizeof "[]:65535"];
	const size_t length = strlen(text);
	if (length < 2 || length >= sizeof plain)
		return rx_plain(-EINVAL);
	memcpy(plain, text, length + 1);
	rule->any_port = strcmp(text + length - 2, ":*") == 0;
	if (rule->any_port)
		plain[length - 1] = '0';
	return cy__address_parse(plain, false, &rule->address);
}

int cy__allowed_create(const char *const *list, cy__allowed **created)
{
	size_t count = 0, size = sizeof(cy__allowed) + sizeof *list;
	for (; list[count]; count++)
		size += sizeof(struct rule) + sizeof *list + 2 * strlen(list[count]) + 2;
	cy__allowed *allowed = rx_alloc_zero(size);
	if (!allowed)
		return rx_raise(-ENOMEM, "no memory");
	allowed->list = (const char **)(allowed->rules + count);
	char *room = (char *)(allowed->list + count + 1);
	for (size_t i = 0; i < count; i++) {
		const size_t length = strlen(list[i]) + 1;
		struct rule *rule = &allowed->rules[i];
		allowed->list[i] = memcpy(room, list[i], length);
		const bool path = *list[i] == '/';
		const int code = path ? parse_path(room, room + length, rule) : parse_net(room, rule);
		if (code < 0) {
			rx_free(allowed);
			return rx_raise(code, "where it may listen: \"%s\" is neither an address nor an absolute path",
			                list[i]);
		}
		allowed->count++;
		room += 2 * length;
	}
	*created = allowed;
	return 0;
}

void cy__allowed_destroy(cy__allowed *allowed)
{
	rx_free(allowed);
}

const char *const *cy__allowed_list(const cy__allowed *allowed)
{
	return allowed->list;
}

/* ---- Looking something up ------------------------------------------------------------------------------------------ */

/* One stack alone is a part of both. */
static bool covers(const struct rule *rule, const cy__address *address)
{
	cy__address named = rule->address;
	if (rule->directory)
		return false;
	named.ipv6_only = address->ipv6_only;
	if (rule->any_port)
		cy__address_set_port(&named, cy__address_port(address));
	return cy__address_equal(&named, address);
}

bool cy__allowed_net(const cy__allowed *allowed, const cy__address *address)
{
	for (size_t i = 0; i < allowed->count; i++)
		if (covers(&allowed->rules[i], address))
			return true;
	return false;
}

static bool names(const struct rule *rule, const char *name, bool exact)
{
	return rule->name ? strcmp(rule->name, name) == 0 : !exact;
}

bool cy__allowed_path(const cy__allowed *allowed, dev_t device, ino_t inode, const char *name, bool exact)
{
	struct stat found;
	for (size_t i = 0; i < allowed->count; i++) {
		const struct rule *rule = &allowed->rules[i];
		if (rule->directory && names(rule, name, exact) && stat(rule->directory, &found) == 0 &&
		    found.st_dev == device && found.st_ino == inode)
			return true;
	}
	return false;
}
