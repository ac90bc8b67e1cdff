/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kin - which process descends from which: from /proc while they live, from the run's table for
 * orphans and for processes that have ended.
 *
 * kin.1  A holder that descends from the caller is the process that is meant: only a process that
 *        the caller started can have passed it this pid as text.
 * kin.2  An orphan has lost its chain of parents. The kin words of the table keep it: each word of
 *        the chain was written before the birth of the next child.
 * kin.3  A chain has at most 32 links. A link that cannot be read ends the chain, and proves no
 *        kinship.
 * kin.4  A birth is recorded after the fork, and marked as ended before the child's release becomes
 *        known. So a process that gets the pid within the same tick is not taken for the child.
 */
#ifndef PE_CORE_EVIDENCE_KIN_H
#define PE_CORE_EVIDENCE_KIN_H

#include "core/contract.h"
#include "core/evidence/table.h"

struct pe_kin_of { /* the process that asks */
	uint32_t pid;
	uint64_t born; /* ticks */
};

/* Was @pid forked, directly or not, by the process that asks? @t may be NULL. */
bool pe_kin_descends(const struct pe_table *t, uint32_t pid, const struct pe_kin_of *of);

/* Was @source, which made a look at @tick, the process that asks or a descendant of it? @source may
 * have ended. */
bool pe_kin_was_below(const struct pe_table *t, uint32_t source, uint64_t tick,
		      const struct pe_kin_of *of);

/* Write the chain of parents of this process from /proc into the table. */
void pe_kin_publish(struct pe_table *t, uint32_t pid);

#endif
