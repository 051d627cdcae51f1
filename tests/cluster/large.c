/*
 * Large messages of a worker: they are looked at in slices, and overtaken by nothing that it says.
 */
#include <ev.h>
#include <stdio.h>

#include "lib/cluster/cluster.h"
#include "tests/support/liar.h"

enum { ELEMENTS = 4 << 20 };

/* ---- The worker ------------------------------------------------------------------------------------------------------ */

static void put_all(const void *bytes, size_t size)
{
	for (ssize_t part; size; bytes = (const uint8_t *)bytes + part, size -= (size_t)part)
		if ((part = write(channel, bytes, size)) <= 0)
			_exit(CAUGHT);
}

/* [nil, "large", [1, 1, 1, ...]] */
static void say_large(void)
{
	static uint8_t body[13 + ELEMENTS];
	static const uint8_t opening[] = {0x93, 0xc0, 0xa5, 'l', 'a', 'r', 'g', 'e', 0xdd};
	memcpy(body, opening, sizeof opening);
	for (int i = 0; i < 4; i++)
		body[9 + i] = (uint8_t)(ELEMENTS >> (24 - 8 * i));
	memset(body + 13, 1, ELEMENTS);
	say((cy__frame){.kind = CY__MESSAGE, .body = body, .body_size = sizeof body}, NULL, put_all);
}

/* One, and at once a small one, a call, and its end. */
PROGRAM(large_sayer)
{
	channel = cy__inherited_channel();
	say_hello(put);
	say_large();
	say_done();
	say((cy__frame){.kind = CY__CALL, .call = CALL}, cy_pack("[n, s, n]", "after"), put);
	say((cy__frame){.kind = CY__GOODBYE}, NULL, put);
	return 0;
}

/* ---- The primary ------------------------------------------------------------------------------------------------------ */

static struct {
	char order[64];
	size_t between; /* turns of the loop in which it was looked at */
	bool end;
} seen;

static void append(const char *what)
{
	strncat(seen.order, what, sizeof seen.order - strlen(seen.order) - 1);
}

static void note_event(const cy_event *event, void *ctx)
{
	if (event->type == CY_EVENT_MESSAGE) {
		append(event->name);
		append(" ");
	}
	if (event->type == CY_EVENT_DISCONNECT) {
		append("disconnect");
		seen.end = true;
	}
}
RX_CONSUMER(note_event, cy_event);

static rx_observable *after(const cy_request *request, void *ctx)
{
	append("call ");
	return rx_empty();
}

static bool is_being_looked_at(cy_cluster *cluster)
{
	const cy__account *account = cy__ledger_find(cluster->ledger, 1);
	return account && cy__account_held(account, CY__BYTES) > ELEMENTS;
}

TEST(a_large_message_is_looked_at_in_slices_and_nothing_overtakes_it)
{
	cy_cluster *cluster = cluster_begin("large_sayer", NULL);
	cy_register(cluster, &(cy_command){.name = "after", .run = after});
	rx_subscribe(cy_events(cluster), &(rx_observer){RX_NEXT(note_event)}, NULL);
	cluster_fork(cluster, "Sayer", NULL);
	while (!seen.end) {
		ck_assert(ev_run(ev_default_loop(0), EVRUN_ONCE));
		seen.between += is_being_looked_at(cluster);
	}
	ck_assert_str_eq(seen.order, "large done call disconnect");
	ck_assert_uint_ge(seen.between, 2);
	cluster_end(cluster);
}
