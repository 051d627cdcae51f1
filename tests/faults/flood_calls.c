/*
 * Floods of calls, messages, credit and replies.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/faults/flood.h"

/* A number that the multiplier of a hash that nobody keyed sends to slot 0, whatever the table's size. */
static uint64_t colliding(uint64_t i)
{
	const uint64_t multiplier = UINT64_C(0x9e3779b97f4a7c15);
	uint64_t inverse = 1;
	for (int round = 0; round < 6; round++)
		inverse *= 2 - multiplier * inverse;
	return (i & UINT32_MAX) * inverse;
}

static void call_number(struct flood *flood, uint64_t number, uint32_t to, uint32_t credit, const char *command)
{
	flood_say_value(flood, (cy__frame){.kind = CY__CALL, .call = number, .to = to, .credit = credit},
	                cy_array(cy_nil(), cy_string(command), cy_nil()));
}

FLOOD(calls_without_credit_never_answered)
{
	const uint32_t victim = flood_victim(flood);
	while (flood_lasts(flood))
		flood_call(flood, victim, 0, "never", cy_nil());
}

FLOOD(calls_never_answered_of_everybody)
{
	while (flood_lasts(flood))
		flood_call(flood, (uint32_t)flood_random(flood, flood->victims + 1), 1, "never", cy_nil());
}

FLOOD(calls_whose_replies_nobody_reads)
{
	static const char payload[4096];
	const uint32_t victim = flood_victim(flood);
	flood->deaf = true;
	while (flood_lasts(flood))
		flood_call(flood, victim, UINT32_MAX, "echo", cy_binary(payload, sizeof payload));
}

FLOOD(calls_of_the_primary_whose_replies_nobody_reads)
{
	static const char payload[65536];
	flood->deaf = true;
	while (flood_lasts(flood))
		flood_call(flood, 0, UINT32_MAX, "echo", cy_binary(payload, sizeof payload));
}

FLOOD(calls_that_are_answered)
{
	const uint32_t victim = flood_victim(flood);
	while (flood_lasts(flood))
		flood_call(flood, victim, 1, "echo", cy_nil());
}

FLOOD(calls_of_the_primary_that_are_answered)
{
	while (flood_lasts(flood))
		flood_call(flood, 0, 1, "echo", cy_nil());
}

FLOOD(a_million_items_with_all_credit_and_nobody_reads)
{
	const uint32_t victim = flood_victim(flood);
	flood->deaf = true;
	for (int i = 0; i < 20; i++)
		flood_call(flood, victim, UINT32_MAX, "many", cy_array(cy_nil(), cy_nil(), cy_int(1000000)));
	flood_wait(flood);
}

FLOOD(a_million_items_with_all_credit)
{
	const uint32_t victim = flood_victim(flood);
	for (int i = 0; i < 20; i++)
		flood_call(flood, victim, UINT32_MAX, "many", cy_array(cy_nil(), cy_nil(), cy_int(1000000)));
	flood_wait(flood);
}

FLOOD(a_million_items_of_the_primary)
{
	for (int i = 0; i < 20; i++)
		flood_call(flood, 0, UINT32_MAX, "many", cy_array(cy_nil(), cy_nil(), cy_int(1000000)));
	flood_wait(flood);
}

FLOOD(cancels_of_colliding_numbers)
{
	enum { OPEN = 12000 };
	const uint32_t victim = flood_victim(flood);
	for (uint64_t i = 1; i <= OPEN; i++)
		call_number(flood, colliding(i), victim, 1, "never");
	while (flood_lasts(flood))
		flood_say(flood, (cy__frame){.kind = CY__CANCEL, .call = colliding(1 + flood_random(flood, 2 * OPEN))},
		          NULL, 0);
}

