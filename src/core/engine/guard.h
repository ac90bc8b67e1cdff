/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * guard - a call that takes a pid: hold the process instance, make the real call, let go.
 *
 *                       tree.find(q)
 *   nothing known ────────┤──────── open slot ─────────── EXPIRED ─────────────┐
 *     │ plain call        │           │ publish, check      │ is it our child  │ SIGCHLD ignored:
 *     v                   │           v                     │ by another way?  │ pidfd_open, "my child?",
 *   kernel                │         gate: the call          v                  v pidfd_send_signal
 *                         │                              stale: pass, tell, stop, abort
 *
 * guard.1  The usual path (unknown number, or open slot) takes no lock, no memory, no descriptor,
 *          one system call.
 * guard.2  A call on an open slot reaches the process instance that the slot stands for, or does
 *          not act at all (S11).
 * guard.3  A closed slot is a zombie about to be reaped, or one that has just been: the call goes
 *          by a pidfd that the kernel says is our child, and waits for nobody. One that no pidfd
 *          call can stand in for is made under REAPING.
 * guard.4  Nothing is refused before the kernel has said that the pid is no child of ours (S10).
 * guard.5  Self, parent and own threads pass; so do one's own group, and a group whose leader was
 *          no child.
 * guard.6  A call on a group whose leader is unreaped is made under the leader's hold. Else it goes
 *          by what was noted (evidence/group.h).
 */
#ifndef PE_CORE_ENGINE_GUARD_H
#define PE_CORE_ENGINE_GUARD_H

#include "core/contract.h"
#include "core/frame/frame.h"
#include "core/frame/use.h"

/* the call's result, or -errno; -ESRCH or -PE_EEPOCH by policy when it was refused */
long pe_guard(struct pe_frame *p, struct pe_thread *t, const struct pe_use *u);

#endif
