/*
 * What captured workers print. The bytes are read straight into the place of the line that has not ended, and emitted
 * from there: nothing is copied for an item, and nothing is kept but that beginning of a line and the last words.
 *
 * One who prints for ever, or much at once, gets the slices of a turn that are its share (ledger/turns.h); what has been
 * read and not emitted stays in its place meanwhile, and nothing more is read.
 */
#include "lib/primary/streams.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/primary/route.h"
#include "lib/primary/worker.h"

enum {
	AT_ONCE = 16, /* lines, or reads, as soon as something can be read */
	ASK = 8,      /* whether the slice is over, after so many */
	TAIL = 4096,
};

/* ---- Lines as items --------------------------------------------------------------------------------------------- */

static int line_copy(void *to, const void *from)
{
	cy_line copy = *(const cy_line *)from;
	char *text = rx_alloc(copy.size + 1);
	if (!text)
		return -ENOMEM;
	memcpy(text, copy.text, copy.size);
	text[copy.size] = '\0';
	copy.text = text;
	*(cy_line *)to = copy;
	return 0;
}

static void line_drop(void *value)
{
	rx_free((void *)((cy_line *)value)->text);
}

static bool line_equal(const void *x, const void *y)
{
	const cy_line *a = x, *b = y;
	return a->worker == b->worker && a->incarnation == b->incarnation && a->stream == b->stream &&
	       a->partial == b->partial && a->size == b->size && memcmp(a->text, b->text, a->size) == 0;
}

static uint64_t line_hash(const void *value)
{
	const cy_line *line = value;
	uint64_t hash = line->worker;
	for (size_t i = 0; i < line->size; i++)
		hash = (hash ^ (unsigned char)line->text[i]) * UINT64_C(0x100000001b3);
	return hash;
}

const rx_type rx_type_cy_line = {.name = "cy_line",
                                 .size = sizeof(cy_line),
                                 .copy = line_copy,
                                 .drop = line_drop,
                                 .equal = line_equal,
                                 .hash = line_hash};

static int is_of_worker(const cy_line *line, void *ctx)
{
	return line->worker == (uintptr_t)ctx;
}
RX_PREDICATE(is_of_worker, cy_line);

static rx_observable *output_of_one(cy_cluster *cluster, const cy_target *target)
{
	cy__worker *worker;
	if (target->to == CY__TO_PRIMARY || target->to == CY__TO_ANY || target->to == CY__TO_OTHERS)
		return rx_throw_error(-EINVAL, "output: of one worker, or of all");
	const int code = cy__route_worker(cluster, target->to, target->name, &worker);
	if (code < 0)
		return rx_throw_error(code, "output: %s", rx_words(code));
	return rx_pipe(rx_subject_observe(cluster->output),
	               rx_filter(is_of_worker, (void *)(uintptr_t)worker->peer.id));
}

rx_observable *cy_output(cy_cluster *cluster, cy_target target)
{
	if (!cluster->primary)
		return rx_throw_error(-EPERM, "output: this process is not the primary");
	if (target.to == CY__TO_ALL)
		return rx_subject_observe(cluster->output);
	return output_of_one(cluster, &target);
}

/* ---- The last words ---------------------------------------------------------------------------------------------- */

/* In a place twice as large, so that it is moved once in a while and not each time. */
static void keep_tail(cy__output *output, const char *bytes, size_t size)
{
	if (size > TAIL) {
		bytes += size - TAIL;
		size = TAIL;
	}
	if (output->tail_used + size > 2 * TAIL) {
		memmove(output->tail, output->tail + output->tail_used - TAIL, TAIL);
		output->tail_used = TAIL;
	}
	memcpy(output->tail + output->tail_used, bytes, size);
	output->tail_used += size;
}

/* Whole lines, if not all are there; without the last newline, and without zeros. */
const char *cy__streams_last_words(cy__worker *worker)
{
	cy__output *output = &worker->streams.outputs[STDERR_FILENO - 1];
	size_t size = output->tail_used;
	if (size && output->tail[size - 1] == '\n')
		size--;
	if (!size)
		return NULL;
	output->tail[size] = '\0';
	char *words = output->tail + (size > TAIL ? size - TAIL : 0);
	for (char *zero; (zero = memchr(words, '\0', (size_t)(output->tail + size - words)));)
		*zero = ' ';
	const char *newline = words > output->tail ? strchr(words, '\n') : NULL;
	return newline ? newline + 1 : words;
}

/* ---- Reading ------------------------------------------------------------------------------------------------------ */

static void emit(cy__output *output, const char *text, size_t size, bool partial)
{
	cy__worker *worker = output->worker;
	const cy_line line = {.worker = worker->peer.id,
	                      .incarnation = worker->supervisor.incarnation,
	                      .stream = output->stream,
	                      .partial = partial,
	                      .text = text,
	                      .size = size};
	rx_subject_next(worker->cluster->output, &line);
}

