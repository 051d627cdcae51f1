#include "lib/message/gauge.h"

#include <inttypes.h>

#include "lib/command/exchange.h"
#include "lib/message/room.h"
#include "lib/primary/workers.h"

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
	gauge->said |= gauge->full ? gauge->to_say : 0;
	gauge->to_say = 0;
	cy__trouble(gauge->cluster, gauge->id, code,
	            "the queue to %s is full: so far it has refused %" PRIu64 " and dropped %" PRIu64, label,
	            gauge->refused, gauge->dropped);
}

static void begin(cy__gauge *gauge, uint8_t what)
{
	gauge->full = true;
	if ((gauge->said | gauge->to_say) & what)
		return;
	gauge->to_say |= what;
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
	rx_free(gauge->told);
	gauge->told = NULL;
}

int cy__gauge_refuse(cy__gauge *gauge)
{
	gauge->refused++;
	begin(gauge, REFUSED);
	return rx_raise(-EAGAIN, "the queue to %s is full", cy_label_of(gauge->cluster, gauge->id));
}

void cy__gauge_drop(cy__gauge *gauge, uint32_t from)
{
	gauge->dropped++;
	begin(gauge, DROPPED);
	cy__gauge_tell(gauge, from, -ENOBUFS);
}

/* Whether @p from has been told; it counts as told from now on. Without memory it is told again. */
static bool was_told(cy__gauge *gauge, uint32_t from)
{
	for (size_t i = 0; i < gauge->told_count; i++)
		if (gauge->told[i] == from)
			return true;
	uint32_t *told = rx_realloc(gauge->told, (gauge->told_count + 1) * sizeof *told);
	if (!told)
		return false;
	told[gauge->told_count++] = from;
	gauge->told = told;
	return false;
}

void cy__gauge_tell(cy__gauge *gauge, uint32_t from, int code)
{
	cy_cluster *cluster = gauge->cluster;
	cy__worker *sender = cluster->primary && from ? cy__workers_find(cluster, from) : NULL;
	char words[400];
	if (!sender || was_told(gauge, from))
		return;
	snprintf(words, sizeof words, "the queue to %s is full", cy_label_of(cluster, gauge->id));
	cy_value *body = cy__error_value(code, words);
	cy__peer_post(&sender->peer, &(cy__post){.kind = CY__EVENT, .to = from, .body = body});
	cy_value_unref(body);
}

static void end(cy__gauge *gauge)
{
	gauge->full = false;
	gauge->said = 0;
	gauge->told_count = 0;
}

void cy__gauge_ease(cy__gauge *gauge)
{
	end(gauge);
	while (gauge->waits && !gauge->full)
		cy__room_tell(gauge->waits);
}

void cy__gauge_lost(cy__gauge *gauge)
{
	end(gauge);
	while (gauge->waits)
		cy__room_fail(gauge->waits);
}
