#include "lib/message/letter.h"

#include <fcntl.h>
#include <unistd.h>

#include "lib/command/opening.h"
#include "lib/descriptor/descriptor.h"
#include "lib/value/seed.h"

bool cy__may_be_dropped(const cy__frame *frame)
{
	const uint16_t policy = frame->flags & CY__FRAME_FULL;
	return frame->kind == CY__MESSAGE && (policy == CY__FRAME_DROP_OLDEST || policy == CY__FRAME_KEEP_LATEST);
}

/* ---- Names -------------------------------------------------------------------------------------------------------- */

/* What it begins with, up to the value: whom it is for by name, and its own name. */
static const uint8_t *name_in(const cy__letter *letter)
{
	return letter->sending.prefix_size ? letter->bytes : letter->frame.body;
}

static size_t name_size(const cy__frame *frame, size_t prefix_size)
{
	cy__text name;
	if (prefix_size)
		return prefix_size;
	return frame->body ? cy__opening_read(frame->body, frame->body_size, &name) : 0;
}

/* Names are chosen by whoever sends: with a secret nobody can make them meet. */
static void find_key(cy__letter *letter)
{
	if ((letter->frame.flags & CY__FRAME_FULL) != CY__FRAME_KEEP_LATEST || letter->frame.kind != CY__MESSAGE)
		return;
	letter->key_size = name_size(&letter->frame, letter->sending.prefix_size);
	if (!letter->key_size)
		return;
	letter->key = cy__seed_hash(cy__seed_shared(), name_in(letter), letter->key_size) ^ letter->frame.to;
}

static bool is_same(const cy__letter *a, const cy__letter *b)
{
	return a->key_size == b->key_size && a->frame.to == b->frame.to &&
	       memcmp(name_in(a), name_in(b), a->key_size) == 0;
}

/* ---- One letter --------------------------------------------------------------------------------------------------- */

static int keep_descriptors(cy__letter *letter, const int *fds, size_t count)
{
	letter->fds = count ? rx_alloc(count * sizeof *letter->fds) : NULL;
	if (count && !letter->fds)
		return -ENOMEM;
	for (; letter->fd_count < count; letter->fd_count++) {
		const int fd = fcntl(fds[letter->fd_count], F_DUPFD_CLOEXEC, 3);
		if (fd < 0)
			return rx_raise(-errno, "descriptor %d cannot be copied: %s", fds[letter->fd_count],
			                strerror(errno));
		letter->fds[letter->fd_count] = fd;
	}
	return 0;
}

int cy__letter_create(const cy__frame *frame, const cy__sending *sending, cy__manner manner, cy__letter **created)
{
	const size_t copied = sending->release || !frame->body ? 0 : frame->body_size;
	cy__letter *letter = rx_alloc(sizeof *letter + sending->prefix_size + copied);
	if (!letter)
		return -ENOMEM;
	*letter = (cy__letter){.frame = *frame,
	                       .sending = {.prefix_size = sending->prefix_size, .ordered = sending->ordered},
	                       .manner = manner,
	                       .loose = cy__may_be_dropped(frame)};
	letter->size = CY__FRAME_HEAD + sending->prefix_size + (frame->body ? frame->body_size : 1);
	letter->frame.block = NULL;
	if (sending->prefix_size)
		memcpy(letter->bytes, sending->prefix, sending->prefix_size);
	if (copied)
		letter->frame.body = memcpy(letter->bytes + sending->prefix_size, frame->body, copied);
	const int code = keep_descriptors(letter, sending->fds, frame->fd_count);
	if (code < 0) {
		cy__letter_free(letter);
		return code;
	}
	letter->sending.prefix = letter->bytes;
	letter->sending.fds = letter->fds;
	letter->sending.release = sending->release;
	letter->sending.owner = sending->owner;
	find_key(letter);
	*created = letter;
	return 0;
}

void cy__letter_free(cy__letter *letter)
{
	for (size_t i = 0; i < letter->fd_count; i++)
		cy__fd_discard(letter->fds[i]);
	if (letter->sending.release)
		letter->sending.release(letter->sending.owner);
	rx_free(letter->fds);
	rx_free(letter);
}

/* ---- In a lane ---------------------------------------------------------------------------------------------------- */

static void link_loose(cy__lane *lane, cy__letter *letter, cy__letter *behind)
{
	cy__letter *next = behind ? behind->next_loose : lane->loose;
	letter->previous_loose = behind;
	letter->next_loose = next;
	*(behind ? &behind->next_loose : &lane->loose) = letter;
	*(next ? &next->previous_loose : &lane->loose_last) = letter;
	lane->loose_count++;
	lane->loose_bytes += letter->size;
}

static void unlink_loose(cy__lane *lane, cy__letter *letter)
{
	*(letter->previous_loose ? &letter->previous_loose->next_loose : &lane->loose) = letter->next_loose;
	*(letter->next_loose ? &letter->next_loose->previous_loose : &lane->loose_last) = letter->previous_loose;
	lane->loose_count--;
	lane->loose_bytes -= letter->size;
}

/* Without memory for the table it is not found, and waits beside a later one. */
static void note_latest(cy__lane *lane, cy__letter *letter)
{
	if (!letter->key)
		return;
	cy__table_remove(&lane->latest, letter->key);
	if (cy__table_add(&lane->latest, letter->key, letter) < 0)
		letter->key = 0;
}

static void forget_latest(cy__lane *lane, const cy__letter *letter)
{
	if (letter->key && cy__table_get(&lane->latest, letter->key) == letter)
		cy__table_remove(&lane->latest, letter->key);
}

cy__letter *cy__lane_latest(const cy__lane *lane, const cy__letter *letter)
{
	cy__letter *latest = letter->key ? cy__table_get(&lane->latest, letter->key) : NULL;
	return latest && is_same(latest, letter) ? latest : NULL;
}

void cy__lane_put(cy__lane *lane, cy__letter *letter, cy__letter *instead)
{
	cy__letter *behind = instead ? instead->previous : lane->last;
	cy__letter *behind_loose = instead ? instead->previous_loose : lane->loose_last;
	if (instead)
		cy__lane_take(instead);
	cy__letter *next = behind ? behind->next : lane->first;
	letter->lane = lane;
	letter->previous = behind;
	letter->next = next;
	*(behind ? &behind->next : &lane->first) = letter;
	*(next ? &next->previous : &lane->last) = letter;
	lane->count++;
	lane->bytes += letter->size;
	if (letter->loose)
		link_loose(lane, letter, behind_loose);
	note_latest(lane, letter);
}

void cy__lane_take(cy__letter *letter)
{
	cy__lane *lane = letter->lane;
	*(letter->previous ? &letter->previous->next : &lane->first) = letter->next;
	*(letter->next ? &letter->next->previous : &lane->last) = letter->previous;
	lane->count--;
	lane->bytes -= letter->size;
	if (letter->loose)
		unlink_loose(lane, letter);
	forget_latest(lane, letter);
	letter->lane = NULL;
}
