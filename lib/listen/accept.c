/*
 * cy_accept: several processes wait on one socket, so each takes a bounded number in a turn, and finds none as often.
 */
#include "lib/listen/listen.h"
#include "lib/descriptor/descriptor.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Connections in a turn, and how long it waits where there are no descriptors. */
#define BUDGET 64
#define PATIENCE RX_MS(100)

/* A copy has a descriptor of its own: the connection outlives the call that brought it. */
static int connection_copy(void *to, const void *from)
{
	const cy_connection *connection = from;
	cy_connection copy = {.fd = -1, .taken = rx_alloc(sizeof(bool))};
	if (!copy.taken)
		return -ENOMEM;
	*copy.taken = *connection->taken;
	if (!*copy.taken)
		copy.fd = cy__fd_copy(connection->fd);
	if (!*copy.taken && copy.fd < 0) {
		const int code = -errno;
		rx_free(copy.taken);
		return code;
	}
	*(cy_connection *)to = copy;
	return 0;
}

static void connection_drop(void *value)
{
	cy_connection *connection = value;
	if (!*connection->taken)
		close(connection->fd);
	rx_free(connection->taken);
}

static bool connection_equal(const void *a, const void *b)
{
	return ((const cy_connection *)a)->fd == ((const cy_connection *)b)->fd;
}

static uint64_t connection_hash(const void *value)
{
	return (uint64_t)((const cy_connection *)value)->fd;
}

const rx_type rx_type_cy_connection = {.name = "cy_connection",
                                       .size = sizeof(cy_connection),
                                       .copy = connection_copy,
                                       .drop = connection_drop,
                                       .equal = connection_equal,
                                       .hash = connection_hash};

int cy_connection_take(const cy_connection *connection)
{
	if (*connection->taken)
		return rx_raise(-EALREADY, "the connection has been taken");
	*connection->taken = true;
	return connection->fd;
}

struct accepting {
	rx_subscriber *subscriber;
	rx_subscription listeners, readable;
	unsigned holds; /* one for each of the two that is open */
	rx_task patience;
};

static void look_again(rx_task *task)
{
	rx_resume(&CY__CONTAINER(task, struct accepting, patience)->readable);
}

static void wait_a_while(struct accepting *accepting)
{
	rx_pause(&accepting->readable);
	accepting->patience.run = look_again;
	rx_schedule(rx_subscriber_scheduler(accepting->subscriber), &accepting->patience, PATIENCE);
}

/* Whether there is more to do in this turn. */
static bool take_failure(struct accepting *accepting, int code)
{
	switch (code) {
	case -EAGAIN:
		return false;
	case -EMFILE:
	case -ENFILE:
	case -ENOBUFS:
	case -ENOMEM:
		wait_a_while(accepting);
		return false;
	case -EINVAL: /* it listens no more: the primary has closed it, and the listener's end is on its way */
		rx_complete(accepting->subscriber);
		return false;
	case -EBADF:
	case -ENOTSOCK:
		rx_fail(accepting->subscriber, code, "accept: %s", strerror(-code));
		return false;
	default:
		return true; /* the connection's own, not the socket's */
	}
}

static void take_readable(const int *listener, void *ctx)
{
	struct accepting *accepting = ctx;
	for (int i = 0; i < BUDGET && rx_wanted(accepting->subscriber); i++) {
		const int fd = cy__fd_above(accept4(*listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC));
		if (fd < 0) {
			if (!take_failure(accepting, -errno))
				return;
			continue;
		}
		bool taken = false;
		rx_next(accepting->subscriber, &(cy_connection){.fd = fd, .taken = &taken});
		if (!taken)
			close(fd);
	}
}
RX_CONSUMER(take_readable, int);

static void take_error(const rx_error *error, void *ctx)
{
	rx_fail_with(((struct accepting *)ctx)->subscriber, error);
}

static void release(void *ctx)
{
	struct accepting *accepting = ctx;
	if (--accepting->holds)
		return;
	rx_subscriber_unref(accepting->subscriber);
	rx_free(accepting);
}

static void stop_accepting(struct accepting *accepting)
{
	rx_cancel(&accepting->patience);
	rx_unsubscribe(&accepting->readable);
}

static void take_listener(const cy_listener *listener, void *ctx)
{
	struct accepting *accepting = ctx;
	stop_accepting(accepting);
	accepting->holds++;
	rx_subscribe(rx_readable(listener->fd),
	             &(rx_observer){RX_NEXT(take_readable), .error = take_error, .ctx = accepting, .drop = release,
	                            .scheduler = rx_subscriber_scheduler(accepting->subscriber)},
	             &accepting->readable);
}
RX_CONSUMER(take_listener, cy_listener);

static void take_end(void *ctx)
{
	rx_complete(((struct accepting *)ctx)->subscriber);
}

/* Nobody waits for the descriptor any more when the listener closes it. */
static void teardown(void *ctx)
{
	struct accepting *accepting = ctx;
	accepting->holds++;
	stop_accepting(accepting);
	rx_unsubscribe(&accepting->listeners);
	release(accepting);
}

static int begin(rx_subscriber *subscriber, void *ctx)
{
	struct accepting *accepting = rx_alloc_zero(sizeof *accepting);
	if (!accepting)
		return -ENOMEM;
	accepting->subscriber = rx_subscriber_ref(subscriber);
	accepting->holds = 1;
	if (rx_on_teardown(subscriber, teardown, accepting) < 0) {
		release(accepting);
		return -ENOMEM;
	}
	rx_subscribe(rx_observable_ref(ctx),
	             &(rx_observer){RX_NEXT(take_listener), .error = take_error, .complete = take_end, .ctx = accepting,
	                            .drop = release, .scheduler = rx_subscriber_scheduler(subscriber)},
	             &accepting->listeners);
	return 0;
}

static int subscribe(rx_subscriber *subscriber, void *ctx)
{
	rx_wait_forbid();
	const int code = begin(subscriber, ctx);
	rx_wait_allow();
	return code;
}

static void drop_source(void *ctx)
{
	rx_observable_unref(ctx);
}

static rx_observable *connections(rx_observable *source, void *ctx)
{
	(void)ctx;
	return rx_create(&rx_type_cy_connection, subscribe, source, drop_source);
}

rx_operator *cy_accept(void)
{
	return rx_operator_create(&rx_type_cy_listener, connections, NULL, NULL);
}
