/*
 * What a test has left behind: children, descriptors, the library's memory, and under LeakSanitizer anybody's memory.
 */
#ifndef CLUSTERFY_TEST_LEFT_H
#define CLUSTERFY_TEST_LEFT_H

#include <stdbool.h>

/* Remember what is there now. */
void left_begin(void);
/*
 * What is there that was not at left_begin(), in words, or NULL. Gives back first what is the library's to keep: the
 * pool of free blocks, the scheduler of the default loop, and that loop.
 * With @p inherited the descriptors that were there are this process's own, and it may have closed them.
 */
const char *left_find(bool inherited);

#endif
