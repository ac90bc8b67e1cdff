/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/time/identity.h"
#include "core/evidence/ancestry.h"

#define LONGEST 32
#define SLACK	3u /* ticks: a birth is recorded a moment after it */

/* The parent that forked @pid, no later than @tick; 0: not known. *@tick becomes the moment of that
 * fork. */
static uint32_t recorded_parent(const struct pe_table *t, uint32_t pid, uint64_t *tick)
{
	struct pe_table_word w;

	if (!pe_table_parent(t, pid, &w) || w.tick > *tick + SLACK)
		return 0;
	*tick = w.tick;
	return w.source;
}

/* The parent of a process that may have ended: as recorded; else from /proc, if the process there
 * is old enough to be the one that is meant. */
static uint32_t parent_of(const struct pe_table *t, uint32_t pid, uint64_t *tick)
{
	uint32_t parent = recorded_parent(t, pid, tick);
	struct pe_identity_holder who;

	if (parent || pe_identity_describe(pid, &who) != 0 || who.start > *tick + SLACK)
		return parent;
	*tick = who.start;
	return who.ppid;
}

bool pe_ancestry_was_below(const struct pe_table *t, uint32_t source, uint64_t tick,
			   const struct pe_ancestry_of *of)
{
	for (int i = 0; i < LONGEST && source > 1; i++) {
		if (source == of->pid)
			return tick + SLACK >= of->born;
		source = parent_of(t, source, &tick);
	}
	return false;
}

bool pe_ancestry_descends(const struct pe_table *t, uint32_t pid, const struct pe_ancestry_of *of)
{
	struct pe_identity_holder who;
	struct pe_table_word w;

	if (pe_identity_descends(pid, of->pid))
		return true;
	if (!t || !pe_table_parent(t, pid, &w) || pe_identity_describe(pid, &who) != 0)
		return false;
	/* recorded at this process's birth or after it (ancestry.4), and no later process has the
	 * pid */
	return w.kind != PE_TABLE_ENDED && w.tick >= who.start &&
	       pe_ancestry_was_below(t, w.source, w.tick, of);
}

void pe_ancestry_publish(struct pe_table *t, uint32_t pid)
{
	struct pe_identity_holder who;
	struct pe_table_word w = { .kind = PE_TABLE_NOTHING }, old;

	for (int i = 0; i < LONGEST && pid > 1; i++, pid = who.ppid) {
		if (pe_identity_describe(pid, &who) != 0)
			return;
		w.tick = who.start;
		w.source = who.ppid;
		/* an earlier record names the parent from before the parent ended */
		if (!pe_table_parent(t, pid, &old) || old.kind == PE_TABLE_ENDED ||
		    old.tick < who.start)
			pe_table_born(t, pid, &w);
	}
}
