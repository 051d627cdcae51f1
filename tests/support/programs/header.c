/*
 * One public header, included by nothing else and before everything else.
 */
#include CLUSTERFY_HEADER
