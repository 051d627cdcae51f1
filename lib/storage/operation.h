/*
 * Operations that may take long, done in steps: of the storage's own functions in one go, for others in slices.
 *
 * What is saved is built aside and put into the tree whole; what is read is the state at the beginning; what is compared is
 * compared anew when it has changed meanwhile. So each of them happens at one moment.
 */
#ifndef CLUSTERFY_STORAGE_OPERATION_H
#define CLUSTERFY_STORAGE_OPERATION_H

#include <limits.h>

#include "lib/storage/inside.h"

/* There is more to do. */
#define CY__MORE INT_MAX

typedef struct cy__operation cy__operation;

struct cy__operation {
	cy_storage *storage;
	struct owner *owner;
	struct place place;
	int (*stage)(cy__operation *operation, size_t budget);
	int (*built)(cy__operation *operation);
	cy_value *expected, *value; /* borrowed; NULL: nothing */
	bool all, keys;
	size_t limit;                                /* of what is read, bytes; 0: none */
	bool building, comparing, encoding, reading; /* what has to be given up if it ends */
	unsigned tries;
	/* of what has been compared */
	const struct node *node;
	uint64_t version;
	cy_value *result;
	struct reader reader;
	union {
		struct cy__measure measure;
		struct builder builder;
		struct comparison comparison;
		struct encoder encoder;
	};
};

/* Paths and values stay the caller's, until it is finished. */
void cy__operation_save(cy__operation *operation, cy_storage *storage, const char *path, cy_value *value);
void cy__operation_compare_and_set(cy__operation *operation, cy_storage *storage, const char *path, cy_value *expected,
                                   cy_value *value);
/* What is at @p path, NULL: all of it; or its keys. */
void cy__operation_retrieve(cy__operation *operation, cy_storage *storage, const char *path, bool keys);
/* @retval CY__MORE; or what the storage's function would return, its words being raised; a result is in `result` then. */
int cy__operation_step(cy__operation *operation, size_t budget);
/* Whatever has become of it. */
void cy__operation_finish(cy__operation *operation);

#endif
