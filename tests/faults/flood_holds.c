/*
 * Floods of what the primary keeps for a worker: the storage, mirrors, sockets, descriptors.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/faults/flood.h"

/* Its own branch: what the honest keep is next to it. */
#define BRANCH "adversary"

static cy_value *map_of(size_t keys)
{
	uint8_t *bytes = malloc(keys * 16 + 8), *at = bytes;
	*at++ = 0xdf;
	for (int shift = 24; shift >= 0; shift -= 8)
		*at++ = (uint8_t)(keys >> shift);
	for (size_t i = 0; i < keys; i++)
		at += snprintf((char *)at, 16, "%c%08zx%c", 0xa8, i, 1);
	cy_value *value = cy_value_from_bytes(bytes, (size_t)(at - bytes), NULL);
	free(bytes);
	return value;
}

static void save(struct flood *flood, const char *path, cy_value *value)
{
	flood_call(flood, 0, 1, "cy_storage_save", cy_array(cy_string(path), value));
}

static void begin(struct flood *flood)
{
	save(flood, BRANCH, cy_map("n", cy_int(0)));
}

static void mirror(struct flood *flood, const char *path, uint32_t credit)
{
	flood_call(flood, 0, credit, "cy_storage_mirror", path ? cy_string(path) : cy_nil());
}

FLOOD(saves_of_a_large_map)
{
	cy_value *map = map_of(100000);
	while (flood_lasts(flood))
		save(flood, BRANCH, cy_value_ref(map));
	cy_value_unref(map);
}

FLOOD(saves_of_a_large_leaf)
{
	enum { LARGE = 8 << 20 };
	char path[64], *bytes = calloc(1, LARGE);
	begin(flood);
	while (flood_lasts(flood)) {
		snprintf(path, sizeof path, BRANCH ".leaf_%u", (unsigned)flood_random(flood, 10000));
		save(flood, path, cy_binary(bytes, LARGE));
	}
	free(bytes);
}

FLOOD(saves_of_many_keys)
{
	char path[64];
	begin(flood);
	while (flood_lasts(flood)) {
		snprintf(path, sizeof path, BRANCH ".k%llx", (unsigned long long)flood_random(flood, UINT64_MAX));
		save(flood, path, cy_int(1));
	}
}

FLOOD(saves_of_many_keys_at_the_top)
{
	char path[64];
	while (flood_lasts(flood)) {
		snprintf(path, sizeof path, BRANCH "_%llx", (unsigned long long)flood_random(flood, 100000));
		if (flood_random(flood, 2))
			save(flood, path, cy_int(1));
		else
			flood_call(flood, 0, 1, "cy_storage_delete", cy_string(path));
	}
}

FLOOD(saves_of_deep_paths)
{
	char path[1024];
	begin(flood);
	for (size_t depth = 0; flood_lasts(flood); depth = (depth + 1) % 34) {
		size_t size = (size_t)snprintf(path, sizeof path, BRANCH);
		for (size_t i = 0; i < depth; i++)
			size += (size_t)snprintf(path + size, sizeof path - size, ".d");
		save(flood, path, cy_map("d", cy_map()));
	}
}

FLOOD(saves_that_are_replaced)
{
	cy_value *map = map_of(10000);
	begin(flood);
	while (flood_lasts(flood)) {
		save(flood, BRANCH ".map", cy_value_ref(map));
		save(flood, BRANCH ".map", cy_int(1));
	}
	cy_value_unref(map);
}

FLOOD(saves_of_nested_values)
{
	uint8_t deep[64];
	begin(flood);
	while (flood_lasts(flood)) {
		const size_t depth = 1 + flood_random(flood, sizeof deep - 1);
		memset(deep, flood_random(flood, 2) ? 0x91 : 0x81, depth);
		cy_value *arguments = cy_array(cy_string(BRANCH ".deep"), cy_value_from_bytes("\xc0", 1, NULL));
		size_t size;
		const uint8_t *bytes = cy_value_bytes(arguments, &size);
		uint8_t body[256] = "\x93\xc0\xaf"
				    "cy_storage_save";
		memcpy(body + 18, bytes, size - 1);
		memcpy(body + 18 + size - 1, deep, depth);
		body[18 + size - 1 + depth] = 0xc0;
		flood_say(flood, (cy__frame){.kind = CY__CALL, .call = ++flood->call, .credit = 1}, body,
		          18 + size + depth);
		cy_value_unref(arguments);
	}
}

