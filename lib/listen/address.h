/*
 * The addresses of cy_listen(): text to socket addresses and back. Nothing is looked up.
 */
#ifndef CLUSTERFY_LIB_LISTEN_ADDRESS_H
#define CLUSTERFY_LIB_LISTEN_ADDRESS_H

#include <netinet/in.h>
#include <sys/socket.h>

#include <clusterfy/rx/error.h>

enum { CY__ADDRESS_TEXT = INET6_ADDRSTRLEN + sizeof "[]:65535" };

typedef struct cy__address {
	const char *path; /* of a Unix socket, borrowed; NULL: TCP */
	bool everywhere;  /* no host was given */
	bool ipv6_only;
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} net;
} cy__address;

/* @retval -EINVAL  @p text is no address. rx_raise() has said so */
int cy__address_parse(const char *text, bool ipv6_only, cy__address *address);
bool cy__address_equal(const cy__address *a, const cy__address *b);
/* 0 for a path. */
uint16_t cy__address_port(const cy__address *address);
/* Of a TCP address. */
void cy__address_set_port(cy__address *address, uint16_t port);
/* Write a TCP address into @p text. */
void cy__address_print(const cy__address *address, char text[CY__ADDRESS_TEXT]);

#endif
