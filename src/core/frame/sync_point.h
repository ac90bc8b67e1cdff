/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sync_point - the moment up to which a process's references are in order, and what being behind it
 * means.
 *
 *   lap      5        6        7        8
 *            |---s----|--------|---n----|      s: the sync point, n: now. It lags if
 *                                              n - s >= 2 laps
 *
 * sync_point.1  The point only goes forward, and never into the future (S6). A forked child keeps
 *               it (S5).
 * sync_point.2  Setting the point frees what the tree keeps for earlier epochs; the current and the
 *               previous epoch stay (S7).
 * sync_point.3  The process lags if the point is two whole laps old or more. If it chose a signal,
 *               the next entry into the library sends it, once for each point that lags (S8). A
 *               forked child inherits neither the choice nor the record of what was sent.
 * sync_point.4  The memory of the epochs before the current one is bounded. Past the bound they are
 *               retired early, all but the previous one (S9).
 */
#ifndef PE_CORE_FRAME_SYNC_POINT_H
#define PE_CORE_FRAME_SYNC_POINT_H

#include "core/contract.h"
#include "core/frame/frame.h"

#define PE_SYNC_POINT_OLD_BYTES ((size_t)4 << 20)

/* The sync point; it becomes the present if there was none yet. The caller has entered the
 * frame. */
pe_clock_time pe_sync_point_get(struct pe_frame *p);

/* The present, from the kernel's own cursor. */
pe_clock_time pe_sync_point_now(struct pe_frame *p);

/* The same, but if this process's forks are seen, the cursor may have been read up to one tick of
 * the coarse clock ago. */
pe_clock_time pe_sync_point_recent(struct pe_frame *p);

/* The present as far as this process has seen it, to be handed out. Makes no system call. */
pe_clock_time pe_sync_point_show(struct pe_frame *p);

/* 0, or -EINVAL: before the point, or in the future */
int pe_sync_point_set(struct pe_frame *p, pe_clock_time to);

/* Set it to the earliest moment of @lap that is not before the point. 0 or -EINVAL */
int pe_sync_point_set_lap(struct pe_frame *p, uint32_t lap);

int pe_sync_point_choose(struct pe_frame *p, int signal); /* 0 or -EINVAL */
int pe_sync_point_chosen(const struct pe_frame *p);

void pe_sync_point_lags(struct pe_frame *p); /* the slow path of check: not called directly */

static inline void pe_sync_point_check(struct pe_frame *p)
{
	if (unlikely(atomic_load_explicit(&p->sync.signal, memory_order_relaxed)))
		pe_sync_point_lags(p);
}

/* A new epoch has begun: apply sync_point.4. Lock held, signals masked. */
void pe_sync_point_bound(struct pe_frame *p);

#endif
