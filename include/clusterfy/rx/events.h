/**
 * @file
 * What happens outside the program, as observables on libev: descriptors, children, signals, files, other threads.
 *
 *     rx_pipe(rx_readable(STDIN_FILENO), rx_map(read_line), rx_take_until(rx_signal(SIGINT)))
 *
 * They need a subscription whose scheduler is a loop's (rx_loop(), the default); on any other, such as a virtual one,
 * they error with -ENOTSUP. Each subscription has its own watcher, and an active watcher keeps ev_run() running.
 */
#ifndef CLUSTERFY_RX_EVENTS_H
#define CLUSTERFY_RX_EVENTS_H

#include <clusterfy/rx/subject.h>

RX_BEGIN_DECLS

/**
 * Emit the descriptor whenever there is something to read in it, its end of file included: once for each turn of the
 * loop, for as long as there is.
 *
 *     readable(fd)  --fd--fd-----fd--
 *
 * @param fd  stays the caller's, and must stay open for as long as the subscription
 *
 * Items:   int, the descriptor.
 * Errors:  -EBADF, where it is not open; -ENOTSUP.
 * State:   a watcher. It can be paused.
 */
RX_API rx_observable *rx_readable(int fd) RX_MUST_USE;
/** As rx_readable(), whenever there is room to write. */
RX_API rx_observable *rx_writable(int fd) RX_MUST_USE;

/** How a child process ended. */
typedef struct rx_exit {
	int pid;
	int code;   /**< what it exited with; -1 where a signal ended it */
	int signal; /**< the signal that ended it; 0 where it exited */
	int core;   /**< 1 where it left a core dump */
} rx_exit;
RX__DECLARE_TYPE(rx_exit);

/**
 * Wait for a child, emit how it ended, complete. It may have ended already, if nobody has waited for it.
 *
 *     child(pid)  -------(x|)
 *
 * On libev's default loop it comes through ev_child, and libev waits for every child of the process, as it always
 * does there: nobody else may. On any other loop only this child is waited for. Who unsubscribes before its end
 * leaves it to others, on the default loop to libev.
 *
 * @param pid  a child of this process
 *
 * Items:   rx_exit.
 * Errors:  -ECHILD, where it is no child, or somebody else has waited for it; -ENOTSUP.
 * State:   a watcher; on loops that are not the default one a descriptor, or, where pidfd_open(2) gives none, a look every
 *          20 ms.
 */
RX_API rx_observable *rx_child(int pid) RX_MUST_USE;

/**
 * Emit the signal's number each time it is delivered, which no longer does then what it otherwise would. It does so
 * again when the last subscription ends.
 *
 *     signal(SIGHUP)  ----s-------s--
 *
 * All subscriptions for a signal must be on one loop, those for SIGCHLD on the default one.
 *
 * Items:   int, the signal.
 * Errors:  -EINVAL, where there is no such signal, or it cannot be caught; -ENOTSUP.
 * State:   a watcher.
 */
RX_API rx_observable *rx_signal(int signal) RX_MUST_USE;

/** What there is under a path. */
typedef struct rx_file_status {
	int64_t size;
	int64_t modified; /**< nanoseconds since 1970 */
	uint64_t inode;
	uint32_t mode;  /**< st_mode */
	uint32_t links; /**< 0: there is no such file, and the other fields say nothing */
} rx_file_status;

/** What has become of a path. */
typedef struct rx_file_change {
	rx_file_status before, now;
} rx_file_change;
RX__DECLARE_TYPE(rx_file_change);

/**
 * Emit each change of what there is under a path, which need not exist yet: of its attributes, its size, itself.
 * Changes that follow upon each other may come as one.
 *
 *     file("log")  ------c----c--
 *
 * @param path      copied
 * @param interval  how often to look where the system does not tell; 0: libev's choice
 *
 * Items:   rx_file_change.
 * Errors:  -ENOTSUP.
 * State:   a watcher and a timer.
 */
RX_API rx_observable *rx_file(const char *path, rx_nsec interval) RX_MUST_USE;

/**
 * The way into a loop from other threads, which may do no more than to post:
 *
 *     rx_mailbox *mailbox = rx_mailbox_create(&rx_type_int, 1000);
 *     rx_subscribe(rx_mailbox_observe(mailbox), &observer, NULL);      in the loop's thread
 *     rx_post(mailbox, &(int){1});                                     in any thread
 *
 * What is posted waits until somebody subscribes.
 */
typedef struct rx_mailbox rx_mailbox;

/**
 * A mailbox for items of a type.
 * @param limit  how many items may wait in it; 0: any number
 * Never NULL: without memory it is one that refuses what is posted with -ENOMEM, and whose observers get that error.
 */
RX_API rx_mailbox *rx_mailbox_create(const rx_type *type, size_t limit) RX_MUST_USE;
/** One more reference to @p mailbox, which it returns. From any thread; NULL is accepted. */
RX_API rx_mailbox *rx_mailbox_ref(rx_mailbox *mailbox);
/** Release a reference (each observable holds one); NULL is accepted. From any thread. */
RX_API void rx_mailbox_unref(rx_mailbox *mailbox);
/**
 * Leave an item in the mailbox, for its observers to get in their loop. From any thread.
 *
 * The type's `copy` is called in the thread that posts, its `drop` in that of the loop.
 *
 * @retval -EPIPE   it has been closed
 * @retval -EAGAIN  it is full
 * @retval -ENOMEM  there is no memory
 * @retval -E…      what the type's copy returned
 */
RX_API int rx_post(rx_mailbox *mailbox, const void *item);
/** Complete, after the items that wait. From any thread. */
RX_API void rx_mailbox_close(rx_mailbox *mailbox);
/**
 * What is posted, in order, to all that subscribe at that moment. The mailbox itself is not consumed.
 *
 *     mailbox  --a--b----c--|
 *
 * Items:   lent by the mailbox for the call.
 * Errors:  -ENOTSUP; -EXDEV, where there is a subscription on another loop.
 * State:   a watcher in all.
 */
RX_API rx_observable *rx_mailbox_observe(rx_mailbox *mailbox) RX_MUST_USE;

RX_END_DECLS
#endif
