/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdbool.h>
#include <time.h>

#include "core/sys.h"
#include "vrange/libc/mutex.h"
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

/* Another kind than the mutex was made with would be undefined behavior. */
static bool is_whole(struct vr_robust *r)
{
	struct vr_robust plain;

	vr_robust_init(&plain);
	return vr_mutex_kind(mutex_of(r)) == vr_mutex_kind(mutex_of(&plain));
}

/* Does the thread that holds the mutex not exist? */
static bool is_abandoned(const pthread_mutex_t *m)
{
	const int holder = vr_mutex_word(m) & FUTEX_TID_MASK;

	return holder && pe_sys_kill(holder, 0) == -ESRCH;
}

/* A second at a time: the word may be garbage. */
static int lock_patiently(pthread_mutex_t *m)
{
	struct timespec until;
	int error;

	do {
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_sec++;
		error = pthread_mutex_timedlock(m, &until);
	} while (error == ETIMEDOUT && !is_abandoned(m));
	return error == ETIMEDOUT ? EBADMSG : error;
}

int vr_robust_lock(struct vr_robust *r)
{
	const int error = is_whole(r) ? lock_patiently(mutex_of(r)) : EBADMSG;

	if (error != EOWNERDEAD)
		return -error;
	pthread_mutex_consistent(mutex_of(r));
	return 1;
}

void vr_robust_unlock(struct vr_robust *r)
{
	pthread_mutex_unlock(mutex_of(r));
}
