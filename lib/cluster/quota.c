/*
 * Quotas as the program sees them: an event where one is met, and limits that are changed.
 */
#include "lib/cluster/quota.h"

#include <stdio.h>

#include "lib/message/message.h"
#include "lib/primary/route.h"
#include "lib/primary/workers.h"

/* ---- At a limit ------------------------------------------------------------------------------------------------------- */

/* In a turn of its own: whoever charges does not expect to be called back meanwhile. */
static void say(rx_task *task)
{
	cy__quota_events *events = CY__CONTAINER(task, cy__quota_events, saying);
	cy_cluster *cluster = CY__CONTAINER(events, cy_cluster, quota_events);
	const size_t count = events->count;
	events->count = 0;
	for (size_t i = 0; i < count; i++) {
		const cy__quota_event event = events->met[i];
		char words[400];
		snprintf(words, sizeof words, "%s is at its limit of %zu %s", cy_label_of(cluster, event.origin),
		         event.limit, cy__resource_name(event.resource));
		cy__message_refused(cluster, event.origin, -EDQUOT, words);
		cy__trouble(cluster, event.origin, -EDQUOT, "%s", words);
		if (cluster->stage == CY__ENDED)
			return;
	}
}

/* What finds no room is said the next time it is met, or counted only. */
void cy__quota_met(void *ctx, uint32_t origin, cy__resource resource, size_t limit)
{
	cy_cluster *cluster = ctx;
	cy__quota_events *events = &cluster->quota_events;
	if (events->count == sizeof events->met / sizeof *events->met)
		return;
	events->met[events->count++] = (cy__quota_event){origin, resource, limit};
	events->saying.run = say;
	if (!events->saying.scheduler)
		rx_schedule(cluster->scheduler, &events->saying, 0);
}

/* ---- Limits ------------------------------------------------------------------------------------------------------------ */

int cy_set_quota(cy_cluster *cluster, cy_target target, const cy_quota *quota)
{
	static const cy_quota defaults;
	cy__worker *worker;
	if (!cluster->primary)
		return rx_raise(-EPERM, "quota: this process is not the primary");
	const int code = cy__route_worker(cluster, target.to, target.name, &worker);
	if (code < 0)
		return code;
	worker->options.quota = quota ? *quota : defaults;
	cy__account_limit(worker->peer.account, &worker->options.quota);
	return 0;
}

/* ---- Statistics -------------------------------------------------------------------------------------------------------- */

static cy_quota quota_of(const size_t of[CY__RESOURCES])
{
	return (cy_quota){.frames = of[CY__FRAMES],
	                  .bytes = of[CY__BYTES],
	                  .descriptors = of[CY__DESCRIPTORS],
	                  .calls = of[CY__CALLS],
	                  .sockets = of[CY__SOCKETS],
	                  .keys = of[CY__KEYS],
	                  .stored = of[CY__STORED],
	                  .watches = of[CY__WATCHES]};
}

void cy__quota_look(const cy__account *account, cy_quota *held, cy_quota *limits, cy_quota *refusals)
{
	size_t of_held[CY__RESOURCES], of_limits[CY__RESOURCES], of_refusals[CY__RESOURCES];
	for (cy__resource i = 0; i < CY__RESOURCES; i++) {
		of_held[i] = cy__account_held(account, i);
		of_limits[i] = cy__account_limit_of(account, i);
		of_refusals[i] = (size_t)cy__account_refused(account, i);
	}
	*held = quota_of(of_held);
	*limits = quota_of(of_limits);
	*refusals = quota_of(of_refusals);
}
