/*
 * Faults on purpose, for the tests of users too: whose channel they are for.
 */
#include <clusterfy/cluster/testing.h>

#include "lib/cluster/cluster.h"
#include "lib/primary/route.h"
#include "lib/primary/worker.h"

static int find_peer(cy_cluster *cluster, cy_target target, cy__peer **found)
{
	cy__peer *peer = &cluster->peer;
	cy__worker *worker;
	if (!cluster->primary && (target.to != CY__TO_PRIMARY || target.name))
		return rx_raise(-ENOENT, "inject: a worker has a channel to the primary only");
	if (cluster->primary) {
		const int code = cy__route_worker(cluster, target.to, target.name, &worker);
		if (code < 0)
			return code;
		peer = &worker->peer;
	}
	if (!peer->channel)
		return rx_raise(-ENOTCONN, "inject: there is no channel now");
	*found = peer;
	return 0;
}

int cy_inject(cy_cluster *cluster, cy_target target, const cy_faults *faults)
{
	cy__peer *peer = NULL;
	cy__faults *made = NULL;
	int code = find_peer(cluster, target, &peer);
	if (code >= 0 && faults)
		code = cy__faults_create(faults, &made);
	if (code < 0)
		return code;
	cy__channel_set_faults(peer->channel, made);
	cy__binding_hasten(&peer->binding);
	return 0;
}
