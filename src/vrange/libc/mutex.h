/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mutex - two words of a mutex, which are part of the ABI of each C library. */
#ifndef VR_LIBC_MUTEX_H
#define VR_LIBC_MUTEX_H

#include <pthread.h>

/* what it was made as, by its attributes */
static inline int vr_mutex_kind(const pthread_mutex_t *m)
{
#ifdef __GLIBC__
	return m->__data.__kind;
#else
	return m->__u.__i[0];
#endif
}

/* the futex: 0, or the thread that holds it, and flags above FUTEX_TID_MASK */
static inline int vr_mutex_word(const pthread_mutex_t *m)
{
#ifdef __GLIBC__
	return m->__data.__lock;
#else
	return m->__u.__vi[1];
#endif
}

#endif
