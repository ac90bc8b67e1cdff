/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kill - the calls that use a pid.
 *
 *   never a child of the caller ──> an argument of it, and stale (argument.h)? else continued
 *   was one: which process has the pid now?
 *     a child of the caller
 *       one thread ───────────────> continued: no thread can reap before the call
 *       several threads
 *         SIGKILL, SIGSTOP, or a wait under way ──> sent by a pidfd
 *         else ───────────────────> continued, so that siginfo has the real sender
 *     itself, its thread, its parent, its tracee ─> continued
 *     looked up by a descendant since its birth ──> continued (run_table.h)
 *     another process, or none ───> stale: judged by policy (stale_use.h)
 *
 * kill.1  A refused call was stale: the pid had been a child of this process, and is none now.
 * kill.2  A signal is sent in the caller's place with the caller's credentials (credentials.h), and
 *         only to the process of a pidfd that is the caller's child. Where that cannot be done, the
 *         call is continued.
 * kill.3  kill(-1) with a signal that cannot be blocked reaches all processes except the
 *         supervisor's.
 * kill.4  The supervisor's processes cannot be ended by their pids or their group either, as by
 *         pkill: the call fails with EPERM for every caller.
 * kill.5  A call that signals the caller's own thread costs the same with any number of threads.
 * kill.6  A call on a pid that never was a child of the caller is judged only if the pid is an
 *         argument of the caller.
 * kill.7  An orphan that may descend from the caller is not refused: it has our filter, is in the
 *         caller's group, is not older than the caller, and its parent has not our filter, or is an
 *         ancestor of the caller, beyond its parent, that leads another group.
 */
#ifndef PE_SUPERVISOR_CALLS_KILL_H
#define PE_SUPERVISOR_CALLS_KILL_H

#include "supervisor/worker/worker.h"

long pe_kill_serve(struct pe_worker_call *c);

#endif
