/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * judge - evidence applied to a call: acquitted, reported or refused.
 *
 *   knowledge    evidence, kinship                          the call
 *   any          the holder descends from the caller        passes
 *   RELEASED     FRESH, from after the release              passes
 *                orphan of unknown birth, in its own group  passes, reported
 *                else                                       as stale.h says
 *   INHERITED    FRESH                                      passes
 *                STALE                                      as below
 *                else                                       as stale.h says
 *   NOTHING      STALE, an act                              refused by `act` and `all`
 *   or FRESH     STALE, a probe                             refused by `all`; else passes, reported
 *                UNSURE (the clock was stepped)             passes, reported
 *
 * 1. Nothing is refused by evidence before kinship has been looked at, and the kernel has said that
 * the holder is no child.
 * 2. A signal to oneself is never refused; a probe of oneself only by `all`, if a file from before
 * this process's birth says so.
 */
#ifndef PE_CORE_ENGINE_JUDGE_H
#define PE_CORE_ENGINE_JUDGE_H

#include "core/contract.h"
#include "core/engine/guard.h"
#include "core/evidence/evidence.h"

enum pe_judge_verdict {
	PE_JUDGE_UNKNOWN, /* no evidence: judge as without it */
	PE_JUDGE_PASS,
	PE_JUDGE_REPORT, /* it passes, reported */
	PE_JUDGE_STALE,	 /* by evidence */
};

/* A call on a pid that @k says was a child, and that another process holds now. */
enum pe_judge_verdict pe_judge_child(struct pe_frame *p, const struct pe_use *u,
				     const struct pe_known *k, struct pe_evidence_finding *f);

/* A call on a pid of which nothing is known but evidence. 0: it may be made; else -errno */
long pe_judge_other(struct pe_frame *p, const struct pe_use *u);

/* what is done about a STALE or UNSURE finding: told, and 0 or -errno */
long pe_judge_act(struct pe_frame *p, const struct pe_use *u, const struct pe_evidence_finding *f);

/* A look at /proc/PID, before it is made. 0: it may be; -ENOENT: refused, the process that was
 * meant is gone */
long pe_judge_look(struct pe_frame *p, struct pe_thread *t, int pid);

/* The latest moment, in ms since boot, at which @pid was right for this process; 0: not known.
 * Changes nothing but what is remembered of files, which @may_read allows: a vfork child may ask,
 * without. */
int64_t pe_judge_hand_on(struct pe_frame *p, uint32_t pid, bool may_read);

/* "PIDEPOCH_ARGUMENTS=PID:MS,..." for those of @argv that are pids of which something is known, in
 * @text; or NULL */
const char *pe_judge_arguments(struct pe_frame *p, char *const *argv, bool may_read, char *text,
			       size_t size);

/* May evidence accuse at all? */
static inline bool pe_judge_is_on(const struct pe_frame *p)
{
	return p->evidence && p->set->evidence != PE_EVIDENCE_OFF;
}

#endif
