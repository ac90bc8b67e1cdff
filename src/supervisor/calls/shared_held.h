/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * shared_held - waits that the worker holds until the kernel can answer them at once (sharing.2).
 *
 *   hold ──> ··· a child's end, another wait is over, a signal, or its time ──> due: served again
 *
 * shared_held.1  A held thread does not notice signals. So it is looked at again and again, at
 *                first after a millisecond, later after PE_SHARED_HELD_LONGEST. With a deliverable
 *                signal pending, a tracer, or its process being stopped, it is due, and its wait is
 *                continued.
 * shared_held.2  Bounded: PE_SHARED_HELD_MOST, a quarter of them for one user. Beyond that a wait
 *                is continued, and the kernel rules.
 */
#ifndef PE_SUPERVISOR_CALLS_SHARED_HELD_H
#define PE_SUPERVISOR_CALLS_SHARED_HELD_H

#include "supervisor/worker/worker.h"

#define PE_SHARED_HELD_MOST    512
#define PE_SHARED_HELD_LONGEST 32 /* ms; longer if many waits are held */

/* Hold the wait @c for @ns_pid; 0: for any child. false: it must be continued. */
bool pe_shared_held_add(const struct pe_worker_call *c, int ns_pid);

/* Is there a held wait for just this child? For any child of that process, or any of them? */
bool pe_shared_held_has(uint64_t parent, int ns_pid);
bool pe_shared_held_any(uint64_t parent);

/* All held waits of that process are due. */
void pe_shared_held_wake(uint64_t parent);

/* The call at @place has ended. */
void pe_shared_held_forget(int place);

/* How long the worker may sleep, ms; -1: no wait is held. */
int pe_shared_held_timeout(void);

/* The place of a wait that is due, which may have ended meanwhile; -1: none. */
int pe_shared_held_next(const struct pe_worker *s);

/* Before the worker ends or becomes a monitor. */
void pe_shared_held_end(void);

#endif
