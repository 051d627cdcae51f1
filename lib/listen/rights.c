#include "lib/listen/rights.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <clusterfy/rx/error.h>

#include "lib/descriptor/descriptor.h"

/* No process has more groups than 65536, of ten digits each. */
enum { STATUS_FIRST = 4096, STATUS_MOST = 1 << 20 };

static cy__rights *create(size_t groups)
{
	cy__rights *rights = rx_alloc_zero(sizeof *rights + groups * sizeof *rights->groups);
	if (rights)
		rights->mask = CY__ANY_MASK;
	return rights;
}

/* ---- The primary's ------------------------------------------------------------------------------------------------ */

static uint64_t own_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0}};
	if (syscall(SYS_capget, &header, data) < 0)
		return 0;
	return (uint64_t)data[1].effective << 32 | data[0].effective;
}

static cy__rights *own_rights(void)
{
	const int count = getgroups(0, NULL);
	cy__rights *rights = create(count > 0 ? (size_t)count : 0);
	if (!rights)
		return NULL;
	const int got = count > 0 ? getgroups(count, rights->groups) : 0;
	rights->own = true;
	rights->uid = geteuid();
	rights->gid = getegid();
	rights->count = got > 0 ? (size_t)got : 0;
	rights->capabilities = own_capabilities();
	return rights;
}

/* ---- What it was started as ---------------------------------------------------------------------------------------- */

static cy__rights *started_rights(const cy__identity *identity, const cy__rights *own)
{
	const size_t count = identity->groups ? identity->count : own->count;
	const gid_t *groups = identity->groups ? identity->list : own->groups;
	cy__rights *rights = create(count);
	if (!rights)
		return NULL;
	rights->uid = identity->user ? identity->uid : own->uid;
	rights->gid = identity->group ? identity->gid : own->gid;
	rights->capabilities = rights->uid == own->uid ? own->capabilities : 0;
	rights->count = count;
	if (count)
		memcpy(rights->groups, groups, count * sizeof *groups);
	return rights;
}

/* ---- What it is now ------------------------------------------------------------------------------------------------ */

static int read_all(int fd, char **text)
{
	size_t room = STATUS_FIRST, used = 0;
	char *bytes = rx_alloc(room);
	ssize_t got = 1;
	while (bytes && (got = read(fd, bytes + used, room - used - 1)) > 0) {
		used += (size_t)got;
		if (used < room - 1)
			continue;
		char *larger = room < STATUS_MOST ? rx_realloc(bytes, room *= 2) : NULL;
		if (!larger)
			rx_free(bytes);
		bytes = larger;
	}
	if (!bytes)
		return -ENOMEM;
	bytes[used] = '\0';
	*text = bytes;
	if (got == 0 && used)
		return 0;
	rx_free(bytes);
	return got < 0 ? rx_plain(-errno) : rx_plain(-ESRCH);
}

/* What follows "\nNAME:" of /proc/PID/status, whose first line, a name, has its line ends escaped. NULL: no such line. */
static const char *line_of(const char *text, const char *name)
{
	const size_t length = strlen(name);
	for (const char *at = text; (at = strchr(at, '\n')); at++)
		if (strncmp(at + 1, name, length) == 0 && at[1 + length] == ':')
			return at + 1 + length + 1;
	return NULL;
}

/* @returns how many there are, up to @p room */
static size_t read_numbers(const char *line, unsigned *numbers, size_t room)
{
	size_t count = 0;
	for (char *end; count < room; line = end, count++) {
		while (*line == ' ' || *line == '\t')
			line++;
		const unsigned long number = strtoul(line, &end, 10);
		if (end == line)
			break;
		numbers[count] = (unsigned)number;
	}
	return count;
}

/* Real, effective, saved, that for files: the asker's own, where a program has lent it another. @p real is the primary's. */
static bool read_id(const char *text, const char *name, unsigned real, unsigned *id, bool *lent)
{
	unsigned ids[4];
	const char *line = line_of(text, name);
	if (!line || read_numbers(line, ids, 4) != 4)
		return false;
	*lent = ids[0] != real;
	*id = *lent ? ids[0] : ids[3];
	return true;
}

