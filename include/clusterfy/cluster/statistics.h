/**
 * @file
 * Statistics: what the primary knows of its workers, as data, as an observable, and as a table.
 */
#ifndef CLUSTERFY_CLUSTER_STATISTICS_H
#define CLUSTERFY_CLUSTER_STATISTICS_H

#include <stdio.h>
#include <sys/types.h>

#include <clusterfy/cluster/worker.h>

RX_BEGIN_DECLS

/**
 * One worker. Its strings live as long as the statistics they came in.
 *
 * What is counted is counted over all of its incarnations, so that it never falls. What is there at this moment, and the
 * processor's time, are of the process that runs now, and 0 without one.
 */
typedef struct cy_worker_statistics {
	uint32_t id;
	const char *name; /**< NULL: it has none */
	pid_t pid;        /**< 0: it has no process now */
	cy_status status;
	cy_sequel sequel; /**< what follows, once it is EXITED; else 0 */
	uint32_t incarnation;
	uint32_t restarts;              /**< incarnations after the first */
	uint32_t failed_starts;         /**< of any kind: no process, an end before it had joined, not ready in time */
	size_t memory;                  /**< now: bytes that are resident; 0 where the system does not tell */
	rx_nsec processor;              /**< time it has used, the kernel's for it included; likewise */
	size_t calls;                   /**< now: in flight to it */
	uint64_t served;                /**< calls it has answered, with an end or an error; the library's own, too */
	uint64_t frames_in, frames_out; /**< from it and to it */
	uint64_t bytes_in, bytes_out;
	size_t queued, queued_frames; /**< now: bytes and frames that wait to be written to it */
	uint64_t refused, dropped;    /**< calls and messages to it, at a bound of its queue */
	cy_quota held;                /**< now: what it makes the primary hold */
	cy_quota limits;              /**< of that; CY_NO_QUOTA: none */
	cy_quota refusals;            /**< how often it was refused for want of each */
} cy_worker_statistics;

/**
 * A turn of the primary's loop: from when it has looked what is ready until it looks again. What workers cause in one is
 * bounded to about a millisecond, and to the longest piece that cannot be cut: a callback of the program's.
 */
typedef struct cy_turn {
	/** The processor's time that it took in the loop's thread; too high by half a millisecond at most. Turns shorter
	 * than that are not recorded. */
	rx_nsec time;
	/** Which piece of it took longest: the kind of the frame and what it names, as in "call cy_storage_save". Empty: the
	 * program's own work, which is its timers and whatever else no worker has sent. */
	char what[64];
	uint32_t worker; /**< who has sent that frame; 0: nobody */
} cy_turn;

/** The cluster at one moment. */
typedef struct cy_statistics {
	cy_worker_statistics *workers; /**< in the order of their ids: those that live, and those that have FAILED */
	size_t count;
	size_t online;        /**< of them, those that have a process that has joined and not left */
	cy_turn longest_turn; /**< of the primary, since it has joined; time 0: there was none to be recorded */
	cy_turn longest_turn_of_others; /**< the same of what workers have caused alone: its time is theirs of a turn */
	uint64_t late; /**< replies that came after their call had ended, or that nobody awaited: ignored */
	/** The sums of all numbers from `restarts` up to `dropped`, of what is counted with those of the workers that are gone. */
	cy_worker_statistics sum;
} cy_statistics;
RX__DECLARE_TYPE(cy_statistics);

/** Take the statistics; in the primary. To be released with cy_statistics_finish(). @retval -EPERM, -ENOMEM */
RX_API int cy_statistics_take(cy_cluster *cluster, cy_statistics *statistics);
/** Release what cy_statistics_take() put there. */
RX_API void cy_statistics_finish(cy_statistics *statistics);
/** The statistics (cy_statistics, borrowed for the call), now and then every @p interval. */
RX_API rx_observable *cy_statistics_every(cy_cluster *cluster, rx_nsec interval) RX_MUST_USE;
/**
 * Print a table of the workers, and below it the storage if @p storage is set; in the primary.
 * @retval -EPERM, -ENOMEM, -EIO
 */
RX_API int cy_statistics_print(cy_cluster *cluster, FILE *stream, bool storage);

RX_END_DECLS
#endif
