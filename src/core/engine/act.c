/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/engine/act.h"
#include "core/token.h"

struct pe_gate_call pe_act_judged(const struct pe_gate_call *call)
{
	struct pe_gate_call c = *call;

	if (c.arg[PE_TOKEN_AT] == PE_TOKEN)
		c.arg[PE_TOKEN_AT] = PE_TOKEN_JUDGED;
	return c;
}

/* token.7 */
static long pass(const struct pe_gate_call *call, const struct pe_thread *t, const uint32_t *dead)
{
	struct pe_gate_call c = *call;
	long n = pe_gate_pass(&c, dead, t->rseq);

	if (likely(n != -ENOSYS) || c.arg[PE_TOKEN_AT] != PE_TOKEN_JUDGED)
		return n;
	c.arg[PE_TOKEN_AT] = PE_TOKEN;
	return pe_gate_pass(&c, dead, t->rseq);
}

/* token.2, token.3 */
static long announce(struct pe_frame *p, const struct pe_thread *t, struct pe_slot *s,
		     const struct pe_gate_call *call, const uint32_t *dead)
{
	struct pe_gate_call c = pe_act_judged(call);
	long n;

	if (c.arg[PE_TOKEN_AT] != PE_TOKEN_JUDGED || !p->set->readable)
		return pass(&c, t, dead);
	c.arg[PE_TOKEN_WORD] = (long)(uintptr_t)&p->autoreap;
	n = pass(&c, t, dead);
	if (n != PE_GATE_DEAD && n != -EINTR)
		atomic_store_explicit(&s->announced, true, memory_order_relaxed);
	return n;
}

long pe_act_on_child(struct pe_frame *p, const struct pe_thread *t, struct pe_slot *s,
		     const struct pe_gate_call *call, const uint32_t *dead)
{
	if (likely(atomic_load_explicit(&s->announced, memory_order_relaxed)) &&
	    likely(p->set->readable))
		return pe_gate_pass(call, dead, t->rseq);
	return announce(p, t, s, call, dead);
}
