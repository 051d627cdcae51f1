/*
 * Calls of PROGRAM(listener)'s "listen", for as long as they are open, and connections to where it listens.
 */
#ifndef CLUSTERFY_TEST_HEARING_H
#define CLUSTERFY_TEST_HEARING_H

#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/support/cluster.h"

/* A call that listens, for as long as it is open. */
struct hearing {
	rx_subscription call;
	char address[400];
	int port;
	int code;
	char words[256];
	bool known; /* it listens, or has failed */
};

static inline void take_address(const cy_reply *reply, void *ctx)
{
	struct hearing *hearing = ctx;
	const char *address;
	ck_assert_int_eq(cy_unpack(reply->value, "[s, i]", &address, &hearing->port), 0);
	snprintf(hearing->address, sizeof hearing->address, "%s", address);
	hearing->known = true;
}
RX_CONSUMER(take_address, cy_reply);

static inline void take_error(const rx_error *error, void *ctx)
{
	struct hearing *hearing = ctx;
	hearing->code = error->code;
	snprintf(hearing->words, sizeof hearing->words, "%s", error->message);
	hearing->known = true;
}

static inline void run_until(const bool *done)
{
	rx_scheduler *scheduler = rx_loop(NULL);
	ck_assert_int_eq(scheduler->ops->wait(scheduler, done), 0);
}

static inline void hear_with(struct hearing *hearing, cy_cluster *cluster, const char *name, const char *address,
                             bool ipv6_only)
{
	*hearing = (struct hearing){.code = 0};
	rx_subscribe(cy_call(cluster, cy_named(name), "listen", cy_pack("[s, b]", address, (int)ipv6_only)),
	             &(rx_observer){RX_NEXT(take_address), .error = take_error, .ctx = hearing}, &hearing->call);
	run_until(&hearing->known);
}

static inline void hear(struct hearing *hearing, cy_cluster *cluster, const char *name, const char *address)
{
	hear_with(hearing, cluster, name, address, false);
	ck_assert_msg(hearing->code == 0, "%s: %s", address, hearing->words);
}

static inline int refusal(cy_cluster *cluster, const char *name, const char *address)
{
	struct hearing hearing;
	hear_with(&hearing, cluster, name, address, false);
	rx_unsubscribe(&hearing.call);
	return hearing.code;
}

/* Closed, and the primary knows. */
static inline void hear_no_more(struct hearing *hearing, cy_cluster *cluster, const char *name)
{
	rx_unsubscribe(&hearing->call);
	ck_assert_int_eq(cluster_code(cluster, cy_named(name), "ping", NULL), 0);
}

static inline cy_cluster *begin_two(void)
{
	cy_cluster *cluster = cluster_begin("listener", NULL);
	cluster_fork(cluster, "Paul", NULL);
	cluster_fork(cluster, "Sarah", NULL);
	cluster_ready(cluster);
	return cluster;
}

static inline int connect_tcp(int port)
{
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
	if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	const int code = -errno;
	close(fd);
	return code;
}

static inline int connect_path(const char *path)
{
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	const int code = -errno;
	close(fd);
	return code;
}

static inline void expect_connection(int fd)
{
	ck_assert_msg(fd >= 0, "connect: %s", rx_words(fd));
	close(fd);
}

#endif
