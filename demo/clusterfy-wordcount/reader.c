#include "reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "table.h"

void reader_start(struct reader *reader, char *const *files)
{
	*reader = (struct reader){.files = files, .fd = -1, .room = CHUNK, .buffer = allocate(NULL, CHUNK)};
}

static int complain(const struct reader *reader)
{
	const int code = -errno;
	return rx_raise(code, "%s: %s", reader->name, strerror(-code));
}

/* Read into the buffer what goes in, at most to the end of the open file. */
static int read_some(struct reader *reader)
{
	ssize_t got;
	do
		got = read(reader->fd, reader->buffer + reader->used, reader->room - reader->used);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return complain(reader);
	reader->used += (size_t)got;
	if (got == 0) {
		close(reader->fd);
		reader->fd = -1;
	}
	return 0;
}

static int open_next(struct reader *reader)
{
	reader->name = *reader->files++;
	reader->fd = open(reader->name, O_RDONLY | O_CLOEXEC);
	return reader->fd < 0 ? complain(reader) : 0;
}

static int fill(struct reader *reader)
{
	int code = 0;
	while (code >= 0 && reader->used < reader->room && (reader->fd >= 0 || *reader->files))
		code = reader->fd >= 0 ? read_some(reader) : open_next(reader);
	reader->at_end = code >= 0 && reader->fd < 0 && !*reader->files;
	return code;
}

/* How much of the buffer ends where no word does; 0: it is all one word. */
static size_t cut(const struct reader *reader)
{
	size_t end = reader->used;
	while (!reader->at_end && end && is_letter((unsigned char)reader->buffer[end - 1]))
		end--;
	return end;
}

int reader_next(struct reader *reader, cy_value **chunk)
{
	int code = reader->at_end ? 0 : fill(reader);
	while (code >= 0 && reader->used && !cut(reader)) {
		if (reader->room >= WORD_MAX)
			return rx_raise(-EMSGSIZE, "%s: a word of more than 4 MiB", reader->name);
		reader->room *= 2;
		reader->buffer = allocate(reader->buffer, reader->room);
		code = fill(reader);
	}
	if (code < 0)
		return code;
	const size_t size = cut(reader);
	if (!size)
		return 0;
	*chunk = cy_binary(reader->buffer, size);
	reader->used -= size;
	memmove(reader->buffer, reader->buffer + size, reader->used);
	return 1;
}

void reader_finish(struct reader *reader)
{
	if (reader->fd >= 0)
		close(reader->fd);
	free(reader->buffer);
}