FLOOD(calls_and_cancels_of_colliding_numbers)
{
	for (uint64_t i = 1; flood_lasts(flood); i++) {
		call_number(flood, colliding(i), flood_victim(flood), 1, "never");
		if (i > 4000)
			flood_say(flood, (cy__frame){.kind = CY__CANCEL, .call = colliding(i - 4000)}, NULL, 0);
	}
}

FLOOD(cancels_of_nothing)
{
	while (flood_lasts(flood))
		flood_say(flood, (cy__frame){.kind = CY__CANCEL, .call = flood_random(flood, UINT64_MAX)}, NULL, 0);
}

FLOOD(calls_and_cancels)
{
	while (flood_lasts(flood)) {
		flood_call(flood, flood_victim(flood), 1, "later", cy_nil());
		flood_say(flood, (cy__frame){.kind = CY__CANCEL, .call = flood->call}, NULL, 0);
	}
}

FLOOD(calls_of_one_number)
{
	while (flood_lasts(flood))
		call_number(flood, 1 + flood_random(flood, 2), flood_victim(flood), 1,
		            flood_random(flood, 2) ? "never" : "echo");
}

FLOOD(calls_of_itself_never_answered)
{
	while (flood_lasts(flood))
		flood_call(flood, flood->id, 1, "echo", cy_nil());
}

FLOOD(calls_of_itself_that_it_does_not_read)
{
	static const char payload[1024];
	flood->deaf = true;
	while (flood_lasts(flood))
		flood_call(flood, flood->id, 1, "echo", cy_binary(payload, sizeof payload));
}

FLOOD(calls_of_unknown_commands)
{
	char name[32];
	while (flood_lasts(flood)) {
		snprintf(name, sizeof name, "no_%x", (unsigned)flood_random(flood, UINT32_MAX));
		flood_call(flood, (uint32_t)flood_random(flood, flood->victims + 1), 1, name, cy_nil());
	}
}

FLOOD(calls_with_deadlines_of_all_kinds)
{
	while (flood_lasts(flood)) {
		const rx_nsec deadlines[] = {1, INT64_MAX, flood->end, flood->end - RX_S(1), flood->end + RX_MS(1)};
		flood_say_value(flood,
		                (cy__frame){.kind = CY__CALL,
		                            .call = ++flood->call,
		                            .to = flood_victim(flood),
		                            .credit = 1,
		                            .deadline = deadlines[flood_random(flood, 5)]},
		                cy_array(cy_nil(), cy_string("never"), cy_nil()));
	}
}

FLOOD(calls_of_all)
{
	while (flood_lasts(flood))
		flood_call(flood, CY__TO_ALL, 1, "never", cy_nil());
}

FLOOD(calls_of_all_others_that_are_answered)
{
	while (flood_lasts(flood))
		flood_call(flood, CY__TO_OTHERS, 1, "echo", cy_nil());
}

FLOOD(calls_of_anybody)
{
	while (flood_lasts(flood))
		flood_call(flood, CY__TO_ANY, 1, flood_random(flood, 2) ? "echo" : "never", cy_nil());
}

FLOOD(calls_of_huge_names)
{
	enum { HUGE_NAME = 1 << 20 };
	char *name = malloc(HUGE_NAME + 1);
	memset(name, 'n', HUGE_NAME);
	name[HUGE_NAME] = '\0';
	while (flood_lasts(flood))
		flood_call(flood, (uint32_t)flood_random(flood, flood->victims + 1), 1, name, cy_nil());
	free(name);
}

FLOOD(calls_of_large_arguments)
{
	enum { LARGE = 8 << 20 };
	char *bytes = calloc(1, LARGE);
	while (flood_lasts(flood))
		flood_call(flood, (uint32_t)flood_random(flood, flood->victims + 1), 1, "echo",
		           cy_binary(bytes, LARGE));
	free(bytes);
}