static size_t count_words(const char *line)
{
	size_t count = 0;
	for (; *line && *line != '\n'; line++)
		count += *line != ' ' && *line != '\t' && (line[1] == ' ' || line[1] == '\n' || !line[1]);
	return count;
}

/* NULL: without memory, or it is not what /proc shows. */
static cy__rights *parse_status(const char *text, const cy__rights *own)
{
	const char *groups = line_of(text, "Groups"), *capabilities = line_of(text, "CapEff");
	const char *mask = line_of(text, "Umask");
	const size_t count = groups ? count_words(groups) : 0;
	bool user_lent, group_lent;
	unsigned uid, gid;
	if (!read_id(text, "Uid", getuid(), &uid, &user_lent) || !read_id(text, "Gid", getgid(), &gid, &group_lent))
		return NULL;
	cy__rights *rights = create(count);
	if (!rights)
		return NULL;
	rights->uid = uid;
	rights->gid = gid;
	rights->count = groups ? read_numbers(groups, rights->groups, count) : 0;
	if (uid == own->uid && !user_lent && capabilities)
		rights->capabilities = strtoull(capabilities, NULL, 16);
	if (mask)
		rights->mask = (mode_t)strtoul(mask, NULL, 8) & 0777;
	return rights;
}

static int rights_now(pid_t pid, const cy__rights *own, cy__rights **rights)
{
	char name[64], *text;
	snprintf(name, sizeof name, "/proc/%ld/status", (long)pid);
	const int fd = cy__fd_above(open(name, O_RDONLY | O_CLOEXEC));
	if (fd < 0)
		return rx_plain(-errno);
	const int code = read_all(fd, &text);
	close(fd);
	if (code < 0)
		return code;
	*rights = parse_status(text, own);
	rx_free(text);
	return *rights ? 0 : -ENOMEM;
}

/* ---- Together ------------------------------------------------------------------------------------------------------ */

/* In the kernel's order, or they count as others. */
static bool have_same_groups(const cy__rights *a, const cy__rights *b)
{
	return a->count == b->count && (!a->count || memcmp(a->groups, b->groups, a->count * sizeof *a->groups) == 0);
}

static void compare(cy__rights *rights, const cy__rights *own)
{
	rights->same_groups = have_same_groups(rights, own);
	rights->own = rights->same_groups && rights->uid == own->uid && rights->gid == own->gid &&
	              rights->capabilities == own->capabilities;
}

/* Without /proc nothing can be seen, and what it was started as counts. */
static bool may_be_unseen(int code)
{
	return code == -ENOENT && access("/proc/self/status", F_OK) < 0;
}

static int find_rights(const cy__process *process, const cy__rights *own, cy__rights **rights)
{
	cy__rights *now = NULL;
	const cy__identity *identity = &process->identity;
	const int code = rights_now(process->pid, own, &now);
	if (identity->user && identity->uid != own->uid) {
		*rights = started_rights(identity, own);
		if (*rights && now)
			(*rights)->mask = now->mask;
		rx_free(now);
		return *rights ? 0 : -ENOMEM;
	}
	if (code < 0 && !may_be_unseen(code))
		return code == -ENOENT || code == -EPERM ? rx_plain(-EACCES) : code;
	*rights = now ? now : started_rights(identity, own);
	if (!*rights)
		return -ENOMEM;
	(*rights)->capabilities &= own->capabilities;
	return 0;
}

int cy__rights_of(const cy__process *process, cy__rights **rights)
{
	cy__rights *own = own_rights();
	if (!own)
		return -ENOMEM;
	int code = find_rights(process, own, rights);
	/* Its number is its own until it is reaped. */
	if (code >= 0 && cy__process_signal(process, 0) == -ESRCH) {
		rx_free(*rights);
		code = -ESRCH;
	}
	if (code >= 0)
		compare(*rights, own);
	rx_free(own);
	return code < 0 ? rx_raise(code, "whose rights it has cannot be seen: %s", strerror(-code)) : 0;
}