FLOOD(deletes_of_a_large_map)
{
	cy_value *map = map_of(100000);
	while (flood_lasts(flood)) {
		save(flood, BRANCH, cy_value_ref(map));
		flood_call(flood, 0, 1, "cy_storage_delete", cy_string(BRANCH));
	}
	cy_value_unref(map);
}

FLOOD(additions)
{
	begin(flood);
	while (flood_lasts(flood))
		flood_call(flood, 0, 1, "cy_storage_add", cy_array(cy_string(BRANCH ".n"), cy_int(1)));
}

FLOOD(compares_of_a_leaf_in_a_large_branch)
{
	cy_value *map = map_of(100000);
	save(flood, BRANCH, map);
	while (flood_lasts(flood))
		flood_call(flood, 0, 1, "cy_storage_compare_and_set",
		           cy_array(cy_string(BRANCH ".00000007"), cy_array(cy_int(1)), cy_array(cy_int(1))));
}

FLOOD(compares_of_a_large_branch)
{
	cy_value *map = map_of(50000);
	save(flood, BRANCH, cy_value_ref(map));
	while (flood_lasts(flood))
		flood_call(flood, 0, 1, "cy_storage_compare_and_set",
		           cy_array(cy_string(BRANCH), cy_array(cy_value_ref(map)), cy_array(cy_value_ref(map))));
	cy_value_unref(map);
}

FLOOD(retrieves_of_a_large_branch_that_nobody_reads)
{
	flood->deaf = true;
	save(flood, BRANCH, map_of(100000));
	while (flood_lasts(flood))
		flood_call(flood, 0, 1, flood_random(flood, 2) ? "cy_storage_retrieve" : "cy_storage_keys",
		           cy_string(BRANCH));
}

FLOOD(retrieves_of_a_large_branch)
{
	save(flood, BRANCH, map_of(100000));
	while (flood_lasts(flood))
		flood_call(flood, 0, 1, flood_random(flood, 2) ? "cy_storage_retrieve" : "cy_storage_keys",
		           cy_string(BRANCH));
}

FLOOD(retrieves_of_the_whole_tree)
{
	save(flood, BRANCH, map_of(100000));
	while (flood_lasts(flood))
		flood_call(flood, 0, 1, "cy_storage_retrieve", cy_nil());
}

FLOOD(mirrors_by_the_thousand)
{
	for (int i = 0; i < 20000 && flood_lasts(flood); i++)
		mirror(flood, flood_random(flood, 2) ? BRANCH : NULL, UINT32_MAX);
	flood_wait(flood);
}

FLOOD(mirrors_and_saves_of_a_megabyte)
{
	cy_value *map = map_of(80000);
	save(flood, BRANCH, cy_value_ref(map));
	for (int i = 0; i < 1000; i++)
		mirror(flood, BRANCH, UINT32_MAX);
	while (flood_lasts(flood))
		save(flood, BRANCH, cy_value_ref(map));
	cy_value_unref(map);
}

FLOOD(mirrors_that_nobody_reads)
{
	flood->deaf = true;
	begin(flood);
	for (int i = 0; i < 500; i++)
		mirror(flood, BRANCH, UINT32_MAX);
	for (int i = 0; flood_lasts(flood); i++)
		save(flood, BRANCH ".n", cy_int(i));
}

FLOOD(mirrors_that_come_and_go)
{
	save(flood, BRANCH, map_of(50000));
	while (flood_lasts(flood)) {
		mirror(flood, BRANCH, 1);
		flood_say(flood, (cy__frame){.kind = CY__CANCEL, .call = flood->call}, NULL, 0);
	}
}

