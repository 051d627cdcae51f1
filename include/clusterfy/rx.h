/**
 * @file
 * Reactive streams for C with the semantics of RxJS 7: all of the streams layer but rx/testing.h.
 */
#ifndef CLUSTERFY_RX_H
#define CLUSTERFY_RX_H

#include <clusterfy/rx/await.h>
#include <clusterfy/rx/backpressure.h>
#include <clusterfy/rx/base.h>
#include <clusterfy/rx/composite.h>
#include <clusterfy/rx/conditional.h>
#include <clusterfy/rx/create.h>
#include <clusterfy/rx/error.h>
#include <clusterfy/rx/error_handling.h>
#include <clusterfy/rx/events.h>
#include <clusterfy/rx/filtering.h>
#include <clusterfy/rx/function.h>
#include <clusterfy/rx/joining.h>
#include <clusterfy/rx/mathematical.h>
#include <clusterfy/rx/multicasting.h>
#include <clusterfy/rx/observable.h>
#include <clusterfy/rx/scheduler.h>
#include <clusterfy/rx/subject.h>
#include <clusterfy/rx/transformation.h>
#include <clusterfy/rx/type.h>
#include <clusterfy/rx/utility.h>

#endif
