/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "../contract.h"

#include "../sys.h"
#include "gate.h"

long pe_gate_act_masked(const struct pe_gate_call *call, const uint32_t *dead)
{
	const long *a = call->arg;
	long ret = PE_GATE_DEAD;
	uint64_t mask;

	mask = pe_sys_mask_all();
	/* a handler of this thread is the only one who may set it meanwhile, and none can run */
	if (likely(!*(const volatile uint32_t *)dead))
		ret = pe_sys6(call->nr, a[0], a[1], a[2], a[3], a[4], a[5]);
	pe_sys_mask_restore(mask);
	return ret;
}
