#include "lib/cluster/cluster.h"

#include <stdarg.h>
#include <stdio.h>

struct cy__troublemaker {
	struct cy__troublemaker *next;
	uint32_t origin;
	unsigned left;     /* events that it may still cause */
	size_t suppressed; /* errors since the last tick */
	int code;          /* of the last of them */
};

static void emit_error(cy_cluster *cluster, uint32_t worker, uint32_t origin, int code, const char *words)
{
	cy__emit(cluster, (cy_event){.type = CY_EVENT_ERROR,
	                             .worker = worker,
	                             .origin = origin,
	                             .sender = origin,
	                             .code = code,
	                             .words = words});
}

static void emit_format(cy_cluster *cluster, uint32_t worker, int code, const char *format, va_list arguments)
{
	char words[512];
	vsnprintf(words, sizeof words, format, arguments);
	emit_error(cluster, worker, worker, code, words);
}

void cy__trouble_by(cy_cluster *cluster, uint32_t worker, uint32_t origin, int code, const char *words)
{
	emit_error(cluster, worker, origin, code, words);
}

void cy__trouble(cy_cluster *cluster, uint32_t worker, int code, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	emit_format(cluster, worker, code, format, arguments);
	va_end(arguments);
}

/* ---- Of frames ------------------------------------------------------------------------------------------------------- */

static void tell_suppressed(cy_cluster *cluster, struct cy__troublemaker *maker)
{
	char words[400];
	const size_t count = maker->suppressed;
	if (!count)
		return;
	maker->suppressed = 0;
	snprintf(words, sizeof words, "and %zu more errors of %s", count, cy_label_of(cluster, maker->origin));
	emit_error(cluster, maker->origin, maker->origin, maker->code, words);
}

static void forget(cy__troubles *troubles, struct cy__troublemaker **link)
{
	struct cy__troublemaker *maker = *link;
	*link = maker->next;
	cy__table_remove(&troubles->origins, maker->origin);
	rx_free(maker);
}

/* Observers may cause more meanwhile: those are put in front. */
static void tick(rx_task *task)
{
	cy__troubles *troubles = CY__CONTAINER(task, cy__troubles, tick);
	cy_cluster *cluster = CY__CONTAINER(troubles, cy_cluster, troubles);
	for (struct cy__troublemaker *maker = troubles->first; maker; maker = maker->next) {
		maker->left += CY__TROUBLE_MORE;
		tell_suppressed(cluster, maker);
	}
	for (struct cy__troublemaker **link = &troubles->first; *link;) {
		if ((*link)->left >= CY__TROUBLE_BURST && !(*link)->suppressed)
			forget(troubles, link);
		else
			link = &(*link)->next;
	}
	if (troubles->first)
		rx_schedule(cluster->scheduler, &troubles->tick, RX_S(1));
}

static struct cy__troublemaker *note(cy_cluster *cluster, uint32_t origin)
{
	cy__troubles *troubles = &cluster->troubles;
	struct cy__troublemaker *maker = cy__table_get(&troubles->origins, origin);
	if (maker)
		return maker;
	maker = rx_alloc(sizeof *maker);
	if (!maker || cy__table_add(&troubles->origins, origin, maker) < 0) {
		rx_free(maker);
		return NULL;
	}
	*maker = (struct cy__troublemaker){.next = troubles->first, .origin = origin, .left = CY__TROUBLE_BURST};
	troubles->first = maker;
	troubles->tick.run = tick;
	if (!troubles->tick.scheduler)
		rx_schedule(cluster->scheduler, &troubles->tick, RX_S(1));
	return maker;
}

void cy__trouble_by_frame(cy_cluster *cluster, uint32_t origin, int code, const char *format, ...)
{
	if (!cy__is_heard(cluster))
		return;
	struct cy__troublemaker *maker = note(cluster, origin);
	if (maker && !maker->left) {
		maker->suppressed++;
		maker->code = code;
		return;
	}
	if (maker)
		maker->left--; /* without memory it is not counted */
	va_list arguments;
	va_start(arguments, format);
	emit_format(cluster, origin, code, format, arguments);
	va_end(arguments);
}

void cy__troubles_tell(cy_cluster *cluster)
{
	for (struct cy__troublemaker *maker = cluster->troubles.first; maker; maker = maker->next)
		tell_suppressed(cluster, maker);
}

void cy__troubles_finish(cy_cluster *cluster)
{
	cy__troubles *troubles = &cluster->troubles;
	rx_cancel(&troubles->tick);
	while (troubles->first)
		forget(troubles, &troubles->first);
	cy__table_finish(&troubles->origins);
}
