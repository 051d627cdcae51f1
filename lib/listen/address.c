#include "lib/listen/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static int parse_port(const char *text, in_port_t *port)
{
	unsigned number = 0;
	if (!*text || strlen(text) > 5)
		return rx_plain(-EINVAL);
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return rx_plain(-EINVAL);
		number = number * 10 + (unsigned)(*text - '0');
	}
	if (number > UINT16_MAX)
		return rx_plain(-EINVAL);
	*port = htons((uint16_t)number);
	return 0;
}

/* @p host in text[], without its brackets; @returns what follows its colon, or NULL. */
static const char *split(const char *text, char host[INET6_ADDRSTRLEN], bool *bracketed)
{
	*bracketed = *text == '[';
	const char *begin = text + *bracketed;
	const char *end = strchr(begin, *bracketed ? ']' : ':');
	if (!end || (size_t)(end - begin) >= INET6_ADDRSTRLEN)
		return NULL;
	memcpy(host, begin, (size_t)(end - begin));
	host[end - begin] = '\0';
	end += *bracketed;
	return *end == ':' ? end + 1 : NULL;
}

static int parse_host(const char *host, bool bracketed, in_port_t port, cy__address *address)
{
	address->everywhere = !*host && !bracketed;
	if (!bracketed && !address->everywhere) {
		address->net.v4.sin_family = AF_INET;
		address->net.v4.sin_port = port;
		address->ipv6_only = false;
		return inet_pton(AF_INET, host, &address->net.v4.sin_addr) == 1 ? 0 : rx_plain(-EINVAL);
	}
	address->net.v6.sin6_family = AF_INET6;
	address->net.v6.sin6_port = port;
	return inet_pton(AF_INET6, address->everywhere ? "::" : host, &address->net.v6.sin6_addr) == 1
	               ? 0
	               : rx_plain(-EINVAL);
}

int cy__address_parse(const char *text, bool ipv6_only, cy__address *address)
{
	char host[INET6_ADDRSTRLEN];
	bool bracketed;
	in_port_t port = 0;
	memset(address, 0, sizeof *address);
	if (*text == '/') {
		address->path = text;
		return 0;
	}
	address->ipv6_only = ipv6_only;
	const char *end = split(text, host, &bracketed);
	if (!end || parse_port(end, &port) < 0 || parse_host(host, bracketed, port, address) < 0)
		return rx_raise(-EINVAL, "listen: \"%s\" is no address", text);
	return 0;
}

bool cy__address_equal(const cy__address *a, const cy__address *b)
{
	if (a->path || b->path)
		return a->path && b->path && strcmp(a->path, b->path) == 0;
	if (a->net.any.sa_family != b->net.any.sa_family || a->ipv6_only != b->ipv6_only ||
	    cy__address_port(a) != cy__address_port(b))
		return false;
	if (a->net.any.sa_family == AF_INET)
		return a->net.v4.sin_addr.s_addr == b->net.v4.sin_addr.s_addr;
	return memcmp(&a->net.v6.sin6_addr, &b->net.v6.sin6_addr, sizeof a->net.v6.sin6_addr) == 0;
}

uint16_t cy__address_port(const cy__address *address)
{
	if (address->path)
		return 0;
	return ntohs(address->net.any.sa_family == AF_INET ? address->net.v4.sin_port : address->net.v6.sin6_port);
}

void cy__address_set_port(cy__address *address, uint16_t port)
{
	*(address->net.any.sa_family == AF_INET ? &address->net.v4.sin_port : &address->net.v6.sin6_port) = htons(port);
}

void cy__address_print(const cy__address *address, char text[CY__ADDRESS_TEXT])
{
	char host[INET6_ADDRSTRLEN] = "";
	const bool v4 = address->net.any.sa_family == AF_INET;
	inet_ntop(address->net.any.sa_family,
	          v4 ? (const void *)&address->net.v4.sin_addr : (const void *)&address->net.v6.sin6_addr, host,
	          sizeof host);
	snprintf(text, CY__ADDRESS_TEXT, v4 ? "%s:%u" : "[%s]:%u", host, (unsigned)cy__address_port(address));
}
