/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <pthread.h>

#include "vrange/robust.h"

_Static_assert(sizeof(pthread_mutex_t) <= sizeof(struct vr_robust), "room for the mutex");

static pthread_mutex_t *mutex_of(struct vr_robust *r)
{
	return (pthread_mutex_t *)r->mutex;
}

void vr_robust_init(struct vr_robust *r)
{
	pthread_mutexattr_t kind;

	pthread_mutexattr_init(&kind);
	pthread_mutexattr_setpshared(&kind, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&kind, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(mutex_of(r), &kind);
	pthread_mutexattr_destroy(&kind);
}

int vr_robust_lock(struct vr_robust *r)
{
	const int error = pthread_mutex_lock(mutex_of(r));

	if (error != EOWNERDEAD)
		return -error;
	pthread_mutex_consistent(mutex_of(r));
	return 1;
}

void vr_robust_unlock(struct vr_robust *r)
{
	pthread_mutex_unlock(mutex_of(r));
}
