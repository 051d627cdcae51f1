#include "lib/message/letters.h"

#include <fcntl.h>
#include <unistd.h>

bool cy__may_be_dropped(uint16_t flags)
{
	const uint16_t policy = flags & CY__FRAME_FULL;
	return policy == CY__FRAME_DROP_OLDEST || policy == CY__FRAME_KEEP_LATEST;
}

static bool same_string(const cy_value *a, const cy_value *b, const char *path)
{
	const char *of_a = NULL, *of_b = NULL;
	const bool has_a = cy_get_string(a, path, &of_a) >= 0, has_b = cy_get_string(b, path, &of_b) >= 0;
	return has_a == has_b && (!has_a || strcmp(of_a, of_b) == 0);
}

bool cy__is_same_message(const cy_value *earlier, const cy_value *later)
{
	return same_string(earlier, later, "1") && same_string(earlier, later, "0");
}

void cy__letter_free(cy__letter *letter)
{
	if (!letter)
		return;
	for (size_t i = 0; i < letter->fd_count; i++)
		if (letter->fds[i] >= 0)
			close(letter->fds[i]);
	cy_value_unref(letter->body);
	rx_free(letter);
}

static int create(const cy__post *post, size_t size, cy__letter **created)
{
	cy__letter *letter = rx_alloc_zero(sizeof *letter + post->fd_count * sizeof *letter->fds);
	if (!letter)
		return -ENOMEM;
	letter->flags = post->flags;
	letter->from = post->from;
	letter->to = post->to;
	letter->body = cy__post_body(post);
	letter->size = size;
	if (cy_value_error(letter->body) < 0) {
		cy__letter_free(letter);
		return -ENOMEM;
	}
	for (; letter->fd_count < post->fd_count; letter->fd_count++) {
		letter->fds[letter->fd_count] = fcntl(post->fds[letter->fd_count], F_DUPFD_CLOEXEC, 3);
		if (letter->fds[letter->fd_count] < 0) {
			const int code = -errno;
			cy__letter_free(letter);
			return code;
		}
	}
	*created = letter;
	return 0;
}

/* Take the letter at @p link out, and put @p instead there, if that is not NULL. */
static cy__letter *take_out(cy__letters *letters, cy__letter **link, cy__letter *instead)
{
	cy__letter *letter = *link;
	if (instead)
		instead->next = letter->next;
	*link = instead ? instead : letter->next;
	letters->count -= !instead;
	letters->bytes -= letter->size;
	letters->bytes += instead ? instead->size : 0;
	if (letters->last != letter)
		return letter;
	letters->last = instead;
	for (cy__letter *last = letters->first; !instead && last; last = last->next)
		letters->last = last;
	return letter;
}

cy__letter *cy__letters_take(cy__letters *letters)
{
	return letters->first ? take_out(letters, &letters->first, NULL) : NULL;
}

void cy__letters_clear(cy__letters *letters)
{
	for (cy__letter *letter; (letter = cy__letters_take(letters));)
		cy__letter_free(letter);
}

static void drop(cy__letters *letters, cy__letter **link, cy__letter *instead)
{
	cy__letter *letter = take_out(letters, link, instead);
	const uint32_t from = letter->from;
	cy__letter_free(letter);
	letters->dropped(letters, from);
}

static bool replace(cy__letters *letters, cy__letter *letter)
{
	for (cy__letter **link = &letters->first; *link; link = &(*link)->next) {
		const cy__letter *earlier = *link;
		if (earlier->from != letter->from || earlier->to != letter->to ||
		    (earlier->flags & CY__FRAME_FULL) != CY__FRAME_KEEP_LATEST ||
		    !cy__is_same_message(earlier->body, letter->body))
			continue;
		drop(letters, link, letter);
		return true;
	}
	return false;
}

static bool is_over(const cy__letters *letters, const cy__letters_bound *bound, size_t size)
{
	return letters->count && (letters->count >= bound->frames || letters->bytes + size > bound->bytes);
}

/* Those that may be dropped, from the oldest, until there is room for @p size bytes. */
static bool make_room(cy__letters *letters, const cy__letters_bound *bound, size_t size)
{
	cy__letter **link = &letters->first;
	while (is_over(letters, bound, size) && *link) {
		if (cy__may_be_dropped((*link)->flags))
			drop(letters, link, NULL);
		else
			link = &(*link)->next;
	}
	return !is_over(letters, bound, size);
}

/* What took the place of a smaller one may be too much. */
static void trim(cy__letters *letters, const cy__letters_bound *bound)
{
	cy__letter **link = &letters->first;
	while (letters->count > 1 && letters->bytes > bound->bytes && *link) {
		if (cy__may_be_dropped((*link)->flags))
			drop(letters, link, NULL);
		else
			link = &(*link)->next;
	}
}

static void append(cy__letters *letters, cy__letter *letter)
{
	*(letters->last ? &letters->last->next : &letters->first) = letter;
	letters->last = letter;
	letters->count++;
	letters->bytes += letter->size;
}

int cy__letters_add(cy__letters *letters, const cy__post *post, const cy__letters_bound *bound)
{
	size_t size;
	cy_value_bytes(post->body, &size);
	size += post->opening_size;
	const uint16_t policy = post->flags & CY__FRAME_FULL;
	const bool full = bound->passed || is_over(letters, bound, size);
	if (full && policy == CY__FRAME_REFUSE)
		return -EAGAIN;
	if (full && policy == CY__FRAME_DROP_NEWEST) {
		letters->dropped(letters, post->from);
		return 0;
	}
	cy__letter *letter = NULL;
	const int code = create(post, size, &letter);
	if (!letter)
		return code;
	if (full && policy == CY__FRAME_KEEP_LATEST && replace(letters, letter)) {
		trim(letters, bound);
		return 0;
	}
	if (make_room(letters, bound, size)) {
		append(letters, letter);
		return 0;
	}
	cy__letter_free(letter);
	letters->dropped(letters, post->from);
	return 0;
}
