/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * points - the sync point of each watched process, for the emulated calls and prctl
 * (core/frame/sync_point.h is the same inside a program).
 *
 * points.1  It only moves forward, and never into the future (S6).
 * points.2  Forks are not followed (notify_filter.3), so the origin of a process's memory is
 *           determined at its first call:
 *             by exec                      ─> the present
 *             by a fork, and the parent    ─> that of the fork; the parent's first, if it has
 *               has a point                   been set since
 *             else                         ─> the first time that was ever returned in this run
 *           None of these is later than the true one. An earlier one costs precision (S1).
 * points.3  The first process of a namespace, or a subreaper, adopts orphans; so such a parent does
 *           not show which process forked them.
 * points.4  An exec may fail: the point stays until the memory is seen to have been replaced.
 */
#ifndef PE_EMULATE_POINTS_H
#define PE_EMULATE_POINTS_H

#include "core/time/clock.h"
#include "supervisor/worker/worker.h"

pe_clock_time pe_points_get(const struct pe_worker_call *c);

/* 0, or -EINVAL: @to is before the point, or in the future. */
int pe_points_set(const struct pe_worker_call *c, pe_clock_time to);
int pe_points_set_lap(const struct pe_worker_call *c, uint32_t lap);

/* The lag signal (S8): set it, 0 or -EINVAL; get it; send it if it is due. */
int pe_points_choose(const struct pe_worker_call *c, uint64_t signal);
int pe_points_chosen(const struct pe_worker_call *c);
void pe_points_check(const struct pe_worker_call *c);

/* the caller is about to become a subreaper; an exec is about to be made */
void pe_points_adopts(const struct pe_worker_call *c);
void pe_points_exec(const struct pe_worker_call *c, struct pe_child_table_process *p);

#endif
