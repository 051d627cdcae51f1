/*
 * Floods of bytes: halves, pieces, nonsense, and how fast they come and are taken.
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/faults/flood.h"

FLOOD(half_a_frame_and_silence)
{
	uint8_t head[CY__FRAME_HEAD];
	cy__frame_encode(&(cy__frame){.kind = CY__MESSAGE, .body = head, .body_size = 4 << 20}, head);
	flood_flush(flood);
	flood_put(flood, head, flood_random(flood, 2) ? sizeof head : sizeof head / 2);
	flood_wait(flood);
}

FLOOD(one_byte_at_a_time)
{
	static const uint8_t body[] = {0x93, 0xc0, 0xa4, 'e', 'c', 'h', 'o', 0xc0};
	uint8_t bytes[CY__FRAME_HEAD + sizeof body];
	flood_flush(flood);
	while (flood_lasts(flood)) {
		cy__frame_encode(&(cy__frame){.kind = CY__CALL,
		                              .to = flood_victim(flood),
		                              .call = ++flood->call,
		                              .credit = 1,
		                              .body = body,
		                              .body_size = sizeof body},
		                 bytes);
		memcpy(bytes + CY__FRAME_HEAD, body, sizeof body);
		for (size_t i = 0; i < sizeof bytes; i++)
			flood_put(flood, bytes + i, 1);
	}
}

FLOOD(a_large_frame_one_byte_at_a_time)
{
	uint8_t head[CY__FRAME_HEAD];
	cy__frame_encode(&(cy__frame){.kind = CY__MESSAGE, .to = 1, .body = head, .body_size = 15 << 20}, head);
	flood_flush(flood);
	flood_put(flood, head, sizeof head);
	while (flood_lasts(flood))
		flood_put(flood, "\xc0", 1);
}

FLOOD(it_stops_reading)
{
	static const char payload[1000];
	flood->deaf = true;
	for (int i = 0; i < 5000; i++)
		flood_call(flood, flood_victim(flood), UINT32_MAX, "echo", cy_binary(payload, sizeof payload));
	flood_wait(flood);
}

FLOOD(it_reads_a_byte_now_and_then)
{
	static const char payload[1000];
	char byte;
	flood->deaf = true;
	for (int i = 0; i < 5000; i++)
		flood_call(flood, flood_victim(flood), UINT32_MAX, "echo", cy_binary(payload, sizeof payload));
	flood_flush(flood);
	while (flood_lasts(flood)) {
		if (recv(flood->channel, &byte, 1, MSG_DONTWAIT) == 0)
			_exit(7);
		flood_pause(flood, RX_MS(1));
	}
}

FLOOD(it_reads_a_byte_at_a_time_as_fast_as_it_can)
{
	char byte;
	flood->deaf = true;
	flood_call(flood, flood_victim(flood), UINT32_MAX, "many", cy_array(cy_nil(), cy_nil(), cy_int(1000000)));
	flood_flush(flood);
	while (flood_lasts(flood))
		if (recv(flood->channel, &byte, 1, MSG_DONTWAIT) == 0)
			_exit(7);
}

/* The first tells of 8 MiB, and each that follows has one byte of them. */
FLOOD(pieces_of_one_byte)
{
	enum { WHOLE = 8 << 20 };
	uint8_t body[CY__FRAME_PIECE + 1];
	for (uint32_t rest = WHOLE; rest > 1 && flood_lasts(flood); rest--) {
		cy__piece_encode(body, rest, 1);
		body[CY__FRAME_PIECE] = 0xc0;
		flood_say(flood,
		          (cy__frame){.kind = CY__MESSAGE,
		                      .flags = CY__FRAME_BULK | CY__FRAME_MORE,
		                      .to = flood_victim(flood) ? 1 : 0},
		          body, sizeof body);
	}
	flood_wait(flood);
}

FLOOD(pieces_that_never_end)
{
	static uint8_t body[CY__FRAME_PIECE + 32768];
	uint32_t rest = 15 << 20;
	for (int i = 0; i < 100; i++, rest -= 32768) {
		cy__piece_encode(body, rest, 32768);
		flood_say(flood, (cy__frame){.kind = CY__MESSAGE, .flags = CY__FRAME_BULK | CY__FRAME_MORE}, body,
		          sizeof body);
	}
	while (flood_lasts(flood))
		flood_call(flood, flood_victim(flood), 1, "echo", cy_nil());
}