FLOOD(calls_of_built_in_commands_with_large_arguments)
{
	static const char *const commands[] = {"cy_get_timestamp",    "cy_status_change", "cy_listen",
	                                       "cy_storage_retrieve", "cy_storage_keys",  "cy_shutdown",
	                                       "cy_storage_mirror"};
	enum { LARGE = 4 << 20 };
	char *bytes = malloc(LARGE + 1);
	memset(bytes, 'x', LARGE);
	bytes[LARGE] = '\0';
	while (flood_lasts(flood))
		flood_call(flood, 0, 1, commands[flood_random(flood, 7)], cy_string(bytes));
	free(bytes);
}

FLOOD(orders_that_are_the_primarys)
{
	static const char *const commands[] = {"cy_shutdown", "cy_worker_set_metadata", "cy_status_change"};
	while (flood_lasts(flood))
		flood_call(flood, flood_victim(flood), 1, commands[flood_random(flood, 3)], cy_int(CY_STOPPING));
}

FLOOD(everything_urgent)
{
	while (flood_lasts(flood))
		flood_say_value(flood,
		                (cy__frame){.kind = CY__CALL,
		                            .flags = CY__FRAME_URGENT,
		                            .call = ++flood->call,
		                            .to = flood_victim(flood),
		                            .credit = 1},
		                cy_array(cy_nil(), cy_string("echo"), cy_nil()));
}

FLOOD(relays_through_everybody)
{
	static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "adversary"};
	while (flood_lasts(flood))
		flood_call(flood, flood_victim(flood), 1, "relay",
		           cy_array(cy_nil(), cy_nil(), cy_string(names[flood_random(flood, 8)])));
}

/* ---- Names ------------------------------------------------------------------------------------------------------------- */

static void say_named(struct flood *flood, cy__kind kind, const char *name, size_t size)
{
	char text[1 << 16];
	memcpy(text, name, size);
	text[size] = '\0';
	flood_say_value(flood,
	                (cy__frame){.kind = (uint8_t)kind,
	                            .flags = CY__FRAME_NAMED,
	                            .call = ++flood->call,
	                            .to = CY__TO_UNKNOWN,
	                            .credit = 1},
	                cy_array(cy_string(text), cy_string("echo"), cy_nil()));
}

FLOOD(named_calls)
{
	static const char *const names[] = {"a", "b", "c", "d", "nobody", "adversary"};
	while (flood_lasts(flood)) {
		const char *name = names[flood_random(flood, 6)];
		say_named(flood, CY__CALL, name, strlen(name));
	}
}

FLOOD(named_messages_to_nobody)
{
	char name[255];
	memset(name, 'a', sizeof name);
	while (flood_lasts(flood)) {
		name[flood_random(flood, sizeof name)] = (char)('a' + flood_random(flood, 26));
		say_named(flood, CY__MESSAGE, name, sizeof name);
	}
}

FLOOD(named_calls_of_huge_names)
{
	static char name[60000];
	memset(name, 'a', sizeof name);
	while (flood_lasts(flood))
		say_named(flood, CY__CALL, name, sizeof name);
}

FLOOD(frames_to_ids_that_are_nobodys)
{
	while (flood_lasts(flood))
		flood_call(flood, 1000 + (uint32_t)flood_random(flood, UINT32_MAX - 1000), 1, "echo", cy_nil());
}

/* ---- Messages ---------------------------------------------------------------------------------------------------------- */

static void say_message(struct flood *flood, uint32_t to, uint16_t flags, const char *name, size_t size)
{
	static const char payload[1 << 20];
	flood_say_value(flood, (cy__frame){.kind = CY__MESSAGE, .flags = flags, .to = to},
	                cy_array(cy_nil(), cy_string(name), cy_binary(payload, size)));
}

static const uint16_t policies[] = {CY__FRAME_REFUSE, CY__FRAME_DROP_OLDEST, CY__FRAME_DROP_NEWEST,
                                    CY__FRAME_KEEP_LATEST};

static void say_messages_of_many_names(struct flood *flood, uint32_t to, uint16_t policy)
{
	char name[32];
	while (flood_lasts(flood)) {
		snprintf(name, sizeof name, "news_%u", (unsigned)flood_random(flood, 1000000));
		say_message(flood, to, policy, name, flood_random(flood, 64));
	}
}

