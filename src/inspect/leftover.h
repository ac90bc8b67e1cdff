/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * leftover - removes the tables of evidence (core/evidence/table.h) whose run has ended.
 *
 *   list the tables ──> is there one? ──> for each process in /proc that has the library:
 *                                          its pid namespace is in use
 *                                     └──> remove the tables of the other pid namespaces
 *
 * leftover.1  A run needs its table although no process has attached it: pgrep wrote to it and has
 *             ended, and its shell has not signalled yet. So what counts is whether a process lives
 *             that has the library and is in the table's pid namespace.
 * leftover.2  A process sees the processes of its own pid namespace and of those below, and all in
 *             the first one of the machine. The tables of other namespaces stay (segment.3).
 * leftover.3  A table that is attached is in use, unless only processes that exit can have it: at
 *             the end of a run the last one may not have detached it yet.
 * leftover.4  The supervisor does this at the end of a run, also of one that was killed; 'pidepoch
 *             run' does it at the start, for runs without a supervisor. Root does it for all users.
 *             Without tables it costs a system call for each segment of the machine.
 */
#ifndef PE_INSPECT_LEFTOVER_H
#define PE_INSPECT_LEFTOVER_H

/* Failures are ignored: the next run tries again. Not signal-safe. */
void pe_leftover_remove(void);

#endif
