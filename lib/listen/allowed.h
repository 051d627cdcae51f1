/*
 * Where a worker may listen: the list of its options, parsed. Addresses are compared as addresses, directories as what they
 * are on the disk: there is no text whose beginning, dots or links could say something else.
 */
#ifndef CLUSTERFY_LIB_LISTEN_ALLOWED_H
#define CLUSTERFY_LIB_LISTEN_ALLOWED_H

#include <sys/types.h>

#include "lib/listen/address.h"

typedef struct cy__allowed cy__allowed;

/*
 * @param list  ended by NULL, copied
 * @retval -EINVAL, -ENOMEM  rx_raise() has said which of them is wrong
 */
int cy__allowed_create(const char *const *list, cy__allowed **created);
/* NULL is accepted. */
void cy__allowed_destroy(cy__allowed *allowed);
/* The copy of the list. */
const char *const *cy__allowed_list(const cy__allowed *allowed);

/* A TCP address. */
bool cy__allowed_net(const cy__allowed *allowed, const cy__address *address);
/*
 * Whether @p name in the directory that is @p device and @p inode is on it; @p exact: by that name. Looks the directories up,
 * and allocates nothing.
 */
bool cy__allowed_path(const cy__allowed *allowed, dev_t device, ino_t inode, const char *name, bool exact);

#endif
