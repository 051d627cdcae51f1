#include "lib/message/gauge.h"

#include <inttypes.h>

#include "lib/command/exchange.h"
#include "lib/message/message.h"
#include "lib/message/room.h"

enum {
	REFUSED = 1,
	DROPPED = 2,
};

/* An event in a turn of its own: whoever sends does not expect to be called back meanwhile. */
static void say(rx_task *task)
{
	cy__gauge *gauge = CY__CONTAINER(task, cy__gauge, saying);
	const char *label = cy_label_of(gauge->cluster, gauge->id);
	const int code = gauge->to_say & DROPPED ? -ENOBUFS : -EAGAIN;
	gauge->said |= gauge->in_fullness ? gauge->to_say : 0;
	gauge->to_say = 0;
	char words[512];
	snprintf(words, sizeof words, "the queue to %s is full: so far it has refused %" PRIu64 " and dropped %" PRIu64,
	         label, gauge->refused, gauge->dropped);
	cy__trouble_by(gauge->cluster, gauge->id, gauge->filler, code, words);
}

static void begin(cy__gauge *gauge, uint8_t what, uint32_t origin)
{
	gauge->full |= origin == gauge->cluster->id;
	gauge->in_fullness = true;
	if ((gauge->said | gauge->to_say) & what)
		return;
	gauge->to_say |= what;
	gauge->filler = origin;
	if (!gauge->saying.scheduler)
		rx_schedule(gauge->cluster->scheduler, &gauge->saying, 0);
}

void cy__gauge_init(cy__gauge *gauge, cy_cluster *cluster, uint32_t id)
{
	*gauge = (cy__gauge){.cluster = cluster, .id = id, .saying = {.run = say}};
}

void cy__gauge_finish(cy__gauge *gauge)
{
	rx_cancel(&gauge->saying);
	cy__gauge_lost(gauge);
}

int cy__gauge_refuse(cy__gauge *gauge, uint32_t origin)
{
	gauge->refused++;
	begin(gauge, REFUSED, origin);
	return rx_raise(-EAGAIN, "the queue to %s is full", cy_label_of(gauge->cluster, gauge->id));
}

void cy__gauge_drop(cy__gauge *gauge, uint32_t origin, bool *told)
{
	gauge->dropped++;
	begin(gauge, DROPPED, origin);
	if (!*told)
		cy__gauge_tell(gauge, origin, -ENOBUFS);
	*told = true;
}

void cy__gauge_tell(cy__gauge *gauge, uint32_t origin, int code)
{
	char words[400];
	cy_cluster *cluster = gauge->cluster;
	snprintf(words, sizeof words, "the queue to %s is full", cy_label_of(cluster, gauge->id));
	cy__message_refused(cluster, origin, code, words);
}

void cy__gauge_calm(cy__gauge *gauge)
{
	gauge->in_fullness = false;
	gauge->said = 0;
}

void cy__gauge_ease(cy__gauge *gauge)
{
	gauge->full = false;
	while (gauge->waits && !gauge->full)
		cy__room_tell(gauge->waits);
}

void cy__gauge_lost(cy__gauge *gauge)
{
	gauge->full = false;
	cy__gauge_calm(gauge);
	while (gauge->waits)
		cy__room_fail(gauge->waits);
}
