#include "lib/listen/listen.h"
void cy__listen_finish(cy_cluster *cluster)
{
	(void)cluster;
}
