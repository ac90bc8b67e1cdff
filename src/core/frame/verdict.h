/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * verdict - the two judgements as pure functions: no state, no system call, every input is a
 * parameter.
 *
 *   S2, first match from the top; A = eps(pid) now
 *
 *   e > A                            EINVAL
 *   own unreaped child, b <= e       act
 *   e < A-1, or retired              EEPOCH
 *   proven gone                      e = A: ESRCH, else EEPOCH
 *   b known                          b <= e: act, else EEPOCH
 *   b unknown                        e = A and no lap missed: act, else EEPOCH
 *
 *   S10, for a pid that is no child of the caller now
 *
 *   knowledge                        held                      free
 *   NOTHING, LIVE, FRESH             pass                      pass
 *   INHERITED      report            pass, report (verdict.7)        pass; latent
 *                  refuse, abort     pass                      pass; latent
 *   RELEASED       report            pass, report              pass; latent, report
 *                  refuse            refuse, report            refuse; latent
 *                  abort             refuse, report, die       refuse; latent
 *
 *   S14, for a pid whose holder is younger than the evidence; every call is reported
 *
 *   on-stale       evidence   act                       probe
 *   report         any        pass                      pass
 *   refuse, abort  tell       pass                      pass
 *                  act        refuse; abort: die        pass
 *                  all        refuse; abort: die        refuse
 *
 * verdict.1  S2: the verdict on a call with a reference (pid, epoch).
 * verdict.2  S10: the verdict on a classic call of an unmodified program.
 * verdict.3  Exactness: 0 (act) is returned only if the holder's birth lap is known to be <= the
 *            epoch, or cannot be later. An unknown birth is never "act" by default.
 * verdict.4  A call is refused only if this process itself saw the pid released, has not learned it
 *            again, and the kernel confirms that the holder is not its child. Every other call
 *            passes, whatever the policy.
 * verdict.5  `abort` ends the process only if another process holds the pid, because only then
 *            would the call have hit an unrelated process. A latent use is harmless today: if
 *            refused, it gets the error that the kernel would have returned, and no report. Under
 *            `report`, whose purpose is to find bugs before they do harm, it is reported.
 * verdict.6  Order of the inputs: first the holder is pinned (a hold on its slot, or a pidfd), then
 *            the clock is read (for an unknown birth, the kernel's own cursor: wrap_proof.h), then
 *            the verdict is taken. In the other order, a pid that changes hands between the two
 *            steps would be acted upon.
 * verdict.7  Knowledge inherited over a fork is as old as the fork. A holder that was born later
 *            may be the very process that the caller means (for instance a sibling whose pid came
 *            through shared memory), and this cannot be determined. So it is reported under
 *            `report` only, and only if the holder is not related to the caller.
 * verdict.8  A call on a group whose end is not proven (evidence/group.h), or on a process that may
 *            descend from the caller (engine/judge.h), is never refused; `report` reports it.
 * verdict.9  S14: where the clocks cannot be compared, the call passes.
 */
#ifndef PE_CORE_FRAME_VERDICT_H
#define PE_CORE_FRAME_VERDICT_H

#include "core/time/clock.h"
#include "core/contract.h"

/* --- S2: epoch-taking calls --- */

enum pe_holder {
	PE_HOLDER_UNKNOWN,   /* a process may hold the pid; its birth lap is not known */
	PE_HOLDER_OWN_CHILD, /* an unreaped child of the caller holds it; birth known */
	PE_HOLDER_KNOWN,     /* a holder whose birth lap is known (identity compared) */
	PE_HOLDER_GONE,	     /* the process instance that the reference meant is proven gone */
};

struct pe_verdict_ref {
	uint32_t pid;
	uint64_t epoch; /* as full laps; see pe_verdict_widen() */
	pe_clock_time now;
	enum pe_holder holder;
	uint64_t birth;	    /* of the holder, for OWN_CHILD and KNOWN */
	bool no_lap_missed; /* proven since the reference was taken (forks of /proc/stat) */
};

/* 0: act. -EINVAL, -ESRCH, or -PE_EEPOCH */
int pe_verdict_reference(const struct pe_verdict_ref *r);

/* Extend the u32 of the API to the nearest lap to @now that it can mean, at most 2^31 away. If that
 * would lie before lap 0, the future lap is taken, and so the reference is refused (EINVAL). */
uint64_t pe_verdict_widen(uint32_t epoch, pe_clock_time now);

#define PE_EEPOCH 2019 /* EEPOCH of pidepoch.h; a test compares them */

/* --- S10: classic calls --- */

enum pe_policy { PE_POLICY_REPORT, PE_POLICY_REFUSE, PE_POLICY_ABORT };

enum pe_knowledge {
	PE_KNOWN_NOTHING,   /* never seen as a child of this process */
	PE_KNOWN_LIVE,	    /* a child of this process, not yet reaped */
	PE_KNOWN_FRESH,	    /* released once, and learned again since */
	PE_KNOWN_RELEASED,  /* this process itself obtained it and saw it released */
	PE_KNOWN_INHERITED, /* the parent saw it released before the fork */
};

struct pe_verdict_use {
	enum pe_knowledge knowledge;
	bool own_child_now; /* the kernel's answer to waitid(P_PID, q, WNOWAIT | __WALL) */
	bool held;	    /* a process has the pid now, or a group has it */
	bool related;	    /* that process has the caller's parent as an ancestor (verdict.7) */
	bool unproven;	    /* it may be the group, or the process, that is meant (verdict.8) */
	enum pe_policy policy;
};

struct pe_verdict {
	enum { PE_VERDICT_PASS, PE_VERDICT_REFUSE } act;
	/* a notice is due: an unrelated process holds the pid, or (report) may hold it later */
	bool report;
	bool latent;	/* no process holds it: ESRCH now, an unrelated process later */
	bool relearned; /* it is a child of the caller, created in a way that was not seen */
	bool dies;	/* the abort policy, and the pid is held (verdict.5) */
};

struct pe_verdict pe_verdict_classic(const struct pe_verdict_use *u);

/* --- S14: calls that are stale by evidence (core/evidence/evidence.h) --- */

enum pe_evidence_policy {
	PE_EVIDENCE_OFF,
	PE_EVIDENCE_TELL,
	PE_EVIDENCE_ACT, /* refuse acts, report probes */
	PE_EVIDENCE_ALL, /* refuse both */
};

/* @probe: the call only asks. @sure: the clocks can be compared. */
struct pe_verdict pe_verdict_evidence(enum pe_policy policy, enum pe_evidence_policy how,
				      bool probe, bool sure);

#endif
