#include "table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void no_memory(void)
{
	fputs("clusterfy-wordcount: no memory\n", stderr);
	exit(EXIT_FAILURE);
}

void *allocate(void *memory, size_t size)
{
	memory = realloc(memory, size ? size : 1);
	if (!memory)
		no_memory();
	return memory;
}

bool is_letter(unsigned char byte)
{
	return (unsigned char)((byte | 0x20) - 'a') < 26;
}

/* FNV-1a */
static uint64_t hash_of(const char *text, size_t length)
{
	uint64_t hash = UINT64_C(14695981039346656037);
	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)text[i]) * UINT64_C(1099511628211);
	return hash ^ hash >> 32;
}

/* Where the word is, or the free place where it belongs. */
static struct word *find(const struct table *table, const char *text, size_t length, uint64_t hash)
{
	for (size_t at = hash & (table->size - 1);; at = (at + 1) & (table->size - 1)) {
		struct word *word = &table->words[at];
		if (!word->text || (word->hash == hash && word->length == length && !memcmp(word->text, text, length)))
			return word;
	}
}

static void grow(struct table *table)
{
	struct table larger = {.size = table->size ? 2 * table->size : 1024, .used = table->used};
	larger.words = calloc(larger.size, sizeof *larger.words);
	if (!larger.words)
		no_memory();
	for (size_t i = 0; i < table->size; i++) {
		const struct word *word = &table->words[i];
		if (word->text)
			*find(&larger, word->text, word->length, word->hash) = *word;
	}
	free(table->words);
	*table = larger;
}

void table_add(struct table *table, const char *text, size_t length, uint64_t count)
{
	if (2 * table->used >= table->size)
		grow(table);
	const uint64_t hash = hash_of(text, length);
	struct word *word = find(table, text, length, hash);
	if (!word->text) {
		*word = (struct word){.text = allocate(NULL, length), .length = length, .hash = hash};
		memcpy(word->text, text, length);
		table->used++;
	}
	word->count += count;
}

void table_count(struct table *table, const char *text, size_t size)
{
	char *lower = allocate(NULL, size);
	for (size_t i = 0; i < size; i++)
		lower[i] = (char)(text[i] | 0x20);
	for (size_t from = 0, to; from < size; from = to + 1) {
		for (to = from; to < size && is_letter((unsigned char)text[to]);)
			to++;
		if (to > from)
			table_add(table, lower + from, to - from, 1);
	}
	free(lower);
}

#define HEAD (sizeof(uint64_t) + sizeof(uint32_t))

char *table_write(const struct table *table, size_t *size)
{
	*size = 0;
	for (size_t i = 0; i < table->size; i++)
		*size += table->words[i].text ? HEAD + table->words[i].length : 0;
	char *bytes = allocate(NULL, *size), *at = bytes;
	for (size_t i = 0; i < table->size; i++) {
		const struct word *word = &table->words[i];
		const uint32_t length = (uint32_t)word->length;
		if (!word->text)
			continue;
		memcpy(at, &word->count, sizeof word->count);
		memcpy(at + sizeof word->count, &length, sizeof length);
		memcpy(at + HEAD, word->text, length);
		at += HEAD + length;
	}
	return bytes;
}

int table_read(struct table *table, const char *bytes, size_t size)
{
	while (size) {
		uint64_t count;
		uint32_t length;
		if (size < HEAD)
			return -EBADMSG;
		memcpy(&count, bytes, sizeof count);
		memcpy(&length, bytes + sizeof count, sizeof length);
		if (length > size - HEAD)
			return -EBADMSG;
		table_add(table, bytes + HEAD, length, count);
		bytes += HEAD + length;
		size -= HEAD + length;
	}
	return 0;
}

static int by_count_then_text(const void *a, const void *b)
{
	const struct word *left = a, *right = b;
	if (left->count != right->count)
		return left->count > right->count ? -1 : 1;
	const size_t shorter = left->length < right->length ? left->length : right->length;
	const int order = memcmp(left->text, right->text, shorter);
	return order ? order : (left->length > right->length) - (left->length < right->length);
}

void table_sort(struct table *table)
{
	size_t kept = 0;
	for (size_t i = 0; i < table->size; i++)
		if (table->words[i].text)
			table->words[kept++] = table->words[i];
	if (kept)
		qsort(table->words, kept, sizeof *table->words, by_count_then_text);
	table->size = kept;
}

void table_finish(struct table *table)
{
	for (size_t i = 0; i < table->size; i++)
		free(table->words[i].text);
	free(table->words);
	*table = (struct table){0};
}
