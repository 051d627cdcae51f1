/*
 * A filter of system calls, as containers have them, that knows nothing of pidfds: the cluster does without.
 */
#include <ev.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>

#include "tests/support/cluster.h"

enum { PIDFD_OPEN = 434, PIDFD_SEND_SIGNAL = 424 };

static void refuse_pidfds(int error)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PIDFD_OPEN, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PIDFD_SEND_SIGNAL, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof code / sizeof *code, code};
	ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	ck_assert_int_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

/* On the default loop and on one of the program's own, and whatever the filter answers. */
TEST(every_fork_works_where_pidfds_are_refused, .to = 4)
{
	struct ev_loop *loop = _i & 1 ? ev_loop_new(EVFLAG_AUTO) : NULL;
	rx_scheduler *before = rx_scheduler_set_current(loop ? rx_loop(loop) : NULL);
	refuse_pidfds(_i & 2 ? ENOSYS : EPERM);
	cy_cluster *cluster = cluster_begin("worker", &(cy_options){.loop = loop});
	event_log log;
	event_log_start(&log, cluster, "Paul");
	cluster_fork(cluster, "Paul", &(cy_worker_options){.revive = CY_REVIVE_ON_FAILURE, .process.own_group = true});
	for (int i = 0; i < 3; i++)
		cluster_fork(cluster, NULL, NULL);
	cluster_ready(cluster);
	ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "square", cy_int(7)), 49);
	ck_assert_int_eq(cy_kill(cluster, cy_named("Paul"), SIGKILL), 0);
	event_log_await(&log, "exit Paul signal 9 revives");
	ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "square", cy_int(8)), 64);
	event_log_stop(&log);
	cluster_end(cluster);
	rx_scheduler_set_current(before);
	if (loop) {
		rx_loop_release(loop);
		ev_loop_destroy(loop);
	}
}
