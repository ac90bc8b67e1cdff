/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stack - the stack of a watched thread whose call is held.
 *
 *   held: pc and sp known ── stack is whole ──────────────────────> used ──> answer
 *             └ a register is needed ── seize ──> answer ──> stop ──> used ──> detach
 *
 * stack.1  While the caller is held, its pc and sp are known (/proc/TID/syscall). This is enough
 *          for code that is compiled without a frame pointer, and changes nothing in the caller.
 * stack.2  Otherwise the thread is traced for a moment: it stops when its call returns, and then
 *          all registers are known. The stack is used before the thread continues. If the caller
 *          has a tracer, or may not be traced, it is left alone, and `end` has the reason.
 * stack.3  This happens only if events and stacks are enabled.
 * stack.4  Both ways are ops of a helper (helper.h), so the worker does not wait. A walk that
 *          crashes or hangs leaves the frames that it has found (stack_apart.h).
 */
#ifndef PE_SUPERVISOR_CALLS_STACK_H
#define PE_SUPERVISOR_CALLS_STACK_H

#include "supervisor/unwind/stack_apart.h"
#include "supervisor/worker/worker.h"

static inline bool pe_stack_is_wanted(const struct pe_worker *s)
{
	return s->set.events && s->set.stacks;
}

/* The stack of the held caller, as far as it can be found by pc and sp. It is valid if the call is
 * still held afterwards. 0, or -EINPROGRESS (helper.h). */
long pe_stack_take(struct pe_worker_call *c, struct pe_stack_result *out);

/* what a helper does with the stack when the thread has stopped; the first member of a struct that
 * has the rest of its data */
struct pe_stack_stop {
	long result;		     /* of the call, or PE_WORKER_CONTINUE */
	struct pe_stack_result here; /* in: the stack by pc and sp; out: the stack at the stop */
	bool restarts;		     /* the kernel will make the call again */
	void (*use)(const struct pe_worker *s, struct pe_stack_stop *stop);
};

/* Answer the call, stop its thread when the call returns, and run @stop->use then. @size: of the
 * struct of which @stop is the first member. The caller has done before whatever must precede the
 * answer. 0; -EINPROGRESS; else the call is not answered, and @stop->here.end has the reason. */
long pe_stack_stop(struct pe_worker_call *c, struct pe_stack_stop *stop, size_t size);

/* Would a stop give more frames? */
static inline bool pe_stack_needs_stop(const struct pe_stack_result *r)
{
	return r->end == PE_STACK_END_REGISTER;
}

/* Has pe_stack_stop() been tried for this call, and this is the call being served again? */
bool pe_stack_has_tried_stop(const struct pe_worker_call *c);

#endif
