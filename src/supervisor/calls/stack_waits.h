/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stack_waits - which wait released a pid, as far as the waits that are notified tell.
 *
 *   wait, held ── its stack, kept ──> for each child that it could reap: "this wait was the last"
 *   misuse of q ──> the last wait for q, from before it was gone: the one that released it
 *
 * stack_waits.1  A wait that is entered while q is a child may reap q. A later one replaces it. So
 *                the last one has, unless several threads wait at once: then it is not known which
 *                of them has, and none is named.
 * stack_waits.2  Nothing is kept for a process with more than PE_STACK_WAITS_CHILDREN children: to
 *                list them at each wait would slow it down. Waits for one child by its pid are kept
 *                always.
 * stack_waits.3  A wait whose stack needs registers is interrupted before it blocks (stack.h). The
 *                kernel makes it again: the program does not see that. It is then notified once
 *                more, and counts as the same wait.
 * stack_waits.4  In memory of fixed size. What was displaced is not named.
 */
#ifndef PE_SUPERVISOR_CALLS_STACK_WAITS_H
#define PE_SUPERVISOR_CALLS_STACK_WAITS_H

#include "core/record/event.h"
#include "supervisor/calls/stack.h"

#define PE_STACK_WAITS_CHILDREN 128

/* shared memory; NULL: there is none */
struct pe_stack_waits *pe_stack_waits_map(void);

/* The wait @c is to be continued; @pid: which it is for, in the caller's namespace, or <= 0: for
 * any. PE_WORKER_CONTINUE, PE_WORKER_ANSWERED or -EINPROGRESS. */
long pe_stack_waits_enter(struct pe_worker_call *c, int pid);

/* The wait by which the caller of @c released @pid. false: not known. @stack: room for its stack,
 * which @o then names */
bool pe_stack_waits_find(const struct pe_worker_call *c, int pid, struct pe_event_outside *o,
			 struct pe_trace_stack *stack);

#endif
