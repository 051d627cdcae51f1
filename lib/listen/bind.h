#ifndef CLUSTERFY_LIB_LISTEN_BIND_H
#define CLUSTERFY_LIB_LISTEN_BIND_H

#include "lib/listen/address.h"

/*
 * Bind a TCP address and listen, with this process's rights; of paths see path.h.
 * @param real  the address as it is now: with the port that was given, where 0 was asked for
 * @returns a non-blocking descriptor, or what the system calls said; rx_raise() has said more
 */
int cy__listen_bind(const cy__address *address, int backlog, cy__address *real);
/* One that a process which shares it has shut down: listen again, on the same port. @retval -E... */
int cy__listen_again(int fd, const cy__address *real, int backlog);

#endif