FLOOD(mirrors_of_many_paths)
{
	char path[1100];
	begin(flood);
	for (unsigned i = 0; flood_lasts(flood); i++) {
		const int size = snprintf(path, sizeof path, BRANCH ".%0900u", i);
		path[size] = '\0';
		mirror(flood, path, UINT32_MAX);
		if (i % 64 == 0)
			save(flood, BRANCH ".n", cy_int(i));
	}
}

/* ---- Sockets ----------------------------------------------------------------------------------------------------------- */

static void listen_on(struct flood *flood, const char *address)
{
	flood_call(flood, 0, 1, "cy_listen", cy_pack("[s, i, b]", address, 1, 0));
}

FLOOD(listening_on_ports)
{
	while (flood_lasts(flood)) {
		listen_on(flood, flood_random(flood, 2) ? "127.0.0.1:0" : "[::1]:0");
		if (flood_random(flood, 64) == 0)
			flood_pause(flood, RX_MS(1));
	}
}

FLOOD(listening_on_paths)
{
	char path[256];
	for (unsigned i = 0; flood_lasts(flood); i++) {
		snprintf(path, sizeof path, "%s/s%u", flood->scratch, (unsigned)flood_random(flood, 100000));
		listen_on(flood, path);
	}
}

FLOOD(listening_that_comes_and_goes)
{
	char path[256];
	while (flood_lasts(flood)) {
		snprintf(path, sizeof path, "%s/g%u", flood->scratch, (unsigned)flood_random(flood, 4));
		listen_on(flood, flood_random(flood, 2) ? path : "127.0.0.1:0");
		flood_say(flood, (cy__frame){.kind = CY__CANCEL, .call = flood->call}, NULL, 0);
	}
}

FLOOD(listening_on_nonsense)
{
	static const char *const addresses[] = {
		"",           ":",          "x",         "1.2.3.4.5:6", "[::1",
		"/dev/null",  "/proc/self", "/no/where", "./",          "127.0.0.1:99999",
		"8.8.8.8:53", "\n",         "/",         "@abstract",   "0.0.0.0:-1"};
	while (flood_lasts(flood))
		listen_on(flood, addresses[flood_random(flood, sizeof addresses / sizeof *addresses)]);
}

FLOOD(listening_while_deaf)
{
	flood->deaf = true;
	while (flood_lasts(flood))
		listen_on(flood, "127.0.0.1:0");
}

/* ---- Descriptors ------------------------------------------------------------------------------------------------------- */

static void say_descriptors(struct flood *flood, uint32_t to, uint8_t count)
{
	uint8_t bytes[CY__FRAME_HEAD + 8];
	static const uint8_t body[] = {0x93, 0xc0, 0xa4, 'n', 'e', 'w', 's', 0xc0};
	cy__frame_encode(
		&(cy__frame){.kind = CY__MESSAGE, .to = to, .fd_count = count, .body = body, .body_size = sizeof body},
		bytes);
	memcpy(bytes + CY__FRAME_HEAD, body, sizeof body);
	flood_put_descriptors(flood, bytes, sizeof bytes, count);
}

FLOOD(descriptors_for_itself_that_it_does_not_read)
{
	flood->deaf = true;
	while (flood_lasts(flood))
		say_descriptors(flood, flood->id, CY__FRAME_FDS_MAX);
}

FLOOD(descriptors_for_another)
{
	const uint32_t victim = flood_victim(flood);
	while (flood_lasts(flood))
		say_descriptors(flood, victim, (uint8_t)(1 + flood_random(flood, CY__FRAME_FDS_MAX)));
}

FLOOD(descriptors_for_everybody)
{
	while (flood_lasts(flood))
		say_descriptors(flood,
		                flood_random(flood, 2) ? CY__TO_ALL : (uint32_t)flood_random(flood, flood->victims + 1),
		                (uint8_t)(1 + flood_random(flood, 16)));
}

