/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stack - the stack of a watched thread whose call is held.
 *
 *   held: pc and sp only ── whole ────────────────────────────────────────────> used ──> answer
 *             └ a register is needed ── seize ──> answer ──> it stops ──> used ──> it goes on
 *
 * stack.1  While the caller is held its pc and sp are known (/proc/TID/syscall). That is enough for
 *          code that is compiled without a frame pointer, and nothing is changed in the caller.
 * stack.2  Else it is traced for a moment: it stops when its call returns, with all registers. It
 *          has not gone on when the stack is used. Another tracer, or a caller that may not be
 *          traced, is left as it is, and `end` says so.
 * stack.3  Only with events and stacks asked for. Without, nothing of this runs.
 * stack.4  Both are ops of a helper (helper.h): the worker does not wait for them. A walk that
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

/*
 * The stack of the held caller, as far as its pc and sp tell. It is the caller's if the call is
 * still held afterwards. Return: 0, or -EINPROGRESS (helper.h)
 */
long pe_stack_take(struct pe_worker_call *c, struct pe_stack_result *out);

/* what is done with a stack at the stop, in a helper; the first member of what belongs to it */
struct pe_stack_stop {
	long result;		     /* of the call, or PE_WORKER_CONTINUE */
	struct pe_stack_result here; /* in: as it was taken; out: as it is at the stop */
	bool restarts;		     /* the kernel will make the call again */
	void (*use)(const struct pe_worker *s, struct pe_stack_stop *stop);
};

/*
 * Have the call answered and its thread stopped behind it, and @stop->use run there. @size: of
 * all that @stop is the first member of. What is to be done before the answer is done before this
 * call.
 * Return: 0: it is so; -EINPROGRESS; else the call is not answered, and @stop->here.end says why
 * not
 */
long pe_stack_stop(struct pe_worker_call *c, struct pe_stack_stop *stop, size_t size);

/* Could more be had by a stop? */
static inline bool pe_stack_needs_stop(const struct pe_stack_result *r)
{
	return r->end == PE_STACK_END_REGISTER;
}

/* Has pe_stack_stop() been tried for this call, and this is the call being served again? */
bool pe_stack_has_tried_stop(const struct pe_worker_call *c);

#endif