/* Room for what comes next; what fills all of it is a part of a line. */
static void make_way(cy__output *output)
{
	const size_t size = output->used - output->begin;
	char *at = output->line + output->begin;
	if (size == CY_LINE_MAX) {
		output->begin = output->used;
		at[size] = '\0';
		emit(output, at, size, true);
	} else if (output->begin) {
		memmove(output->line, at, size);
	}
	output->used -= output->begin;
	output->begin = 0;
}

/* @returns whether there was a whole line */
static bool emit_line(cy__output *output)
{
	char *at = output->line + output->begin, *newline = memchr(at, '\n', output->used - output->begin);
	if (!newline)
		return false;
	*newline = '\0';
	output->begin = (size_t)(newline + 1 - output->line);
	emit(output, at, (size_t)(newline - at), false);
	return true;
}

/* @returns as read(), and 0 also where all has been read that counts */
static ssize_t read_some(cy__output *output)
{
	const size_t room = CY_LINE_MAX - output->used;
	char *at = output->line + output->used;
	ssize_t got;
	do
		got = read(output->fd, at, output->draining && output->left < room ? output->left : room);
	while (got < 0 && errno == EINTR);
	if (got > 0) {
		if (output->tail)
			keep_tail(output, at, (size_t)got);
		output->used += (size_t)got;
		output->left -= output->draining ? (size_t)got : 0;
	}
	return got;
}

/* The stream has ended: so has its last line. */
static void end(cy__output *output)
{
	char *at = output->line + output->begin;
	const size_t size = output->used - output->begin;
	cy__output_close(output);
	if (size) {
		at[size] = '\0';
		emit(output, at, size, true);
	}
	cy__worker_drained(output->worker);
}

/* One line more, or what comes next. @returns whether there may be more; it may have ended */
static bool go_on(cy__output *output)
{
	if (emit_line(output))
		return output->open;
	make_way(output);
	const ssize_t got = output->open ? read_some(output) : -1;
	if (!output->open || got > 0)
		return output->open;
	if (got == 0 || errno != EAGAIN || output->draining)
		end(output);
	return false;
}

static bool step(cy__work *work)
{
	cy__output *output = CY__CONTAINER(work, cy__output, work);
	for (unsigned done = 1; go_on(output); done++)
		if (done % ASK == 0 && cy__turns_is_over(work->turns ? work->turns : output->worker->cluster->turns))
			return true;
	return false;
}

static int go_on_later(cy__output *output)
{
	output->work.step = step;
	output->work.what = "output";
	output->work.origin = output->worker->peer.id;
	return cy__turns_add(output->worker->cluster->turns, &output->work);
}

static void read_ready(const int *fd, void *ctx)
{
	(void)fd;
	cy__output *output = ctx;
	if (output->work.turns)
		return;
	for (unsigned done = 0; done < AT_ONCE; done++)
		if (!go_on(output))
			return;
	go_on_later(output); /* without memory for that, the loop comes back here */
}
RX_CONSUMER(read_ready, int);

static void unwatchable(const rx_error *error, void *ctx)
{
	cy__output *output = ctx;
	cy__trouble(output->worker->cluster, output->worker->peer.id, error->code, "its output cannot be watched: %s",
	            error->message);
}

/* What is in the pipe now was written before; somebody else who holds it may go on for ever. */
void cy__output_drain(cy__output *output)
{
	int left = 0;
	if (!output->open)
		return;
	if (ioctl(output->fd, FIONREAD, &left) < 0)
		left = 0;
	output->draining = true;
	output->left = (size_t)left;
	rx_unsubscribe(&output->readable);
	if (output->work.turns)
		return;
	for (unsigned done = 0; done < AT_ONCE; done++)
		if (!go_on(output))
			return;
	if (go_on_later(output) < 0)
		while (go_on(output))
			; /* without memory, what the pipe holds at once */
}

void cy__output_close(cy__output *output)
{
	if (!output->open)
		return;
	output->open = output->draining = false;
	output->begin = output->used = output->left = 0;
	cy__turns_remove(&output->work);
	rx_unsubscribe(&output->readable);
	close(output->fd);
}

static int make_room(cy__output *output)
{
	if (!output->line)
		output->line = rx_alloc(CY_LINE_MAX + 1);
	if (output->line && !output->tail && output->stream == STDERR_FILENO)
		output->tail = rx_alloc(2 * TAIL + 1);
	return output->line && (output->tail || output->stream != STDERR_FILENO) ? 0 : -ENOMEM;
}

int cy__output_open(cy__output *output, int fd)
{
	if (make_room(output) < 0)
		return -ENOMEM;
	output->fd = fd;
	output->open = true;
	output->begin = output->used = output->tail_used = 0;
	rx_subscribe(rx_readable(fd),
	             &(rx_observer){RX_NEXT(read_ready), .error = unwatchable, .ctx = output,
	                            .scheduler = output->worker->cluster->scheduler},
	             &output->readable);
	return 0;
}
