/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stack_waits - which wait released a pid, as far as notified waits show it.
 *
 *   wait, held ── its stack is saved ──> recorded as the last wait of each child that it can reap
 *   misuse of q ──> the last wait for q before q ended: the one that released it
 *
 * stack_waits.1  A wait that begins while q is a child may reap q, and a later one replaces it. So
 *                the last one reaped q. If several threads waited at once, it is unknown which of
 *                them did, and none is named.
 * stack_waits.2  For a process with more than PE_STACK_WAITS_CHILDREN children only waits for one
 *                child by its pid are recorded: listing all children at each wait would be slow.
 * stack_waits.3  A wait whose stack needs registers is interrupted before it blocks (stack.h), and
 *                the kernel restarts it, which the program does not see. It is notified once more,
 *                and counts as the same wait.
 * stack_waits.4  The memory has a fixed size. A record that was replaced is lost.
 */
#ifndef PE_SUPERVISOR_CALLS_STACK_WAITS_H
#define PE_SUPERVISOR_CALLS_STACK_WAITS_H

#include "core/engine/fuzz_page.h"
#include "core/record/event.h"
#include "supervisor/calls/stack.h"

#define PE_STACK_WAITS_CHILDREN 128

/* Shared memory; NULL: it could not be mapped. */
struct pe_stack_waits *pe_stack_waits_map(void);

/* Record the wait @c. @pid: the child that it is for, as an ns_pid; <= 0: for any.
 * PE_WORKER_CONTINUE, PE_WORKER_ANSWERED or -EINPROGRESS. */
long pe_stack_waits_enter(struct pe_worker_call *c, int pid);

/* The wait by which the caller of @c released @pid. false: unknown. @stack: buffer for its stack,
 * to which @o then refers. */
bool pe_stack_waits_find(const struct pe_worker_call *c, int pid, struct pe_event_outside *o,
			 struct pe_trace_stack *stack);

/* For `pidepoch fuzz`: add to @by the wait by which the process @identity released @pid. If it is
 * unknown, @by stays as it is. */
void pe_stack_waits_describe(const struct pe_worker *s, uint64_t identity, int pid,
			     struct pe_fuzz_page_releaser *by);

#endif
