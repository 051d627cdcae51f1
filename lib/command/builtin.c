/*
 * The library's own commands. What commands a worker is obeyed from the primary only.
 */
#include "lib/command/serve.h"

#include <time.h>

#include "lib/listen/listen.h"
#include "lib/primary/workers.h"
#include "lib/shutdown/shutdown.h"
#include "lib/storage/mirror.h"
#include "lib/storage/store.h"

/* Nanoseconds of the wall clock since 1970, and where. */
static rx_observable *get_timestamp(const cy_request *request, void *ctx)
{
	(void)ctx;
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return cy_answer(cy_pack("{'time': I, 'label': s}", (int64_t)now.tv_sec * 1000000000 + now.tv_nsec,
	                         cy_label(request->cluster)));
}

static rx_observable *set_metadata(const cy_request *request, void *ctx)
{
	(void)ctx;
	cy_value_unref(request->cluster->metadata);
	request->cluster->metadata = cy_value_ref(request->arguments);
	return NULL;
}

/* The reply ends when all is done but the last words, and is flushed with them. */
static rx_observable *shut_down(const cy_request *request, void *ctx)
{
	(void)ctx;
	int64_t signal = 0;
	cy_get_int(request->arguments, NULL, &signal);
	rx_observable *end = rx_subject_observe(request->cluster->flushing);
	cy__stop_begin(request->cluster, (int)signal);
	return end;
}

static rx_observable *change_status(const cy_request *request, void *ctx)
{
	(void)ctx;
	int64_t status = 0;
	/* Not by its id, which two processes may have. */
	cy__worker *worker = request->origin ? request->cluster->speaker->worker : NULL;
	if (cy_get_int(request->arguments, NULL, &status) < 0 || status < CY_IDLE || status > CY_STOPPING)
		return rx_throw_error(-EINVAL, "that is no status of a worker's own");
	if (worker)
		cy__worker_status(worker, (cy_status)status);
	return NULL;
}

int cy__builtin_register(cy_cluster *cluster)
{
	static const struct {
		const char *name;
		cy_where where;
		unsigned flags;
		rx_observable *(*run)(const cy_request *request, void *ctx);
	} builtins[] = {
		{"cy_get_timestamp", CY_ANYWHERE, 0, get_timestamp},
		{"cy_worker_set_metadata", CY_ON_WORKER, CY__QUIET | CY__FROM_PRIMARY, set_metadata},
		{"cy_shutdown", CY_ON_WORKER, CY__QUIET | CY__FROM_PRIMARY | CY__WHILE_STOPPING, shut_down},
		{"cy_status_change", CY_ON_PRIMARY, CY__QUIET | CY__WHILE_STOPPING, change_status},
		{"cy_listen", CY_ON_PRIMARY, CY__QUIET, cy__listen_serve},
		{"cy_storage_save", CY_ON_PRIMARY, CY__WHILE_STOPPING | CY__ORDERED, cy__storage_save},
		{"cy_storage_retrieve", CY_ON_PRIMARY, CY__WHILE_STOPPING | CY__ORDERED, cy__storage_retrieve},
		{"cy_storage_delete", CY_ON_PRIMARY, CY__WHILE_STOPPING | CY__ORDERED, cy__storage_delete},
		{"cy_storage_keys", CY_ON_PRIMARY, CY__WHILE_STOPPING | CY__ORDERED, cy__storage_keys},
		{"cy_storage_add", CY_ON_PRIMARY, CY__WHILE_STOPPING | CY__ORDERED, cy__storage_add},
		{"cy_storage_compare_and_set", CY_ON_PRIMARY, CY__WHILE_STOPPING | CY__ORDERED,
	         cy__storage_compare_and_set},
		{"cy_storage_mirror", CY_ON_PRIMARY, CY__QUIET | CY__WHILE_STOPPING | CY__ORDERED | CY__LATEST,
	         cy__mirror_serve},
	};
	int code = 0;
	for (size_t i = 0; code >= 0 && i < sizeof builtins / sizeof *builtins; i++)
		code = cy__register_builtin(cluster, builtins[i].name, builtins[i].where, builtins[i].flags,
		                            builtins[i].run);
	return code;
}
