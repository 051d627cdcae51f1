/*
 * The sum of two numbers of MessagePack.
 */
#ifndef CLUSTERFY_STORAGE_NUMBER_H
#define CLUSTERFY_STORAGE_NUMBER_H

#include <clusterfy/cluster/value.h>

/*
 * Into @p sum, to be released. Two ints make an int, otherwise both are doubles.
 * @retval -EDOM  one of them is no number; @retval -ERANGE  an int that is too large; @retval -ENOMEM
 */
int cy__number_add(const cy_value *a, const cy_value *b, cy_value **sum);

#endif
