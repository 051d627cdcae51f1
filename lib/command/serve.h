/*
 * A call that runs in this process: from the arrival of its frame to the end of its handler's observable.
 */
#ifndef CLUSTERFY_LIB_COMMAND_SERVE_H
#define CLUSTERFY_LIB_COMMAND_SERVE_H

#include "lib/command/exchange.h"

/* A command in the registry. */
typedef struct cy__entry {
	struct cy__entry *next;
	cy_command command;
	size_t name_size;
	uint32_t references; /* the registry's, and one for each call that runs */
	bool quiet;          /* the library's own housekeeping: no events */
	unsigned callers;    /* who may call it, never 0 */
	bool stopping;       /* served while the process is stopping */
	/* Calls of these commands keep their order, and so do the replies, whatever their size: they wait for no credit. */
	bool ordered;
	bool latest; /* an item that finds no room is left out: its handler, paused then, knows what is current */
} cy__entry;

/* Register one of the library's own; the name is static. */
int cy__register_builtin(cy_cluster *cluster, const char *name, cy_where where, unsigned flags,
                         rx_observable *(*run)(const cy_request *request, void *ctx));
enum {
	CY__QUIET = 1,
	CY__FROM_PRIMARY = 2, /* obeyed from nobody else */
	CY__WHILE_STOPPING = 4,
	CY__ORDERED = 8,
	CY__LATEST = 16,
};
cy__entry *cy__registry_find(const cy_cluster *cluster, const char *name, size_t size);
void cy__entry_unref(cy__entry *entry);
void cy__registry_finish(cy_cluster *cluster);
/* The library's own commands, for this process's role. @retval -ENOMEM */
int cy__builtin_register(cy_cluster *cluster);

/* A call has come in a frame of @p peer's, to be run here. */
void cy__serve_frame(cy__peer *peer, const cy__frame *frame);
/* A leg of this process's own call (or of a call to many) is for this process. */
void cy__serve_leg(cy__leg *leg, const char *command, cy_value *arguments);
/* The leg's caller wants no more. */
void cy__serve_cancel(cy__serve *serve);
/* The leg's caller grants more: the handler may run on. */
int cy__serve_grant(cy__serve *serve, const cy__frame *frame);
/* Cancel everything that runs here. */
void cy__serve_cancel_all(cy_cluster *cluster);
/* Calls that run here, without those that do not keep the process from stopping. */
size_t cy__serving(const cy_cluster *cluster);
/* The command (or a message's name) and the arguments of [name or nil, command, arguments]; these are to be released. */
int cy__call_unpack(cy_value *body, const char **command, cy_value **arguments);

#endif
