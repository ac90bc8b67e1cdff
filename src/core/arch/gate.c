/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include <linux/rseq.h>

#include "core/sys.h"
#include "core/arch/gate.h"

long pe_gate_masked(const struct pe_gate_call *call, const uint32_t *dead, long last)
{
	/* The kernel does not know this area, so the section runs as plain code. */
	struct rseq nobodys = { .cpu_id = 0 };
	uint64_t mask = pe_sys_mask_all();
	long ret = pe_gate_with(call, dead, &nobodys, last);

	pe_sys_mask_restore(mask);
	return ret;
}