FLOOD(stray_descriptors_beside_half_a_frame)
{
	uint8_t head[CY__FRAME_HEAD];
	cy__frame_encode(&(cy__frame){.kind = CY__MESSAGE, .body = head, .body_size = 1 << 20}, head);
	flood_flush(flood);
	flood_put(flood, head, sizeof head);
	while (flood_lasts(flood))
		flood_put_descriptors(flood, "x", 1, CY__FRAME_FDS_MAX);
}

FLOOD(stray_descriptors_beside_whole_frames)
{
	uint8_t ping[CY__FRAME_HEAD + 1];
	cy__frame_encode(&(cy__frame){.kind = CY__PING}, ping);
	ping[CY__FRAME_HEAD] = 0xc0;
	while (flood_lasts(flood))
		flood_put_descriptors(flood, ping, sizeof ping, CY__FRAME_FDS_MAX);
}

FLOOD(descriptors_with_calls)
{
	static const uint8_t body[] = {0x93, 0xc0, 0xa5, 'n', 'e', 'v', 'e', 'r', 0xc0};
	uint8_t bytes[CY__FRAME_HEAD + sizeof body];
	while (flood_lasts(flood)) {
		cy__frame_encode(&(cy__frame){.kind = CY__CALL,
		                              .to = (uint32_t)flood_random(flood, flood->victims + 1),
		                              .call = ++flood->call,
		                              .credit = 1,
		                              .fd_count = 64,
		                              .body = body,
		                              .body_size = sizeof body},
		                 bytes);
		memcpy(bytes + CY__FRAME_HEAD, body, sizeof body);
		flood_put_descriptors(flood, bytes, sizeof bytes, 64);
	}
}

FLOOD(descriptors_that_were_promised_and_do_not_come)
{
	while (flood_lasts(flood))
		flood_say(flood, (cy__frame){.kind = CY__MESSAGE, .to = flood_victim(flood), .fd_count = 3},
		          "\x93\xc0\xa4news\xc0", 8);
}

static void give_away(struct flood *flood, int fd)
{
	static const uint8_t body[] = {0x93, 0xc0, 0xa4, 'n', 'e', 'w', 's', 0xc0};
	uint8_t bytes[CY__FRAME_HEAD + sizeof body];
	cy__frame_encode(&(cy__frame){.kind = CY__MESSAGE,
	                              .to = (uint32_t)flood_random(flood, flood->victims + 1),
	                              .fd_count = 1,
	                              .body = body,
	                              .body_size = sizeof body},
	                 bytes);
	memcpy(bytes + CY__FRAME_HEAD, body, sizeof body);
	flood_put_these(flood, bytes, sizeof bytes, &fd, 1);
}

/* Whoever closes it last waits for a minute, for nobody reads what was sent to @p address. */
static int lingering(const struct sockaddr_in *address)
{
	static const uint8_t much[65536];
	const int fd = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(fd, (const struct sockaddr *)address, sizeof *address) == 0)
		while (send(fd, much, sizeof much, MSG_DONTWAIT) > 0)
			;
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){1, 60}, sizeof(struct linger));
	return fd;
}

/* Each by a child, which does not wait for its own end as it exits. */
FLOOD(sockets_that_linger)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof address;
	const int listener = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(listener, (struct sockaddr *)&address, size) < 0 || listen(listener, SOMAXCONN) < 0 ||
	    getsockname(listener, (struct sockaddr *)&address, &size) < 0)
		return;
	flood_flush(flood);
	for (int i = 0; i < 100 && flood_lasts(flood); i++) {
		const pid_t child = fork();
		if (child == 0) {
			give_away(flood, lingering(&address));
			_exit(0);
		}
		waitpid(child, NULL, 0);
	}
	flood_wait(flood);
}

/* Whoever closes it last gives its memory back, page by page. */
FLOOD(large_files_without_a_name)
{
	enum { FILE_SIZE = 64 << 20 };
	while (flood_lasts(flood)) {
		const int fd = memfd_create("", 0);
		if (fd < 0 || ftruncate(fd, FILE_SIZE) < 0)
			return;
		void *memory = mmap(NULL, FILE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
		if (memory != MAP_FAILED)
			munmap(memory, FILE_SIZE);
		give_away(flood, fd);
		close(fd);
	}
}
