/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * watched - what a supervisor knows of the programs that do not have the library, read from the
 * child table in the memory of its worker (child_table.5). The worker is not stopped or changed.
 */
#ifndef PE_INSPECT_WATCHED_H
#define PE_INSPECT_WATCHED_H

#include <stdbool.h>
#include <sys/types.h>

#include "supervisor/peer/memory.h"
#include "supervisor/worker/child_table.h"

struct pe_watched {
	struct pe_memory memory;
	uint64_t table; /* its address there */
	uint32_t half;	/* which is in use */
};

/* What a supervisor has served, and the last stale uses that it judged. */
struct pe_watched_figures {
	uint64_t served, began_ran, began_served; /* child_table.h */
	enum pe_policy policy;
	uint32_t uses;
	struct pe_child_table_use recent[PE_CHILD_TABLE_USES];
};

/* 0, or -errno: the worker may not be read, or it is of another version. After 0 it must be
 * closed. */
int pe_watched_open(struct pe_watched *w, pid_t worker);
void pe_watched_close(const struct pe_watched *w);

int pe_watched_figures(const struct pe_watched *w, struct pe_watched_figures *f);

/* The entry of the process that has @pid now; false: it has none. */
bool pe_watched_find(const struct pe_watched *w, pid_t pid, struct pe_child_table_process *out);

#endif
