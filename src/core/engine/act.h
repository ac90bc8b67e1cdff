/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * act - make a judged call, with the token that applies to it (core/token.h).
 *
 * act.1  The token is passed beside the call, so the call is never copied on the path of a kill.
 */
#ifndef PE_CORE_ENGINE_ACT_H
#define PE_CORE_ENGINE_ACT_H

#include "core/arch/gate.h"
#include "core/contract.h"
#include "core/frame/frame.h"
#include "core/memory/slot.h"
#include "core/token.h"

/* The last argument with which @call is notified to the supervisor. A call without a token keeps
 * its own argument. */
static inline long pe_act_judged(const struct pe_gate_call *call)
{
	long last = call->arg[PE_TOKEN_AT];

	return last == PE_TOKEN ? PE_TOKEN_JUDGED : last;
}

/* The call itself, outside the gate. Returns the call's result. */
static inline long pe_act_make(const struct pe_gate_call *call, long last)
{
	const long *a = call->arg;

	return pe_sys_whole6(call->nr, a[0], a[1], a[2], a[3], a[4], last);
}

/* For pe_act_on_child(): the first call on a child whose supervisor reads this memory (token.3). */
long pe_act_announce(struct pe_frame *p, const struct pe_thread *t, struct pe_slot *s,
		     const struct pe_gate_call *call, const uint32_t *dead);

/* token.7: @n is the result of a call with @last. Repeat it if both processes of the supervisor are
 * gone. */
static inline long pe_act_repeat(const struct pe_gate_call *call, const struct pe_thread *t,
				 const uint32_t *dead, long last, long n)
{
	if (likely(n != -ENOSYS) || last != PE_TOKEN_JUDGED)
		return n;
	return pe_gate_pass(call, dead, t->rseq, PE_TOKEN);
}

/*
 * Make a call on the child of slot @s, which the caller holds. It has PE_TOKEN if its kind allows
 * that. It is made in the gate, and announces the child if it is the first such call. Return: as
 * pe_gate_pass()
 */
static inline long pe_act_on_child(struct pe_frame *p, const struct pe_thread *t, struct pe_slot *s,
				   const struct pe_gate_call *call, const uint32_t *dead)
{
	long last;

	if (!p->set->readable)
		last = pe_act_judged(call);
	else if (likely(atomic_load_explicit(&s->announced, memory_order_relaxed)))
		last = call->arg[PE_TOKEN_AT];
	else
		return pe_act_announce(p, t, s, call, dead);
	return pe_act_repeat(call, t, dead, last, pe_gate_pass(call, dead, t->rseq, last));
}

#endif
