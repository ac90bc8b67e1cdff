/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "contract.h"

#include "stale.h"

int pe_stale_reference(const struct pe_stale_ref *r)
{
	uint64_t current = pe_clock_eps(r->now, r->number); /* S2's A */

	if (r->epoch > current)
		return -EINVAL;
	if (r->holder == PE_STALE_OWN_CHILD && r->birth <= r->epoch)
		return 0;
	if (r->epoch + 1 < current || r->epoch < r->oldest)
		return -PE_EEPOCH;

	switch (r->holder) {
	case PE_STALE_GONE:
		return r->epoch == current ? -ESRCH : -PE_EEPOCH;
	case PE_STALE_OWN_CHILD:
	case PE_STALE_KNOWN:
		return r->birth <= r->epoch ? 0 : -PE_EEPOCH;
	case PE_STALE_UNKNOWN:
		break;
	}
	return r->epoch == current && r->no_lap_missed ? 0 : -PE_EEPOCH;
}

uint64_t pe_stale_widen(uint32_t epoch, pe_clock_time now)
{
	uint64_t lap = pe_clock_lap(now);
	uint32_t ahead = epoch - (uint32_t)lap, behind = -ahead;

	return ahead <= INT32_MAX || behind > lap ? lap + ahead : lap - behind;
}

static bool released(enum pe_stale_knowledge k)
{
	return k == PE_STALE_RELEASED || k == PE_STALE_INHERITED;
}

struct pe_stale_verdict pe_stale_classic(const struct pe_stale_use *u)
{
	struct pe_stale_verdict v = { .act = PE_STALE_PASS };

	if (!released(u->knowledge))
		return v;
	v.relearned = u->own_child_now;
	if (v.relearned)
		return v;
	if (u->unproven) {
		v.tell = u->policy == PE_STALE_REPORT && u->knowledge == PE_STALE_RELEASED;
		return v;
	}
	v.latent = !u->held;
	if (u->knowledge == PE_STALE_INHERITED) {
		v.tell = u->held && !u->related && u->policy == PE_STALE_REPORT;
		return v;
	}
	v.tell = u->held || u->policy == PE_STALE_REPORT;
	if (u->policy == PE_STALE_REPORT)
		return v;
	v.act = PE_STALE_STOP;
	v.dies = u->held && u->policy == PE_STALE_ABORT;
	return v;
}
