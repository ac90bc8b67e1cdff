/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ancestry - which process descends from which: from /proc while they live, from the run's table
 * (table.h) for orphans and for processes that have ended.
 *
 * ancestry.1  A holder that descends from the caller is the process that is meant: only a process
 *             that the caller started can have passed it this pid as text.
 * ancestry.2  An orphan has lost its chain of parents. parent[] of the table keeps it: each link
 *             was written before the birth of the next child.
 * ancestry.3  A chain has at most 32 links. A link that cannot be read ends the chain, and proves
 *             no descent.
 * ancestry.4  A birth is recorded after the fork, and marked as ended before the child's release
 *             becomes known. So a process that gets the pid within the same tick is not taken for
 *             the child.
 */
#ifndef PE_CORE_EVIDENCE_ANCESTRY_H
#define PE_CORE_EVIDENCE_ANCESTRY_H

#include "core/contract.h"
#include "core/evidence/table.h"

struct pe_ancestry_of { /* the process that asks */
	uint32_t pid;
	uint64_t born; /* ticks */
};

/* Was @pid forked, directly or not, by the process that asks? @t may be NULL. */
bool pe_ancestry_descends(const struct pe_table *t, uint32_t pid, const struct pe_ancestry_of *of);

/* Was @source, which made a look at @tick, the process that asks or a descendant of it? @source may
 * have ended. */
bool pe_ancestry_was_below(const struct pe_table *t, uint32_t source, uint64_t tick,
			   const struct pe_ancestry_of *of);

/* Write the chain of parents of this process from /proc into the table. */
void pe_ancestry_publish(struct pe_table *t, uint32_t pid);

#endif
