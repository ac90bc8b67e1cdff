/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/frame/verdict.h"

int pe_verdict_reference(const struct pe_verdict_ref *r)
{
	uint64_t current = pe_clock_eps(r->now, r->pid); /* S2's A */

	if (r->epoch > current)
		return -EINVAL;
	if (r->holder == PE_HOLDER_OWN_CHILD && r->birth <= r->epoch)
		return 0;
	if (r->epoch + 1 < current)
		return -PE_EEPOCH;

	switch (r->holder) {
	case PE_HOLDER_GONE:
		return r->epoch == current ? -ESRCH : -PE_EEPOCH;
	case PE_HOLDER_OWN_CHILD:
	case PE_HOLDER_KNOWN:
		return r->birth <= r->epoch ? 0 : -PE_EEPOCH;
	case PE_HOLDER_UNKNOWN:
		break;
	}
	return r->epoch == current && r->no_lap_missed ? 0 : -PE_EEPOCH;
}

uint64_t pe_verdict_widen(uint32_t epoch, pe_clock_time now)
{
	uint64_t lap = pe_clock_lap(now);
	uint32_t ahead = epoch - (uint32_t)lap, behind = -ahead;

	return ahead <= INT32_MAX || behind > lap ? lap + ahead : lap - behind;
}

static bool released(enum pe_knowledge k)
{
	return k == PE_KNOWN_RELEASED || k == PE_KNOWN_INHERITED;
}

struct pe_verdict pe_verdict_classic(const struct pe_verdict_use *u)
{
	struct pe_verdict v = { .act = PE_VERDICT_PASS };

	if (!released(u->knowledge))
		return v;
	v.relearned = u->own_child_now;
	if (v.relearned)
		return v;
	if (u->unproven) {
		v.report = u->policy == PE_POLICY_REPORT && u->knowledge == PE_KNOWN_RELEASED;
		return v;
	}
	v.latent = !u->held;
	if (u->knowledge == PE_KNOWN_INHERITED) {
		v.report = u->held && !u->related && u->policy == PE_POLICY_REPORT;
		return v;
	}
	v.report = u->held || u->policy == PE_POLICY_REPORT;
	if (u->policy == PE_POLICY_REPORT)
		return v;
	v.act = PE_VERDICT_REFUSE;
	v.dies = u->held && u->policy == PE_POLICY_ABORT;
	return v;
}

struct pe_verdict pe_verdict_evidence(enum pe_policy policy, enum pe_evidence_policy how,
				      bool probe, bool sure)
{
	bool wanted = how == PE_EVIDENCE_ALL || (how == PE_EVIDENCE_ACT && !probe);
	struct pe_verdict v = { .act = PE_VERDICT_PASS, .report = true };

	if (!wanted || !sure || policy == PE_POLICY_REPORT)
		return v;
	v.act = PE_VERDICT_REFUSE;
	v.dies = !probe && policy == PE_POLICY_ABORT;
	return v;
}
