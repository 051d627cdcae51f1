/*
 * A whole primary, fed by a worker that says anything; a second worker, to whom things may be passed on, hears frames
 * only, and the primary still answers.
 *
 * The first byte says how: whether the worker has said hello, in what pieces its bytes come, and whether they are bytes as
 * they are or a list of frames, which reaches what lies behind the decoder:
 *
 *     kind, flags, to, call, size of the body, body
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/command/serve.h"
#include "lib/primary/worker.h"
#include "lib/primary/workers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_LIMIT = 16384, FRAME_LIMIT = 4096, TURNS = 8 };

static cy_cluster *cluster;

static void require(bool condition)
{
	if (!condition)
		abort();
}

/* ---- The primary --------------------------------------------------------------------------------------------------- */

static rx_observable *echo(const cy_request *request, void *ctx)
{
	(void)ctx;
	return cy_answer(cy_value_ref(request->arguments));
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
	return rx_pipe(rx_range(0, 5000), rx_map(numbered));
}

/* A fuzzer opens no sockets. */
static void forget_listen(void)
{
	for (cy__entry **link = &cluster->commands.first; *link; link = &(*link)->next) {
		cy__entry *entry = *link;
		if (strcmp(entry->command.name, "cy_listen") != 0)
			continue;
		*link = entry->next;
		cy__entry_unref(entry);
		return;
	}
}

static void begin(void)
{
	cluster = cy_join(&(cy_options){.frame_max = FRAME_LIMIT, .queue_bytes = 65536, .queue_frames = 256});
	require(cluster);
	forget_listen();
	cy_register(cluster, &(cy_command){.name = "e", .run = echo});
	cy_register(cluster, &(cy_command){.name = "n", .run = never});
	cy_register(cluster, &(cy_command){.name = "m", .run = many});
	cy_start(cluster);
}

/* ---- Workers without a process ------------------------------------------------------------------------------------- */

struct fake {
	cy__worker *worker;
	int end;
};

static void put(int fd, const void *bytes, size_t size)
{
	(void)!send(fd, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void say(int fd, cy__frame frame)
{
	uint8_t head[CY__FRAME_HEAD];
	cy__frame_encode(&frame, head);
	put(fd, head, sizeof head);
	put(fd, frame.body ? frame.body : (const uint8_t *)"\xc0", frame.body ? frame.body_size : 1);
}

static struct fake join(bool greets)
{
	struct fake fake = {.worker = rx_alloc_zero(sizeof(cy__worker))};
	int ends[2];
	require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0);
	fake.end = ends[1];
	cy__worker_init(fake.worker, cluster, ++cluster->next_id);
	require(cy__supervisor_init(&fake.worker->supervisor, CY_REVIVE_NEVER, NULL) == 0);
	require(cy__supervisor_start(&fake.worker->supervisor, rx_now(cluster->scheduler)) == 0);
	require(cy__peer_open(&fake.worker->peer, cluster, fake.worker->peer.id, ends[0]) == 0);
	cy__peer_bind(&fake.worker->peer);
	cluster->workers = rx_realloc(cluster->workers, (cluster->worker_count + 1) * sizeof *cluster->workers);
	cluster->workers[cluster->worker_count++] = fake.worker;
	cluster->worker_room = cluster->worker_count;
	if (greets)
		say(fake.end, (cy__frame){.kind = CY__HELLO, .call = CY__FRAME_VERSION});
	return fake;
}

static void drain(int fd)
{
	static uint8_t heard[65536];
	while (recv(fd, heard, sizeof heard, MSG_DONTWAIT) > 0)
		;
}

/* What the innocent one hears are frames. */
static void check_frames(int fd)
{
	static uint8_t heard[1 << 20];
	size_t size = 0;
	for (ssize_t got; size < sizeof heard && (got = recv(fd, heard + size, sizeof heard - size, MSG_DONTWAIT)) > 0;)
		size += (size_t)got;
	for (size_t at = 0; size - at >= CY__FRAME_HEAD;) {
		cy__frame frame;
		const char *why;
		size_t whole;
		require(cy__frame_size(heard + at, FRAME_LIMIT, &whole, &why) == 0);
		require(cy__frame_decode_head(heard + at, &frame, &why) == 0);
		if (whole > size - at)
			break;
		at += whole;
	}
}

static void turn(int fd)
{
	for (int i = 0; i < TURNS; i++) {
		rx_loop_poll(NULL);
		drain(fd);
	}
}

static void leave(struct fake fake)
{
	cy__worker_disconnected(fake.worker, 0, NULL);
	cy__supervisor_ask(&fake.worker->supervisor);
	cy__workers_forget(fake.worker);
	close(fake.end);
}

/* ---- What it says -------------------------------------------------------------------------------------------------- */

static void say_frames(struct fake *liar, uint32_t other, const uint8_t *data, size_t size)
{
	const uint32_t targets[] = {CY__TO_PRIMARY, other,      liar->worker->peer.id, CY__TO_ALL,
	                            CY__TO_OTHERS,  CY__TO_ANY, CY__TO_UNKNOWN,        999};
	while (size >= 6) {
		cy__frame frame = {.kind = data[0],
		                   .flags = data[1],
		                   .to = targets[data[2] % 8],
		                   .credit = data[2] / 8u,
		                   .call = data[3]};
		size_t body = data[4] | (size_t)(data[5] & 15) << 8;
		data += 6;
		size -= 6;
		body = body < size ? body : size;
		frame.body = body ? data : NULL;
		frame.body_size = body;
		say(liar->end, frame);
		data += body;
		size -= body;
		turn(liar->end);
	}
}

static void say_bytes(struct fake *liar, const uint8_t *data, size_t size, size_t piece)
{
	while (size) {
		const size_t part = piece < size ? piece : size;
		put(liar->end, data, part);
		turn(liar->end);
		data += part;
		size -= part;
	}
}

static bool answers(void)
{
	return rx_await_first(cy_reply, cy_call(cluster, cy_primary(), "e", cy_int(1)), (cy_reply *)NULL) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!cluster)
		begin();
	if (size == 0 || size > INPUT_LIMIT)
		return 0;
	const uint8_t how = *data++;
	size--;
	struct fake liar = join(how & 1), other = join(true);
	rx_loop_poll(NULL);
	if (how & 2)
		say_frames(&liar, other.worker->peer.id, data, size);
	else
		say_bytes(&liar, data, size, how >> 2 ? (size_t)(how >> 2) * 16 : 1);
	check_frames(other.end);
	require(answers());
	leave(liar);
	leave(other);
	cy_storage_init(cluster, cy_map());
	rx_loop_poll(NULL);
	return 0;
}
