/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * argument - what a caller without evidence of its own was told of a pid when it was executed
 * (S14). The caller has the pid among its arguments, as kill(1) has.
 *
 *   executed by a program with the library ── announced the moment before the exec (token.8)
 *   executed by a static program ──────────── its parent had a child of that pid, and the process
 *                                             that has it now is not the parent's child
 *
 * argument.1  A caller that has no such argument is continued. Its arguments are read once.
 * argument.2  A moment acquits if the process that has the pid was born before it, else it accuses.
 * argument.3  What a parent knows counts only if the parent is static: a parent with the library
 *             has learned pids that the child table does not have, and announces what it knows.
 * argument.4  Only in the supervisor's own pid namespace, where start times and pids can be read.
 */
#ifndef PE_SUPERVISOR_CALLS_ARGUMENT_H
#define PE_SUPERVISOR_CALLS_ARGUMENT_H

#include "core/evidence/evidence.h"
#include "supervisor/worker/worker.h"

/* Fill @f for a call on the process @pid. 0: see its verdict; or -EINPROGRESS (helper.h) */
long pe_argument_examine(struct pe_worker_call *c, int pid, struct pe_evidence_finding *f);

#endif
