/*
 * Operations on a storage from anybody's bytes: an operation, a path that a zero ends, a size, the bytes of a value; and
 * so on. What is refused must have changed nothing, and the tree must always be one value.
 */
#include <stdlib.h>
#include <string.h>

#include <clusterfy/cluster/storage.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *at;
	size_t left;
};

static uint8_t next_byte(struct input *input)
{
	if (input->left == 0)
		return 0;
	input->left--;
	return *input->at++;
}

static void next_path(struct input *input, char path[128])
{
	size_t size = 0;
	uint8_t byte;

	while ((byte = next_byte(input)) && size < 127)
		path[size++] = (char)byte;
	path[size] = '\0';
}

static cy_value *next_value(struct input *input)
{
	size_t size = next_byte(input);

	if (size > input->left)
		size = input->left;
	cy_value *value = cy_value_from_bytes(input->at, size, NULL);
	input->at += size;
	input->left -= size;
	return value;
}

static int operate(cy_storage *storage, uint8_t operation, const char *path, struct input *input)
{
	cy_value *out = NULL;
	int result;

	switch (operation % 7) {
	case 0:
		return cy_storage_save(storage, path, next_value(input));
	case 1:
		return cy_storage_delete(storage, path);
	case 2:
		return cy_storage_add(storage, path, next_value(input), NULL);
	case 3:
		return cy_storage_load(storage, next_value(input));
	case 4:
		result = cy_storage_retrieve(storage, path, &out);
		if (result == 1)
			return cy_storage_compare_and_set(storage, path, out, next_value(input));
		return result;
	case 5:
		return cy_storage_compare_and_set(storage, path, next_value(input), NULL);
	default:
		result = cy_storage_keys(storage, path, &out);
		cy_value_unref(out);
		return result;
	}
}

static void step(cy_storage *storage, struct input *input)
{
	char path[128];
	uint8_t operation = next_byte(input);
	uint64_t revision = cy_storage_revision(storage);

	next_path(input, path);
	int result = operate(storage, operation, path, input);
	if (result < 0 && cy_storage_revision(storage) != revision)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cy_storage *storage = cy_storage_create();
	struct input input = {data, size};

	while (input.left > 0)
		step(storage, &input);
	cy_value *tree = cy_storage_snapshot(storage);
	const void *bytes = cy_value_bytes(tree, &size);
	if (cy_value_validate(bytes, size, NULL) < 0)
		abort();
	cy_value_unref(tree);
	cy_storage_destroy(storage);
	return 0;
}
