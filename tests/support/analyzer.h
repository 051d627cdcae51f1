/*
 * What clang's analyzer is told before each source, since it sees one file at a time: rx_raise() and rx_plain() answer their
 * code, so what follows a failure is not reached with a result of 0.
 */
#include <clusterfy/rx/error.h>

#define rx_raise(code, ...) (rx_raise((code), __VA_ARGS__), (code))
#define rx_plain(code) (rx_plain(code), (code))
