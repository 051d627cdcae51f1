/*
 * The library's own filter of system calls.
 */
#ifndef CLUSTERFY_LIB_PRIMARY_FILTER_H
#define CLUSTERFY_LIB_PRIMARY_FILTER_H

struct sock_fprog;

/* Static; NULL: for this machine's system calls there is none. */
const struct sock_fprog *cy__filter(void);

#endif
