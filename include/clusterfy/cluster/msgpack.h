/**
 * @file
 * Values as msgpack-c's objects, for programs that use msgpack-c themselves.
 *
 * A page of its own, which cluster.h does not include: nothing else in the interface needs <msgpack.h>.
 */
#ifndef CLUSTERFY_CLUSTER_MSGPACK_H
#define CLUSTERFY_CLUSTER_MSGPACK_H

#include <msgpack.h>

#include <clusterfy/cluster/value.h>

RX_BEGIN_DECLS

/**
 * A value from an object of msgpack-c, copied; the object stays the caller's.
 * Mistakes: -EINVAL for NULL, for a type that msgpack-c does not know, or an array or a map as a key; -EILSEQ text that
 * is not UTF-8; -ELOOP nested deeper than CY_DEPTH; -EEXIST a key twice; -ENOMEM.
 */
RX_API cy_value *cy_from_msgpack(const msgpack_object *object) RX_MUST_USE;

/**
 * The value as an object of msgpack-c, borrowed: it lives as long as @p value. Unpacked on the first call, once.
 * @returns NULL without memory and for a mistake
 */
RX_API const msgpack_object *cy_value_object(const cy_value *value);

RX_END_DECLS
#endif
