#include "lib/primary/options.h"
#include "lib/descriptor/descriptor.h"

#include <clusterfy/rx/error.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <string.h>
#include <unistd.h>

/* Two passes over the same code: the first one, without a block, only measures. */
struct arena {
	char *block;
	size_t used;
};

static void *take(struct arena *arena, const void *from, size_t size)
{
	void *to = arena->block ? arena->block + arena->used : NULL;
	if (to && size)
		memcpy(to, from, size);
	arena->used += (size + 15) & ~(size_t)15;
	return to;
}

static const char *take_string(struct arena *arena, const char *text)
{
	return text ? take(arena, text, strlen(text) + 1) : NULL;
}

static const char *const *take_strings(struct arena *arena, const char *const *strings)
{
	size_t count = 0;
	if (!strings)
		return NULL;
	while (strings[count])
		count++;
	const char **copies = take(arena, strings, (count + 1) * sizeof *copies);
	for (size_t i = 0; i < count; i++) {
		const char *copy = take_string(arena, strings[i]);
		if (copies)
			copies[i] = copy;
	}
	return copies;
}

/* One without instructions is none, as the kernel will say. */
static const struct sock_fprog *take_filter(struct arena *arena, const struct sock_fprog *program)
{
	if (!program)
		return NULL;
	const unsigned short length = program->filter ? program->len : 0;
	struct sock_fprog *copy = take(arena, program, sizeof *program);
	struct sock_filter *instructions = take(arena, program->filter, length * sizeof *instructions);
	if (copy)
		*copy = (struct sock_fprog){length, instructions};
	return copy;
}

static void take_all(struct arena *arena, cy__process_copy *copy, const cy_process_options *options)
{
	copy->options = *options;
	copy->options.program = take_string(arena, options->program);
	copy->options.arguments = take_strings(arena, options->arguments);
	copy->options.environment = take_strings(arena, options->environment);
	copy->options.directory = take_string(arena, options->directory);
	copy->options.user = take_string(arena, options->user);
	copy->options.group = take_string(arena, options->group);
	copy->options.seccomp_filter = take_filter(arena, options->seccomp_filter);
	copy->options.descriptors =
		take(arena, options->descriptors, options->descriptor_count * sizeof *options->descriptors);
	copy->options.limits = take(arena, options->limits, options->limit_count * sizeof *options->limits);
	copy->fds = take(arena, NULL, 0);
	arena->used += (options->descriptor_count + 3) * sizeof *copy->fds;
}

static int keep(cy__process_copy *copy, int *fd)
{
	const int duplicate = cy__fd_copy(*fd);
	if (duplicate < 0)
		return rx_plain(-errno);
	copy->fds[copy->fd_count++] = *fd = duplicate;
	return 0;
}

static int keep_all(cy__process_copy *copy)
{
	cy_stream *streams[] = {&copy->options.input, &copy->options.output, &copy->options.error};
	cy_descriptor *descriptors = (cy_descriptor *)copy->options.descriptors;
	int code = 0;
	for (size_t i = 0; code >= 0 && i < 3; i++)
		if (streams[i]->kind == CY_STREAM_FD)
			code = keep(copy, &streams[i]->fd);
	for (size_t i = 0; code >= 0 && i < copy->options.descriptor_count; i++)
		code = keep(copy, &descriptors[i].fd);
	return code;
}

int cy__process_copy_init(cy__process_copy *copy, const cy_process_options *options)
{
	struct arena arena = {0};
	memset(copy, 0, sizeof *copy);
	take_all(&arena, copy, options);
	arena.block = rx_alloc(arena.used);
	if (!arena.block)
		return -ENOMEM;
	arena.used = 0;
	take_all(&arena, copy, options);
	copy->block = arena.block;
	copy->fd_count = 0;
	const int code = keep_all(copy);
	if (code < 0)
		cy__process_copy_finish(copy);
	return code;
}

void cy__process_copy_finish(cy__process_copy *copy)
{
	for (size_t i = 0; i < copy->fd_count; i++)
		close(copy->fds[i]);
	rx_free(copy->block);
	memset(copy, 0, sizeof *copy);
}
