#include "observables/events/watch.h"

#include <sys/stat.h>

const rx_type rx_type_rx_file_change = {.name = "rx_file_change", .size = sizeof(rx_file_change)};

struct file {
	char *path;
	rx_nsec interval;
};

struct state {
	struct ev_loop *loop;
	ev_stat watcher;
};

static rx_file_status status_of(const ev_statdata *stat)
{
	return (rx_file_status){.size = stat->st_size,
	                        .modified = RX_S(stat->st_mtim.tv_sec) + stat->st_mtim.tv_nsec,
	                        .inode = stat->st_ino,
	                        .mode = stat->st_mode,
	                        .links = (uint32_t)stat->st_nlink};
}

static void changed(struct ev_loop *loop, ev_stat *watcher, int events)
{
	(void)loop, (void)events;
	rx__forget_words();
	const rx_file_change change = {status_of(&watcher->prev), status_of(&watcher->attr)};
	rx__watch_emit(watcher->data, &change);
}

static int file_start(rx_stage *self)
{
	const struct file *file = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	const int code = rx__watch_loop(self, &state->loop);
	if (code < 0)
		return code;
	ev_stat_init(&state->watcher, changed, file->path, (double)file->interval * 1e-9);
	state->watcher.data = self;
	ev_stat_start(state->loop, &state->watcher);
	return 0;
}

static void file_stop(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	ev_stat_stop(state->loop, &state->watcher);
}

static void file_drop(void *params)
{
	rx_free(((const struct file *)params)->path);
}

static const rx_stage_ops file_ops = {
	.name = "file", .state_size = sizeof(struct state), .start = file_start, .stop = file_stop, .drop = file_drop};

rx_observable *rx_file(const char *path, rx_nsec interval)
{
	const size_t size = strlen(path) + 1;
	struct file file = {.path = rx_alloc(size), .interval = interval > 0 ? interval : 0};
	if (!file.path)
		return rx__no_memory();
	memcpy(file.path, path, size);
	return rx__source(&file_ops, &rx_type_rx_file_change, &file, sizeof file);
}
