/*
 * What the readers by path share with those by format string and with the storage.
 */
#ifndef CLUSTERFY_VALUE_READ_H
#define CLUSTERFY_VALUE_READ_H

#include "lib/value/scan.h"

/* The value of a string key in a map, and of an index in an array; NULL if there is none. @p at: the collection. */
const unsigned char *cy__find_key(const unsigned char *at, const char *key, size_t size);
const unsigned char *cy__find_index(const unsigned char *at, uint64_t index);

/* An element as a C type. @retval -EINVAL  another type; @retval -ERANGE  it does not fit. */
int cy__as_bool(const unsigned char *at, bool *out);
int cy__as_int(const unsigned char *at, int64_t *out);
int cy__as_uint(const unsigned char *at, uint64_t *out);
int cy__as_double(const unsigned char *at, double *out);
int cy__as_bytes(const unsigned char *at, cy_type type, const char **out, size_t *size);
int cy__as_ext(const unsigned char *at, int8_t *type, const void **out, size_t *size);
int cy__as_time(const unsigned char *at, int64_t *seconds, uint32_t *nanoseconds);
/*
 * A C string, borrowed from @p value, which @p at lies in.
 * @retval -EILSEQ  a zero within; @retval -ENOMEM
 */
int cy__as_string(const cy_value *value, const unsigned char *at, const char **out);

#endif
