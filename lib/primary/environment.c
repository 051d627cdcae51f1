/*
 * A worker's environment: this process's, changed.
 */
#include "lib/primary/launch.h"
#include "lib/primary/spawn.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static size_t count_of(const char *const *list)
{
	size_t count = 0;
	while (list && list[count])
		count++;
	return count;
}

/* Whether two entries, "NAME=value" or "NAME", have the same name. */
static bool same_name(const char *a, const char *b)
{
	size_t length = strcspn(a, "=");
	return length == strcspn(b, "=") && memcmp(a, b, length) == 0;
}

static bool is_changed(const char *entry, const char *const *changes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (same_name(entry, changes[i]))
			return true;
	return same_name(entry, CY__CHANNEL_VARIABLE);
}

int cy__environment_make(const char *const *changes, bool clear, const char *channel, char ***made)
{
	const char *const *own = (const char *const *)environ;
	size_t own_count = clear ? 0 : count_of(own), change_count = count_of(changes), used = 0;
	const char **list = rx_alloc((own_count + change_count + 2) * sizeof *list);
	if (!list)
		return -ENOMEM;
	for (size_t i = 0; i < own_count; i++)
		if (!is_changed(own[i], changes, change_count))
			list[used++] = own[i];
	/* Of two changes to one name the later one counts. */
	for (size_t i = 0; i < change_count; i++)
		if (strchr(changes[i], '=') && !is_changed(changes[i], changes + i + 1, change_count - i - 1))
			list[used++] = changes[i];
	list[used++] = channel;
	list[used] = NULL;
	memcpy(made, &list, sizeof list);
	return 0;
}
