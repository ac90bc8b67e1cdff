/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * robust - a lock in memory that processes share. If its holder is killed, the next one is told so.
 *
 * A process-shared robust mutex of the C library: the kernel unlocks it when its holder dies.
 * Context: signals are masked, so that a handler never finds it held by its own thread.
 */
#ifndef VR_ROBUST_H
#define VR_ROBUST_H

#include <stdint.h>

struct vr_robust {
	uint64_t mutex[8];
};

void vr_robust_init(struct vr_robust *r);

/* 0; 1: the holder died, and what it protects may be half changed; or -errno. -EBADMSG: it is no
 * such lock, or its holder does not exist. */
int vr_robust_lock(struct vr_robust *r);
void vr_robust_unlock(struct vr_robust *r);

#endif
