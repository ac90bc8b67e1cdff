/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * judge - decide by evidence whether a call passes, passes with a report, or is refused.
 *
 *   knowledge    evidence, kinship                          the call
 *   any          the holder descends from the caller        passes
 *   RELEASED     FRESH, from after the release              passes
 *                it may be an orphan of the caller          passes; unproven
 *                else                                       as verdict.h says
 *   INHERITED    FRESH                                      passes
 *                STALE                                      as below
 *                else                                       as verdict.h says
 *   NOTHING      STALE, an act                              refused by `act` and `all`
 *   or FRESH     STALE, a probe                             refused by `all`; else passes, reported
 *                UNSURE (the clock was stepped)             passes, reported
 *
 * judge.1  No call is refused by evidence before kinship has been checked and the kernel has
 *          confirmed that the holder is no child.
 * judge.2  A signal to the caller itself is never refused; a probe of the caller only by `all`, if
 *          a file from before the caller's birth has the pid.
 * judge.3  A process whose birth was not seen may be an orphan that descends from the caller: it is
 *          in the caller's group, and a child of pid 1, which leads another group; or a child of
 *          pid 1 or of another ancestor, and the caller has read its pid from a pipe since it was
 *          born.
 */
#ifndef PE_CORE_ENGINE_JUDGE_H
#define PE_CORE_ENGINE_JUDGE_H

#include "core/contract.h"
#include "core/engine/guard.h"
#include "core/evidence/evidence.h"

enum pe_judge_verdict {
	PE_JUDGE_UNKNOWN, /* no evidence: judge as without it */
	PE_JUDGE_PASS,
	PE_JUDGE_UNPROVEN, /* it passes, and `warn` reports it */
	PE_JUDGE_STALE,	   /* by evidence */
};

/* A call on a pid that belonged to a child, as @k records, and that another process holds now. */
enum pe_judge_verdict pe_judge_child(struct pe_frame *p, const struct pe_use *u,
				     const struct pe_known *k, struct pe_evidence_finding *f);

/* A call on a pid of which nothing is known except evidence. 0: it may be made; else -errno */
long pe_judge_other(struct pe_frame *p, const struct pe_use *u);

/* Act on a STALE or UNSURE finding: report it, and return 0 or -errno. */
long pe_judge_act(struct pe_frame *p, const struct pe_use *u, const struct pe_evidence_finding *f);

/* Before a look at /proc/PID. 0: it may be made; -ENOENT: it is refused, because the process that
 * the pid meant is gone. */
long pe_judge_look(struct pe_frame *p, struct pe_thread *t, int pid);

/* The latest moment, in ms since boot, at which @pid was right for this process; 0: not known, or
 * the process that has it now descends from this one. With @may_read, unread files are read; that
 * is the only state it changes. A vfork child may call it without @may_read. */
int64_t pe_judge_hand_on(struct pe_frame *p, uint32_t pid, bool may_read);

/* Write "PIDEPOCH_ARGUMENTS=PID:MS,..." into @text, for the arguments in @argv that are known pids.
 * Returns @text, or NULL if there are none. */
const char *pe_judge_arguments(struct pe_frame *p, char *const *argv, bool may_read, char *text,
			       size_t size);

/* Is the pid an argument of this program, and nothing else known of it? (token.8) */
static inline bool pe_judge_asks_supervisor(const struct pe_frame *p, const struct pe_use *u)
{
	return p->evidence && unlikely(p->evidence->argument[0]) && !p->set->trusted &&
	       pe_evidence_has_argument(p->evidence, (uint32_t)u->pid);
}

/* Can evidence lead to a refusal or a report at all? */
static inline bool pe_judge_is_on(const struct pe_frame *p)
{
	return p->evidence && p->set->evidence != PE_EVIDENCE_OFF;
}

#endif
