/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stale - the two judgements, as pure functions: no state, no system call, every input named.
 *
 * D.1  S2: the verdict on a call with a reference (number, epoch).
 * D.2  S10: the verdict on a classic call of an unmodified program.
 * D.3  Exactness: PE_STALE_ACT is returned only if the holder's birth lap is known to be <= the epoch,
 *      or cannot be otherwise. Unknown is never ACT by default.
 */
#ifndef PE_CORE_STALE_H
#define PE_CORE_STALE_H

#include "clock.h"
#include "contract.h"

/* --- S2: epoch-taking calls --- */

enum pe_stale_holder {
	PE_STALE_UNKNOWN,    /* somebody may hold the number; birth lap not known */
	PE_STALE_OWN_CHILD,  /* our own unreaped child holds it; birth known */
	PE_STALE_KNOWN,	     /* a holder whose birth lap is known (identity compared) */
	PE_STALE_GONE,	     /* the incarnation that the reference meant is proven gone */
};

struct pe_stale_ref {
	uint32_t number;
	uint64_t epoch;		     /* as full laps; see pe_stale_widen() */
	pe_clock_time now;
	uint64_t oldest;	     /* epochs below this one are retired */
	enum pe_stale_holder holder;
	uint64_t birth;		     /* of the holder, for OWN_CHILD and KNOWN */
	bool no_lap_missed;	     /* the clock proves it (forks counted in /proc/stat) */
};

/* 0: act. -EINVAL, -ESRCH, or -PE_EEPOCH */
int pe_stale_reference(const struct pe_stale_ref *r);

/* the u32 at the door, as the lap nearest to @now that it can mean: not more than 2^31 off */
uint64_t pe_stale_widen(uint32_t epoch, pe_clock_time now);

#define PE_EEPOCH 2019 /* EEPOCH of pidepoch.h; a test compares them */

/* --- S10: classic calls --- */

enum pe_stale_policy { PE_STALE_REPORT, PE_STALE_REFUSE, PE_STALE_ABORT };

enum pe_stale_knowledge {
	PE_STALE_NOTHING,   /* never a child of this process, as far as seen */
	PE_STALE_LIVE,	    /* our child, not yet reaped */
	PE_STALE_FRESH,	    /* released once, and learned again since */
	PE_STALE_RELEASED,  /* this very process obtained it and saw it released */
	PE_STALE_INHERITED, /* the parent saw it released before the fork */
};

struct pe_stale_use {
	enum pe_stale_knowledge knowledge;
	bool own_child_now; /* the kernel's answer to waitid(P_PID, q, WNOWAIT | __WALL) */
	bool held;	    /* somebody holds the number now */
	enum pe_stale_policy policy;
};

struct pe_stale_verdict {
	enum { PE_STALE_PASS, PE_STALE_STOP } act;
	bool tell;	/* a stranger holds it: a notice is due */
	bool latent;	/* nobody holds it: today ESRCH, tomorrow a stranger */
	bool relearned; /* it is our child by a way that was not seen */
	bool abort;
};

struct pe_stale_verdict pe_stale_classic(const struct pe_stale_use *u);

#endif
