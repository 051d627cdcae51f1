/**
 * @file
 * Schedulers: what time it is, and what happens later.
 *
 * A subscription carries its scheduler: the observer's, else the thread's current one, which is that of libev's
 * default loop until somebody sets another (a marble test sets a virtual one). Stages inherit it.
 */
#ifndef CLUSTERFY_RX_SCHEDULER_H
#define CLUSTERFY_RX_SCHEDULER_H

#include <clusterfy/rx/base.h>

RX_BEGIN_DECLS

typedef struct rx_scheduler rx_scheduler;
typedef struct rx_task rx_task;

/** One thing to do later, in its owner's memory; zero it before its first use. The fields are the scheduler's. */
struct rx_task {
	void (*run)(rx_task *task);
	rx_scheduler *scheduler; /**< where it waits; NULL while it does not */
	rx_nsec due;
	uint64_t order; /**< among tasks due at the same time: first scheduled, first run */
	rx_task *child, *next, *previous;
};

typedef struct rx_scheduler_ops {
	const char *name;
	rx_nsec (*now)(rx_scheduler *scheduler);
	/** Run `task->run` once, @p delay from now, never inside this call. The task does not wait yet. */
	void (*schedule)(rx_scheduler *scheduler, rx_task *task, rx_nsec delay);
	/** Forget a waiting task. */
	void (*cancel)(rx_scheduler *scheduler, rx_task *task);
	/**
	 * Let time pass until *@p done. NULL: nobody can wait with this scheduler.
	 * @retval 0         *@p done
	 * @retval -EDEADLK  called inside one of its own callbacks, or nothing is left that could happen
	 */
	int (*wait)(rx_scheduler *scheduler, const bool *done);
	/** Whether one of its callbacks is on the stack. NULL: it cannot say. */
	bool (*inside)(rx_scheduler *scheduler);
} rx_scheduler_ops;

/** The first member of every scheduler. */
struct rx_scheduler {
	const rx_scheduler_ops *ops;
};

/** The current time of a scheduler; NULL: of the thread's current one. */
RX_API rx_nsec rx_now(rx_scheduler *scheduler);
/** Run @p task (its `run` set) once after @p delay; below zero counts as zero. One that waits is moved. */
RX_API void rx_schedule(rx_scheduler *scheduler, rx_task *task, rx_nsec delay);
/** Forget @p task; nothing happens if it does not wait. */
RX_API void rx_cancel(rx_task *task);

/* A function of a duration, and after it an optional scheduler. */
#define RX__ON(call, ...) RX__ON_(call, __VA_ARGS__, NULL, NULL)
#define RX__ON_(call, duration, scheduler, ...) call((duration), (scheduler))

/** The thread's current scheduler. Never NULL. */
RX_API rx_scheduler *rx_scheduler_current(void);
/** Set the thread's current scheduler, NULL for that of the default loop; returns the one before (maybe NULL). */
RX_API rx_scheduler *rx_scheduler_set_current(rx_scheduler *scheduler);

/**
 * Whether something can be awaited here: not inside a callback of @p scheduler (NULL: the thread's current one), nor, if it
 * is a loop's, between rx_wait_forbid() and rx_wait_allow().
 */
RX_API bool rx_can_wait(rx_scheduler *scheduler);
/**
 * Until rx_wait_allow() no loop can be waited for or polled on this thread: -EDEADLK. They nest. For a library whose
 * functions call their user back while something is on their stack that a turn of the loop may release.
 */
RX_API void rx_wait_forbid(void);
RX_API void rx_wait_allow(void);

struct ev_loop;
/**
 * The scheduler of a libev loop, made on first use; NULL as @p loop is libev's default loop.
 * It is destroyed with rx_loop_release(), to be called before ev_loop_destroy().
 * A task that waits keeps ev_run() running, as an active watcher does.
 * Never NULL: without memory it is one that runs nothing.
 */
RX_API rx_scheduler *rx_loop(struct ev_loop *loop);
/** Release the scheduler of a loop; tasks that wait on it are forgotten. NULL: the default loop's. */
RX_API void rx_loop_release(struct ev_loop *loop);

/**
 * The scheduler of a libev loop (NULL: the default one) that runs what is due at once before the loop sleeps, and before
 * anything else of that turn that is scheduled for later: RxJS's asap. What has a delay goes to rx_loop().
 * It goes with the loop's: rx_loop_release(). Never NULL, as rx_loop().
 */
RX_API rx_scheduler *rx_asap(struct ev_loop *loop);
/**
 * The thread's trampoline: what is scheduled without a delay runs at once, but if a task of its own is running, after
 * that one: RxJS's queue. What has a delay goes to the loop of libev's default loop. Recursion becomes a loop.
 */
RX_API rx_scheduler *rx_trampoline(void);
/**
 * Give a libev loop (NULL: the default one) a turn without waiting: run what is due.
 * @retval 0         done
 * @retval -EDEADLK  inside one of its callbacks, or after rx_wait_forbid()
 */
RX_API int rx_loop_poll(struct ev_loop *loop);

/** Who watches the turns of a loop; in the caller's memory, which must not move. Its callbacks are set, or NULL. */
typedef struct rx_turn_watch rx_turn_watch;
struct rx_turn_watch {
	/** The loop has looked what is ready, and is about to call it back. */
	void (*began)(rx_turn_watch *watch);
	/** Everything of this turn has been called back, and the loop is about to look again, or to sleep. What is to
	 * be sent or run at once must be scheduled with rx_loop(): rx_asap() has had its turn. */
	void (*ended)(rx_turn_watch *watch);
	rx_turn_watch *next, *previous; /**< the loop's */
	rx_scheduler *scheduler;        /**< the loop's; NULL: it watches nothing */
};
/**
 * Watch the turns of a loop, by its scheduler. That does not keep ev_run() running. A loop that runs inside a callback of
 * itself has turns of its own, within that one.
 *
 * Costs:   a call of each callback for each turn, and some 20 ns while anybody watches.
 *
 * @retval 0         done
 * @retval -ENOTSUP  the scheduler has no loop: virtual time, or one made without memory
 */
RX_API int rx_loop_watch(rx_scheduler *scheduler, rx_turn_watch *watch);
/** Not any more; one that watches nothing is left as it is. A watch that is being called may let any of them go. */
RX_API void rx_loop_unwatch(rx_turn_watch *watch);
/** How many callbacks of the loop are due in this turn, and have not been called yet; 0 without a loop. */
RX_API unsigned rx_loop_pending(rx_scheduler *scheduler);

/** A scheduler whose time moves only when it is told to. Tasks run in order of time, then of scheduling. */
RX_API rx_scheduler *rx_virtual_create(void) RX_MUST_USE;
/** Run what is due up to and including @p until (absolute; RX_NEVER: until nothing waits); returns how many ran. */
RX_API size_t rx_virtual_run(rx_scheduler *scheduler, rx_nsec until);
/** Destroy a virtual scheduler; tasks that wait are forgotten. NULL is accepted. */
RX_API void rx_virtual_destroy(rx_scheduler *scheduler);

RX_END_DECLS
#endif
