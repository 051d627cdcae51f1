#include "tests/faults/flood.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "lib/primary/spawn.h"

enum { KINDS_MAX = 256, CAUGHT = 7 };

static struct flood_kind kinds[KINDS_MAX];
static size_t kind_count;

void flood_add(const struct flood_kind *kind)
{
	if (kind_count == KINDS_MAX)
		abort();
	kinds[kind_count++] = *kind;
}

size_t flood_count(void)
{
	return kind_count;
}

const struct flood_kind *flood_at(size_t index)
{
	return &kinds[index];
}

size_t flood_find(const char *name)
{
	size_t index = 0;
	while (index < kind_count && strcmp(kinds[index].name, name) != 0)
		index++;
	return index;
}

/* ---- Chance ------------------------------------------------------------------------------------------------------------ */

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state * UINT64_C(0x2545f4914f6cdd1d) >> 16;
}

static uint64_t mix(uint64_t seed, uint64_t number)
{
	uint64_t state = (seed + 1) * UINT64_C(0x9e3779b97f4a7c15) ^ (number + 1) * UINT64_C(0xd1342543de82ef95);
	state = state ? state : 1;
	for (int i = 0; i < 4; i++)
		next_random(&state);
	return state;
}

size_t flood_pick(uint64_t seed, uint32_t nth)
{
	uint8_t order[KINDS_MAX];
	const size_t round = (nth - 1) / kind_count, place = (nth - 1) % kind_count;
	uint64_t state = mix(seed, round);
	for (size_t i = 0; i < kind_count; i++)
		order[i] = (uint8_t)i;
	for (size_t i = kind_count; i > 1; i--) {
		const size_t other = next_random(&state) % i;
		const uint8_t swapped = order[i - 1];
		order[i - 1] = order[other];
		order[other] = swapped;
	}
	return order[place];
}

uint64_t flood_random(struct flood *flood, uint64_t bound)
{
	return next_random(&flood->random) % bound;
}

uint32_t flood_victim(struct flood *flood)
{
	return 1 + (uint32_t)flood_random(flood, flood->victims);
}

/* ---- Time -------------------------------------------------------------------------------------------------------------- */

static rx_nsec now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (rx_nsec)time.tv_sec * 1000000000 + time.tv_nsec;
}

bool flood_lasts(const struct flood *flood)
{
	return now() < flood->end;
}

void flood_pause(struct flood *flood, rx_nsec time)
{
	const rx_nsec until = now() + time;
	while (flood_lasts(flood) && now() < until)
		poll(NULL, 0, 1);
}

void flood_wait(struct flood *flood)
{
	flood_flush(flood);
	while (flood_lasts(flood)) {
		struct pollfd channel = {.fd = flood->channel, .events = POLLIN};
		poll(&channel, !flood->deaf && !flood->cluster, 5);
		if (flood->cluster)
			cy_poll(flood->cluster);
		else if (!flood->deaf)
			flood_hear(flood);
	}
}

/* ---- Bytes ------------------------------------------------------------------------------------------------------------- */

void flood_hear(struct flood *flood)
{
	static uint8_t heard[FLOOD_ROOM];
	ssize_t got;
	while ((got = recv(flood->channel, heard, sizeof heard, MSG_DONTWAIT)) > 0)
		if (!flood_lasts(flood))
			return;
	if (got == 0)
		_exit(CAUGHT);
}

/* Its channel has room, or its time is over. */
static void wait_for_room(struct flood *flood)
{
	struct pollfd channel = {.fd = flood->channel, .events = POLLOUT | (flood->deaf ? 0 : POLLIN)};
	poll(&channel, 1, 5);
	if (channel.revents & POLLIN)
		flood_hear(flood);
}