FLOOD(messages_to_one)
{
	say_messages_of_many_names(flood, flood_victim(flood), CY__FRAME_REFUSE);
}

FLOOD(messages_to_one_that_drop_the_oldest)
{
	say_messages_of_many_names(flood, flood_victim(flood), CY__FRAME_DROP_OLDEST);
}

FLOOD(messages_to_one_that_drop_the_newest)
{
	say_messages_of_many_names(flood, flood_victim(flood), CY__FRAME_DROP_NEWEST);
}

FLOOD(messages_to_one_that_keep_the_latest)
{
	say_messages_of_many_names(flood, flood_victim(flood), CY__FRAME_KEEP_LATEST);
}

FLOOD(messages_to_itself_that_it_does_not_read)
{
	flood->deaf = true;
	say_messages_of_many_names(flood, flood->id, CY__FRAME_REFUSE);
}

FLOOD(messages_to_itself_that_keep_the_latest)
{
	flood->deaf = true;
	say_messages_of_many_names(flood, flood->id, CY__FRAME_KEEP_LATEST);
}

FLOOD(messages_to_itself_that_drop_the_oldest)
{
	flood->deaf = true;
	say_messages_of_many_names(flood, flood->id, CY__FRAME_DROP_OLDEST);
}

FLOOD(messages_to_all_of_every_policy)
{
	while (flood_lasts(flood))
		say_message(flood, flood_random(flood, 2) ? CY__TO_ALL : CY__TO_OTHERS,
		            policies[flood_random(flood, 4)], "news", flood_random(flood, 4096));
}

FLOOD(messages_of_a_megabyte)
{
	while (flood_lasts(flood))
		say_message(flood, flood_random(flood, 3) ? flood_victim(flood) : CY__TO_ALL,
		            policies[flood_random(flood, 4)], "news", 1 << 20);
}

FLOOD(messages_to_the_primary)
{
	while (flood_lasts(flood))
		say_message(flood, 0, policies[flood_random(flood, 4)], "news", flood_random(flood, 64));
}

FLOOD(messages_without_sense)
{
	while (flood_lasts(flood))
		flood_say(flood,
		          (cy__frame){.kind = CY__MESSAGE, .to = (uint32_t)flood_random(flood, flood->victims + 1)},
		          "\xc1", 1);
}

FLOOD(messages_that_are_no_text)
{
	while (flood_lasts(flood))
		flood_say(flood,
		          (cy__frame){.kind = CY__MESSAGE, .to = (uint32_t)flood_random(flood, flood->victims + 1)},
		          "\x93\xc0\xa4\xff\xfe\xfd\xfc\xc0", 8);
}

/* ---- Credit and replies ------------------------------------------------------------------------------------------------- */

FLOOD(credit_for_nothing)
{
	while (flood_lasts(flood))
		flood_say(flood, (cy__frame){.kind = CY__CREDIT, .call = flood_random(flood, 1000), .credit = 1}, NULL,
		          0);
}

FLOOD(credit_for_a_call_of_all)
{
	flood_call(flood, CY__TO_OTHERS, 1, "many", cy_array(cy_nil(), cy_nil(), cy_int(1000000)));
	while (flood_lasts(flood))
		flood_say(flood,
		          (cy__frame){.kind = CY__CREDIT,
		                      .call = flood->call,
		                      .to = (uint32_t)flood_random(flood, 2 * flood->victims),
		                      .credit = 1},
		          NULL, 0);
}

FLOOD(credit_in_drops)
{
	const uint32_t victim = flood_victim(flood);
	for (int i = 0; i < 1000; i++)
		flood_call(flood, victim, 1, "many", cy_array(cy_nil(), cy_nil(), cy_int(1000000)));
	while (flood_lasts(flood))
		flood_say(flood,
		          (cy__frame){.kind = CY__CREDIT,
		                      .call = 1 + flood_random(flood, flood->call),
		                      .to = victim,
		                      .credit = 1},
		          NULL, 0);
}

