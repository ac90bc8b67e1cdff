/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * run_table - the table that the libraries of the run share (core/evidence/table.h), for callers
 * without the library.
 *
 *   pgrep, with the library ── looked 412 up ──> table ──> its static shell's kill(412) is right
 *   a static shell forks, and ends ── birth ──> table ──> a library's caller is an ancestor
 *
 * run_table.1  What a descendant of the caller has looked up, or read from a pidfile, acquits, if
 *              that was at the holder's birth or later. It never accuses: the supervisor does not
 *              see what the caller itself has read since.
 * run_table.2  Each exec of a watched program writes who forked it, which is needed if the parent
 *              ends.
 * run_table.3  Only in the supervisor's own pid namespace, and only the table of its own user. The
 *              table is used if a library has made it. It can only let a stale call pass.
 */
#ifndef PE_SUPERVISOR_CALLS_RUN_TABLE_H
#define PE_SUPERVISOR_CALLS_RUN_TABLE_H

#include "supervisor/worker/worker.h"

/* Has a descendant of the caller looked up the process @pid? */
bool pe_run_table_acquits(const struct pe_worker_call *c, int pid);

/* Does the process @pid descend from the caller, as /proc or the table shows? */
bool pe_run_table_descends(const struct pe_worker_call *c, int pid);

/* The process @tid calls exec. */
void pe_run_table_born(int tid);

#endif
