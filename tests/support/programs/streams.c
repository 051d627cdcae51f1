/*
 * A program of the streams alone. That it links, against the shared library and nothing else, is the test.
 */
#include <clusterfy/rx.h>

#include <stdlib.h>
#include <string.h>

int main(void)
{
	return strcmp(rx_version(), RX_VERSION) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
