/*
 * Encoded bytes, element by element. Pure: no memory, no state.
 */
#ifndef CLUSTERFY_VALUE_SCAN_H
#define CLUSTERFY_VALUE_SCAN_H

#include <clusterfy/cluster/value.h>

/* The head of one element: everything but the bytes of a string and the elements of an array. */
struct cy__head {
	cy_type type;
	/* bytes of the head, and of what belongs to it and is no element */
	size_t size, payload;
	/* elements that follow: two for each pair of a map */
	uint64_t children;
	/* CY_BOOL, CY_INT (two's complement, where negative); the bits of a CY_DOUBLE */
	uint64_t bits;
	bool negative;
	int8_t ext;
};

/*
 * Read the head at @p bytes, of which @p size are there.
 * @retval -ENODATA  they end within it
 * @retval -EBADMSG  the reserved byte
 */
int cy__head_read(const unsigned char *bytes, size_t size, struct cy__head *head);
double cy__head_double(const struct cy__head *head);

/* For bytes that have been validated: the head, and where the element ends. */
struct cy__head cy__head_at(const unsigned char *bytes);
const unsigned char *cy__skip(const unsigned char *bytes);
/* How deep its arrays and maps are nested. */
unsigned cy__depth(const unsigned char *bytes);

/* The time in an ext of type -1. @retval -EBADMSG  wrong size, or too many nanoseconds */
int cy__time_read(const unsigned char *payload, size_t size, int64_t *seconds, uint32_t *nanoseconds);

/* The order of two scalars of validated bytes: by type, then by what they mean. */
int cy__scalar_compare(const unsigned char *a, const unsigned char *b);

/* Comparing two elements of validated bytes in slices. NULL without memory. */
typedef struct cy__equality cy__equality;
cy__equality *cy__equality_create(const unsigned char *a, const unsigned char *b);
/* @retval 1  there is more to do; 0; -ENOMEM */
int cy__equality_step(cy__equality *equality, size_t budget);
/* When it is done: whether they are equal, and, if so, where the second one ends. */
bool cy__equality_is_equal(const cy__equality *equality);
const unsigned char *cy__equality_end(const cy__equality *equality);
/* NULL is accepted. */
void cy__equality_destroy(cy__equality *equality);

/* Where an element of validated bytes ends, and how deep it is, found in slices. */
struct cy__measure {
	const unsigned char *at; /* at last the end */
	unsigned level, deepest;
	uint64_t left[CY_DEPTH + 1];
};
void cy__measure_begin(struct cy__measure *measure, const unsigned char *at);
/* @returns whether there is more to do */
bool cy__measure_step(struct cy__measure *measure, size_t budget);

/* Where the first character that is not UTF-8 begins; @p size if there is none. */
size_t cy__utf8_end(const char *text, size_t size);
/* How many bytes of a text to show in an error's words: not too many, and whole characters. */
int cy__shown(const char *text, size_t size);

/* Why bytes are no value. */
#define CY__WORDS 160
/* cy_value_validate(), with the words and the depth in the caller's memory. */
int cy__validate(const unsigned char *bytes, size_t size, const cy_value_limits *limits, unsigned *depth,
                 char words[CY__WORDS]);
/* The same in slices; bytes and words stay the caller's until it is destroyed. NULL without memory. */
typedef struct cy__validation cy__validation;
cy__validation *cy__validation_create(const unsigned char *bytes, size_t size, const cy_value_limits *limits,
                                      char words[CY__WORDS]);
/* Look at @p budget elements, or pieces of 16 KiB. @retval 1  there is more to do; 0, -E…: as cy__validate() */
int cy__validation_step(cy__validation *validation, size_t budget);
unsigned cy__validation_depth(const cy__validation *validation);
/* NULL is accepted. */
void cy__validation_destroy(cy__validation *validation);
/*
 * Whether the @p count pairs at @p pairs, of validated bytes, have different keys.
 * @retval -EEXIST  @p twice is one that is there again
 * @retval -ENOMEM
 */
int cy__keys_differ(const unsigned char *pairs, uint64_t count, const unsigned char **twice);

#endif
