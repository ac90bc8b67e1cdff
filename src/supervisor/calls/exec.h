/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * exec - an exec replaces the memory with the pids in it, so the child table forgets the process's
 * children (frame.3). If the exec fails, calls on their pids are continued.
 */
#ifndef PE_SUPERVISOR_CALLS_EXEC_H
#define PE_SUPERVISOR_CALLS_EXEC_H

#include "supervisor/worker/worker.h"

/* Note what is needed later: who forked this process, and the group that it leads. */
void pe_exec_note(const struct pe_worker *s, int tid);

long pe_exec_serve(struct pe_worker_call *c);

/* Is there nothing to forget about this caller, as for most callers of exec? Then it needs no entry
 * in the cache. */
bool pe_exec_is_first(const struct pe_worker *s, int tid);

#endif
