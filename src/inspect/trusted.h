/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* trusted - what a program of a run can make of evidence on this machine. */
#ifndef PE_INSPECT_TRUSTED_H
#define PE_INSPECT_TRUSTED_H

#include <stdbool.h>

struct pe_trusted {
	/* A file's time counts for processes that are older than the run. If not: the wall clock
	 * was stepped since boot, or the time namespace has a boot time of its own. */
	bool file_times;
	/* 0: the programs of this user can share a table (table.h); -EACCES: its key belongs to
	 * another user's segment; -ENODATA: /proc does not give the namespaces; -ENOSPC: no segment
	 * can be made */
	int table;
};

/* Try both. Leaves no segment. */
void pe_trusted_examine(struct pe_trusted *t);

#endif
