/*
 * Floods by the public interface: what an ordinary program that has gone wrong does.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/faults/flood.h"

static void ignore(const rx_error *error, void *ctx)
{
	(void)error, (void)ctx;
}

static void forget(rx_observable *source)
{
	rx_subscribe(rx_pipe(source, rx_ignore_elements()), &(rx_observer){.error = ignore}, NULL);
}

/* Now and then; @returns whether there is time left. */
static bool turn(struct flood *flood)
{
	static unsigned count;
	if (++count % 64 == 0)
		cy_poll(flood->cluster);
	return flood_lasts(flood);
}

static cy_target victim(struct flood *flood)
{
	return cy_worker(flood_victim(flood));
}

static rx_observable *never(const cy_request *request, void *ctx)
{
	(void)request, (void)ctx;
	return rx_never();
}

static int numbered(const int64_t *n, cy_body *body, void *ctx)
{
	(void)ctx;
	*body = cy_int(*n);
	return 0;
}
RX_MAPPER(numbered, cy_body, int64_t);

static rx_observable *many(const cy_request *request, void *ctx)
{
	(void)request, (void)ctx;
	return rx_pipe(rx_range(0, 1000000), rx_map(numbered));
}

JOINED_FLOOD(saves_by_the_library)
{
	char path[64];
	forget(cy_save(flood->cluster, "adversary", cy_map()));
	while (turn(flood)) {
		snprintf(path, sizeof path, "adversary.j%u", (unsigned)flood_random(flood, 1000000));
		forget(cy_save(flood->cluster, path, cy_map("a", cy_int(1), "b", cy_string("two"))));
	}
}

JOINED_FLOOD(mirrors_by_the_library)
{
	forget(cy_save(flood->cluster, "adversary", cy_map()));
	for (int i = 0; i < 3000 && turn(flood); i++) {
		char path[64];
		snprintf(path, sizeof path, "adversary.m%d", i);
		forget(cy_mirror(flood->cluster, path));
		forget(cy_save(flood->cluster, path, cy_int(i)));
	}
	flood_wait(flood);
}

JOINED_FLOOD(listening_by_the_library)
{
	while (turn(flood))
		forget(cy_listen(flood->cluster, "127.0.0.1:0", NULL));
}

JOINED_FLOOD(messages_by_the_library)
{
	static const char payload[2000];
	while (turn(flood))
		cy_send_with(flood->cluster, flood_random(flood, 4) ? victim(flood) : cy_others(), "news",
		             cy_binary(payload, sizeof payload),
		             &(cy_send_options){.full = (cy_when_full)flood_random(flood, 4)});
}

JOINED_FLOOD(descriptors_by_the_library)
{
	static int descriptors[64];
	while (turn(flood))
		cy_send_descriptors(flood->cluster, victim(flood), "news", cy_nil(), descriptors, 64);
}

JOINED_FLOOD(calls_by_the_library)
{
	while (turn(flood))
		forget(cy_call_with(flood->cluster, flood_random(flood, 8) ? victim(flood) : cy_others(),
		                    flood_random(flood, 2) ? "never" : "echo", NULL,
		                    &(cy_call_options){.credit = 1 + (uint32_t)flood_random(flood, 3)}));
}

JOINED_FLOOD(calls_that_are_dropped_at_once)
{
	while (turn(flood)) {
		rx_subscription call;
		rx_subscribe(cy_call(flood->cluster, victim(flood), "never", NULL), &(rx_observer){.error = ignore},
		             &call);
		rx_unsubscribe(&call);
	}
}

JOINED_FLOOD(calls_of_itself_of_a_million_items)
{
	cy_register(flood->cluster, &(cy_command){.name = "numbers", .run = many});
	for (int i = 0; i < 8; i++)
		forget(cy_call(flood->cluster, i % 2 ? cy_self(flood->cluster) : cy_worker(flood->id), "numbers",
		               NULL));
	flood_wait(flood);
}

JOINED_FLOOD(it_serves_and_never_answers)
{
	cy_register(flood->cluster, &(cy_command){.name = "echo", .run = never});
	cy_register(flood->cluster, &(cy_command){.name = "many", .run = many});
	flood_wait(flood);
}

JOINED_FLOOD(statuses_by_the_library)
{
	while (turn(flood))
		cy_set_status(flood->cluster, flood_random(flood, 2) ? CY_IDLE : CY_PROCESSING);
}

JOINED_FLOOD(it_disconnects_in_the_middle)
{
	for (int i = 0; i < 2000 && turn(flood); i++)
		forget(cy_call(flood->cluster, victim(flood), "never", NULL));
	cy_disconnect(flood->cluster, cy_self(flood->cluster));
	/* It stays, and gives its loop no turn: a signal ends it, the primary's or that of the flood's own timer. */
	while (flood_lasts(flood))
		pause();
}

JOINED_FLOOD(it_stops_in_the_middle)
{
	for (int i = 0; i < 2000 && turn(flood); i++)
		forget(cy_call(flood->cluster, victim(flood), "never", NULL));
	cy_stop(flood->cluster, 0);
	flood_wait(flood);
}

JOINED_FLOOD(it_asks_others_to_stop)
{
	while (turn(flood))
		forget(cy_shutdown(flood->cluster, victim(flood), RX_NOW));
}

JOINED_FLOOD(it_leaves_in_the_middle)
{
	for (int i = 0; i < 500 && turn(flood); i++)
		forget(cy_save(flood->cluster, "adversary", cy_map("n", cy_int(i))));
	_exit(cy_leave(flood->cluster));
}
