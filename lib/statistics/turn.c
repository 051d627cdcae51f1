/*
 * Turns of the primary's loop that took too long, as an event.
 */
#include "lib/statistics/statistics.h"

/* In a turn of its own: the one that was too long is at its end. */
static void say(rx_task *task)
{
	cy_cluster *cluster = CY__CONTAINER(task, cy_cluster, passing);
	const cy__turn *turn = &cluster->passed;
	char label[320];
	if (*turn->what)
		cy__trouble(cluster, turn->origin, -ETIME,
		            "a turn of the loop took %.1f ms, most of it for \"%s\" of %s", (double)turn->time / 1e6,
		            turn->what, cy__label(cluster, turn->origin, label, sizeof label));
	else
		cy__trouble(cluster, 0, -ETIME,
		            "a turn of the loop took %.1f ms, most of it for the program's own work",
		            (double)turn->time / 1e6);
}

static void note(void *ctx, const cy__turn *turn)
{
	cy_cluster *cluster = ctx;
	cluster->passed = *turn;
	cluster->passing.run = say;
	if (!cluster->passing.scheduler)
		rx_schedule(cluster->scheduler, &cluster->passing, 0);
}

void cy__statistics_watch(cy_cluster *cluster)
{
	const rx_nsec limit = cluster->options.turn_limit;
	cy__turns_record(cluster->turns, limit == RX_NEVER ? 0 : limit, note, cluster);
}
