/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/reference/reference.h"
#include "core/reference/released.h"

/* released.3 */
static bool means_other(struct pe_frame *p, uint64_t lap, const struct pe_obituary *o)
{
	uint64_t mask = pe_frame_lock(p);
	const struct pe_foreign_process *f = pe_foreign_find(&p->foreign, o->pid);
	bool other = f && f->since <= lap && (int32_t)((uint32_t)f->since - o->birth) > 0;

	pe_frame_unlock(p, mask);
	return other;
}

int pe_released_obituary(struct pe_frame *p, int pid, uint32_t epoch, struct pe_obituary *o)
{
	pe_clock_time now = pe_clock_now(&p->clock);
	uint64_t lap = pe_verdict_widen(epoch, now);
	uint32_t entry = 0;

	if (pid <= 0 || pid > PE_REFERENCE_PID_MOST || lap > pe_clock_eps(now, (uint32_t)pid))
		return -EINVAL;
	if (pe_tree_find_in(&p->tree, lap, (uint32_t)pid, &entry) != 0)
		return -PE_EEPOCH;
	if (!(entry & PE_TREE_SLOT))
		return -ESRCH;
	if (!(entry & PE_TREE_EXPIRED))
		return -EBUSY;
	if (!pe_obituary_find(&p->obituaries, (uint32_t)pid, (uint32_t)lap, o))
		return -PE_EEPOCH;
	return means_other(p, lap, o) ? -ESRCH : 0;
}
