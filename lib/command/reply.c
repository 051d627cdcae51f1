/*
 * Replies as items, and what a handler answers with.
 */
#include "lib/cluster/cluster.h"

#include <fcntl.h>
#include <unistd.h>

static void reply_drop(void *value)
{
	cy_reply *reply = value;
	cy_value_unref(reply->value);
	rx_error_unref(reply->error);
}

/* A copy has no descriptors: they belong to the call that brought them. */
static int reply_copy(void *to, const void *from)
{
	cy_reply copy = *(const cy_reply *)from;
	copy.fds = NULL;
	if (copy.value)
		copy.value = cy_value_ref(copy.value);
	if (copy.error)
		copy.error = rx_error_ref(copy.error);
	*(cy_reply *)to = copy;
	return 0;
}

static bool reply_equal(const void *x, const void *y)
{
	const cy_reply *a = x, *b = y;
	if (a->worker != b->worker || !a->value != !b->value || !a->error != !b->error)
		return false;
	return (!a->value || cy_value_equal(a->value, b->value)) && (!a->error || rx_error_equal(a->error, b->error));
}

static uint64_t reply_hash(const void *value)
{
	const cy_reply *reply = value;
	return (reply->value ? cy_value_hash(reply->value) : (uint64_t)(reply->error ? reply->error->code : 0)) ^
	       reply->worker;
}

const rx_type rx_type_cy_reply = {.name = "cy_reply",
                                  .size = sizeof(cy_reply),
                                  .copy = reply_copy,
                                  .drop = reply_drop,
                                  .equal = reply_equal,
                                  .hash = reply_hash};

static int value_of(const cy_reply *reply, cy_body *body, void *ctx)
{
	(void)ctx;
	if (reply->error)
		return rx_raise(reply->error->code, "%s", reply->error->message);
	*body = cy_value_ref(reply->value);
	return 0;
}
RX_MAPPER(value_of, cy_body, cy_reply);

rx_operator *cy_values(void)
{
	return rx_map(value_of);
}

rx_observable *cy_answer(cy_value *value)
{
	const int code = cy_value_error(value);
	rx_observable *answer =
		code < 0 ? rx_throw_error(code, "%s", cy_value_words(value)) : rx_from(&rx_type_cy_body, &value, 1);
	cy_value_unref(value);
	return answer;
}

/* ---- With descriptors -------------------------------------------------------------------------------------------- */

struct enclosure {
	cy_value *value;
	size_t count;
	int fds[];
};

static void drop_enclosure(void *ctx)
{
	struct enclosure *enclosure = ctx;
	for (size_t i = 0; i < enclosure->count; i++)
		close(enclosure->fds[i]);
	cy_value_unref(enclosure->value);
	rx_free(enclosure);
}

/* Whoever serves the call takes them along with the item, within rx_next(). */
static int emit_enclosed(rx_subscriber *subscriber, void *ctx)
{
	struct enclosure *enclosure = ctx;
	cy_cluster *cluster = cy_current();
	cy__fds fds = {.fd = enclosure->fds, .count = enclosure->count};
	rx_wait_forbid();
	if (cluster)
		cluster->enclosed = &fds;
	rx_next(subscriber, &enclosure->value);
	if (cluster)
		cluster->enclosed = NULL;
	rx_complete(subscriber);
	rx_wait_allow();
	return 0;
}

static int duplicate(struct enclosure *enclosure, const int *fds, size_t count)
{
	for (; enclosure->count < count; enclosure->count++) {
		enclosure->fds[enclosure->count] = fcntl(fds[enclosure->count], F_DUPFD_CLOEXEC, 3);
		if (enclosure->fds[enclosure->count] < 0)
			return rx_raise(-errno, "descriptor %d cannot be copied: %s", fds[enclosure->count],
			                strerror(errno));
	}
	return 0;
}

rx_observable *cy_answer_descriptors(cy_value *value, const int *fds, size_t count)
{
	if (count > CY__FRAME_FDS_MAX) {
		cy_value_unref(value);
		return rx_throw_error(-E2BIG, "%zu descriptors are too many for one answer", count);
	}
	struct enclosure *enclosure = rx_alloc_zero(sizeof *enclosure + count * sizeof *fds);
	if (!enclosure) {
		cy_value_unref(value);
		return rx_throw_error(-ENOMEM, "no memory");
	}
	enclosure->value = value;
	int code = cy_value_error(value);
	if (code < 0)
		rx_raise(code, "%s", cy_value_words(value));
	else
		code = duplicate(enclosure, fds, count);
	if (code >= 0)
		return rx_create(&rx_type_cy_body, emit_enclosed, enclosure, drop_enclosure);
	rx_observable *refusal = rx_throw_error(code, "%s", rx_words(code));
	drop_enclosure(enclosure);
	return refusal;
}

int cy_reply_descriptor(const cy_reply *reply, size_t index)
{
	const int lost = reply->fds ? reply->fds->error : 0;
	if (lost)
		return rx_raise(lost, "the descriptors have not arrived: %s", strerror(-lost));
	const int fd = reply->fds ? cy__fds_claim(reply->fds, index) : -1;
	return fd < 0 ? rx_raise(-ENOENT, "there is no descriptor %zu, or it has been taken", index) : fd;
}

int cy_event_descriptor(const cy_event *event, size_t index)
{
	return cy_reply_descriptor(&(cy_reply){.fds = event->fds}, index);
}
