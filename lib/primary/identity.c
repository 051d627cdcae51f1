/*
 * Another user's name, and what the kernel wants instead. Looked up before there is a child: these databases may be
 * anywhere, and take locks and memory.
 */
#include "lib/primary/launch.h"

#include <clusterfy/rx/error.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ENTRY = 16 << 10, GROUPS_MAX = 1024 };

/* A name that consists of digits is a number. */
static bool read_number(const char *text, unsigned long *number)
{
	char *rest;
	errno = 0;
	*number = strtoul(text, &rest, 10);
	return *text >= '0' && *text <= '9' && !*rest && errno == 0 && *number < UINT32_MAX;
}

static int find_group(const char *name, gid_t *gid)
{
	unsigned long number;
	if (read_number(name, &number)) {
		*gid = (gid_t)number;
		return 0;
	}
	char *room = rx_alloc(ENTRY);
	if (!room)
		return -ENOMEM;
	struct group entry, *found = NULL;
	int error = getgrnam_r(name, &entry, room, ENTRY, &found);
	if (found)
		*gid = entry.gr_gid;
	rx_free(room);
	return found ? 0 : error ? rx_plain(-error) : rx_plain(-ENOENT);
}

static int list_groups(const char *name, cy__identity *identity)
{
	int count = GROUPS_MAX;
	identity->list = rx_alloc((size_t)count * sizeof *identity->list);
	if (!identity->list)
		return -ENOMEM;
	if (getgrouplist(name, identity->gid, identity->list, &count) < 0)
		return rx_plain(-E2BIG);
	identity->count = (size_t)count;
	return 0;
}

/* The group is found by now, if one was named. */
static int take_entry(const struct passwd *entry, cy__identity *identity)
{
	identity->uid = entry->pw_uid;
	if (!identity->group)
		identity->gid = entry->pw_gid;
	identity->group = true;
	return list_groups(entry->pw_name, identity);
}

/* A number without an entry has no groups but the one that was named. */
static int take_number(uid_t uid, cy__identity *identity)
{
	if (!identity->group)
		return rx_plain(-ENOENT);
	identity->uid = uid;
	identity->list = rx_alloc(sizeof *identity->list);
	if (!identity->list)
		return -ENOMEM;
	identity->list[0] = identity->gid;
	identity->count = 1;
	return 0;
}

static int find_user(const char *name, cy__identity *identity)
{
	char *room = rx_alloc(ENTRY);
	if (!room)
		return -ENOMEM;
	unsigned long number;
	bool numeric = read_number(name, &number);
	struct passwd entry, *found = NULL;
	int error = numeric ? getpwuid_r((uid_t)number, &entry, room, ENTRY, &found)
	                    : getpwnam_r(name, &entry, room, ENTRY, &found);
	if (found)
		error = take_entry(&entry, identity);
	else if (numeric)
		error = take_number((uid_t)number, identity);
	else
		error = error ? -error : -ENOENT;
	rx_free(room);
	return error;
}

int cy__identity_find(const char *user, const char *group, cy__identity *identity, const char **why)
{
	cy__identity found = {.group = group != NULL};
	int error = 0;
	*why = "group";
	if (group)
		error = find_group(group, &found.gid);
	if (error == 0 && user) {
		*why = "user";
		error = find_user(user, &found);
		found.user = found.groups = true;
	}
	/* Who is that user already, and nobody special, changes nothing. */
	if (found.user && found.uid == geteuid() && found.gid == getegid() && geteuid() != 0)
		found.user = found.group = found.groups = false;
	if (error < 0) {
		rx_free(found.list);
		return error;
	}
	*identity = found;
	return 0;
}