FLOOD(credit_of_bytes_without_end)
{
	const uint32_t victim = flood_victim(flood);
	flood_call(flood, victim, UINT32_MAX, "many", cy_array(cy_nil(), cy_nil(), cy_int(1000000)));
	while (flood_lasts(flood))
		flood_say(flood, (cy__frame){.kind = CY__CREDIT, .call = flood->call, .credit = 1},
		          "\xcf\x7f\xff\xff\xff\xff\xff\xff\xff", 9);
}

FLOOD(replies_to_nothing)
{
	static const cy__kind sorts[] = {CY__ITEM, CY__END, CY__ERROR, CY__ARGUMENT, CY__ARGUMENT_END};
	while (flood_lasts(flood))
		flood_say(flood,
		          (cy__frame){.kind = (uint8_t)sorts[flood_random(flood, 5)],
		                      .call = flood_random(flood, 100000),
		                      .from = flood_victim(flood),
		                      .to = flood_victim(flood)},
		          NULL, 0);
}

FLOOD(errors_to_nothing_of_many_words)
{
	static char words[60000];
	memset(words, 'w', sizeof words - 1);
	while (flood_lasts(flood))
		flood_say_value(flood, (cy__frame){.kind = CY__ERROR, .call = flood_random(flood, 1000)},
		                cy_array(cy_int(-5), cy_string(words)));
}

FLOOD(pings)
{
	while (flood_lasts(flood))
		flood_say(flood, (cy__frame){.kind = CY__PING, .call = ++flood->call}, NULL, 0);
}

FLOOD(pings_whose_pongs_nobody_reads)
{
	flood->deaf = true;
	while (flood_lasts(flood))
		flood_say(flood, (cy__frame){.kind = CY__PING, .call = ++flood->call}, NULL, 0);
}

FLOOD(pongs)
{
	while (flood_lasts(flood))
		flood_say(flood, (cy__frame){.kind = CY__PONG, .call = flood_random(flood, 1000)}, NULL, 0);
}

FLOOD(statuses)
{
	while (flood_lasts(flood))
		flood_call(flood, 0, 1, "cy_status_change",
		           cy_int(flood_random(flood, 2)    ? CY_PROCESSING
		                  : flood_random(flood, 50) ? CY_IDLE
		                                            : 99));
}

FLOOD(events_of_its_own_making)
{
	while (flood_lasts(flood))
		flood_say_value(
			flood, (cy__frame){.kind = CY__EVENT, .to = (uint32_t)flood_random(flood, flood->victims + 1)},
			cy_pack("{'type': i, 'code': i, 'name': s}", (int)flood_random(flood, 14), -5, "event"));
}

FLOOD(a_bit_of_everything)
{
	static const uint8_t sorts[] = {CY__CALL,   CY__CANCEL,  CY__ITEM, CY__END,  CY__ERROR,
	                                CY__CREDIT, CY__MESSAGE, CY__PING, CY__PONG, CY__EVENT};
	while (flood_lasts(flood)) {
		const uint32_t targets[] = {0,  flood_victim(flood), flood->id, CY__TO_ALL, CY__TO_OTHERS, CY__TO_ANY,
		                            999};
		flood_say_value(flood,
		                (cy__frame){.kind = sorts[flood_random(flood, sizeof sorts)],
		                            .flags = (uint16_t)(flood_random(flood, 8) << 4 & CY__FRAME_FULL),
		                            .call = flood_random(flood, 500),
		                            .to = targets[flood_random(flood, 7)],
		                            .credit = 1 + (uint32_t)flood_random(flood, 4)},
		                cy_array(cy_nil(), cy_string(flood_random(flood, 2) ? "never" : "echo"), cy_nil()));
	}
}
