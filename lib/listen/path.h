/*
 * Unix sockets in the file system, bound and removed with the rights of whoever asked for them.
 */
#ifndef CLUSTERFY_LIB_LISTEN_PATH_H
#define CLUSTERFY_LIB_LISTEN_PATH_H

#include <sys/un.h>

#include "lib/listen/allowed.h"
#include "lib/listen/rights.h"

/* Where a socket lies. */
typedef struct cy__path {
	int directory; /* open (O_PATH), as it was found once */
	dev_t device;  /* of the directory */
	ino_t inode;
	char name[sizeof((struct sockaddr_un){0}.sun_path)]; /* in it */
	bool known;                                          /* what was bound has been seen there, and is: */
	dev_t socket_device;
	ino_t socket_inode;
} cy__path;

/*
 * Open a socket, bind it to @p path, and listen.
 * @param allowed  where it may lie; NULL: anywhere
 * @param why      on failure: static words, the step that failed; NULL: it may not lie there
 * @returns its descriptor, non-blocking; @p at is to be given to cy__path_remove()
 * @retval -EACCES     it may not lie there, or that user may not
 * @retval -EPERM      the primary may not take on these rights
 * @retval -ETIMEDOUT  the file system did not answer within two seconds
 * @retval -ENAMETOOLONG, -EADDRINUSE, -ENOENT... as the system calls said
 */
int cy__path_bind(const char *path, int backlog, const cy__rights *rights, const cy__allowed *allowed, cy__path *at,
                  const char **why);
/*
 * Whether it is on the list, which is looked up with these rights; @p exact: by its own name.
 * @retval -EACCES  it is not  @retval -E... as cy__path_bind()
 */
int cy__path_check(cy__path *at, const cy__rights *rights, const cy__allowed *allowed, bool exact);
/*
 * Remove the file, if it is still the socket that was bound there, and close the directory.
 * @retval -ESTALE  it is something else by now, which stays  @retval -E... of the system calls
 */
int cy__path_remove(cy__path *at, const cy__rights *rights);

#endif
