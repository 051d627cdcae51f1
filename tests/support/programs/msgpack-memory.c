/*
 * msgpack-c takes the memory for its objects past the library's hook, from malloc. Here each of those allocations fails
 * once: there is no object then, nothing is left (a sanitizer would say so), and the next attempt has it.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <clusterfy/cluster/msgpack.h>
#include <clusterfy/cluster/value.h>

static size_t until_failure = SIZE_MAX;

/* In place of the C library's, for every library of this process; called before a sanitizer is ready to look on. */
__attribute__((no_sanitize("address", "undefined"))) void *malloc(size_t size)
{
	static void *(*real)(size_t size);
	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "malloc");
	if (until_failure == SIZE_MAX || until_failure-- > 0)
		return real(size);
	until_failure = SIZE_MAX;
	errno = ENOMEM;
	return NULL;
}

/* Large enough for more than one chunk of msgpack-c's. */
static cy_value *make(void)
{
	cy_value *value = cy_array();
	for (int i = 0; i < 12; i++)
		value = cy_array(value, cy_pack("{'a': [i, i, i, i], 'b': [s, s, s]}", 1, 2, 3, i, "x", "y", "z"),
		                 cy_array(cy_int(1), cy_int(2), cy_int(3), cy_int(4), cy_int(5), cy_int(6)));
	return value;
}

/* Whether the allocation that follows the next @p count was asked for; both answers are right. */
static int try_without(size_t count)
{
	cy_value *value = make();
	until_failure = count;
	const msgpack_object *object = cy_value_object(value);
	const int refused = until_failure == SIZE_MAX;
	until_failure = SIZE_MAX;
	if ((object == NULL) != refused)
		exit(EXIT_FAILURE);
	object = cy_value_object(value);
	cy_value *back = cy_from_msgpack(object);
	if (!object || !cy_value_equal(value, back))
		exit(EXIT_FAILURE);
	cy_value_unref(back);
	cy_value_unref(value);
	return refused;
}

int main(void)
{
	size_t count = 0;
	while (try_without(count))
		count++;
	printf("%zu allocations failed, one by one\n", count);
	/* The zone, its first chunk, a further one: fewer would mean that malloc is not ours. */
	return count >= 2 ? EXIT_SUCCESS : EXIT_FAILURE;
}
