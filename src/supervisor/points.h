/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * points - the sync point of each watched process, for those that ask by pid or by prctl
 * (core/frame/sync_point.h is the same inside a program).
 *
 * points.1  It goes forward only, and never to a moment that has not been (S6).
 * points.2  Births are not followed (filter.h, trace.3), so where a process has its memory from is
 *           found at its first question:
 *        by exec            ─> the present
 *        by a fork, and the parent has a point ─> that of the fork; the parent's first, if it has been set since
 *        else                                  ─> the first moment that was ever handed out in this run
 *      None of these is later than what it is an answer to. An earlier one costs precision (S1).
 * points.3  Orphans come to a first process or a subreaper, which is then no witness of where they
 *           came from.
 * points.4  An exec may fail: the point stays until the memory is seen to be another.
 */
#ifndef PE_SUPERVISOR_POINTS_H
#define PE_SUPERVISOR_POINTS_H

#include "core/time/clock.h"
#include "supervisor/serve.h"

pe_clock_time pe_points_get(const struct pe_serve_call *c);

/* 0, or -EINVAL: before the point, or in the future */
int pe_points_set(const struct pe_serve_call *c, pe_clock_time to);
int pe_points_set_lap(const struct pe_serve_call *c, uint32_t lap);

/* the signal of lag: 0 or -EINVAL; which it is; and send it, if it is due (S8) */
int pe_points_choose(const struct pe_serve_call *c, uint64_t signal);
int pe_points_chosen(const struct pe_serve_call *c);
void pe_points_check(const struct pe_serve_call *c);

/* the caller is about to become a subreaper; an exec is about to be made */
void pe_points_adopts(const struct pe_serve_call *c);
void pe_points_exec(const struct pe_serve_call *c, struct pe_child_table_process *p);

#endif
