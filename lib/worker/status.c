/*
 * A worker's own status: told to the primary when it changes, and emitted here once.
 */
#include "lib/worker/status.h"

#include "lib/shutdown/shutdown.h"

#define TELL_AGAIN RX_MS(10)

static void tell(cy_cluster *cluster);

static void tell_again(rx_task *task)
{
	tell(CY__CONTAINER(task, cy_cluster, telling));
}

/* Without a primary there is nobody to tell; for want of memory or room it is told the status of then. */
static void not_told(const rx_error *error, void *ctx)
{
	cy_cluster *cluster = ctx;
	if (error->code != -ENOMEM && error->code != -EAGAIN)
		return;
	cluster->telling.run = tell_again;
	rx_schedule(cluster->scheduler, &cluster->telling, TELL_AGAIN);
}

static void tell(cy_cluster *cluster)
{
	if (cluster->peer.channel)
		rx_subscribe(cy_call_with(cluster, cy_primary(), "cy_status_change", cy_int(cluster->status),
		                          &(cy_call_options){.timeout = RX_NEVER}),
		             &(rx_observer){.error = not_told, .ctx = cluster, .scheduler = cluster->scheduler}, NULL);
}

void cy__status_change(cy_cluster *cluster, cy_status status)
{
	if (cluster->status == status)
		return;
	cluster->status = status;
	tell(cluster);
	cy__emit(cluster, (cy_event){.type = CY_EVENT_STATUS,
	                             .worker = cluster->id,
	                             .origin = cluster->id,
	                             .sender = cluster->id,
	                             .target = cluster->id,
	                             .incarnation = cluster->incarnation,
	                             .status = status});
}

int cy_set_status(cy_cluster *cluster, cy_status status)
{
	if (cluster->primary)
		return rx_raise(-EPERM, "the primary has no status");
	if (status != CY_IDLE && status != CY_PROCESSING)
		return rx_raise(-EINVAL, "a worker sets IDLE or PROCESSING, not %s", cy_status_name(status));
	cluster->status_set = true;
	cluster->busy = status == CY_PROCESSING;
	if (cluster->stage == CY__RUNNING)
		cy__status_change(cluster, status);
	else
		cy__stop_progress(cluster); /* STOPPING is sticky; being idle lets it go on */
	return 0;
}
