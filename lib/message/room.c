#include "lib/message/room.h"

#include "lib/message/message.h"
#include "lib/primary/route.h"
#include "lib/primary/workers.h"

struct recipe {
	cy_cluster *cluster;
	uint32_t to;
	char *name;
};

static void unlink_wait(void *ctx)
{
	cy__room_wait *wait = ctx;
	*wait->link = wait->next;
	*(wait->next ? &wait->next->link : &wait->gauge->waits_end) = wait->link;
	rx_free(wait);
}

void cy__room_tell(cy__room_wait *wait)
{
	const uint32_t id = wait->gauge->id;
	rx_subscriber *subscriber = rx_subscriber_ref(wait->subscriber);
	if (rx_next(subscriber, &id))
		rx_complete(subscriber);
	rx_subscriber_unref(subscriber);
}

void cy__room_fail(cy__room_wait *wait)
{
	const cy__gauge *gauge = wait->gauge;
	rx_subscriber *subscriber = rx_subscriber_ref(wait->subscriber);
	rx_fail(subscriber, -EHOSTUNREACH, "%s has gone", cy_label_of(gauge->cluster, gauge->id));
	rx_subscriber_unref(subscriber);
}

static int gauge_of(cy_cluster *cluster, const cy_target *target, cy__gauge **gauge)
{
	cy__worker *worker = NULL;
	int code = 0;
	if (cy__is_own(cluster, target)) {
		*gauge = &cluster->own;
	} else if (!cluster->primary) {
		*gauge = &cluster->peer.gauge;
		if (!cluster->peer.channel)
			code = rx_raise(-EHOSTUNREACH, "the primary has gone");
	} else if (target->to == CY__TO_ALL || target->to == CY__TO_OTHERS || target->to == CY__TO_ANY) {
		code = rx_raise(-EINVAL, "room: that is not one process");
	} else {
		code = cy__route_worker(cluster, target->to, target->name, &worker);
		*gauge = code < 0 ? NULL : &worker->peer.gauge;
	}
	return code;
}

/* At the end: who came first is told first. */
static int link_wait(cy__gauge *gauge, rx_subscriber *subscriber)
{
	cy__room_wait *wait = rx_alloc_zero(sizeof *wait);
	if (!wait)
		return -ENOMEM;
	*wait = (cy__room_wait){
		.subscriber = subscriber, .gauge = gauge, .link = gauge->waits ? gauge->waits_end : &gauge->waits};
	*wait->link = wait;
	gauge->waits_end = &wait->next;
	const int code = rx_on_teardown(subscriber, unlink_wait, wait);
	if (code < 0)
		unlink_wait(wait);
	return code;
}

static int begin(rx_subscriber *subscriber, void *ctx)
{
	const struct recipe *recipe = ctx;
	cy__gauge *gauge = NULL;
	if (cy_current() != recipe->cluster)
		return rx_raise(-ECANCELED, "the cluster has ended");
	const int code = gauge_of(recipe->cluster, &(cy_target){.to = recipe->to, .name = recipe->name}, &gauge);
	if (code < 0)
		return code;
	if (gauge->full)
		return link_wait(gauge, subscriber);
	if (rx_next(subscriber, &(uint32_t){gauge->id}))
		rx_complete(subscriber);
	return 0;
}

static int subscribe(rx_subscriber *subscriber, void *ctx)
{
	rx_wait_forbid();
	const int code = begin(subscriber, ctx);
	rx_wait_allow();
	return code;
}

static void drop_recipe(void *ctx)
{
	struct recipe *recipe = ctx;
	rx_free(recipe->name);
	rx_free(recipe);
}

rx_observable *cy_room(cy_cluster *cluster, cy_target target)
{
	struct recipe *recipe = rx_alloc_zero(sizeof *recipe);
	char *name = target.name ? cy__strdup(target.name) : NULL;
	if (!recipe || (target.name && !name)) {
		rx_free(recipe);
		rx_free(name);
		return rx_throw_error(-ENOMEM, "no memory");
	}
	*recipe = (struct recipe){.cluster = cluster, .to = target.to, .name = name};
	return rx_create(&rx_type_uint32_t, subscribe, recipe, drop_recipe);
}
