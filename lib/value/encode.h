/*
 * Encoding, through msgpack-c's packer into memory of ours.
 */
#ifndef CLUSTERFY_VALUE_ENCODE_H
#define CLUSTERFY_VALUE_ENCODE_H

#include <clusterfy/cluster/value.h>

/* One scalar, or the head of anything. */
struct cy__encoded {
	unsigned char bytes[20];
	size_t size;
};

struct cy__encoded cy__encode_nil(void);
struct cy__encoded cy__encode_bool(bool value);
struct cy__encoded cy__encode_int(int64_t value);
struct cy__encoded cy__encode_uint(uint64_t value);
struct cy__encoded cy__encode_float(float value);
struct cy__encoded cy__encode_double(double value);
struct cy__encoded cy__encode_time(int64_t seconds, uint32_t nanoseconds);
/* Heads; sizes and counts are below 2^32. */
struct cy__encoded cy__encode_string(size_t size);
struct cy__encoded cy__encode_binary(size_t size);
struct cy__encoded cy__encode_ext(int8_t type, size_t size);
struct cy__encoded cy__encode_array(size_t count);
struct cy__encoded cy__encode_map(size_t count);

/* Encoded bytes that grow, for values whose size is not known beforehand. Zero it. */
struct cy__buffer {
	cy_value *value;
	size_t size, room;
	int error;
};

/* Append; the first failure is kept and reported by cy__buffer_finish(). */
void cy__buffer_append(struct cy__buffer *buffer, const void *bytes, size_t size);
void cy__buffer_head(struct cy__buffer *buffer, struct cy__encoded head);
/* The value, validated as bytes from elsewhere are, or a mistake; the buffer is empty then. */
cy_value *cy__buffer_finish(struct cy__buffer *buffer);
/* Give it up. */
void cy__buffer_discard(struct cy__buffer *buffer);

#endif
