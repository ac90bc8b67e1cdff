/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * past_child - was this pid a child of the caller since its last exec?
 *
 *   child table ── no ──> fork events, and the parent of the process that has the pid now
 *               ── no ──> the library's own tree, in the caller's memory (remote_tree.h)
 *
 * past_child.1  Only such a pid can be stale. A call on any other pid is continued.
 */
#ifndef PE_SUPERVISOR_CALLS_PAST_CHILD_H
#define PE_SUPERVISOR_CALLS_PAST_CHILD_H

#include "supervisor/worker/worker.h"

/* As far as the child table or the caller's library knows. 1, 0, or -EINPROGRESS (helper.h) */
long pe_past_child_is(struct pe_worker_call *c, int ns_pid);

/* If the table does not have @ns_pid, add what it may lack: fork events, and the child that has the
 * pid now. */
void pe_past_child_record(const struct pe_worker_call *c, int ns_pid);

#endif
