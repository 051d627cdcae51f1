#include "lib/command/held.h"

#include <fcntl.h>
#include <unistd.h>

#include "lib/descriptor/descriptor.h"
#include "lib/ledger/ledger.h"

static int duplicate(cy__held *held, const cy__fds *fds)
{
	for (; held->fds.count < fds->count; held->fds.count++) {
		const int fd = fds->fd[held->fds.count];
		const int copy = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 3);
		if (fd >= 0 && copy < 0)
			return rx_raise(-errno, "descriptor %d cannot be copied: %s", fd, strerror(errno));
		held->fds.fd[held->fds.count] = copy;
	}
	held->fds.error = fds->error;
	return 0;
}

int cy__held_push(cy__held_queue *queue, const cy__held *what)
{
	int code = what->fds.count ? cy__charge(what->account, CY__DESCRIPTORS, what->fds.count) : 0;
	cy__held *held = code < 0 ? NULL : rx_alloc(sizeof *held + what->fds.count * sizeof *held->fds.fd);
	if (!held) {
		if (code >= 0)
			cy__discharge(what->account, CY__DESCRIPTORS, what->fds.count);
		cy_value_unref(what->value);
		rx_error_unref(what->error);
		return code < 0 ? code : -ENOMEM;
	}
	*held = *what;
	held->next = NULL;
	held->charged = what->fds.count;
	held->fds = (cy__fds){.fd = (int *)(held + 1)};
	code = duplicate(held, &what->fds);
	if (code < 0) {
		cy__held_free(held);
		return code;
	}
	*(queue->last ? &queue->last->next : &queue->first) = held;
	queue->last = held;
	queue->count++;
	queue->bytes += held->size;
	return 0;
}

cy__held *cy__held_pop(cy__held_queue *queue)
{
	cy__held *held = queue->first;
	if (!held)
		return NULL;
	queue->first = held->next;
	if (!queue->first)
		queue->last = NULL;
	queue->count--;
	queue->bytes -= held->size;
	return held;
}

void cy__held_put_back(cy__held_queue *queue, cy__held *held)
{
	held->next = queue->first;
	queue->first = held;
	if (!queue->last)
		queue->last = held;
	queue->count++;
	queue->bytes += held->size;
}

void cy__held_free(cy__held *held)
{
	if (!held)
		return;
	for (size_t i = 0; i < held->fds.count; i++)
		cy__fd_discard(held->fds.fd[i]);
	cy__discharge(held->account, CY__DESCRIPTORS, held->charged);
	cy_value_unref(held->value);
	rx_error_unref(held->error);
	rx_free(held);
}

void cy__held_clear(cy__held_queue *queue)
{
	for (cy__held *held; (held = cy__held_pop(queue));)
		cy__held_free(held);
}
