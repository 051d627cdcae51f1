/*
 * The child of floor-children.c: libev and msgpack-c are linked as they are into a program with the library, its loop
 * watches descriptor 3, there it says that it is ready, and at its end it ends.
 */
#include <ev.h>
#include <msgpack.h>
#include <unistd.h>

static void ended(struct ev_loop *loop, ev_io *io, int events)
{
	(void)io, (void)events;
	ev_break(loop, EVBREAK_ALL);
}

static int put(void *fd, const char *bytes, size_t size)
{
	return write(*(int *)fd, bytes, size) == (ssize_t)size ? 0 : -1;
}

int main(void)
{
	struct ev_loop *loop = ev_default_loop(0);
	int fd = 3;
	msgpack_packer packer;
	ev_io io;
	if (!loop || msgpack_version_major() < 1) /* called, so that the linker does not leave msgpack-c out */
		return 1;
	ev_io_init(&io, ended, fd, EV_READ);
	ev_io_start(loop, &io);
	msgpack_packer_init(&packer, &fd, put);
	msgpack_pack_true(&packer);
	ev_run(loop, 0);
	return 0;
}
