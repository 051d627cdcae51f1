#include "lib/primary/succession.h"

#include <inttypes.h>

#include "lib/primary/group.h"
#include "lib/primary/recycle.h"
#include "lib/primary/workers.h"

/* ---- Spares -------------------------------------------------------------------------------------------------------- */

bool cy__succession_is_spare(const cy__worker *worker)
{
	return worker->predecessor || worker->replaced;
}

static void add_spare(cy__worker *worker)
{
	worker->next_spare = worker->cluster->spares;
	worker->cluster->spares = worker;
}

static void remove_spare(cy__worker *worker)
{
	cy__worker **link = &worker->cluster->spares;
	while (*link && *link != worker)
		link = &(*link)->next_spare;
	if (*link)
		*link = worker->next_spare;
}

bool cy__spares_run(const cy_cluster *cluster)
{
	for (const cy__worker *worker = cluster->spares; worker; worker = worker->next_spare)
		if (worker->current.running)
			return true;
	return false;
}

/* Nobody waits for it any more. It has served nobody. */
static void abandon(cy__worker *successor)
{
	successor->predecessor->successor = NULL;
	successor->predecessor = NULL;
	successor->replaced = true;
	cy__worker_force(successor);
}

void cy__succession_abandon(cy__worker *worker)
{
	if (worker->successor)
		abandon(worker->successor);
}

/* Callbacks may change the list; one that has been asked is asked again at no harm. */
static void stop_spares(cy_cluster *cluster, uint32_t id, rx_nsec timeout, int signal)
{
	cy__worker *next;
	for (cy__worker *worker = cluster->spares; worker; worker = next) {
		next = worker->next_spare;
		if (id && worker->peer.id != id)
			continue;
		if (worker->predecessor)
			abandon(worker);
		else if (worker->current.running)
			cy__worker_stop(worker, timeout, signal);
	}
}

void cy__succession_stop(const cy__worker *worker, rx_nsec timeout, int signal)
{
	stop_spares(worker->cluster, worker->peer.id, timeout, signal);
}

void cy__spares_stop(cy_cluster *cluster, rx_nsec timeout, int signal)
{
	stop_spares(cluster, 0, timeout, signal);
}

void cy__spares_force(cy_cluster *cluster)
{
	for (cy__worker *worker = cluster->spares; worker; worker = worker->next_spare)
		if (worker->current.running)
			cy__worker_force(worker);
}

uint32_t cy__succession_next(const cy__worker *worker)
{
	const uint32_t own = worker->supervisor.incarnation;
	if (worker->successor)
		return worker->successor->supervisor.incarnation;
	return (own > worker->issued ? own : worker->issued) + 1;
}

/* ---- One takes the place of another --------------------------------------------------------------------------------- */

static int check(const cy__worker *worker)
{
	if (worker->successor)
		return rx_raise(-EALREADY, "%s is being replaced already",
		                cy_label_of(worker->cluster, worker->peer.id));
	if (!cy__worker_has_process(worker) || !worker->current.ready || worker->current.disconnected ||
	    worker->supervisor.asked)
		return rx_raise(-EAGAIN, "%s is not ready, or is stopping",
		                cy_label_of(worker->cluster, worker->peer.id));
	return 0;
}

int cy__succession_begin(cy__worker *worker)
{
	cy__worker *successor;
	int code = check(worker);
	if (code >= 0)
		code = cy__workers_copy(worker, &successor);
	if (code < 0)
		return code;
	successor->supervisor.incarnation = worker->supervisor.incarnation;
	successor->issued = worker->issued;
	code = cy__worker_start(successor);
	worker->issued = successor->supervisor.incarnation;
	if (code < 0) {
		cy__worker_destroy(successor);
		return code;
	}
	successor->predecessor = worker;
	worker->successor = successor;
	add_spare(successor);
	cy__worker_show(successor);
	return 0;
}

cy__worker *cy__succession_take_over(cy__worker *successor)
{
	cy__worker *worker = successor->predecessor;
	if (worker->supervisor.asked || !worker->current.running) {
		abandon(successor);
		return NULL;
	}
	remove_spare(successor);
	worker->successor = successor->predecessor = NULL;
	cy__workers_replace(worker, successor);
	worker->replaced = true;
	add_spare(worker);
	if (worker->member)
		cy__group_succeed(worker, successor);
	cy__supervisor_succeed(&successor->supervisor, &worker->supervisor);
	cy__policy_succeed(worker, successor);
	cy__recycle_stop(worker);
	return worker;
}

void cy__succession_retire(cy__worker *worker)
{
	if (!worker->current.running)
		return;
	cy__worker_ask_as(worker, CY_ENDED_REPLACED, CY__TO_PRIMARY, worker->recycle.options.drain);
	cy__worker_stop(worker, worker->recycle.options.drain, 0);
}

void cy__succession_judge(cy__worker *worker, cy__end *end)
{
	end->sequel = CY_REPLACED;
	cy__supervisor_follow(&worker->supervisor, CY_REPLACED);
}

void cy__succession_ended(cy__worker *worker)
{
	cy__worker *predecessor = worker->predecessor;
	remove_spare(worker);
	cy__workers_bury(worker);
	if (!predecessor)
		return;
	worker->predecessor = NULL;
	worker->replaced = true;
	predecessor->successor = NULL;
	cy__recycle_retry(predecessor);
}
