/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * end - when a run ends, the program's parent is notified after the supervisor has ended.
 *
 *   the last program begins to exit ──> monitor: seize it ──> worker ends ──> monitor ends
 *         └─ its exit goes on ─────────────> a zombie, for its tracer alone ──────┴──> its parent
 *
 * end.1  Since Linux 6.11 a process leaves its filter at the beginning of its exit, and the
 *        listener reports that the last one has left. Before 6.11 it left when it was reaped: its
 *        parent is notified first, and nothing is held.
 * end.2  A process that exits while it is traced is reported to its tracer alone. When the tracer
 *        ends, the kernel reports it to the parent: the same status, signal and usage.
 * end.3  Nothing is seized before the end, so that no watched program has a tracer of ours.
 * end.4  The monitor must seize the program before its exit is complete, and waits for it with a
 *        real-time priority where it has the right to. If it comes too late, or may not trace the
 *        program, the parent is notified while the supervisor still ends.
 */
#ifndef PE_SUPERVISOR_END_H
#define PE_SUPERVISOR_END_H

#include <stdbool.h>

/* The last watched process has begun to exit: hold the end of the program @pid until the caller
 * ends, if the program has not ended. @pidfd: its pidfd, or -1. */
void pe_end_hold(int pid, int pidfd);

/* @on: run before any program that has no real-time priority. Processes that the caller forks must
 * turn it off. Without the right to do so: nothing. */
void pe_end_be_prompt(bool on);

#endif
