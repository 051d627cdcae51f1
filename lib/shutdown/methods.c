/*
 * Shutdown methods: named, begun together, in the order of registration.
 */
#include "lib/shutdown/shutdown.h"

struct cy__method {
	struct cy__method *next;
	cy_cluster *cluster;
	char *name;
	rx_observable *(*run)(int signal, void *ctx);
	void *ctx;
	void (*drop)(void *ctx);
	rx_subscription subscription;
	bool running;
};

static struct cy__method **find(cy_cluster *cluster, const char *name)
{
	struct cy__method **link = &cluster->methods.first;
	while (*link && strcmp((*link)->name, name) != 0)
		link = &(*link)->next;
	return link;
}

static void free_method(struct cy__method *method)
{
	rx_unsubscribe(&method->subscription);
	rx_wait_forbid();
	if (method->drop)
		method->drop(method->ctx);
	rx_wait_allow();
	rx_free(method->name);
	rx_free(method);
}

int cy_on_shutdown(cy_cluster *cluster, const char *name, rx_observable *(*run)(int signal, void *ctx), void *ctx,
                   void (*drop)(void *ctx))
{
	if (!name || !*name || !run)
		return rx_raise(-EINVAL, "a shutdown method needs a name, and something to run");
	if (cluster->stage > CY__STOPPING)
		return rx_raise(-ESHUTDOWN, "the shutdown methods have begun, without \"%s\"", name);
	struct cy__method **link = find(cluster, name);
	if (*link)
		return rx_raise(-EEXIST, "there is a shutdown method \"%s\" already", name);
	struct cy__method *method = rx_alloc_zero(sizeof *method);
	char *copy = cy__strdup(name);
	if (!method || !copy) {
		rx_free(method);
		rx_free(copy);
		return -ENOMEM;
	}
	*method = (struct cy__method){.cluster = cluster, .name = copy, .run = run, .ctx = ctx, .drop = drop};
	*link = method;
	return 0;
}

int cy_off_shutdown(cy_cluster *cluster, const char *name)
{
	struct cy__method **link = find(cluster, name ? name : "");
	struct cy__method *method = *link;
	if (!method)
		return rx_raise(-ENOENT, "there is no shutdown method \"%s\"", name ? name : "");
	if (method->running)
		return rx_raise(-EBUSY, "the shutdown method \"%s\" is running", name);
	*link = method->next;
	free_method(method);
	return 0;
}

static void finished(void *ctx)
{
	struct cy__method *method = ctx;
	cy_cluster *cluster = method->cluster;
	method->running = false;
	if (--cluster->methods.running == 0)
		cluster->methods.done(cluster);
}

static void failed(const rx_error *error, void *ctx)
{
	struct cy__method *method = ctx;
	cy__trouble(method->cluster, method->cluster->id, error->code, "the shutdown method \"%s\" failed: %s",
	            method->name, error->message);
	finished(method);
}

static void begin(struct cy__method *method, int signal)
{
	rx_observable *end = method->run(signal, method->ctx);
	if (!end) {
		finished(method);
		return;
	}
	rx_subscribe(
		end,
		&(rx_observer){
			.error = failed, .complete = finished, .ctx = method, .scheduler = method->cluster->scheduler},
		&method->subscription);
}

/* One more than there are, so that none is the last one before all have begun. */
void cy__methods_run(cy_cluster *cluster, int signal, void (*done)(cy_cluster *cluster))
{
	rx_wait_forbid();
	cluster->methods.done = done;
	cluster->methods.running = 1;
	for (struct cy__method *method = cluster->methods.first; method; method = method->next) {
		method->running = true;
		cluster->methods.running++;
	}
	for (struct cy__method *method = cluster->methods.first; method; method = method->next)
		if (method->running)
			begin(method, signal);
	if (--cluster->methods.running == 0)
		done(cluster);
	rx_wait_allow();
}

void cy__methods_finish(cy_cluster *cluster)
{
	for (struct cy__method *method; (method = cluster->methods.first);) {
		cluster->methods.first = method->next;
		free_method(method);
	}
}
