/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sync_point - the moment up to which a process's references are in order, and what being behind it
 * means.
 *
 *   lap      5        6        7        8
 *            |---s----|--------|---n----|        s: the sync point, n: now. n - s >= 2 laps: it lags
 *
 * sync_point.1  The point only goes forward, and never to a moment that has not been (S6). A forked
 *               child keeps it (S5).
 * sync_point.2  Setting it gives back what the tree keeps for epochs before it; the current and the
 *               previous one stay (S7).
 * sync_point.3  Lag: two whole laps or more. If a signal was chosen, it is sent once for each point
 *               that lags, from the next entry into the library (S8). Choice and what was told are
 *               not inherited.
 * sync_point.4  What epochs before the current one hold is bounded: past it they are retired early,
 *               all but the previous (S9).
 */
#ifndef PE_CORE_FRAME_SYNC_POINT_H
#define PE_CORE_FRAME_SYNC_POINT_H

#include "core/contract.h"
#include "core/frame/frame.h"

#define PE_SYNC_POINT_OLD_BYTES ((size_t)4 << 20)

/* Entered. The sync point: the present, if there was none yet. */
pe_clock_time pe_sync_point_get(struct pe_frame *p);

/* the present, by the kernel's own cursor */
pe_clock_time pe_sync_point_now(struct pe_frame *p);

/* The same, but the cursor may have been read up to a tick of the coarse clock ago, where this
 * process's own forks are seen. */
pe_clock_time pe_sync_point_recent(struct pe_frame *p);

/* the present as far as this process has seen it, to be handed out: no system call */
pe_clock_time pe_sync_point_show(struct pe_frame *p);

/* 0, or -EINVAL: before the point, or in the future */
int pe_sync_point_set(struct pe_frame *p, pe_clock_time to);

/* The earliest moment of this lap that is not before the point. 0 or -EINVAL */
int pe_sync_point_set_lap(struct pe_frame *p, uint32_t lap);

int pe_sync_point_choose(struct pe_frame *p, int signal); /* 0 or -EINVAL */
int pe_sync_point_chosen(const struct pe_frame *p);

void pe_sync_point_lags(struct pe_frame *p); /* the slow half of check: not called directly */

static inline void pe_sync_point_check(struct pe_frame *p)
{
	if (unlikely(atomic_load_explicit(&p->sync.signal, memory_order_relaxed)))
		pe_sync_point_lags(p);
}

/* A new epoch has been made. Writer's context: lock held, signals masked. */
void pe_sync_point_bound(struct pe_frame *p);

#endif
