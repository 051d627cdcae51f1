/*
 * How often each word occurs.
 */
#ifndef CLUSTERFY_WORDCOUNT_TABLE_H
#define CLUSTERFY_WORDCOUNT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct word {
	char *text; /* not terminated; NULL: a free place */
	size_t length;
	uint64_t hash;
	uint64_t count;
};

/* Zeroed, it is empty. */
struct table {
	struct word *words; /* a hash table with open addressing; its size is a power of two */
	size_t size, used;
};

/* Whether a byte belongs to a word: an ASCII letter. */
bool is_letter(unsigned char byte);

/* Add to the count of a word, which is copied. Memory that runs out ends the program, as everywhere here. */
void table_add(struct table *table, const char *text, size_t length, uint64_t count);
/* Count the words of a text: the maximal runs of ASCII letters, in lower case. */
void table_count(struct table *table, const char *text, size_t size);
/* The words as bytes, allocated: for each its count (8 bytes) and its length (4), in the machine's order, and its text. */
char *table_write(const struct table *table, size_t *size);
/* Add what table_write() wrote. -EBADMSG: it did not. */
int table_read(struct table *table, const char *bytes, size_t size);
/* Bring the words into the order of the result: by falling count, then by their bytes. The table is then a list. */
void table_sort(struct table *table);
void table_finish(struct table *table);

void *allocate(void *memory, size_t size);

#endif
