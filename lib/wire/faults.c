/*
 * Each read and write is bounded by `split`, by what is left until the channel is to end, and by the room in which bytes
 * are spoilt before they are written, for what a caller sends is not ours to change.
 */
#include "lib/wire/faults.h"

#include <errno.h>
#include <string.h>
#include <sys/uio.h>

enum { ROOM = 4096 };

struct cy__faults {
	cy_faults given;
	uint64_t state;
	size_t passed;
	uint8_t room[ROOM];
};

static bool is_probability(double p)
{
	return p >= 0 && p <= 1;
}

int cy__faults_create(const cy_faults *faults, cy__faults **created)
{
	if (!is_probability(faults->drop) || !is_probability(faults->corrupt) || faults->delay < 0)
		return rx_raise(-EINVAL, "inject: probabilities are from 0 to 1, and a delay is none below 0");
	cy__faults *made = rx_alloc_zero(sizeof *made);
	if (!made)
		return -ENOMEM;
	made->given = *faults;
	made->state = faults->seed ? faults->seed : 1;
	*created = made;
	return 0;
}

void cy__faults_destroy(cy__faults *faults)
{
	rx_free(faults);
}

/* ---- Chance ------------------------------------------------------------------------------------------------------------ */

/* splitmix64 */
static uint64_t draw(cy__faults *faults)
{
	uint64_t z = faults->state += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static bool happens(cy__faults *faults, double probability)
{
	return probability > 0 && (double)(draw(faults) >> 11) * 0x1p-53 < probability;
}

/* Every bit of it may be the one. */
static void spoil(cy__faults *faults, uint8_t *bytes, size_t size)
{
	for (size_t i = 0; faults->given.corrupt > 0 && i < size; i++)
		if (happens(faults, faults->given.corrupt))
			bytes[i] ^= (uint8_t)(1 + draw(faults) % 255);
}

bool cy__faults_lose(cy__faults *faults, cy__kind kind)
{
	return kind != CY__HELLO && kind != CY__GOODBYE && happens(faults, faults->given.drop);
}

rx_nsec cy__faults_delay(const cy__faults *faults)
{
	return faults->given.delay;
}

/* ---- Bytes ------------------------------------------------------------------------------------------------------------- */

/* How many may pass now; 0: the channel has come to its end. */
static size_t bound(const cy__faults *faults, size_t size)
{
	const size_t split = faults->given.split, end = faults->given.close_after;
	if (split && split < size)
		size = split;
	if (end && size > end - faults->passed)
		size = end - faults->passed;
	return size;
}

static void pass(cy__faults *faults, int fd, size_t size)
{
	faults->passed += size;
	if (faults->given.close_after && faults->passed == faults->given.close_after)
		shutdown(fd, SHUT_RDWR);
}

static size_t gather(const struct msghdr *message, uint8_t *room, size_t size)
{
	size_t used = 0;
	for (size_t i = 0; i < (size_t)message->msg_iovlen && used < size; i++) {
		const struct iovec *part = &message->msg_iov[i];
		const size_t count = part->iov_len < size - used ? part->iov_len : size - used;
		memcpy(room + used, part->iov_base, count);
		used += count;
	}
	return used;
}

/* What the socket does not take is spoilt anew when it is offered again. */
ssize_t cy__faults_write(cy__faults *faults, int fd, const struct msghdr *message, int flags)
{
	struct iovec part = {.iov_base = faults->room};
	struct msghdr spoilt = *message;
	part.iov_len = gather(message, faults->room, bound(faults, sizeof faults->room));
	if (part.iov_len == 0) {
		errno = EPIPE;
		return -1;
	}
	spoil(faults, faults->room, part.iov_len);
	spoilt.msg_iov = &part;
	spoilt.msg_iovlen = 1;
	const ssize_t sent = sendmsg(fd, &spoilt, flags);
	if (sent > 0)
		pass(faults, fd, (size_t)sent);
	return sent;
}

ssize_t cy__faults_read(cy__faults *faults, int fd, struct msghdr *message, int flags)
{
	struct iovec *part = message->msg_iov;
	message->msg_iovlen = 1;
	part->iov_len = bound(faults, part->iov_len);
	if (part->iov_len == 0)
		return 0;
	const ssize_t got = recvmsg(fd, message, flags);
	if (got <= 0)
		return got;
	spoil(faults, part->iov_base, (size_t)got);
	pass(faults, fd, (size_t)got);
	return got;
}
