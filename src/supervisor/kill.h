/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kill - the calls that use a pid.
 *
 *   never a child of the caller ─────────────────────────> let through
 *   was one: who has the pid now?
 *     a child of the caller: one thread ─────────────────> let through: nobody can reap between here and the call
 *                            several ─ a signal that cannot be told apart, or a wait under way ─> by a pidfd
 *                                    └ else ─────────────> let through, so that the sender stays true
 *     itself, its thread, its parent, whom it traces ────> let through
 *     somebody else, or nobody ──────────────────────────> stale: judged by policy (core/frame/verdict.h)
 *
 * kill.1  A refused call was stale: the pid had been a child of this process, and is none now.
 * kill.2  A signal is sent in the caller's place with the caller's credentials (credentials.h), and
 *         only to the process of a pidfd that is the caller's child. Where that cannot be done, the
 *         call is continued.
 * kill.3  kill(-1) with a signal that cannot be blocked ends everybody but those who serve.
 * kill.4  Nor can those who serve be ended by their pid, as pkill would: that is EPERM, whoever the
 *         caller is.
 * kill.5  A call that signals the caller's own thread costs the same with any number of threads.
 */
#ifndef PE_SUPERVISOR_KILL_H
#define PE_SUPERVISOR_KILL_H

#include "supervisor/serve.h"

long pe_kill_serve(struct pe_serve_call *c);

/* Was @pid a child of the caller since its last exec, as far as the child table or its library
 * knows? 1, 0, or -EINPROGRESS */
long pe_kill_was_child(struct pe_serve_call *c, int ns_pid);

#endif
