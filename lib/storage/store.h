/*
 * The storage's commands: the operations of the tree, as the primary serves them.
 */
#ifndef CLUSTERFY_LIB_STORAGE_STORE_H
#define CLUSTERFY_LIB_STORAGE_STORE_H

#include <clusterfy/cluster/command.h>

rx_observable *cy__storage_save(const cy_request *request, void *ctx);            /* [path, value] */
rx_observable *cy__storage_retrieve(const cy_request *request, void *ctx);        /* path, or nil: all */
rx_observable *cy__storage_delete(const cy_request *request, void *ctx);          /* path */
rx_observable *cy__storage_keys(const cy_request *request, void *ctx);            /* path, or nil */
rx_observable *cy__storage_add(const cy_request *request, void *ctx);             /* [path, amount] */
rx_observable *cy__storage_compare_and_set(const cy_request *request, void *ctx); /* [path, [expected], [value]],
                                                                                         [] where there is none */

#endif