FLOOD(nonsense)
{
	static uint8_t bytes[4096];
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)flood_random(flood, 256);
	flood_flush(flood);
	while (flood_lasts(flood))
		flood_put(flood, bytes, sizeof bytes);
}

FLOOD(lengths_of_gigabytes)
{
	flood_flush(flood);
	flood_put(flood, "\xff\xff\xff\xff", 4);
	flood_wait(flood);
}

FLOOD(a_second_hello)
{
	flood_say(flood, (cy__frame){.kind = CY__HELLO, .call = CY__FRAME_VERSION}, "\x80", 1);
	flood_wait(flood);
}

FLOOD(goodbye_and_then_bytes)
{
	flood_say(flood, (cy__frame){.kind = CY__GOODBYE}, NULL, 0);
	while (flood_lasts(flood))
		flood_call(flood, flood_victim(flood), 1, "echo", cy_nil());
}

FLOOD(goodbye_and_it_stays)
{
	flood_say(flood, (cy__frame){.kind = CY__GOODBYE}, NULL, 0);
	flood_flush(flood);
	while (flood_lasts(flood))
		poll(NULL, 0, 5);
}

FLOOD(it_closes_its_channel_and_stays)
{
	flood_call(flood, flood_victim(flood), 1, "never", cy_nil());
	flood_flush(flood);
	close(flood->channel);
	while (flood_lasts(flood))
		poll(NULL, 0, 5);
}

FLOOD(it_shuts_half_of_its_channel)
{
	for (int i = 0; i < 1000; i++)
		flood_call(flood, flood_victim(flood), UINT32_MAX, "many", cy_array(cy_nil(), cy_nil(), cy_int(1000)));
	flood_flush(flood);
	shutdown(flood->channel, flood_random(flood, 2) ? SHUT_WR : SHUT_RD);
	while (flood_lasts(flood))
		poll(NULL, 0, 5);
}

FLOOD(bodies_that_are_deep)
{
	static uint8_t body[100032] = {0x93, 0xc0, 0xa4, 'e', 'c', 'h', 'o'};
	memset(body + 7, 0x91, sizeof body - 8);
	body[sizeof body - 1] = 0xc0;
	while (flood_lasts(flood))
		flood_say(flood,
		          (cy__frame){.kind = CY__CALL,
		                      .call = ++flood->call,
		                      .to = (uint32_t)flood_random(flood, flood->victims + 1),
		                      .credit = 1},
		          body, flood_random(flood, 2) ? sizeof body : 40);
}

FLOOD(bodies_with_counts_that_lie)
{
	while (flood_lasts(flood))
		flood_say(flood,
		          (cy__frame){.kind = CY__CALL,
		                      .call = ++flood->call,
		                      .to = (uint32_t)flood_random(flood, flood->victims + 1),
		                      .credit = 1},
		          "\x93\xc0\xa4"
		          "echo\xdd\xff\xff\xff\xff",
		          12);
}

FLOOD(bodies_whose_keys_are_there_twice)
{
	while (flood_lasts(flood))
		flood_say(flood, (cy__frame){.kind = CY__CALL, .call = ++flood->call, .credit = 1},
		          "\x93\xc0\xaf"
		          "cy_storage_save\x92\xa9"
		          "adversary\x82\xa1k\x01\xa1k\x02",
		          36);
}

/* One large map, whose keys a hash without a secret sends to one place, or has to compare over their whole length. */
FLOOD(bodies_of_very_many_keys)
{
	enum { KEYS = 200000, KEY = 9 };
	uint8_t *body = malloc(64 + KEYS * (KEY + 1)), *at = body;
	/* NOLINTNEXTLINE(bugprone-not-null-terminated-result): bytes, and no text */
	memcpy(body,
	       "\x93\xc0\xaf"
	       "cy_storage_save\x92\xa9"
	       "adversary\xdf\x00\x03\x0d\x40",
	       34);
	at += 34;
	for (uint32_t i = 0; i < KEYS; i++, at += KEY + 1) {
		at[0] = 0xa8;
		for (int j = 0; j < 8; j++)
			at[1 + j] = (uint8_t)('a' + (i >> (4 * j) & 15));
		at[KEY] = 1;
	}
	while (flood_lasts(flood))
		flood_say(flood, (cy__frame){.kind = CY__CALL, .call = ++flood->call, .credit = 1}, body,
		          (size_t)(at - body));
	free(body);
}
