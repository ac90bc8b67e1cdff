/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kin - who descends from whom: by /proc while they live, by the run's table for orphans and for
 * those that have ended.
 *
 * kin.1  A holder that descends from the caller is meant: only a process that the caller started
 *        can have told it this pid as bytes.
 * kin.2  An orphan has lost its chain. The table's kin words keep it: each word of the chain is
 *        from before the child's birth.
 * kin.3  A chain is at most 32 long. What cannot be read ends it, and is no kinship.
 * kin.4  A birth is recorded after it was made, and marked as ended before the child's release is
 *        known: a process that gets the pid in the same tick is not taken for the child.
 */
#ifndef PE_CORE_EVIDENCE_KIN_H
#define PE_CORE_EVIDENCE_KIN_H

#include "core/contract.h"
#include "core/evidence/table.h"

struct pe_kin_of { /* the process that asks */
	uint32_t pid;
	uint64_t born; /* ticks */
};

/* @pid has been forked, directly or not, by the process that asks. @t may be NULL. */
bool pe_kin_descends(const struct pe_table *t, uint32_t pid, const struct pe_kin_of *of);

/* Was @source, which saw something at @tick, the process that asks or a descendant of it? It may
 * have ended. */
bool pe_kin_was_below(const struct pe_table *t, uint32_t source, uint64_t tick,
		      const struct pe_kin_of *of);

/* the chain of this process, from /proc into the table */
void pe_kin_publish(struct pe_table *t, uint32_t pid);

#endif
