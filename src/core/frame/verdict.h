/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * verdict - the two judgements, as pure functions: no state, no system call, every input named.
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
 *   S10, for a pid that is no child of ours now
 *
 *   knowledge                        held                      free
 *   NOTHING, LIVE, FRESH             pass                      pass
 *   INHERITED      report            pass, tell (verdict.7)          pass; latent
 *                  refuse, abort     pass                      pass; latent
 *   RELEASED       report            pass, tell                pass; latent, tell
 *                  refuse            stop, tell                stop; latent
 *                  abort             stop, tell, die           stop; latent
 *
 * verdict.1  S2: the verdict on a call with a reference (pid, epoch).
 * verdict.2  S10: the verdict on a classic call of an unmodified program.
 * verdict.3  Exactness: 0 (act) is returned only if the holder's birth lap is known to be <= the
 *            epoch, or cannot be otherwise. Unknown is never "act" by default.
 * verdict.4  Stop only what this very process saw released and has not learned again, and what the
 *            kernel says is not its child. Everything else passes, whatever the policy.
 * verdict.5  Die only when somebody holds the pid, for only then would the call have hit an
 *            unrelated process. A latent use is harmless today: refused, it gets what the kernel
 *            would have answered, silently; under report, whose job is to find bugs before they
 *            bite, it is told.
 * verdict.6  Order of the inputs: first the holder is pinned (a hold on its slot, a pidfd), then
 *            the clock is read, and for an unknown birth it is the kernel's own cursor that is read
 *            (wrap_proof.h); then the verdict. The other way round, a pid that changes hands
 *            between the two looks would be acted upon.
 * verdict.7  Knowledge that was inherited over a fork is as old as the fork. A holder that was born
 *            later may be the very process that the caller means (a sibling, told through shared
 *            memory), and nothing can tell. So it is reported under `report` only, and not of a
 *            holder that is related to the caller.
 * verdict.8  A group whose end is not proven (evidence/group.h) is never stopped; report tells of
 *            it.
 */
#ifndef PE_CORE_FRAME_VERDICT_H
#define PE_CORE_FRAME_VERDICT_H

#include "core/time/clock.h"
#include "core/contract.h"

/* --- S2: epoch-taking calls --- */

enum pe_holder {
	PE_HOLDER_UNKNOWN,   /* somebody may hold the pid; birth lap not known */
	PE_HOLDER_OWN_CHILD, /* our own unreaped child holds it; birth known */
	PE_HOLDER_KNOWN,     /* a holder whose birth lap is known (identity compared) */
	PE_HOLDER_GONE,	     /* the process instance that the reference meant is proven gone */
};

struct pe_verdict_ref {
	uint32_t pid;
	uint64_t epoch; /* as full laps; see pe_verdict_widen() */
	pe_clock_time now;
	uint64_t oldest; /* epochs below this one are retired */
	enum pe_holder holder;
	uint64_t birth;	    /* of the holder, for OWN_CHILD and KNOWN */
	bool no_lap_missed; /* since the reference was taken: proven (forks of /proc/stat) */
};

/* 0: act. -EINVAL, -ESRCH, or -PE_EEPOCH */
int pe_verdict_reference(const struct pe_verdict_ref *r);

/* the u32 at the door, as the lap nearest to @now that it can mean: not over 2^31 off. One that
 * would lie before lap 0 is taken as the future lap that it also means, and so refused (EINVAL). */
uint64_t pe_verdict_widen(uint32_t epoch, pe_clock_time now);

#define PE_EEPOCH 2019 /* EEPOCH of pidepoch.h; a test compares them */

/* --- S10: classic calls --- */

enum pe_policy { PE_POLICY_REPORT, PE_POLICY_REFUSE, PE_POLICY_ABORT };

enum pe_knowledge {
	PE_KNOWN_NOTHING,   /* never a child of this process, as far as seen */
	PE_KNOWN_LIVE,	    /* our child, not yet reaped */
	PE_KNOWN_FRESH,	    /* released once, and learned again since */
	PE_KNOWN_RELEASED,  /* this very process obtained it and saw it released */
	PE_KNOWN_INHERITED, /* the parent saw it released before the fork */
};

struct pe_verdict_use {
	enum pe_knowledge knowledge;
	bool own_child_now; /* the kernel's answer to waitid(P_PID, q, WNOWAIT | __WALL) */
	bool held;	    /* a process has the pid now, or a group bears it */
	bool related;	    /* that process has the caller's parent as an ancestor (verdict.7) */
	bool unproven;	    /* it may still be the group that the child led (verdict.8) */
	enum pe_policy policy;
};

struct pe_verdict {
	enum { PE_VERDICT_PASS, PE_VERDICT_REFUSE } act;
	/* a notice is due: an unrelated process holds it, or (report) one may tomorrow */
	bool tell;
	bool latent;	/* nobody holds it: today ESRCH, tomorrow an unrelated process */
	bool relearned; /* it is our child by a way that was not seen */
	bool dies;	/* the abort policy, and the pid is held (verdict.5) */
};

struct pe_verdict pe_verdict_classic(const struct pe_verdict_use *u);

#endif
