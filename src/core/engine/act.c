/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/engine/act.h"

/* token.2, token.3 */
long pe_act_announce(struct pe_frame *p, const struct pe_thread *t, struct pe_slot *s,
		     const struct pe_gate_call *call, const uint32_t *dead)
{
	struct pe_gate_call c = *call;
	long last = pe_act_judged(call), n;

	if (last == PE_TOKEN_JUDGED)
		c.arg[PE_TOKEN_WORD] = (long)(uintptr_t)&p->autoreap;
	n = pe_act_repeat(&c, t, dead, last, pe_gate_pass(&c, dead, t->rseq, last));
	if (last == PE_TOKEN_JUDGED && n != PE_GATE_DEAD && n != -EINTR)
		atomic_store_explicit(&s->announced, true, memory_order_relaxed);
	return n;
}
