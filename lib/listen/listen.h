/*
 * Listening sockets, bound by the primary once, shared by workers.
 *
 *     address.c  text to addresses          shared.c  the primary's sockets, and the command that hands them out
 *     bind.c     addresses to sockets       listen.c  cy_listen(): the call of that command, open while it listens
 *                                           accept.c  from a listener to its connections
 */
#ifndef CLUSTERFY_LIB_LISTEN_LISTEN_H
#define CLUSTERFY_LIB_LISTEN_LISTEN_H

#include "lib/cluster/cluster.h"

/* The command cy_listen, [address, backlog, ipv6_only]: a descriptor and [real address, port]; it does not end. */
rx_observable *cy__listen_serve(const cy_request *request, void *ctx);

#endif
