/*
 * What the option `seccomp` refuses: system calls for administrators, debuggers and the kernel's own affairs, which no
 * ordinary program makes, and which are what one looks for who has taken a worker over. What works for one process works
 * for another program that a worker executes, too, so nothing is killed: a call is refused, as the kernel would a user's.
 *
 * The numbers are those of one architecture. A call of another one's (a 32-bit program on a 64-bit kernel, x32) would mean
 * something else by the same number: all of those are refused. From 424 on, numbers are the same on all architectures,
 * and stand here because headers may be older than the kernel.
 */
#include "lib/primary/filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/syscall.h>

#if defined(__x86_64__) && !defined(__ILP32__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__i386__)
#define ARCHITECTURE AUDIT_ARCH_I386
#elif defined(__aarch64__) && !defined(__AARCH64EB__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined(__arm__) && !defined(__ARMEB__)
#define ARCHITECTURE AUDIT_ARCH_ARM
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCHITECTURE AUDIT_ARCH_RISCV64
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
#define ARCHITECTURE AUDIT_ARCH_PPC64LE
#endif

#ifdef ARCHITECTURE

enum {
	OPEN_TREE = 428,
	MOVE_MOUNT = 429,
	FSOPEN = 430,
	FSCONFIG = 431,
	FSMOUNT = 432,
	FSPICK = 433,
	CLONE3 = 435,
	PIDFD_GETFD = 438,
	MOUNT_SETATTR = 442,
	QUOTACTL_FD = 443,
};

#define X32 0x40000000
#define NAMESPACES                                                                                                     \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
/* Otherwise the next @p skip instructions are passed over. */
#define IF_EQUAL(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, skip)
#define IF_ANY_OF(bits, skip) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 0, skip)
#define ANSWER(code) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (code))
#define REFUSE(number) IF_EQUAL(number, 1), ANSWER(EPERM)

static const struct sock_filter instructions[] = {
	LOAD(arch),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),
	ANSWER(EPERM),
	LOAD(nr),
#ifdef __x86_64__
	IF_ANY_OF(X32, 1),
	ANSWER(EPERM),
#endif
	/* Other processes. */
	REFUSE(SYS_ptrace),
	REFUSE(SYS_process_vm_readv),
	REFUSE(SYS_process_vm_writev),
	REFUSE(PIDFD_GETFD),
	REFUSE(SYS_kcmp),
	REFUSE(SYS_perf_event_open),
	/* The kernel. */
	REFUSE(SYS_bpf),
	REFUSE(SYS_userfaultfd),
	REFUSE(SYS_init_module),
	REFUSE(SYS_finit_module),
	REFUSE(SYS_delete_module),
	REFUSE(SYS_kexec_load),
#ifdef SYS_kexec_file_load
	REFUSE(SYS_kexec_file_load),
#endif
	REFUSE(SYS_reboot),
	REFUSE(SYS_syslog),
	REFUSE(SYS_add_key),
	REFUSE(SYS_request_key),
	REFUSE(SYS_keyctl),
#ifdef SYS_iopl
	REFUSE(SYS_iopl),
	REFUSE(SYS_ioperm),
#endif
	/* File systems. */
	REFUSE(SYS_mount),
	REFUSE(SYS_umount2),
#ifdef SYS_umount
	REFUSE(SYS_umount),
#endif
	REFUSE(OPEN_TREE),
	REFUSE(MOVE_MOUNT),
	REFUSE(FSOPEN),
	REFUSE(FSCONFIG),
	REFUSE(FSMOUNT),
	REFUSE(FSPICK),
	REFUSE(MOUNT_SETATTR),
	REFUSE(SYS_pivot_root),
	REFUSE(SYS_chroot),
	REFUSE(SYS_open_by_handle_at),
	REFUSE(SYS_fanotify_init),
	REFUSE(SYS_swapon),
	REFUSE(SYS_swapoff),
	REFUSE(SYS_acct),
	REFUSE(SYS_quotactl),
	REFUSE(QUOTACTL_FD),
	/* The machine's clock and name. */
	REFUSE(SYS_settimeofday),
	REFUSE(SYS_adjtimex),
	REFUSE(SYS_clock_settime),
	REFUSE(SYS_clock_adjtime),
#ifdef SYS_clock_settime64
	REFUSE(SYS_clock_settime64),
	REFUSE(SYS_clock_adjtime64),
#endif
#ifdef SYS_stime
	REFUSE(SYS_stime),
#endif
	REFUSE(SYS_sethostname),
	REFUSE(SYS_setdomainname),
	REFUSE(SYS_vhangup),
	/* Namespaces. Flags behind a pointer cannot be seen: who hears that clone3 is not there uses clone. */
	REFUSE(SYS_unshare),
	REFUSE(SYS_setns),
	IF_EQUAL(CLONE3, 1),
	ANSWER(ENOSYS),
	IF_EQUAL(SYS_clone, 3),
	LOAD(args[0]),
	IF_ANY_OF(NAMESPACES, 1),
	ANSWER(EPERM),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
};

const struct sock_fprog *cy__filter(void)
{
	static const struct sock_fprog program = {sizeof instructions / sizeof *instructions,
	                                          (struct sock_filter *)instructions};
	return &program;
}

#else

const struct sock_fprog *cy__filter(void)
{
	return NULL;
}

#endif