void flood_put(struct flood *flood, const void *bytes, size_t size)
{
	const uint8_t *at = bytes;
	while (size && flood_lasts(flood)) {
		const ssize_t written = send(flood->channel, at, size, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (written < 0 && errno != EAGAIN && errno != EINTR)
			_exit(CAUGHT);
		if (written < 0)
			wait_for_room(flood);
		else
			at += written, size -= (size_t)written;
	}
}

void flood_put_these(struct flood *flood, const void *bytes, size_t size, const int *descriptors, size_t count)
{
	char room[CMSG_SPACE(CY__FRAME_FDS_MAX * sizeof(int))] = "";
	struct iovec vector = {(void *)(uintptr_t)bytes, size};
	struct msghdr message = {.msg_iov = &vector,
	                         .msg_iovlen = 1,
	                         .msg_control = room,
	                         .msg_controllen = CMSG_SPACE(count * sizeof(int))};
	*CMSG_FIRSTHDR(&message) = (struct cmsghdr){CMSG_LEN(count * sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
	memcpy(CMSG_DATA(CMSG_FIRSTHDR(&message)), descriptors, count * sizeof(int));
	flood_flush(flood);
	while (flood_lasts(flood)) {
		const ssize_t written = sendmsg(flood->channel, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (written >= 0) {
			flood_put(flood, (const uint8_t *)bytes + written, size - (size_t)written);
			return;
		}
		if (errno != EAGAIN && errno != EINTR && errno != ETOOMANYREFS)
			_exit(CAUGHT);
		wait_for_room(flood);
	}
}

void flood_put_descriptors(struct flood *flood, const void *bytes, size_t size, size_t count)
{
	int descriptors[CY__FRAME_FDS_MAX];
	for (size_t i = 0; i < count; i++)
		descriptors[i] = STDERR_FILENO;
	flood_put_these(flood, bytes, size, descriptors, count);
}

void flood_flush(struct flood *flood)
{
	flood_put(flood, flood->out, flood->filled);
	flood->filled = 0;
}

static void gather(struct flood *flood, const void *bytes, size_t size)
{
	if (flood->filled + size > sizeof flood->out)
		flood_flush(flood);
	if (size > sizeof flood->out) {
		flood_put(flood, bytes, size);
		return;
	}
	memcpy(flood->out + flood->filled, bytes, size);
	flood->filled += size;
}

void flood_say(struct flood *flood, cy__frame frame, const void *body, size_t size)
{
	uint8_t head[CY__FRAME_HEAD];
	frame.body = body ? body : "\xc0";
	frame.body_size = body ? size : 1;
	cy__frame_encode(&frame, head);
	gather(flood, head, sizeof head);
	gather(flood, frame.body, frame.body_size);
}

void flood_say_value(struct flood *flood, cy__frame frame, cy_value *body)
{
	size_t size;
	const void *bytes = cy_value_bytes(body, &size);
	flood_say(flood, frame, bytes, size);
	cy_value_unref(body);
}

void flood_call(struct flood *flood, uint32_t to, uint32_t credit, const char *command, cy_value *arguments)
{
	flood_say_value(flood, (cy__frame){.kind = CY__CALL, .call = ++flood->call, .to = to, .credit = credit},
	                cy_array(cy_nil(), cy_string(command), arguments));
}

/* ---- The process ------------------------------------------------------------------------------------------------------- */

static const char *const asked = "--play";

void flood_arguments(struct flood_arguments *arguments, const char *name, uint64_t seed, uint32_t before, rx_nsec time,
                     uint32_t victims, const char *scratch)
{
	const char *const list[] = {
		asked,   name, arguments->texts[0], arguments->texts[1], arguments->texts[2], arguments->texts[3],
		scratch, NULL};
	snprintf(arguments->texts[0], sizeof arguments->texts[0], "%" PRIu64, seed);
	snprintf(arguments->texts[1], sizeof arguments->texts[1], "%" PRIu32, before);
	snprintf(arguments->texts[2], sizeof arguments->texts[2], "%" PRId64, time);
	snprintf(arguments->texts[3], sizeof arguments->texts[3], "%" PRIu32, victims);
	memcpy(arguments->list, list, sizeof list);
}

/* What the primary's hello says, which is there before the program begins. */
static void look_at_hello(struct flood *flood)
{
	static uint8_t bytes[FLOOD_ROOM];
	const char *variable = getenv(CY__CHANNEL_VARIABLE), *why;
	cy__frame hello;
	size_t size;
	flood->channel = variable ? (int)strtol(variable, NULL, 10) : -1;
	const ssize_t got = recv(flood->channel, bytes, sizeof bytes, MSG_PEEK);
	if (got < CY__FRAME_HEAD || cy__frame_size(bytes, sizeof bytes, &size, &why) < 0 || size > (size_t)got ||
	    cy__frame_decode(bytes, size, sizeof bytes, &hello, &why) < 0)
		_exit(CAUGHT);
	cy_value *body = cy_value_from_bytes(hello.body, hello.body_size, NULL);
	uint64_t id = 0, incarnation = 1;
	cy_get_uint(body, "id", &id);
	cy_get_uint(body, "incarnation", &incarnation);
	cy_value_unref(body);
	flood->id = (uint32_t)id;
	flood->incarnation = (uint32_t)incarnation;
}

/* For what gives no turn to its own loop. */
static void kill_after(rx_nsec time)
{
	const rx_nsec second = 1000000000;
	const struct itimerval timer = {.it_value = {.tv_sec = time / second, .tv_usec = time % second / 1000}};
	setitimer(ITIMER_REAL, &timer, NULL);
}

static void play(struct flood *flood, const struct flood_kind *kind, rx_nsec time)
{
	/* As often as not the channel ends in the middle of what is said. */
	static const int statuses[] = {0, 0, 1, 3};
	flood->end = now() + time;
	kill_after(time + time / 2);
	if (kind->joins) {
		flood->cluster = cy_join(NULL);
		if (!flood->cluster)
			_exit(CAUGHT);
		cy_start(flood->cluster);
	} else {
		flood->channel = cy__inherited_channel();
		flood_say_value(flood, (cy__frame){.kind = CY__HELLO, .call = CY__FRAME_VERSION},
		                cy_pack("{'pid': i}", (int)getpid()));
		/* It is IDLE, as far as anybody can tell. */
		flood_call(flood, 0, 1, "cy_status_change", cy_int(CY_IDLE));
	}
	kind->play(flood);
	if (flood_random(flood, 4) == 0)
		raise(SIGKILL);
	_exit(statuses[flood_random(flood, 4)]);
}

void flood_play_if_asked(int argc, char **argv)
{
	static struct flood flood;
	if (argc < 8 || strcmp(argv[1], asked) != 0)
		return;
	signal(SIGPIPE, SIG_IGN);
	look_at_hello(&flood);
	const uint64_t seed = strtoull(argv[3], NULL, 10);
	const uint32_t nth = (uint32_t)strtoul(argv[4], NULL, 10) + flood.incarnation;
	const rx_nsec time = strtoll(argv[5], NULL, 10);
	flood.random = mix(seed, nth + UINT64_C(1000000));
	flood.victims = (uint32_t)strtoul(argv[6], NULL, 10);
	flood.scratch = argv[7];
	const size_t index = strcmp(argv[2], "*") == 0 ? flood_pick(seed, nth) : flood_find(argv[2]);
	if (index == kind_count)
		_exit(CAUGHT);
	play(&flood, &kinds[index], time);
}
