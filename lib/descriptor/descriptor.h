/**
 * @file
 * Every descriptor that this library opens is 3 or above, and CLOEXEC.
 *
 * Where a program has closed a standard stream, the kernel gives its number to whatever is opened next. A printf() would
 * then go into a worker's channel, and a worker would inherit it as its standard output. So whatever a call of the
 * kernel's makes goes through cy__fd_above(), at the place where it is made: tests/support/descriptors.sh looks for calls
 * without it.
 */
#ifndef CLUSTERFY_LIB_DESCRIPTOR_H
#define CLUSTERFY_LIB_DESCRIPTOR_H

#include <stdbool.h>

/**
 * A descriptor that was just opened, moved above the standard streams if it is not there yet; then it is CLOEXEC.
 *
 *     const int fd = cy__fd_above(socket(...));
 *
 * One system call if it has to be moved, none else.
 * @param fd  consumed; negative: nothing happens, and errno stays
 * @returns the descriptor; -1 with errno, and nothing is left, if it cannot be moved
 */
int cy__fd_above(int fd);
/** cy__fd_above() of both ends of a pair. @returns 0; -1 with errno, and neither is left */
int cy__fd_pair_above(int ends[2]);
/** A copy of @p fd, 3 or above, CLOEXEC. @returns -1 with errno */
int cy__fd_copy(int fd);
/** Close it unless it is negative; set it to -1. */
void cy__fd_close(int *fd);
/**
 * Close a descriptor that may be of a file which another process has opened, without waiting for what that one has made of
 * it; negative: nothing happens. What would take long is closed by a thread, some 20 us after.
 */
void cy__fd_discard(int fd);

/**
 * Whether a process that is executed now has it: open, and not CLOEXEC. What a program means to be a standard stream is
 * that; what a library opened in its place is not.
 */
bool cy__fd_is_inherited(int fd);

/** Take the numbers of standard streams that are closed, until cy__fd_release_standard(). @returns which: a bit each */
unsigned cy__fd_hold_standard(void);
void cy__fd_release_standard(unsigned held);

#endif
