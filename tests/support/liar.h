/*
 * What a program says that speaks the wire's language by itself, so that it can say what the library would not.
 *
 *     PROGRAM(liar)
 *     {
 *             channel = cy__inherited_channel();
 *             say_hello(put);
 *             say((cy__frame){.kind = CY__CALL, .call = CALL, .to = 1}, cy_pack("[n, s, n]", "origin"), put);
 *             hear_refusal(-EPERM);
 *     }
 */
#ifndef CLUSTERFY_TEST_LIAR_H
#define CLUSTERFY_TEST_LIAR_H

#include <unistd.h>

#include "lib/primary/spawn.h"
#include "lib/wire/frame.h"
#include "tests/support/cluster.h"

/* CAUGHT: its exit status once its channel has ended. */
enum { CAUGHT = 7, CALL = 11 };

static int channel;
static uint8_t heard[4096];
static uint64_t heard_call; /* of the last frame */
static size_t heard_frames;

static inline void put(const void *bytes, size_t size)
{
	if (write(channel, bytes, size) != (ssize_t)size)
		_exit(CAUGHT);
}

static inline void put_slowly(const void *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		put((const uint8_t *)bytes + i, 1);
}

static inline void say(cy__frame frame, cy_value *body, void (*with)(const void *bytes, size_t size))
{
	uint8_t head[CY__FRAME_HEAD];
	if (frame.kind == CY__CALL && !frame.credit)
		frame.credit = 1;
	if (body)
		frame.body = cy_value_bytes(body, &frame.body_size);
	cy__frame_encode(&frame, head);
	with(head, sizeof head);
	with(frame.body ? frame.body : (const uint8_t *)"\xc0", frame.body ? frame.body_size : 1);
	cy_value_unref(body);
}

static inline void say_hello(void (*with)(const void *bytes, size_t size))
{
	say((cy__frame){.kind = CY__HELLO, .call = CY__FRAME_VERSION}, cy_pack("{'pid': i}", (int)getpid()), with);
}

static inline void say_done(void)
{
	say((cy__frame){.kind = CY__MESSAGE}, cy_pack("[n, s, n]", "done"), put);
}

static inline void get(uint8_t *bytes, size_t size)
{
	for (ssize_t got; size; bytes += got, size -= (size_t)got)
		if ((got = read(channel, bytes, size)) <= 0)
			_exit(CAUGHT);
}

/* The next frame of a kind, its body as a value. */
static inline cy_value *hear(cy__kind kind)
{
	for (;;) {
		const char *why;
		size_t size;
		cy__frame frame;
		get(heard, CY__FRAME_LENGTH);
		if (cy__frame_size(heard, sizeof heard, &size, &why) < 0)
			_exit(90);
		get(heard + CY__FRAME_LENGTH, size - CY__FRAME_LENGTH);
		if (cy__frame_decode(heard, size, sizeof heard, &frame, &why) < 0)
			_exit(91);
		heard_call = frame.call;
		heard_frames++;
		if (frame.kind == kind)
			return cy_value_from_bytes(frame.body, frame.body_size, NULL);
	}
}

static inline void hear_no_more(void)
{
	while (true)
		get(heard, 1);
}

/* An error with this code is the answer to the call. */
static inline void hear_refusal(int code)
{
	int64_t refused = 0;
	cy_get_int(hear(CY__ERROR), "0", &refused);
	_exit(refused == code ? 0 : 92);
}

#endif
