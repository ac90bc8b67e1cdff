/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * guard - a call that takes a pid: hold the process instance, make the real call, let go.
 *
 *                     tree.find(q)
 *   nothing known ──────┤──────── open slot ──────── EXPIRED ──────────┐
 *     │ plain call      │          │ publish, check   │ is it a child   │ SIGCHLD ignored:
 *     v                 │          v                  │ after all?      │ pidfd_open, is it a
 *   kernel              │        gate: the call       v                 v child?, pidfd_send_signal
 *                       │                           stale: pass, report, refuse, abort
 *
 * guard.1  The usual path (unknown pid, or open slot) takes no lock, no memory and no descriptor,
 *          and makes one system call.
 * guard.2  A call on an open slot reaches the process instance that the slot stands for, or does
 *          not act at all (S11).
 * guard.3  A closed slot belongs to a zombie that is about to be reaped or was just reaped. The
 *          call is made by a pidfd that the kernel confirms as a child of this process, and does
 *          not wait. A call that has no pidfd form is made under REAPING.
 * guard.4  No call is refused before the kernel has confirmed that the pid is no child of this
 *          process (S10).
 * guard.5  Calls on the process itself, its parent and its own threads pass; so do calls on its own
 *          group, and on a group whose leader was not a child.
 * guard.6  A call on a group whose leader is unreaped is made under the leader's hold. Otherwise
 *          the leader's note decides (evidence/group.h).
 */
#ifndef PE_CORE_ENGINE_GUARD_H
#define PE_CORE_ENGINE_GUARD_H

#include "core/contract.h"
#include "core/frame/frame.h"
#include "core/frame/use.h"

/* The call's result, or -errno; -ESRCH or -PE_EEPOCH, by policy, if the call was refused. */
long pe_guard(struct pe_frame *p, struct pe_thread *t, const struct pe_use *u);

#endif
