/*
 * The registry: which commands this process serves.
 */
#include "lib/command/serve.h"

#define EVERYBODY (CY_BY_PRIMARY | CY_BY_WORKERS | CY_BY_ITSELF)

cy__entry *cy__registry_find(const cy_cluster *cluster, const char *name, size_t size)
{
	cy__entry *entry = cluster->commands.first;
	while (entry && (entry->name_size != size || memcmp(entry->command.name, name, size) != 0))
		entry = entry->next;
	return entry;
}

static cy__entry *find(const cy_cluster *cluster, const char *name)
{
	return name ? cy__registry_find(cluster, name, strlen(name)) : NULL;
}

void cy__entry_unref(cy__entry *entry)
{
	if (--entry->references > 0)
		return;
	rx_wait_forbid();
	if (entry->command.drop)
		entry->command.drop(entry->command.ctx);
	rx_wait_allow();
	rx_free((void *)entry->command.name);
	rx_free(entry);
}

static int add(cy_cluster *cluster, const cy_command *command, unsigned flags)
{
	if (find(cluster, command->name))
		return rx_raise(-EEXIST, "there is a command \"%s\" already", command->name);
	cy__entry *entry = rx_alloc_zero(sizeof *entry);
	char *name = cy__strdup(command->name);
	if (!entry || !name) {
		rx_free(entry);
		rx_free(name);
		return -ENOMEM;
	}
	entry->command = *command;
	entry->command.name = name;
	entry->name_size = strlen(name);
	entry->references = 1;
	entry->quiet = flags & CY__QUIET;
	entry->callers = flags & CY__FROM_PRIMARY ? CY_BY_PRIMARY : command->callers ? command->callers : EVERYBODY;
	entry->stopping = flags & CY__WHILE_STOPPING;
	entry->ordered = flags & CY__ORDERED;
	entry->latest = flags & CY__LATEST;
	entry->next = cluster->commands.first;
	cluster->commands.first = entry;
	return 0;
}

int cy_register(cy_cluster *cluster, const cy_command *command)
{
	if (!command || !command->name || !*command->name)
		return rx_raise(-EINVAL, "a command needs a name");
	if (!command->run)
		return rx_raise(-EINVAL, "command \"%s\" has nothing to run", command->name);
	if (command->callers & ~EVERYBODY)
		return rx_raise(-EINVAL, "command \"%s\": nobody is known by such a bit of `callers`", command->name);
	if (strncmp(command->name, "cy_", 3) == 0)
		return rx_raise(-EPERM, "command \"%s\": names that begin with \"cy_\" are the library's",
		                command->name);
	return add(cluster, command, 0);
}

int cy__register_builtin(cy_cluster *cluster, const char *name, cy_where where, unsigned flags,
                         rx_observable *(*run)(const cy_request *request, void *ctx))
{
	return add(cluster, &(cy_command){.name = name, .target = where, .run = run}, flags);
}

static int unknown(const char *name)
{
	return rx_raise(-ENOENT, "there is no command \"%s\"", name ? name : "");
}

int cy_restrict(cy_cluster *cluster, const char *name, unsigned callers)
{
	cy__entry *entry = find(cluster, name);
	if (!entry)
		return unknown(name);
	if ((callers & ~EVERYBODY) || !(entry->callers & callers))
		return rx_raise(-EINVAL, "command \"%s\": nobody would be left who may call it", name);
	entry->callers &= callers;
	return 0;
}

int cy_unregister(cy_cluster *cluster, const char *name)
{
	for (cy__entry **link = &cluster->commands.first; *link; link = &(*link)->next) {
		cy__entry *entry = *link;
		if (!name || strcmp(entry->command.name, name) != 0)
			continue;
		if (strncmp(name, "cy_", 3) == 0)
			return rx_raise(-EPERM, "command \"%s\" is the library's", name);
		*link = entry->next;
		cy__entry_unref(entry);
		return 0;
	}
	return unknown(name);
}

void cy__registry_finish(cy_cluster *cluster)
{
	for (cy__entry *entry; (entry = cluster->commands.first);) {
		cluster->commands.first = entry->next;
		cy__entry_unref(entry);
	}
}
